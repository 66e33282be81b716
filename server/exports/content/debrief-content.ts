// The executive debrief: what happened, what it meant and what to do, in sentences made from the same rows as the evidence.

import { headOf } from "@/server/exports/content/bundle-head";
import type { KeyFigure } from "@/server/exports/content/bundle-types";
import { costAvoidedOf } from "@/server/exports/content/cost-avoided";
import type { CostAvoided, ExecutiveDebriefBundle } from "@/server/exports/content/debrief-bundle-types";
import type { DebriefFacts } from "@/server/exports/content/debrief-facts";
import { costFactsOf, debriefFactsOf } from "@/server/exports/content/debrief-reading";
import { businessImpactOf, incidentSummaryOf } from "@/server/exports/content/debrief-words";
import { recommendedActionsOf } from "@/server/exports/content/recommended-actions";
import { type ResponseFacts, responseFactsOf } from "@/server/exports/content/response-facts";
import { riskOf } from "@/server/exports/content/risk";
import { runContentOf } from "@/server/exports/content/run-content";
import { runFigures } from "@/server/exports/content/run-figures";
import { type ContentRequest, readSubject, type Subject } from "@/server/exports/content/subject";
import type { TenantDb } from "@/server/platform/db/tenant-db";

const remediation = { active: "pending", acknowledged: "in_progress", resolved: "completed" } as const;

/**
 * The executive debrief of an incident. `db` must read one state throughout (`asTenant` with `isSnapshot`).
 * @throws NotFound when the tenant has no such incident.
 */
export async function debriefContent(db: TenantDb, request: ContentRequest): Promise<ExecutiveDebriefBundle> {
  const subject = await readSubject(db, request);
  const { content } = await runContentOf(subject, false);
  const response = await responseFactsOf(subject);
  const facts = await debriefFactsOf(subject, { content, response });
  const avoided = costAvoidedOf(await costFactsOf(subject, { content, response }));
  const risk = riskOf(riskFacts(facts, subject));
  noteUnknownTimes(subject, response, avoided);
  const figures = [...(await runFigures(subject, content, response)), avoidedFigure(avoided)];
  return {
    ...(await headOf(subject, "executive_debrief", figures)),
    incident_summary: incidentSummaryOf(facts),
    business_impact: businessImpactOf(facts),
    risk_level: risk.level,
    risk_reason: risk.reason,
    ...{ run_id: content.run_id, trace_id: content.trace_id, agent_id: content.agent_id },
    incident_id: content.incident_id,
    policy_violated: subject.violation?.policy_name ?? null,
    ...violationOf(subject),
    ...timesOf(subject, response),
    recommended_actions: recommendedActionsOf(facts),
    remediation_status: remediation[facts.incident.status],
    remediation_notes: subject.incident.resolutionNotes,
    cost_incurred_cents: content.total_cost_cents,
    cost_prevented_cents: avoided.value_cents,
    cost_avoided: avoided,
    prepared_for: request.export.preparedFor,
    prepared_by: subject.names.of(request.export.requestedBy),
    classification: "INTERNAL",
    incident_timeline: content.incident_timeline,
    integrity: content.integrity,
    content_hash: content.content_hash,
  };
}

// With a violation record in the chain a file is held to its step and time (docs/evidence-format.md §16): where the
// incident's own are others, they stand in `incident.violation` alone.
function violationOf({ violation, runViolation }: Subject) {
  const own = { violation_step_index: violation?.step_index ?? null, violation_time: violation?.timestamp ?? null };
  const isRuns = runViolation?.step_index === own.violation_step_index && runViolation.timestamp === own.violation_time;
  return runViolation === null || isRuns ? own : {};
}

function timesOf({ incident }: Subject, { times, containedAt }: ResponseFacts) {
  return {
    detection_time: incident.createdAt.toISOString(),
    contained_at: containedAt?.toISOString() ?? null,
    time_to_detect_seconds: times.detect.seconds,
    time_to_contain_seconds: times.contain.seconds,
    time_to_acknowledge_seconds: times.acknowledge.seconds,
    time_to_resolve_seconds: times.resolve.seconds,
  };
}

function noteUnknownTimes({ unknowns }: Subject, { times }: ResponseFacts, avoided: CostAvoided): void {
  const reasons = {
    time_to_detect_seconds: times.detect.reason,
    time_to_contain_seconds: times.contain.reason,
    time_to_acknowledge_seconds: times.acknowledge.reason,
    time_to_resolve_seconds: times.resolve.reason,
    cost_prevented_cents: avoided.unknown_because,
  };
  for (const [field, reason] of Object.entries(reasons)) if (reason !== null) unknowns.push({ field, reason });
}

function riskFacts({ incident, hold, recurrences, isVerified }: DebriefFacts, subject: Subject) {
  const { severity, status, slaState } = incident;
  const wasPrevented = hold?.beforeTheStep === true;
  return {
    severity,
    status,
    slaState,
    recurrences,
    isVerified,
    wasPrevented,
    escalationLevel: subject.incident.escalationLevel,
  };
}

function avoidedFigure({ value_cents, formula, unknown_because }: CostAvoided): KeyFigure {
  return {
    id: "cost_avoided_cents",
    label: "Cost avoided (estimate)",
    value: value_cents,
    unit: "cents",
    assurance: "mixed",
    is_estimate: true,
    formula,
    unknown_because,
  };
}
