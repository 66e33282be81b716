import type { z } from "zod";
import { traces } from "@/db/schema/traces";
import type { listTraces, TraceSummary } from "@/server/activity/contract";
import {
  allOf,
  countCap,
  countedWith,
  type Fragment,
  fromColumns,
  type Key,
  type Keyed,
  keysetAnswer,
  keysetOf,
  when,
} from "@/server/activity/keyset";
import { type TraceColumns, type TraceFacts, traceSummary } from "@/server/activity/trace-view";
import { readHash } from "@/server/evidence/hash";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { type ListAnswer, sortOf } from "@/server/platform/http/list";

type TraceListQuery = z.output<typeof listTraces.query>;

/** A page of traces with what their runs say of them. */
export async function tracePage(db: TenantDb, query: TraceListQuery): Promise<ListAnswer<TraceSummary>> {
  const where = allOf(db, filtersOf(db, query));
  const key = keyOf(db, sortOf(query).field);
  const keyset = keysetOf(db, query, key);
  // Ids first: they are found in an index alone.
  const rows = await db.sql<Keyed>`
    with page as (
      select ${key.value} as sort_value, t.trace_id as sort_id from traces t
      where ${db.mine("t")} and ${where} and ${keyset.after}
      order by ${keyset.order} limit ${keyset.limit} offset ${keyset.offset}
    )
    select page.sort_value, page.sort_id, t.*, r.*
    from page
    cross join lateral (
      select t.tenant_id, t.trace_id, t.run_id, t.agent_id, t.status, t.started_at, t.completed_at, t.archived_at,
        t.violation_step_index, t.violation_timestamp, t.violation_policy_id, t.violation_reason, t.incident_id, t.root_hash,
        t.seal_hash
      from traces t where ${db.mine("t")} and t.trace_id = page.sort_id limit 1
    ) t
    cross join lateral (
      select r.synthetic, r.last_step_index, r.late_records from runs r where ${db.mine("r")} and r.run_id = t.run_id limit 1
    ) r
    order by ${keyset.orderOfPage}`;
  const item = (row: Keyed) => {
    const columns = fromColumns<TraceColumns & TraceFacts>(row);
    return traceSummary(columns, columns);
  };
  const counted = await countedWith(query, rows, (rest) =>
    countTraces(db, db.fragment`${where} and ${keysetOf(db, rest, key).after}`),
  );
  return keysetAnswer({ rows, query, counted, item });
}

async function countTraces(db: TenantDb, where: Fragment): Promise<number> {
  const [row] = await db.sql<{ n: number }>`
    select count(*)::int as n from (select 1 from traces t where ${db.mine("t")} and ${where} limit ${countCap}) counted`;
  return row?.n ?? 0;
}

function filtersOf(db: TenantDb, query: TraceListQuery): (Fragment | null)[] {
  return [
    when(query.status, (status) => db.fragment`t.status = any(${status})`),
    when(query.agent, (agent) => db.fragment`t.agent_id = ${agent}`),
    when(query.run_id, (id) => db.fragment`t.run_id = ${id}`),
    when(query.incident_id, (id) => db.fragment`t.incident_id = ${id}`),
    when(query.policy_id, (id) => db.fragment`t.violation_policy_id = ${id}`),
    when(query.violated, (violated) => db.fragment`(t.violation_step_index is not null) = ${violated}`),
    when(query.sealed, (sealed) => db.fragment`(t.seal_hash is not null) = ${sealed}`),
    when(query.synthetic, (synthetic) => db.fragment`${isSynthetic(db)} = ${synthetic}`),
    when(query.root_hash, (hash) => db.fragment`t.root_hash = ${readHash(hash)}`),
    when(query.started_after, (at) => db.fragment`t.started_at > ${new Date(at)}`),
    when(query.started_before, (at) => db.fragment`t.started_at < ${new Date(at)}`),
  ];
}

function isSynthetic(db: TenantDb): Fragment {
  return db.fragment`
    exists (select 1 from runs r where ${db.mine("r")} and r.synthetic and r.run_id = t.run_id)`;
}

function keyOf(db: TenantDb, field: string): Key {
  const id = { id: db.fragment`t.trace_id`, idLike: traces.traceId };
  switch (field) {
    case "completed_at":
      return { ...id, value: db.fragment`t.completed_at`, valueLike: traces.completedAt, isNullable: true };
    case "violation_timestamp":
      return {
        ...id,
        value: db.fragment`t.violation_timestamp`,
        valueLike: traces.violationTimestamp,
        isNullable: true,
      };
    default:
      return { ...id, value: db.fragment`t.started_at`, valueLike: traces.startedAt, isNullable: false };
  }
}
