// What evidence and SOC2 bundles share: the run, its steps, what acted on it, and whether all of it holds.

import { asc, eq } from "drizzle-orm";
import { steps } from "@/db/schema/activity";
import { policyEnforcements, thresholdSignals } from "@/db/schema/enforcement";
import { raisedSignals } from "@/db/vocabulary";
import { durationOf, endOf, hasUnpriced } from "@/server/activity/run-view";
import type {
  EnforcementEvidence,
  IntegrityEvidence,
  RunEvidenceContent,
  SignalEvidence,
} from "@/server/exports/content/bundle-types";
import { chainOfCustody } from "@/server/exports/content/custody";
import { incidentTimelineOf } from "@/server/exports/content/incident-content";
import { type IncidentMarks, incidentMarksOf } from "@/server/exports/content/incident-marks";
import { integrityOf } from "@/server/exports/content/integrity-content";
import { type LeafRefs, leafRefsOf } from "@/server/exports/content/leaf-refs";
import { overridesOfRun } from "@/server/exports/content/overrides";
import { type FrozenPolicies, policyContextOf, readFrozenPolicies } from "@/server/exports/content/policy-context";
import type { Subject, SubjectRun } from "@/server/exports/content/subject";
import { known } from "@/server/incidents/wire";
import { wireCents } from "@/server/policies/amounts";

export type RunContent = {
  content: RunEvidenceContent;
  frozen: FrozenPolicies | null;
  leafOf: LeafRefs;
  integrity: IntegrityEvidence;
  marks: IncidentMarks;
};

/** The steps are counted and not read: whoever writes the file writes them from `stepPages`. `withSteps`: they will be. */
export async function runContentOf(
  subject: Subject,
  withSteps: boolean = subject.request.export.includeRawSteps,
): Promise<RunContent> {
  const { run, request } = subject;
  const frozen = await readFrozenPolicies(subject);
  const marks = await incidentMarksOf(subject);
  const leafOf = await leavesBehind(subject, marks);
  const integrity = await integrityOf(subject, leafOf);
  const violation = subject.runViolation ?? subject.violation;
  const content: RunEvidenceContent = {
    ...identityOf(subject),
    policy_context: await policyContextOf(subject, frozen),
    violation_step_index: violation?.step_index ?? null,
    violation_timestamp: violation?.timestamp ?? null,
    ...(await stepsOf(subject, withSteps)),
    ...totalsOf(subject),
    run_goal: run?.goal ?? null,
    run_started_at: run?.startedAt.toISOString() ?? null,
    run_completed_at: run?.completedAt?.toISOString() ?? null,
    termination_reason: run === null ? null : endOf(run).termination_reason,
    end_note: run?.endNote ?? null,
    exported_by: request.export.requestedBy,
    export_reason: request.export.exportReason,
    content_hash: integrity.seal_hash,
    signals: await signalsOf(subject),
    enforcements: await enforcementsOf(subject),
    overrides_used: await overridesOfRun(subject),
    incident_timeline: await incidentTimelineOf(subject),
    chain_of_custody: await chainOfCustody(subject, { frozen, integrity, leafOf, marks }),
    integrity,
  };
  noteUnknowns(subject, content);
  return { content, frozen, leafOf, integrity, marks };
}

function leavesBehind({ db, run }: Subject, marks: IncidentMarks): Promise<LeafRefs> {
  return leafRefsOf(db, [
    { kind: "snapshot", id: run?.snapshotId ?? null },
    { kind: "seal", id: run?.runId ?? null },
    { kind: "incident_event", id: marks.created },
    { kind: "incident_event", id: marks.acknowledged },
    { kind: "incident_event", id: marks.resolved },
    { kind: "audit", id: marks.audit?.id ?? null },
  ]);
}

function identityOf({ run, incident, names }: Subject) {
  return {
    run_id: incident.sourceRunId,
    incident_id: incident.id,
    trace_id: incident.traceId ?? run?.traceId ?? null,
    agent_id: run?.agentId ?? incident.agentId,
    agent_verified: run?.agentVerified ?? null,
    run_status: run === null ? null : endOf(run).status,
    started_by: names.orNull(run?.startedBy ?? null),
  };
}

async function stepsOf(
  { db, run, questions }: Subject,
  withSteps: boolean,
): Promise<Pick<RunEvidenceContent, "steps" | "steps_included" | "total_steps">> {
  if (run === null) return { steps: [], steps_included: false, total_steps: null };
  const total = await db.count(steps, eq(steps.runId, run.runId));
  questions.note({
    id: "steps",
    reads: ["steps", "trace_records"],
    condition: "run_id = run_id, every step, by step_index",
    parameters: { run_id: run.runId },
    rows: total,
  });
  return { steps: [], steps_included: withSteps, total_steps: total };
}

/** What the run came to; late results included, as far as they were charged. */
function totalsOf({ run }: Subject) {
  if (run === null) {
    return {
      ...{ steps_completed: null, stopped_at_step: null, total_duration_ms: null, total_tokens: null },
      ...{ total_cost_cents: null, cost_is_complete: null, presumed_tokens: null, presumed_cost_cents: null },
    };
  }
  return {
    steps_completed: run.stepsCompleted,
    stopped_at_step: run.stoppedAtStep,
    total_duration_ms: durationOf(run),
    total_tokens: run.inputTokens + run.outputTokens,
    total_cost_cents: costOf(run),
    cost_is_complete: !hasUnpriced(run.memory),
    presumed_tokens: run.presumedInputTokens + run.presumedOutputTokens,
    presumed_cost_cents: wireCents(run.presumedCostUnits),
  };
}

/** Where nothing had a price there is no cost to tell; where something had, it is a lower bound. */
export function costOf(run: Pick<SubjectRun, "costUnits" | "memory">): number | null {
  return run.costUnits === 0 && hasUnpriced(run.memory) ? null : wireCents(run.costUnits);
}

async function signalsOf({ db, run, questions }: Subject): Promise<SignalEvidence[]> {
  if (run === null) return [];
  const rows = await db.rows(thresholdSignals, {
    where: eq(thresholdSignals.runId, run.runId),
    orderBy: [asc(thresholdSignals.seq), asc(thresholdSignals.id)],
  });
  const parameters = { run_id: run.runId };
  questions.note({
    id: "signals",
    reads: ["threshold_signals"],
    condition: "run_id = run_id",
    parameters,
    rows: rows.length,
  });
  return rows.map((row) => ({
    signal_id: row.id,
    signal_type: known(raisedSignals, row.signalType),
    recorded_at: row.recordedAt.toISOString(),
    step_index: row.stepIndex,
    metric: row.metric,
    current_value: row.currentValue,
    threshold_value: row.thresholdValue,
    percentage: row.percentage === null ? null : Number(row.percentage),
    source: row.source,
    policy_id: row.policyId,
    limit_id: row.limitId,
    enforcement: row.enforcement,
  }));
}

/** All that acted, or would have; posts after the end stand there too. */
async function enforcementsOf({ db, run, questions }: Subject): Promise<EnforcementEvidence[]> {
  if (run === null) return [];
  const rows = await db.rows(policyEnforcements, {
    where: eq(policyEnforcements.runId, run.runId),
    orderBy: [asc(policyEnforcements.recordedAt), asc(policyEnforcements.id)],
  });
  const parameters = { run_id: run.runId };
  questions.note({
    id: "enforcements",
    reads: ["policy_enforcements"],
    condition: "run_id = run_id",
    parameters,
    rows: rows.length,
  });
  return rows.map((row) => ({
    enforcement_id: row.id,
    recorded_at: row.recordedAt.toISOString(),
    action: row.action,
    source: row.source,
    policy_id: row.policyId,
    limit_id: row.limitId,
    policy_name: row.policyName,
    policy_version: row.policyVersion,
    step_index: row.stepIndex,
    shadow: row.shadow,
    reason: row.reason,
  }));
}

function noteUnknowns({ unknowns, run }: Subject, content: RunEvidenceContent): void {
  const note = (field: keyof RunEvidenceContent, reason: string): void => {
    if (content[field] === null) unknowns.push({ field, reason });
  };
  if (run === null) {
    for (const field of ["run_id", "trace_id", "total_steps", "total_tokens", "total_cost_cents"] as const) {
      note(field, "the incident has no run");
    }
    return;
  }
  note("total_cost_cents", "no usage of the run had a price");
  note("total_duration_ms", "the run is live");
  note("termination_reason", "the run is live");
  note("content_hash", "the run is live and not sealed");
  note("violation_step_index", "no step of the run violated a policy");
}
