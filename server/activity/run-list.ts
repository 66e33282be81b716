// Runs as lists show them. The topic (all, live, completed) is the endpoint's and never the caller's to choose, so a live
// panel cannot be made to show what is over.

import type { z } from "zod";
import { runs } from "@/db/schema/activity";
import type { listActivity, listLiveRuns, RunSummary } from "@/server/activity/contract";
import {
  allOf,
  containing,
  countCap,
  type Fragment,
  fromColumns,
  type Key,
  type Keyed,
  keysetAnswer,
  keysetOf,
  when,
} from "@/server/activity/keyset";
import { type RunColumns, type RunFacts, runSummary } from "@/server/activity/run-view";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { countedUnlessSeen, type ListAnswer, sortOf } from "@/server/platform/http/list";

type RunTopic = "all" | "live" | "completed";
type AnyQuery = z.output<typeof listActivity.query>;
/** Filters a topic does not have are absent. */
type RunListQuery = Omit<AnyQuery, "sort"> & {
  sort: AnyQuery["sort"] | z.output<typeof listLiveRuns.query>["sort"];
};

type RunLine = Keyed & { near: number; breach: number; incidents: number; unpriced: boolean };

/** A page of runs with what signals and incidents say of each. */
export async function runPage(db: TenantDb, topic: RunTopic, query: RunListQuery): Promise<ListAnswer<RunSummary>> {
  const where = allOf(db, [...topicOf(db, topic), ...filtersOf(db, query)]);
  const isOver = topic === "completed" || query.state === "completed";
  const key = keyOf(db, sortOf(query).field, isOver);
  const keyset = keysetOf(db, query, key);
  const rows = await db.sql<RunLine>`
    with page as (
      select ${columnsOf(db)}, ${key.value} as sort_value, r.run_id as sort_id
      from runs r
      where ${db.mine("r")} and ${where} and ${keyset.after}
      order by ${keyset.order} limit ${keyset.limit} offset ${keyset.offset}
    )
    select page.*, s.near, s.breach, i.incidents
    from page
    cross join lateral (
      select count(*) filter (where s.signal_type = 'near')::int as near,
        count(*) filter (where s.signal_type = 'breach')::int as breach
      from threshold_signals s where ${db.mine("s")} and s.run_id = page.run_id
    ) s
    cross join lateral (
      select count(*)::int as incidents from incidents i where ${db.mine("i")} and i.source_run_id = page.run_id
    ) i
    order by ${keyset.orderOfPage}`;
  const counted = await countedUnlessSeen(query, rows, () => countRuns(db, where));
  return keysetAnswer({ rows, query, counted, item: lineOf });
}

async function countRuns(db: TenantDb, where: Fragment): Promise<number> {
  const [row] = await db.sql<{ n: number }>`
    select count(*)::int as n from (select 1 from runs r where ${db.mine("r")} and ${where} limit ${countCap}) counted`;
  return row?.n ?? 0;
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

function topicOf(db: TenantDb, topic: RunTopic): Fragment[] {
  if (topic === "all") return [];
  return [topic === "live" ? db.fragment`r.completed_at is null` : db.fragment`r.completed_at is not null`];
}

function filtersOf(db: TenantDb, query: RunListQuery): (Fragment | null)[] {
  return [
    when(query.state, (state) => topicOf(db, state)[0] ?? db.fragment`true`),
    when(query.status, (status) => db.fragment`r.status = any(${status})`),
    when(query.termination_reason, (reason) => db.fragment`r.termination_reason = any(${reason})`),
    when(query.agent, (agent) => db.fragment`r.agent_id = ${agent}`),
    when(query.project, (project) => db.fragment`r.project = ${project}`),
    when(query.source, (source) => db.fragment`r.source = any(${source})`),
    when(query.provider, (provider) => db.fragment`r.provider = ${provider}`),
    when(query.model, (model) => db.fragment`r.model = ${model}`),
    when(query.synthetic, (synthetic) => db.fragment`r.synthetic = ${synthetic}`),
    when(query.refused, (refused) => db.fragment`(r.refusal_reason is not null) = ${refused}`),
    when(query.policy_id, (id) => db.fragment`r.violation_policy_id = ${id}`),
    when(query.risk_level, (levels) => db.fragment`${riskOf(db)} = any(${levels})`),
    when(query.started_after, (at) => db.fragment`r.started_at > ${new Date(at)}`),
    when(query.started_before, (at) => db.fragment`r.started_at < ${new Date(at)}`),
    when(query.completed_after, (at) => db.fragment`r.completed_at > ${new Date(at)}`),
    when(query.completed_before, (at) => db.fragment`r.completed_at < ${new Date(at)}`),
    when(query.q, (text) => searched(db, text)),
  ];
}

// As riskLevelOf and countsInMetrics in rules.ts.
function riskOf(db: TenantDb): Fragment {
  const signalled = (type: "near" | "breach") => db.fragment`
    exists (select 1 from threshold_signals s where ${db.mine("s")} and s.run_id = r.run_id and s.signal_type = ${type})`;
  return db.fragment`(case
    when r.synthetic or r.refusal_reason is not null then null
    when jsonb_typeof(r.violation) = 'object' or ${signalled("breach")} then 'VIOLATED'
    when r.status in ('failed', 'failed_policy') then 'AT_RISK'
    when ${signalled("near")} then 'NEAR_THRESHOLD'
    else 'NORMAL' end)`;
}

function searched(db: TenantDb, text: string): Fragment {
  const [part, id] = [containing(text), text.toLowerCase()];
  return db.fragment`(r.agent_id ilike ${part} or r.goal ilike ${part} or r.run_id::text = ${id} or r.trace_id::text = ${id})`;
}

// A run's length is known when it is over; tokens and cost grow while it lives, so a cursor over live runs may see one twice.
function keyOf(db: TenantDb, field: string, isOver: boolean): Key {
  const id = { id: db.fragment`r.run_id`, idLike: runs.runId };
  switch (field) {
    case "completed_at":
      return { ...id, value: db.fragment`r.completed_at`, valueLike: runs.completedAt, isNullable: !isOver };
    case "last_seen_at":
      return { ...id, value: db.fragment`r.last_seen_at`, valueLike: runs.lastSeenAt, isNullable: false };
    case "duration_ms":
      return { ...id, value: durationMs(db), valueLike: runs.costUnits, isNullable: !isOver };
    case "tokens_used":
      return {
        ...id,
        value: db.fragment`(r.input_tokens + r.output_tokens)`,
        valueLike: runs.inputTokens,
        isNullable: false,
      };
    case "cost_cents":
      return { ...id, value: db.fragment`r.cost_units`, valueLike: runs.costUnits, isNullable: false };
    default:
      return { ...id, value: db.fragment`r.started_at`, valueLike: runs.startedAt, isNullable: false };
  }
}

function durationMs(db: TenantDb): Fragment {
  return db.fragment`(extract(epoch from r.completed_at - r.started_at) * 1000)::bigint`;
}

function columnsOf(db: TenantDb): Fragment {
  return db.fragment`
    r.tenant_id, r.run_id, r.trace_id, r.agent_id, r.agent_verified, r.provider, r.model, r.parent_run_id, r.project,
    r.source, r.synthetic, r.status, r.termination_reason, r.end_note, r.refusal_reason, r.stopped_at_step, r.snapshot_id,
    r.started_at, r.last_seen_at, r.completed_at, r.paused_at, r.last_step_index, r.steps_completed, r.input_tokens,
    r.output_tokens, r.cost_units, r.violation, r.incident_id, coalesce((r.memory ->> 'unpriced')::boolean, false) as unpriced`;
}
