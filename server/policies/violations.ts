// What policies did: every enforcement by a real rule, limit, default or failure mode that blocked or warned.

import { and, eq, gt, inArray, lt } from "drizzle-orm";
import { policyEnforcements } from "@/db/schema/enforcement";
import { decisionSources, severities, violationTypes } from "@/db/vocabulary";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { InputOf } from "@/server/platform/http/contract";
import { type ListAnswer, listPage } from "@/server/platform/http/list";
import type { listViolations } from "@/server/policies/contract";
import { wordOf } from "@/server/policies/definition";
import { isExactly } from "@/server/policies/filters";
import { type PolicyViolation, violationActions } from "@/server/policies/wire";

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
