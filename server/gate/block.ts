// A block, whole: the run's end or pause, the inflection, the incident, the enforcement and prevention records, the audit
// entry and the outbox event. All of it is in the same change, so all of it commits or nothing does.

import { v7 as uuidv7 } from "uuid";
import type { Violation } from "@/server/evidence/record";
import type { Candidate, Decision } from "./decision";
import type { Draft } from "./draft";
import { dueAt } from "./due";
import { closeByPolicy, type Ending, endRun, markInflection, sealRun } from "./ending";
import { enforcementRow } from "./enforcement-rows";
import { type BlockMoment, incidentOfBlock } from "./incident-draft";
import type { Case } from "./step";

/** Sets what the answer must show; `close` then chains the closing records and seals, behind the step's own record. */
export function blockRun(draft: Draft, facts: Case, decision: Decision, seq: number): { close(): void } {
  const { winner } = decision;
  if (winner === null) throw new TypeError("a block without anything that blocks");
  const stepIndex = facts.index;
  const moment = facts.reading.phase;
  const incidentId = incidentOfBlock(draft, winner, { stepIndex, severity: decision.severity ?? "medium", moment });
  const place = { stepIndex, seq, incidentId, severity: decision.severity };
  draft.effects.enforcements.push(enforcementRow(draft, winner, place));
  recordBlock(draft, winner, { stepIndex, incidentId, moment });
  const ending = endingOf(draft, decision, { winner, stepIndex, incidentId });
  if (winner.enforcement === "pause") {
    pauseRun(draft, { winner, ending, stepKey: facts.reading.key });
    return { close() {} };
  }
  endRun(draft, ending);
  return {
    close() {
      markInflection(draft, stepIndex);
      closeByPolicy(draft, ending);
      sealRun(draft, ending);
    },
  };
}

type BlockPlace = { stepIndex: number; incidentId: string; moment: BlockMoment };

/** The prevention, the audit entry and the event of a block; a kill also freezes what its rule says. */
export function recordBlock(draft: Draft, winner: Candidate, at: BlockPlace): void {
  const detail = blockDetail(winner, at.stepIndex, at.incidentId);
  draft.effects.preventions.push(preventionOf(draft, winner, at));
  draft.audit(auditOf[winner.enforcement] ?? "run.stopped", detail);
  draft.announce("run.blocked", { ...detail, run_id: draft.run.runId });
  if (winner.enforcement === "kill") freezeOnKill(draft, winner);
}

const auditOf: Partial<Record<Candidate["enforcement"], string>> = {
  pause: "run.paused",
  stop: "run.stopped",
  kill: "run.killed",
};

function blockDetail(winner: Candidate, stepIndex: number, incidentId: string) {
  return {
    enforcement: winner.enforcement,
    source: winner.source,
    step_index: stepIndex,
    policy_id: winner.policy_id ?? undefined,
    limit_id: winner.limit_id ?? undefined,
    policy_version: winner.version ?? undefined,
    reason: winner.reason,
    incident_id: incidentId,
  };
}

/** The ending that a policy orders: `failed_policy`, `policy_block`, at that step. */
export function endingOf(
  draft: Draft,
  decision: Pick<Decision, "severity">,
  at: { winner: Candidate; stepIndex: number; incidentId: string },
): Ending {
  const { winner, stepIndex, incidentId } = at;
  const violation: Violation = {
    step_index: stepIndex,
    timestamp: draft.now.toISOString(),
    reason: winner.reason.slice(0, 512),
    source: winner.source,
    violation_type: winner.violation_type,
    severity: decision.severity ?? "medium",
    ...(winner.policy_id === null ? {} : { policy_id: winner.policy_id }),
    ...(winner.limit_id === null ? {} : { limit_id: winner.limit_id }),
    policy_name: winner.name,
    ...(winner.metric === null ? {} : { metric: winner.metric }),
    ...(winner.threshold === null ? {} : { threshold_value: winner.threshold }),
    ...(winner.actual === null ? {} : { actual_value: winner.actual }),
    projected: winner.projected,
  };
  return {
    status: "failed_policy",
    reason: "policy_block",
    cause: winner.enforcement,
    note: null,
    stoppedAtStep: stepIndex,
    violation,
    incidentId,
  };
}

function preventionOf(draft: Draft, winner: Candidate, at: BlockPlace) {
  return {
    tenantId: draft.world.tenantId,
    id: uuidv7(),
    runId: draft.run.runId,
    policyId: winner.policy_id,
    limitId: winner.limit_id,
    source: winner.source,
    action: winner.enforcement,
    stepIndex: at.stepIndex,
    incidentId: at.incidentId,
    outcome: hasRun(at.moment) ? "contained" : "prevented",
    recordedAt: draft.now,
  };
}

// By time alone what was over the limit is spent; what is asked for has not run yet.
function hasRun(moment: BlockMoment): boolean {
  return moment === "result" || moment === "time";
}

/**
 * Suspends the run; `ending` is what it comes to if nobody approves. A result may pause a run that is paused already: the
 * first pause goes on, and another limit that was passed meanwhile pauses again when the run does.
 */
export function pauseRun(draft: Draft, by: { winner: Candidate; ending: Ending; stepKey: string }): void {
  const { run } = draft;
  const { winner, ending } = by;
  if (ending.violation === null || ending.incidentId === null) throw new TypeError("a pause without its violation");
  const before = run.status === "paused" ? run.memory.pause : null;
  run.status = "paused";
  run.pausedAt ??= draft.now;
  if (before === null || before.key === winner.key) {
    draft.remember({
      pause: {
        key: winner.key,
        value: winner.value,
        units: winner.value === null ? null : limitUnitsOf(draft, winner.key),
        step_key: by.stepKey,
        policy_id: winner.policy_id,
        violation: ending.violation,
        incident_id: ending.incidentId,
      },
    });
  }
  run.dueAt = dueAt(draft);
}

function limitUnitsOf(draft: Draft, key: string): number | null {
  const limits = draft.world.governance.get(draft.run.runId)?.plan.limits ?? [];
  return limits.find((limit) => limit.key === key)?.units ?? null;
}

/** A kill may freeze the key or the agent behind it, in the same transaction. */
export function freezeOnKill(draft: Draft, winner: Candidate): void {
  const { run } = draft;
  const target =
    winner.on_kill === "freeze_key" ? run.apiKeyId : winner.on_kill === "freeze_agent" ? run.agentId : null;
  if (target === null) return;
  const type = winner.on_kill === "freeze_key" ? ("key" as const) : ("agent" as const);
  const createdBy = `policy:${winner.policy_id ?? winner.key}`;
  const id = uuidv7();
  draft.effects.freezes.push({ id, type, targetId: target, reason: winner.reason, createdBy, at: draft.now });
  draft.audit("freeze.set", { type, target, by: createdBy, reason: winner.reason }, { type: "freeze", id });
}
