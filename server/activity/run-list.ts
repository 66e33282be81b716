// Runs as lists show them. The topic (all, live, completed) is the endpoint's and never the caller's to choose, so a live
// panel cannot be made to show what is over.

import type { z } from "zod";
import { runs } from "@/db/schema/activity";
import type { listActivity, listLiveRuns, RunSummary } from "@/server/activity/contract";
import {
  countCap,
  countedWith,
  type Fragment,
  fromColumns,
  type Key,
  type Keyed,
  keysetAnswer,
  keysetOf,
  oneAfterAnother,
} from "@/server/activity/keyset";
import { type RunFilters, type RunPart, runsSought } from "@/server/activity/run-filters";
import { type RunColumns, type RunFacts, runSummary } from "@/server/activity/run-view";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { type ListAnswer, sortOf } from "@/server/platform/http/list";

type RunTopic = "all" | "live" | "completed";
type AnyQuery = z.output<typeof listActivity.query>;
/** Filters a topic does not have are absent. */
type RunListQuery = Omit<AnyQuery, "sort"> &
  RunFilters & { sort: AnyQuery["sort"] | z.output<typeof listLiveRuns.query>["sort"] };

type RunLine = Keyed & { near: number; breach: number; incidents: number; unpriced: boolean; counted: number | null };

/** A page of runs with what signals and incidents say of each. */
export async function runPage(db: TenantDb, topic: RunTopic, query: RunListQuery): Promise<ListAnswer<RunSummary>> {
  const parts = partsOf(topic, query);
  const keyset = keysetOf(db, query, keyOf(db, sortOf(query).field, parts));
  // Ids first: a run's row is wide, and those of runs that are over are found in an index alone.
  const most = keyset.limit + keyset.offset;
  const found = parts.map((part) => idsOf(db, part, query, most));
  const rows = await db.sql<RunLine>`
    with found as (${oneAfterAnother(db, found)}), page as (
      select page.* from found page order by ${keyset.orderOfPage} limit ${keyset.limit} offset ${keyset.offset}
    )
    select r.*, page.sort_value, page.sort_id, s.near, s.breach, i.incidents,
      (select sum(p.counted)::int from (select distinct found.part, found.counted from found) p) as counted
    from page
    cross join lateral (select ${columnsOf(db)} from runs r where ${db.mine("r")} and r.run_id = page.sort_id limit 1) r
    cross join lateral (
      select count(*) filter (where s.signal_type = 'near')::int as near,
        count(*) filter (where s.signal_type = 'breach')::int as breach
      from threshold_signals s where ${db.mine("s")} and s.run_id = page.sort_id
    ) s
    cross join lateral (
      select count(*)::int as incidents from incidents i where ${db.mine("i")} and i.source_run_id = page.sort_id
    ) i
    order by ${keyset.orderOfPage}`;
  const counted = rows[0]?.counted ?? (await countedWith(query, rows, (rest) => countRuns(db, parts, rest)));
  return keysetAnswer({ rows, query, counted, item: lineOf });
}

function partsOf(topic: RunTopic, query: RunListQuery): RunPart[] {
  const asked = topic === "all" ? query.state : topic;
  if (asked === undefined) return ["live", "over"];
  return [asked === "live" ? "live" : "over"];
}

/** The first `most` of one part, in the page's order. */
function idsOf(db: TenantDb, part: RunPart, query: RunListQuery, most: number): Fragment {
  const key = keyOf(db, sortOf(query).field, [part]);
  const { after, order } = keysetOf(db, query, key);
  const counted = looksAtAll(query) ? db.fragment`count(*) over ()` : db.fragment`null::bigint`;
  return db.fragment`(
    select ${key.value} as sort_value, r.run_id as sort_id, ${part} as part, ${counted} as counted from runs r
    where ${db.mine("r")} and ${runsSought(db, part, query)} and ${after} order by ${order} limit ${most})`;
}

// No index helps with an order by usage, so that looking for a page is looking at all; where that leaves few, they are
// counted on the way. Behind a cursor the others would be missing.
function looksAtAll({ cursor, q, risk_level, sort }: RunListQuery): boolean {
  const isByUsage = /duration|tokens|cost/.test(sort);
  const leavesFew = q !== undefined || (risk_level !== undefined && !risk_level.includes("NORMAL"));
  return cursor === undefined && isByUsage && leavesFew;
}

async function countRuns(db: TenantDb, parts: readonly RunPart[], query: RunListQuery): Promise<number> {
  const counts = parts.map(async (part) => {
    const { after } = keysetOf(db, query, keyOf(db, sortOf(query).field, [part]));
    const [row] = await db.sql<{ n: number }>`
      select count(*)::int as n from (
        select 1 from runs r where ${db.mine("r")} and ${runsSought(db, part, query)} and ${after} limit ${countCap}) counted`;
    return row?.n ?? 0;
  });
  return (await Promise.all(counts)).reduce((sum, n) => sum + n, 0);
}

function lineOf(line: RunLine): RunSummary {
  return runSummary(fromColumns<RunColumns>(line), line);
}

/** Signals and incidents of one run. */
export async function factsOfRun(db: TenantDb, runId: string): Promise<Omit<RunFacts, "unpriced">> {
  const [facts] = await db.sql<Omit<RunFacts, "unpriced">>`
    select count(*) filter (where s.signal_type = 'near')::int as near,
      count(*) filter (where s.signal_type = 'breach')::int as breach,
      (select count(*)::int from incidents i where ${db.mine("i")} and i.source_run_id = ${runId}) as incidents
    from threshold_signals s where ${db.mine("s")} and s.run_id = ${runId}`;
  return facts ?? { near: 0, breach: 0, incidents: 0 };
}

// A run's length is known when it is over; tokens and cost grow while it lives, so a cursor over live runs may see one twice.
function keyOf(db: TenantDb, field: string, parts: readonly RunPart[]): Key {
  const id = { id: db.fragment`r.run_id`, idLike: runs.runId, isNullable: false };
  const isLive = parts.includes("live");
  switch (field) {
    case "completed_at":
      return { ...id, value: db.fragment`r.completed_at`, valueLike: runs.completedAt, isNullable: isLive };
    case "last_seen_at":
      return { ...id, value: db.fragment`r.last_seen_at`, valueLike: runs.lastSeenAt };
    case "duration_ms":
      return { ...id, value: durationMs(db), valueLike: runs.costUnits, isNullable: isLive };
    case "tokens_used":
      return { ...id, value: tokensOf(db, isLive), valueLike: runs.inputTokens };
    case "cost_cents":
      return {
        ...id,
        value: isLive ? db.fragment`r.cost_units` : db.fragment`r.ended_cost_units`,
        valueLike: runs.costUnits,
      };
    default:
      return { ...id, value: db.fragment`r.started_at`, valueLike: runs.startedAt };
  }
}

function tokensOf(db: TenantDb, isLive: boolean): Fragment {
  return isLive ? db.fragment`(r.input_tokens + r.output_tokens)` : db.fragment`r.ended_tokens`;
}

function durationMs(db: TenantDb): Fragment {
  return db.fragment`(date_part('epoch', r.completed_at - r.started_at) * 1000)::bigint`;
}

function columnsOf(db: TenantDb): Fragment {
  return db.fragment`
    r.tenant_id, r.run_id, r.trace_id, r.agent_id, r.agent_verified, r.provider, r.model, r.parent_run_id, r.project,
    r.source, r.synthetic, r.status, r.termination_reason, r.end_note, r.refusal_reason, r.stopped_at_step, r.snapshot_id,
    r.started_at, r.last_seen_at, r.completed_at, r.paused_at, r.last_step_index, r.steps_completed, r.input_tokens,
    r.output_tokens, r.cost_units, r.violation, r.incident_id, coalesce((r.memory ->> 'unpriced')::boolean, false) as unpriced`;
}
