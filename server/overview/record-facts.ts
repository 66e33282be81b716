// What is counted of the audit log, the tenant's Merkle log, and API keys.

import type { Period } from "@/server/overview/period";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export type AuditFacts = { total: number; actors: number; by_actor_type: Record<string, number> };

/** Audit entries of the period. */
export async function auditFacts(db: TenantDb, { from, to }: Period): Promise<AuditFacts> {
  const [facts] = await db.sql<AuditFacts>`
    with mine as (
      select a.actor_type, a.actor_id, count(*)::int as n from audit_logs a
      where ${db.mine("a")} and a.recorded_at > ${from} and a.recorded_at < ${to} group by 1, 2)
    select coalesce(sum(n), 0)::int as total, count(*)::int as actors,
      (select coalesce(jsonb_object_agg(actor_type, t.n), '{}') from (
        select actor_type, sum(n)::int as n from mine group by 1) t) as by_actor_type
    from mine`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}

/** When the newest audit entry was made; null where there is none. */
export async function lastAuditAt(db: TenantDb): Promise<Date | null> {
  const [row] = await db.sql<{ recorded_at: Date }>`
    select a.recorded_at from audit_logs a where ${db.mine("a")} order by a.recorded_at desc limit 1`;
  return row?.recorded_at ?? null;
}

/** Whether the tenant's log is signed no more. */
export async function isLogHalted(db: TenantDb): Promise<boolean> {
  const [row] = await db.sql<{ halted: boolean }>`
    select l.halted_at is not null as halted from log_states l where ${db.mine("l")}`;
  return row?.halted ?? false;
}

export type KeyFacts = {
  total: number;
  active: number;
  expiring: number;
  expired: number;
  revoked: number;
  frozen: number;
};

/** `expiring`: within 7 days. */
export async function keyFacts(db: TenantDb): Promise<KeyFacts> {
  const [facts] = await db.sql<KeyFacts>`
    select count(*)::int as total,
      count(*) filter (where k.status = 'active' and not k.over)::int as active,
      count(*) filter (where k.status = 'active' and not k.over and k.soon)::int as expiring,
      count(*) filter (where k.status = 'active' and k.over)::int as expired,
      count(*) filter (where k.status = 'revoked')::int as revoked,
      count(*) filter (where k.status = 'active' and not k.over and k.frozen)::int as frozen
    from (
      select a.status, coalesce(a.expires_at <= clock_timestamp(), false) as over,
        coalesce(a.expires_at <= clock_timestamp() + interval '7 days', false) as soon,
        exists (select from freezes f where ${db.mine("f")} and f.type = 'key' and f.target_id = a.id::text
          and f.lifted_at is null) as frozen
      from api_keys a where ${db.mine("a")}) k`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}
