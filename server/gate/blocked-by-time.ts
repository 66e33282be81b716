// `run.duration_ms` between posts: the sweeper decides as a post would, on the duration limits alone.

import { endingOf, pauseRun, recordBlock } from "./block";
import { decide } from "./decide";
import type { Candidate, Decision, SignalDraft, StepReading } from "./decision";
import type { Draft } from "./draft";
import { closeByPolicy, endRun, markInflection, sealRun } from "./ending";
import { enforcementRow, signalRows } from "./enforcement-rows";
import { incidentOfBlock } from "./incident-draft";
import { planAt, stillStep } from "./moments";
import { readRun } from "./readings";
import { decisionImage, inputsAtMoment } from "./step-record";

/** True when a duration limit ended or paused the run. */
export function blockedByTime(draft: Draft): boolean {
  const { run, world } = draft;
  const governance = world.governance.get(run.runId) ?? null;
  if (governance === null || run.pausedAt !== null) return false;
  const step = stillStep(run.lastStepIndex);
  const decision = decide({
    plan: planAt(governance.plan, "time"),
    run: readRun(run, null, world.now),
    step,
    windows: [],
    now: world.now,
    failureMode: governance.settings.failure_mode,
  });
  const inputs = inputsAtMoment(draft, "time", step);
  signal(draft, decision.signals);
  if (decision.winner === null || decision.action !== "block") return false;
  block(draft, decision, { winner: decision.winner, step, inputs });
  return true;
}

function signal(draft: Draft, drafts: readonly SignalDraft[]): void {
  if (drafts.length === 0) return;
  draft.effects.signals.push(...signalRows(draft, drafts, { stepIndex: null, seq: draft.run.seq + 1 }));
  const given = Object.fromEntries(drafts.map((one) => [one.key, one.type]));
  draft.remember({ signalled: { ...draft.run.memory.signalled, ...given } });
}

type ByTime = { winner: Candidate; step: StepReading; inputs: ReturnType<typeof inputsAtMoment> };

function block(draft: Draft, decision: Decision, { winner, step, inputs }: ByTime): void {
  const stepIndex = step.index;
  const severity = decision.severity ?? "medium";
  const decided = { decision: decisionImage(decision), inputs };
  const incidentId = incidentOfBlock(draft, winner, { stepIndex, severity, moment: "time" });
  const place = { stepIndex, seq: draft.run.seq + 1, incidentId, severity };
  draft.effects.enforcements.push(enforcementRow(draft, winner, place));
  recordBlock(draft, winner, { stepIndex, incidentId, moment: "time" });
  const ending = endingOf(draft, decision, { winner, stepIndex, incidentId });
  if (winner.enforcement === "pause") {
    draft.append({ kind: "pause", body: decided });
    pauseRun(draft, { winner, ending, stepKey: "" });
    return;
  }
  const timed = { ...ending, note: "duration" as const };
  endRun(draft, timed);
  markInflection(draft, stepIndex);
  closeByPolicy(draft, timed, decided);
  sealRun(draft, timed);
}
