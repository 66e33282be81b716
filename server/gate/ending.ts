// A run's end: what is open becomes presumed, the closing records are chained, the trace is sealed, and nothing is ever
// added to it again but addenda.

import type { EndNote, RunStatus, TerminationReason } from "@/db/vocabulary";
import { writeHash } from "@/server/evidence/hash";
import type { RecordBodies, RunEnd, Violation } from "@/server/evidence/record";
import { type OpenAdmission, type SealParts, sealHash, sealOf, traceStatusOf } from "@/server/evidence/seal";
import type { Draft } from "./draft";
import type { StepRow } from "./rows";
import { presume } from "./usage";
import { openStepsOf, stepKeyOf } from "./world";

export type Ending = {
  status: RunStatus;
  reason: TerminationReason;
  cause: string;
  note: EndNote | null;
  stoppedAtStep: number | null;
  violation: Violation | null;
  incidentId: string | null;
};

/**
 * Sets the run's end on the draft before its answer is made; `sealRun` then closes the chain. In between the caller
 * appends the record of the post that ended it.
 */
export function endRun(draft: Draft, ending: Ending): void {
  const { run } = draft;
  if (run.pausedAt !== null) {
    run.pausedMs += Math.max(0, draft.now.getTime() - run.pausedAt.getTime());
    run.pausedAt = null;
  }
  for (const step of openStepsOf(draft.world, run.runId, draft.effects.steps)) {
    if (step.state === "open") presume(draft, step);
    draft.step({ ...step, state: "presumed", lapsesAt: null });
  }
  run.status = ending.status;
  run.terminationReason = ending.reason;
  run.endNote = ending.note;
  run.stoppedAtStep = ending.stoppedAtStep;
  run.violation = ending.violation;
  run.violationPolicyId = ending.violation?.policy_id ?? null;
  run.incidentId = ending.incidentId ?? run.incidentId;
  run.completedAt = draft.now;
  run.dueAt = null;
}

/**
 * Marks the step at which a policy ended the run, as this change leaves it. A pausing admission left no step: there the
 * closing record is the inflection.
 */
export function markInflection(draft: Draft, stepIndex: number): void {
  const key = stepKeyOf(draft.run.runId, stepIndex);
  const step = draft.effects.steps.get(key) ?? draft.world.steps.get(key);
  if (step !== undefined) draft.step({ ...step, isInflection: true });
}

/**
 * The closing records of a run that a policy ended: `violation` and `stopped` take the next free indexes. `decided` is
 * the decision where no step's record holds it.
 */
export function closeByPolicy(
  draft: Draft,
  ending: Ending,
  decided: Pick<RecordBodies["pause"], "decision" | "inputs"> | Record<never, never> = {},
): void {
  const { violation } = ending;
  if (violation !== null) closing(draft, ending, { kind: "violation", body: { violation, ...decided } });
  closing(draft, ending, { kind: "stopped", body: { end: endOf(ending) } });
}

type ClosingParts =
  | { kind: "violation"; body: RecordBodies["violation"] }
  | { kind: "stopped"; body: RecordBodies["stopped"] };

function closing(draft: Draft, ending: Ending, parts: ClosingParts): void {
  const { run } = draft;
  const stepIndex = run.lastStepIndex + 1;
  run.lastStepIndex = stepIndex;
  const { seq } = draft.append({ ...parts, stepIndex, stepType: parts.kind });
  draft.step({
    ...emptyStep(draft, stepIndex, parts.kind),
    state: "settled",
    action: "block",
    resultSeq: seq,
    settledAt: draft.now,
    // An admission that paused left no step: the inflection then stands where that step would have been.
    isInflection: stepIndex === ending.violation?.step_index,
  });
}

export function emptyStep(draft: Draft, stepIndex: number, stepType: string): StepRow {
  return {
    tenantId: draft.world.tenantId,
    runId: draft.run.runId,
    stepIndex,
    stepId: null,
    stepType,
    state: "open",
    skill: null,
    model: null,
    status: null,
    retryCount: 0,
    estimateInputTokens: 0,
    estimateOutputTokens: 0,
    estimateCostUnits: 0,
    inputTokens: null,
    outputTokens: null,
    costUnits: null,
    costSource: null,
    durationMs: null,
    claimedStartedAt: null,
    reservations: null,
    lapsesAt: null,
    admittedSeq: null,
    resultSeq: null,
    action: "allow",
    isInflection: false,
    recordedAt: draft.now,
    settledAt: null,
  };
}

export function endOf(ending: Ending): RunEnd {
  return {
    cause: ending.cause,
    status: ending.status,
    termination_reason: ending.reason,
    ...(ending.stoppedAtStep === null ? {} : { stopped_at_step: ending.stoppedAtStep }),
    ...(ending.note === null ? {} : { note: ending.note }),
  };
}

/** Seals the trace over everything chained so far; from here on the run's head is the seal's hash. */
export function sealRun(draft: Draft, ending: Ending): void {
  const { run } = draft;
  const root = run.headHash;
  const seal = sealOf({ ...sealParts(draft, ending), root, count: run.seq });
  const hash = sealHash(seal);
  const { violation } = ending;
  draft.effects.traceEnds.push({
    traceId: run.traceId,
    status: traceStatusOf(ending.status),
    completedAt: draft.now,
    rootHash: root,
    seal,
    sealHash: hash,
    violationStepIndex: violation?.step_index ?? null,
    violationTimestamp: violation === null ? null : new Date(violation.timestamp),
    violationPolicyId: violation?.policy_id ?? null,
    violationReason: violation?.reason ?? null,
    incidentId: ending.incidentId,
  });
  run.headHash = hash;
  draft.leaf("seal", run.runId, hash);
  draft.announce("run.ended", {
    run_id: run.runId,
    status: ending.status,
    termination_reason: ending.reason,
    stopped_at_step: ending.stoppedAtStep,
    incident_id: ending.incidentId,
    seal_hash: writeHash(hash),
  });
}

function sealParts({ run, world, now, effects }: Draft, ending: Ending): Omit<SealParts, "root" | "count"> {
  const open = [...effects.steps.values()].filter((step) => step.runId === run.runId && step.state === "presumed");
  return {
    tenantId: world.tenantId,
    runId: run.runId,
    traceId: run.traceId,
    snapshotHash: world.snapshotHashes.get(run.runId) ?? null,
    totals: {
      input_tokens: run.inputTokens,
      output_tokens: run.outputTokens,
      cost_units: run.costUnits,
      steps: run.stepsCompleted,
    },
    status: ending.status,
    terminationReason: ending.reason,
    stoppedAtStep: ending.stoppedAtStep,
    violation: ending.violation,
    startedAt: run.startedAt,
    endedAt: now,
    openAdmissions: open.map(openAdmission),
  };
}

function openAdmission(step: StepRow): OpenAdmission {
  return {
    step_index: step.stepIndex,
    ...(step.stepId === null ? {} : { step_id: step.stepId }),
    estimate: {
      input_tokens: step.estimateInputTokens,
      output_tokens: step.estimateOutputTokens,
      cost_units: step.estimateCostUnits,
    },
  };
}
