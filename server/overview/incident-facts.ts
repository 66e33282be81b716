// What is counted of incidents; rehearsals' are in no figure but `excluded`.

import { countCap } from "@/server/activity/keyset";
import type { Period } from "@/server/overview/period";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export type OpenIncidents = {
  open: number;
  unacknowledged: number;
  critical: number;
  high: number;
  medium: number;
  low: number;
  escalated: number;
  oldest: Date | null;
  /** Less than a quarter of the time is left, and none. */
  at_risk: number;
  missed: number;
  excluded: number;
};

/** Those that are not resolved: what the topic Active shows. */
export async function openIncidents(db: TenantDb): Promise<OpenIncidents> {
  const [facts] = await db.sql<OpenIncidents>`
    select count(*) filter (where o.counts)::int as open,
      count(*) filter (where o.counts and o.status = 'active')::int as unacknowledged,
      count(*) filter (where o.counts and o.severity = 'critical')::int as critical,
      count(*) filter (where o.counts and o.severity = 'high')::int as high,
      count(*) filter (where o.counts and o.severity = 'medium')::int as medium,
      count(*) filter (where o.counts and o.severity = 'low')::int as low,
      count(*) filter (where o.counts and o.escalation_level > 0)::int as escalated,
      min(o.created_at) filter (where o.counts) as oldest,
      count(*) filter (where o.counts and o.left_s > 0 and o.left_s < o.whole_s / 4)::int as at_risk,
      count(*) filter (where o.counts and o.left_s <= 0)::int as missed,
      count(*) filter (where not o.counts)::int as excluded
    from (
      select i.status, i.severity, i.escalation_level, i.created_at, not i.is_synthetic as counts,
        extract(epoch from i.sla_due_at - clock_timestamp()) as left_s,
        extract(epoch from i.sla_due_at - i.created_at) as whole_s
      from incidents i where ${db.mine("i")} and i.status in ('active', 'acknowledged')) o`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}

/** All of them, up to one more than lists say exactly. */
export async function incidentTotal(db: TenantDb): Promise<number> {
  const [found] = await db.sql<{ n: number }>`
    select count(*)::int as n from (
      select from incidents i where ${db.mine("i")} and not i.is_synthetic limit ${countCap}) counted`;
  return found?.n ?? 0;
}

/** Those that were opened in the period. */
export async function openedIn(db: TenantDb, { from, to }: Period): Promise<number> {
  const [found] = await db.sql<{ n: number }>`
    select count(*)::int as n from incidents i
    where ${db.mine("i")} and not i.is_synthetic and i.created_at >= ${from} and i.created_at < ${to}`;
  return found?.n ?? 0;
}

export type ResolvedFacts = {
  resolved: number;
  /** Null where nothing was resolved. */
  median_ms: number | null;
  in_time: number;
  reopened: number;
  excluded: number;
  by_method: Record<string, number>;
};

/** Those that were resolved in the period and still are. */
export async function resolvedIn(db: TenantDb, { from, to }: Period): Promise<ResolvedFacts> {
  const [facts] = await db.sql<ResolvedFacts>`
    with resolved as (
      select i.*, extract(epoch from i.resolved_at - i.created_at) * 1000 as took_ms from incidents i
      where ${db.mine("i")} and i.status = 'resolved' and coalesce(i.resolved_at, '-infinity') > ${from}
        and coalesce(i.resolved_at, '-infinity') < ${to}),
    mine as (select * from resolved where not is_synthetic)
    select (select count(*)::int from mine) as resolved,
      (select percentile_cont(0.5) within group (order by took_ms)::float8 from mine) as median_ms,
      (select count(*)::int from mine where resolved_at <= sla_due_at) as in_time,
      (select count(*)::int from mine where reopen_count > 0) as reopened,
      (select count(*)::int from resolved where is_synthetic) as excluded,
      (select coalesce(jsonb_object_agg(method, n), '{}') from (
        select coalesce(resolution_method, 'none') as method, count(*)::int as n from mine group by 1) m) as by_method`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}
