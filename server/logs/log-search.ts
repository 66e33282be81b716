// Everything on record as one list: the records of runs that are over and the audit entries, by the time they were recorded.

import type { z } from "zod";
import { runs } from "@/db/schema/activity";
import {
  allOf,
  containing,
  countCap,
  countedWith,
  type Fragment,
  type Key,
  type Keyed,
  keysetAnswer,
  keysetOf,
  oneAfterAnother,
  when,
  wholeId,
} from "@/server/activity/keyset";
import { endedSays } from "@/server/activity/run-filters";
import type { LogPage, LogSearch, LogTopic, listLogs } from "@/server/logs/contract";
import { type EntryRow, logEntry } from "@/server/logs/log-entry";
import { hasExecutionStatus } from "@/server/logs/run-records";
import { sourcesOf } from "@/server/logs/sources";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { ListQuery } from "@/server/platform/http/list";
import { missingPermission } from "@/server/platform/http/problem";

/** What is looked for; bounds are exclusive. */
export type Sought = Pick<LogSearch, "q" | "filters" | "range">;

/** @throws 403 for `audit` asked for by name without audit:read, 422 for a cursor that is not this list's */
export function logPage(db: TenantDb, query: z.output<typeof listLogs.query>): Promise<LogPage> {
  const { topic, run_id, recorded_after, recorded_before } = query;
  const sought = { filters: { run_id }, range: { from: recorded_after, to: recorded_before } };
  return pageOf(db, { topics: topic, sought, query });
}

/** @throws as `logPage` */
export function searchPage(db: TenantDb, body: LogSearch): Promise<LogPage> {
  return pageOf(db, { topics: body.topics, sought: body, query: body });
}

type Asked = { topics: readonly LogTopic[] | undefined; sought: Sought; query: ListQuery };
/** `behind`: of each topic that was read to its end, how many stand behind the page; null of others. */
type Row = EntryRow & Keyed & { behind: Readonly<Record<string, number | null>> };

async function pageOf(db: TenantDb, { topics, sought, query }: Asked): Promise<LogPage> {
  const sources = sourcesOf(topics, sought.filters ?? {}, db.principal.permissions);
  if (topics?.includes("audit") && sources.some(({ state }) => state === "forbidden")) {
    throw missingPermission("audit:read");
  }
  const read = sources.filter(({ state }) => state === "read").map(({ topic }) => topic);
  const rows = read.length === 0 ? [] : await rowsOf(db, { read, sought, query });
  const known = rows[0]?.behind ?? {};
  const counted = await countedWith(query, rows, async (rest) => {
    // The page's own statement may have read a topic to its end, or found nothing of it.
    const isTold = rows.length > 0 && query.cursor === undefined;
    const told = (topic: LogTopic) => (isTold ? (topic in known ? known[topic] : 0) : null);
    const counts = read.map(async (topic) => told(topic) ?? countOf(db, topic, sought, rest));
    return (await Promise.all(counts)).reduce((sum, n) => sum + n, 0);
  });
  return { ...keysetAnswer({ rows, query, counted, item: logEntry }), sources };
}

type Reading = { read: readonly LogTopic[]; sought: Sought; query: ListQuery };

// Places first, and what a line says for the page's rows alone.
function rowsOf(db: TenantDb, { read, sought, query }: Reading) {
  const { limit, offset, orderOfPage } = keysetOf(db, query, keyOfRuns(db));
  const most = limit + offset;
  const found = read.map((topic) => (topic === "audit" ? deeds : ends)(db, sought, query, most));
  return db.sql<Row>`
    with found as (${oneAfterAnother(db, found)}), placed as (
      select page.*, row_number() over (order by ${orderOfPage}) as place from found page
    ), page as (
      select * from placed where place > ${offset} and place <= ${most}
    ), behind as (
      select part, case when count(*) < ${most} then count(*) filter (where place >= ${most}) end as n from placed group by part
    )
    select page.part as topic, page.sort_id as id, page.sort_value as time, page.sort_value, page.sort_id, e.*,
      (select jsonb_object_agg(b.part, b.n) from behind b) as behind
    from page cross join lateral (
      (select r.run_id, r.trace_id, r.agent_id, r.synthetic, r.status, r.termination_reason, r.refusal_reason, r.end_note,
        r.started_by as actor, null::text as action, null::text as entity_type, null::text as entity_id
      from runs r where page.part = 'llm_runs' and ${db.mine("r")} and r.run_id = page.sort_id limit 1)
      union all
      (select a.run_id, null, null, null, null, null, null, null, a.actor_type || ':' || a.actor_id, a.action, a.entity_type,
        a.entity_id
      from audit_logs a where page.part = 'audit' and ${db.mine("a")} and a.id = page.sort_id limit 1)
    ) e
    order by page.place`;
}

async function countOf(db: TenantDb, topic: LogTopic, sought: Sought, query: ListQuery): Promise<number> {
  const { after } = keysetOf(db, query, topic === "audit" ? keyOfDeeds(db) : keyOfRuns(db));
  const [row] =
    topic === "audit"
      ? await db.sql<{ n: number }>`
          select count(*)::int as n from (select 1 from audit_logs a
            where ${db.mine("a")} and ${deedsSought(db, sought)} and ${after} limit ${countCap}) counted`
      : await db.sql<{ n: number }>`
          select count(*)::int as n from (select 1 from runs r
            where ${db.mine("r")} and ${endsSought(db, sought)} and ${after} limit ${countCap}) counted`;
  return row?.n ?? 0;
}

// Both topics have keys of the same types, so that one cursor is good for both.
function keyOfRuns(db: TenantDb): Key {
  return { ...keyLike, value: db.fragment`r.completed_at`, id: db.fragment`r.run_id` };
}
function keyOfDeeds(db: TenantDb): Key {
  return { ...keyLike, value: db.fragment`a.recorded_at`, id: db.fragment`a.id` };
}
const keyLike = { valueLike: runs.startedAt, idLike: runs.runId, isNullable: false };

function ends(db: TenantDb, sought: Sought, query: ListQuery, most: number): Fragment {
  const { after, order } = keysetOf(db, query, keyOfRuns(db));
  return db.fragment`(
    select 'llm_runs' as part, r.completed_at as sort_value, r.run_id as sort_id
    from runs r where ${db.mine("r")} and ${endsSought(db, sought)} and ${after} order by ${order} limit ${most})`;
}

function deeds(db: TenantDb, sought: Sought, query: ListQuery, most: number): Fragment {
  const { after, order } = keysetOf(db, query, keyOfDeeds(db));
  return db.fragment`(
    select 'audit' as part, a.recorded_at as sort_value, a.id as sort_id
    from audit_logs a where ${db.mine("a")} and ${deedsSought(db, sought)} and ${after} order by ${order} limit ${most})`;
}

/** The condition on runs `r` that have a record. */
export function endsSought(db: TenantDb, { q, filters = {}, range = {} }: Sought): Fragment {
  return allOf(db, [
    db.fragment`r.completed_at is not null`,
    when(filters.run_id, (id) => db.fragment`r.run_id = ${id}`),
    when(filters.agent, (agent) => db.fragment`r.agent_id = ${agent}`),
    when(filters.provider, (provider) => db.fragment`r.provider = ${provider}`),
    when(filters.model, (model) => db.fragment`r.model = ${model}`),
    when(filters.execution_status, (statuses) => hasExecutionStatus(db, statuses)),
    when(filters.synthetic, (synthetic) => db.fragment`r.synthetic = ${synthetic}`),
    when(filters.actor_type, (type) => db.fragment`split_part(r.started_by, ':', 1) = ${type}`),
    when(filters.actor_id, (id) => db.fragment`substr(r.started_by, strpos(r.started_by, ':') + 1) = ${id}`),
    when(range.from, (at) => db.fragment`r.completed_at > ${new Date(at)}`),
    when(range.to, (at) => db.fragment`r.completed_at < ${new Date(at)}`),
    when(q, (text) => endedSays(db, text)),
  ]);
}

/** The condition on audit entries `a`. */
export function deedsSought(db: TenantDb, { q, filters = {}, range = {} }: Sought): Fragment {
  return allOf(db, [
    when(filters.run_id, (id) => db.fragment`a.run_id = ${id}`),
    when(filters.action, (actions) => db.fragment`a.action = any(${actions})`),
    when(filters.actor_type, (type) => db.fragment`a.actor_type = ${type}`),
    when(filters.actor_id, (id) => db.fragment`a.actor_id = ${id}`),
    when(filters.entity_type, (type) => db.fragment`a.entity_type = ${type}`),
    when(filters.entity_id, (id) => db.fragment`a.entity_id = ${id}`),
    when(range.from, (at) => db.fragment`a.recorded_at > ${new Date(at)}`),
    when(range.to, (at) => db.fragment`a.recorded_at < ${new Date(at)}`),
    when(q, (text) => {
      const [part, id] = [containing(text), wholeId(text)];
      const hasId = id === null ? db.fragment`false` : db.fragment`(a.id = ${id} or a.run_id = ${id})`;
      return db.fragment`(a.search_text like lower(${part}) or ${hasId})`;
    }),
  ]);
}
