// What the run's row says beside its end: who and what the run is, as its snapshot froze it, and what it has used and
// holds, as its records add up.
import { type CanonicalObject, jcs } from "./canonical";
import { demand, orFinding } from "./finding";
import { outstanding, type RunFold, type StepView } from "./fold";
import type { RunEvidence, RunRow } from "./run-evidence";

/** Throws a Finding unless run and trace are who the snapshot's context names; `context` is null for a refused run. */
export function verifyContext({ run, trace }: RunEvidence, context: CanonicalObject | null): void {
  demand((run.refusalReason === null) === (context !== null), "run_changed");
  if (context !== null) {
    for (const [member, value] of Object.entries(contextMembers(run))) {
      const isSame = orFinding("run_changed", null, () => jcs(value) === jcs(context[member] ?? null));
      demand(isSame, "run_changed");
    }
    // Snapshots of older runs do not say who started them.
    demand(context.started_by === undefined || context.started_by === run.startedBy, "run_changed");
  }
  demand(trace.agentId === run.agentId, "trace_changed");
}

/** Throws a Finding unless the row's last index and totals are those of the records, late usage included. */
export function verifyTotals(run: RunRow, fold: RunFold): void {
  const { totals, late } = fold;
  const held = outstanding(fold);
  const isOpen = (step: StepView) => step.state === "open";
  const open = sumOf(held.filter(isOpen));
  const presumed = sumOf(held.filter((step) => !isOpen(step)));
  const isSame =
    run.inputTokens === totals.input_tokens + late.input_tokens &&
    run.outputTokens === totals.output_tokens + late.output_tokens &&
    run.costUnits === totals.cost_units + late.cost_units &&
    run.stepsCompleted === totals.steps + late.steps &&
    run.lastStepIndex === fold.lastStepIndex &&
    run.reservedInputTokens === open.input_tokens &&
    run.reservedOutputTokens === open.output_tokens &&
    run.reservedCostUnits === open.cost_units &&
    run.openSteps === open.steps &&
    run.presumedInputTokens === presumed.input_tokens &&
    run.presumedOutputTokens === presumed.output_tokens &&
    run.presumedCostUnits === presumed.cost_units &&
    run.lapsedSteps === presumed.steps;
  demand(isSame, "run_changed");
}

// A null column is an absent member of the context.
function contextMembers(run: RunRow): { readonly [member: string]: unknown } {
  return {
    agent_id: run.agentId,
    agent_verified: run.agentVerified,
    api_key_id: run.apiKeyId,
    actor_type: run.actorType,
    actor_id: run.actorId,
    goal: run.goal,
    parent_run_id: run.parentRunId,
    project: run.project,
    provider: run.provider,
    model: run.model,
    source: run.source,
    tags: run.tags,
    synthetic: run.synthetic,
  };
}

function sumOf(steps: readonly StepView[]): RunFold["totals"] {
  const sum = { input_tokens: 0, output_tokens: 0, cost_units: 0, steps: steps.length };
  for (const { estimate } of steps) {
    sum.input_tokens += estimate.input_tokens;
    sum.output_tokens += estimate.output_tokens;
    sum.cost_units += estimate.cost_units;
  }
  return sum;
}
