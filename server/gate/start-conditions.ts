// Conditions bound to `run_start`: evaluated once, over who and what the run is.

import { endingOf, pauseRun, recordBlock } from "./block";
import { decide } from "./decide";
import type { Candidate, Decision, StepReading } from "./decision";
import type { Draft } from "./draft";
import { enforcementRow, noteWouldActs } from "./enforcement-rows";
import { incidentOfBlock } from "./incident-draft";
import { planAt, stillStep } from "./moments";
import type { Plan } from "./plan";
import { readRun } from "./readings";
import type { Refusal } from "./refusal";
import { decisionImage, inputsAtMoment } from "./step-record";

export type StartVerdict = { decision: Decision; step: StepReading; refusal: Refusal | null; isPaused: boolean };

/** Stop and kill refuse the start; a pause holds the run before its first step; a warn is noted. */
export function startVerdict(draft: Draft, plan: Plan): StartVerdict {
  const step = stillStep(0);
  const decision = decide({
    plan: planAt(plan, "run_start"),
    run: readRun(draft.run, null, draft.now),
    step,
    windows: [],
    now: draft.now,
    failureMode: draft.world.book.settings.failure_mode,
  });
  noteStart(draft, decision);
  const { winner, enforcement } = decision;
  const isRefused = winner !== null && (enforcement === "stop" || enforcement === "kill");
  return { decision, step, refusal: isRefused ? refusalBy(winner) : null, isPaused: enforcement === "pause" };
}

function noteStart(draft: Draft, decision: Decision): void {
  const place = { stepIndex: 0, seq: 0 };
  for (const one of decision.candidates) {
    if (one.enforcement === "warn") draft.effects.enforcements.push(enforcementRow(draft, one, place));
  }
  noteWouldActs(draft, decision.would, place);
  for (const passed of decision.passed) {
    draft.audit("policy.failure_passed", passed, { type: "policy", id: passed.policy_id });
  }
}

function refusalBy(winner: Candidate): Refusal {
  const named = winner.policy_id === null ? {} : { policy_id: winner.policy_id, policy_name: winner.name };
  return { reason: "policy", detail: winner.reason, ...named };
}

/** The run is held before its first step; the pause is the first record of its chain. */
export function pauseAtStart(draft: Draft, { decision, step }: StartVerdict): void {
  const { winner } = decision;
  if (winner === null) throw new TypeError("a pause without anything that pauses");
  const severity = decision.severity ?? "medium";
  const inputs = inputsAtMoment(draft, "run_start", step);
  const incidentId = incidentOfBlock(draft, winner, { stepIndex: 0, severity, moment: "run_start" });
  const { seq } = draft.append({ kind: "pause", body: { decision: decisionImage(decision), inputs } });
  draft.effects.enforcements.push(enforcementRow(draft, winner, { stepIndex: 0, seq, incidentId, severity }));
  recordBlock(draft, winner, { stepIndex: 0, incidentId, moment: "run_start" });
  pauseRun(draft, { winner, ending: endingOf(draft, decision, { winner, stepIndex: 0, incidentId }), stepKey: "" });
}
