// "Not now": the step is not kept, the run stays live, and asking again decides again. One enforcement row per step key
// and limit, with a count beside it.

import { decisionAnswer, runState } from "./answers";
import type { Decision } from "./decision";
import type { Draft } from "./draft";
import { dueAt } from "./due";
import { enforcementRow, noteWouldActs } from "./enforcement-rows";
import type { Outcome } from "./post";
import type { Case } from "./step";
import type { StepAnswer } from "./wire";

export function refuse(draft: Draft, facts: Case, decision: Decision): Outcome {
  const { post } = facts;
  const { run } = draft;
  run.dueAt = dueAt(draft);
  const place = { stepIndex: post.stepIndex, seq: null, severity: decision.severity };
  for (const candidate of decision.candidates.filter((one) => one.enforcement === "refuse")) {
    const dedupeKey = `refuse:${facts.reading.key}:${candidate.key}`;
    const enforcement = { ...enforcementRow(draft, candidate, place), dedupeKey };
    const audit = draft.auditOf("step.refused", {
      step_key: facts.reading.key,
      limit: candidate.key,
      reason: candidate.reason,
    });
    draft.effects.refusals.push({ runId: run.runId, dedupeKey, enforcement, audit, cost: null, at: draft.now });
  }
  noteWouldActs(draft, decision.would, place);
  for (const passed of decision.passed) {
    draft.audit("policy.failure_passed", passed, { type: "policy", id: passed.policy_id });
  }
  noteRefusal(draft, facts, decision);
  const bytes = Buffer.from(JSON.stringify(refusalAnswer(draft, facts, decision)), "utf8");
  return {
    change: draft.change(),
    answer: { status: 200, bytes, retryAfterMs: decision.retry_after_ms, isProvisional: true },
  };
}

function noteRefusal(draft: Draft, facts: Case, decision: Decision): void {
  draft.announce("step.refused", {
    run_id: draft.run.runId,
    step_key: facts.reading.key,
    reason: decision.reason,
    limit: decision.winner?.key,
  });
}

function refusalAnswer(draft: Draft, { post }: Case, decision: Decision): StepAnswer {
  const { run } = draft;
  return {
    run_id: run.runId,
    step_index: post.stepIndex,
    step_id: post.stepId,
    phase: "admission",
    seq: null,
    recorded_at: draft.now.toISOString(),
    decision: decisionAnswer(decision, draft.now),
    run: runState(draft.world, run, draft.world.governance.get(run.runId) ?? null),
    signals: [],
    incident_id: null,
    retry_after_ms: decision.retry_after_ms,
    content_hash: null,
  };
}
