// What is counted of policies, limits and violations.

import type { Period } from "@/server/overview/period";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { violationActions } from "@/server/policies/wire";

export type RuleFacts = {
  active: number;
  in_force: number;
  shadow: number;
  pending: number;
  disabled: number;
  unbound: number;
  by_type: Record<string, number>;
  by_enforcement: Record<string, number>;
};

/** Of rules that are not retired. `unbound`: in force or on trial, and for nobody. */
export async function ruleFacts(db: TenantDb): Promise<RuleFacts> {
  const [facts] = await db.sql<RuleFacts>`
    with mine as (
      select p.rule_type, p.enforcement, p.rollout, exists (
        select from policy_scopes s where ${db.mine("s")} and s.policy_id = p.id) as bound
      from policy_rules p where ${db.mine("p")} and p.status = 'active')
    select count(*)::int as active, count(*) filter (where rollout = 'active')::int as in_force,
      count(*) filter (where rollout = 'shadow')::int as shadow, count(*) filter (where rollout = 'pending')::int as pending,
      count(*) filter (where rollout = 'disabled')::int as disabled,
      count(*) filter (where rollout in ('active', 'shadow') and not bound)::int as unbound,
      (select coalesce(jsonb_object_agg(rule_type, n), '{}') from (
        select rule_type, count(*)::int as n from mine group by 1) t) as by_type,
      (select coalesce(jsonb_object_agg(enforcement, n), '{}') from (
        select enforcement, count(*)::int as n from mine group by 1) e) as by_enforcement
    from mine`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}

export type LimitFacts = { total: number; active: number; by_type: Record<string, number> };

export async function limitFacts(db: TenantDb): Promise<LimitFacts> {
  const [facts] = await db.sql<LimitFacts>`
    with mine as (select l.limit_type, l.status from limits l where ${db.mine("l")})
    select count(*)::int as total, count(*) filter (where status = 'active')::int as active,
      (select coalesce(jsonb_object_agg(limit_type, n), '{}') from (
        select limit_type, count(*)::int as n from mine where status = 'active' group by 1) t) as by_type
    from mine`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}

export type ViolationFacts = {
  total: number;
  blocks: number;
  by_type: Record<string, number>;
  by_action: Record<string, number>;
};

/** What the topic Violations lists of the period. */
export async function violationFacts(db: TenantDb, { from, to }: Period): Promise<ViolationFacts> {
  const [facts] = await db.sql<ViolationFacts>`
    with mine as (
      select coalesce(e.violation_type, 'none') as violation_type, e.action, count(*)::int as n from policy_enforcements e
      where ${db.mine("e")} and not e.shadow and e.action = any(${[...violationActions]})
        and e.recorded_at > ${from} and e.recorded_at < ${to}
      group by 1, 2)
    select coalesce(sum(n), 0)::int as total, coalesce(sum(n) filter (where action <> 'warned'), 0)::int as blocks,
      (select coalesce(jsonb_object_agg(violation_type, t.n), '{}') from (
        select violation_type, sum(n)::int as n from mine group by 1) t) as by_type,
      (select coalesce(jsonb_object_agg(action, a.n), '{}') from (
        select action, sum(n)::int as n from mine group by 1) a) as by_action
    from mine`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}

/** Steps that never ran because a policy stood before them. One whose pause was released has run since, and has a row. */
export async function preventedIn(db: TenantDb, { from, to }: Period): Promise<number> {
  const [found] = await db.sql<{ n: number }>`
    select count(*)::int as n from prevention_records p
    where ${db.mine("p")} and p.outcome = 'prevented' and p.recorded_at > ${from} and p.recorded_at < ${to}
      and not (p.action = 'pause' and exists (
        select 1 from steps s where ${db.mine("s")} and s.run_id = p.run_id and s.step_index = greatest(p.step_index, 1)
          and s.step_type not in ('violation', 'stopped')))`;
  return found?.n ?? 0;
}

export async function nearSignalsIn(db: TenantDb, { from, to }: Period): Promise<number> {
  const [found] = await db.sql<{ n: number }>`
    select count(*)::int as n from threshold_signals s
    where ${db.mine("s")} and s.signal_type = 'near' and s.recorded_at > ${from} and s.recorded_at < ${to}`;
  return found?.n ?? 0;
}
