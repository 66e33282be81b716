// What time alone brings about: pauses that nobody released, silence, a duration limit, reservations that lapse.

import { systemPrincipal } from "@/server/platform/auth/principal";
import { blockedByTime } from "./blocked-by-time";
import { Draft } from "./draft";
import { dueAt, idleAt, pauseEndsAt } from "./due";
import { type Ending, endOf, endRun, sealRun } from "./ending";
import { endFrozen, frozenBy } from "./frozen";
import { incidentOfFailure } from "./incident-draft";
import { endPaused } from "./lifecycle";
import { isLive, type Outcome } from "./post";
import { presume } from "./usage";
import { openStepsOf, type World } from "./world";

export type SweepItem = { kind: "sweep"; runId: string };

const swept = { status: 200, bytes: Buffer.alloc(0) };

export function reduceSweep(world: World, item: SweepItem): Outcome {
  const run = world.runs.get(item.runId);
  if (run === undefined || !isLive(run)) return { change: null, answer: swept };
  const freeze = frozenBy(world, run);
  if (freeze !== null) return { change: endFrozen(world, { ...run }, freeze), answer: swept };
  const draft = new Draft(world, { ...run }, systemPrincipal(world.tenantId, "sweeper"), null);
  const settings = world.governance.get(run.runId)?.settings;
  const now = world.now.getTime();
  const pauseEnds = pauseEndsAt(run, settings?.pause_timeout_ms);
  const idle = idleAt(run, settings?.run_timeout_ms);
  if (pauseEnds !== null && now >= pauseEnds) endPaused(draft, "timed_out");
  else if (idle !== null && now >= idle) endIdle(draft);
  else {
    lapse(draft);
    if (!blockedByTime(draft)) draft.run.dueAt = dueAt(draft);
  }
  return { change: draft.change(), answer: swept };
}

function endIdle(draft: Draft): void {
  const incidentId = incidentOfFailure(draft, {
    type: "timeout",
    source: "run",
    code: "EXECUTION_TIMEOUT",
    message: null,
  });
  const ending: Ending = {
    status: "failed",
    reason: "timeout",
    cause: "timeout",
    note: "idle",
    stoppedAtStep: draft.run.lastStepIndex,
    violation: null,
    incidentId,
  };
  endRun(draft, ending);
  draft.append({ kind: "end", body: { end: endOf(ending), actor: { actor_type: "system", actor_id: "sweeper" } } });
  sealRun(draft, ending);
  draft.audit("run.timed_out", { last_seen_at: draft.run.lastSeenAt.toISOString() });
}

/** Reservations past their time: counted as presumed from now on, and no longer in the way as concurrency. */
function lapse(draft: Draft): void {
  for (const step of openStepsOf(draft.world, draft.run.runId, draft.effects.steps)) {
    if (step.state !== "open" || step.lapsesAt === null || step.lapsesAt > draft.now || step.admittedSeq === null)
      continue;
    presume(draft, step);
    draft.append({
      kind: "lapse",
      stepIndex: step.stepIndex,
      stepId: step.stepId,
      stepType: step.stepType,
      body: {
        admission_seq: step.admittedSeq,
        estimate: {
          input_tokens: step.estimateInputTokens,
          output_tokens: step.estimateOutputTokens,
          cost_units: step.estimateCostUnits,
        },
      },
    });
    draft.step({ ...step, state: "lapsed", lapsesAt: null });
    draft.announce("step.lapsed", { run_id: step.runId, step_index: step.stepIndex });
  }
}
