import { runState, type ShownWorld } from "./answers";
import type { RunRow, StepRow } from "./rows";
import type { RunDetail } from "./wire";
import type { Governance } from "./world";

export type DetailParts = {
  world: ShownWorld;
  run: RunRow;
  governance: Governance | null;
  /** Open, lapsed and presumed steps. */
  unsettled: readonly StepRow[];
};

/** The run at the top level, as GET, complete, cancel and release answer it. */
export function runDetail({ world, run, governance, unsettled }: DetailParts): RunDetail {
  const state = runState(world, run, governance);
  return {
    ...state,
    run_id: run.runId,
    trace_id: run.traceId,
    agent_id: run.agentId,
    agent_verified: run.agentVerified,
    goal: run.goal,
    started_at: run.startedAt.toISOString(),
    last_seen_at: run.lastSeenAt.toISOString(),
    completed_at: run.completedAt?.toISOString() ?? null,
    paused_at: run.pausedAt?.toISOString() ?? null,
    end_note: run.endNote,
    refusal_reason: run.refusalReason,
    incident_id: run.incidentId,
    unsettled: run.openSteps + run.lapsedSteps,
    unsettled_steps: unsettled.map((step) => ({ step_index: step.stepIndex, step_id: step.stepId, state: step.state })),
    presumed_tokens: run.presumedInputTokens + run.presumedOutputTokens,
    late_records: run.lateRecords,
    overshoot: worstOvershoot(state.limits),
    violation: (run.violation as Record<string, unknown> | null) ?? null,
    policy_snapshot: governance?.summary ?? null,
  };
}

/** Of the token limits, in tokens: each limit's own overshoot stands beside it. */
function worstOvershoot(limits: RunDetail["limits"]): RunDetail["overshoot"] {
  const overs = limits.filter((limit) => limit.metric === "run.tokens").map((limit) => limit.overshoot);
  const total = (over: RunDetail["overshoot"]) => over.estimate_excess + over.reported;
  return overs.reduce((worst, over) => (total(over) > total(worst) ? over : worst), {
    estimate_excess: 0,
    reported: 0,
  });
}
