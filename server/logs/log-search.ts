// Everything on record as one list: the records of runs that are over and the audit entries, by the time they were recorded.

import type { z } from "zod";
import { runs } from "@/db/schema/activity";
import {
  allOf,
  containing,
  countCap,
  type Fragment,
  type Key,
  type Keyed,
  keysetAnswer,
  keysetOf,
  when,
} from "@/server/activity/keyset";
import type { LogPage, LogSearch, LogTopic, listLogs } from "@/server/logs/contract";
import { type EntryRow, logEntry } from "@/server/logs/log-entry";
import { hasExecutionStatus } from "@/server/logs/run-records";
import { sourcesOf } from "@/server/logs/sources";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { countedUnlessSeen, type ListQuery } from "@/server/platform/http/list";
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

async function pageOf(db: TenantDb, { topics, sought, query }: Asked): Promise<LogPage> {
  const sources = sourcesOf(topics, sought.filters ?? {}, db.principal.permissions);
  if (topics?.includes("audit") && sources.some(({ state }) => state === "forbidden")) {
    throw missingPermission("audit:read");
  }
  const read = sources.filter(({ state }) => state === "read").map(({ topic }) => topic);
  const keyset = keysetOf(db, query, keyOfRuns(db));
  const most = keyset.limit + keyset.offset;
  const branches = read.map((topic) =>
    topic === "audit" ? deeds(db, sought, query, most) : ends(db, sought, query, most),
  );
  if (branches.length === 0) return { ...keysetAnswer({ rows: [], query, counted: 0, item: logEntry }), sources };
  const rows = await db.sql<EntryRow & Keyed>`
    select page.*, ${db.tenantId}::uuid as tenant_id from (${joined(db, branches)}) page
    where ${db.mine("page")} order by ${keyset.orderOfPage} limit ${keyset.limit} offset ${keyset.offset}`;
  const counted = await countedUnlessSeen(query, rows, () => countOf(db, read, sought));
  return { ...keysetAnswer({ rows, query, counted, item: logEntry }), sources };
}

function joined(db: TenantDb, branches: readonly Fragment[]): Fragment {
  return branches.reduce((all, branch) => db.fragment`${all} union all ${branch}`);
}

async function countOf(db: TenantDb, read: readonly LogTopic[], sought: Sought): Promise<number> {
  const counts = read.map(async (topic) => {
    const [row] =
      topic === "audit"
        ? await db.sql<{ n: number }>`
            select count(*)::int as n from (
              select 1 from audit_logs a where ${db.mine("a")} and ${deedsSought(db, sought)} limit ${countCap}) counted`
        : await db.sql<{ n: number }>`
            select count(*)::int as n from (
              select 1 from runs r where ${db.mine("r")} and ${endsSought(db, sought)} limit ${countCap}) counted`;
    return row?.n ?? 0;
  });
  return (await Promise.all(counts)).reduce((sum, n) => sum + n, 0);
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
    select r.tenant_id, 'llm_runs' as topic, r.run_id as id, r.completed_at as time, r.run_id, r.trace_id, r.agent_id, r.synthetic,
      r.status, r.termination_reason, r.refusal_reason, r.end_note, r.started_by as actor, null::text as action,
      null::text as entity_type, null::text as entity_id, r.completed_at as sort_value, r.run_id as sort_id
    from runs r where ${db.mine("r")} and ${endsSought(db, sought)} and ${after} order by ${order} limit ${most})`;
}

function deeds(db: TenantDb, sought: Sought, query: ListQuery, most: number): Fragment {
  const { after, order } = keysetOf(db, query, keyOfDeeds(db));
  return db.fragment`(
    select a.tenant_id, 'audit' as topic, a.id, a.recorded_at as time, a.run_id, null::uuid as trace_id, null::text as agent_id,
      null::boolean as synthetic, null::text as status, null::text as termination_reason, null::text as refusal_reason,
      null::text as end_note, a.actor_type || ':' || a.actor_id as actor, a.action, a.entity_type, a.entity_id,
      a.recorded_at as sort_value, a.id as sort_id
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
    when(q, (text) => {
      const [part, id] = [containing(text), text.toLowerCase()];
      return db.fragment`(r.agent_id ilike ${part} or r.goal ilike ${part} or r.model ilike ${part}
        or r.termination_reason ilike ${part} or r.refusal_reason ilike ${part} or r.error_message ilike ${part}
        or r.run_id::text = ${id} or r.trace_id::text = ${id})`;
    }),
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
      const [part, id] = [containing(text), text.toLowerCase()];
      return db.fragment`(a.action ilike ${part} or a.actor_id ilike ${part} or a.entity_type ilike ${part}
        or a.entity_id ilike ${part} or a.request_id ilike ${part} or a.detail::text ilike ${part} or a.after::text ilike ${part}
        or a.before::text ilike ${part} or a.id::text = ${id} or a.run_id::text = ${id})`;
    }),
  ]);
}
