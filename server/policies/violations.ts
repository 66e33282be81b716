// What policies did: every enforcement by a real rule, limit, default or failure mode that blocked or warned.

import { and, eq, gt, inArray, lt } from "drizzle-orm";
import { policyEnforcements } from "@/db/schema/enforcement";
import { decisionSources, severities, violationTypes } from "@/db/vocabulary";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { InputOf } from "@/server/platform/http/contract";
import { type ListAnswer, listPage, maxCounted } from "@/server/platform/http/list";
import { type listViolations, maxStats } from "@/server/policies/contract";
import { wordOf } from "@/server/policies/definition";
import { isExactly } from "@/server/policies/filters";
import { type PolicyViolation, type ViolationStats, violationActions } from "@/server/policies/wire";

type ViolationQuery = InputOf<typeof listViolations>["query"];

export function listViolationPage(db: TenantDb, query: ViolationQuery): Promise<ListAnswer<PolicyViolation>> {
  const { run_id, policy_id, limit_id, source, action, violation_type, severity, recorded_after, recorded_before } =
    query;
  return listPage(db, query, {
    table: policyEnforcements,
    where: and(
      eq(policyEnforcements.shadow, false),
      inArray(policyEnforcements.action, [...(action ?? violationActions)]),
      isExactly(policyEnforcements.runId, run_id),
      isExactly(policyEnforcements.policyId, policy_id),
      isExactly(policyEnforcements.limitId, limit_id),
      isExactly(policyEnforcements.source, source),
      violation_type && inArray(policyEnforcements.violationType, violation_type),
      severity && inArray(policyEnforcements.severity, severity),
      recorded_after === undefined ? undefined : gt(policyEnforcements.recordedAt, new Date(recorded_after)),
      recorded_before === undefined ? undefined : lt(policyEnforcements.recordedAt, new Date(recorded_before)),
    ),
    sorts: { recorded_at: policyEnforcements.recordedAt },
    id: policyEnforcements.id,
    item: violationView,
  });
}

type StatsRow = { policy_id: string; violations: number; more: boolean; incidents: number; last: Date | null };

/** Of these policies, or of the newest rules in force: one bounded walk through each one's newest violations. */
export async function showViolationStats(
  db: TenantDb,
  asked: readonly string[] | undefined,
): Promise<{ items: ViolationStats[] }> {
  const policyIds = asked ?? (await newestRules(db));
  const found = await db.sql<StatsRow>`
    select asked.policy_id, least(seen.violations, ${maxCounted}) as violations, seen.violations > ${maxCounted} as more,
      seen.incidents, seen.last
    from unnest(${[...policyIds]}::uuid[]) with ordinality as asked (policy_id, at)
    cross join lateral (
      select count(*)::int as violations, count(distinct incident_id)::int as incidents, max(recorded_at) as last
      from (
        select e.incident_id, e.recorded_at from policy_enforcements e
        where ${db.mine("e")} and e.policy_id = asked.policy_id and not e.shadow and e.action = any(${[...violationActions]})
        order by e.recorded_at desc limit ${maxCounted + 1}) newest) seen
    order by asked.at`;
  return {
    items: found.map(({ policy_id, violations, more, incidents, last }) => ({
      ...{ policy_id, violations, is_lower_bound: more, incidents },
      last_recorded_at: last?.toISOString() ?? null,
    })),
  };
}

async function newestRules(db: TenantDb): Promise<string[]> {
  const rules = await db.sql<{ id: string }>`
    select p.id from policy_rules p where ${db.mine("p")} and p.status = 'active'
    order by p.created_at desc, p.id desc limit ${maxStats}`;
  return rules.map(({ id }) => id);
}

function violationView(row: typeof policyEnforcements.$inferSelect): PolicyViolation {
  return {
    violation_id: row.id,
    run_id: row.runId,
    source: wordOf(decisionSources, row.source),
    policy_id: row.policyId,
    limit_id: row.limitId,
    policy_name: row.policyName,
    policy_version: row.policyVersion,
    action: wordOf(violationActions, row.action),
    violation_type: row.violationType === null ? null : wordOf(violationTypes, row.violationType),
    severity: row.severity === null ? null : wordOf(severities, row.severity),
    metric: row.metric,
    threshold_value: row.thresholdValue,
    actual_value: row.actualValue,
    projected: row.projected,
    reason: row.reason,
    step_index: row.stepIndex,
    incident_id: row.incidentId,
    recorded_at: row.recordedAt.toISOString(),
  };
}
