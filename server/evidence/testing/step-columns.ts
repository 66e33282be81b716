// What a step claims and what was estimated of it, as the columns of `steps` have it.
import type { Estimate, StepClaims } from "../record";
import type { StepRow } from "../run-evidence";

export function claimColumns(step: StepClaims): Partial<StepRow> {
  return {
    ...(step.skill === undefined ? {} : { skill: step.skill }),
    ...(step.model === undefined ? {} : { model: step.model }),
    ...(step.status === undefined ? {} : { status: step.status }),
    ...(step.retry_count === undefined ? {} : { retryCount: step.retry_count }),
    ...(step.started_at === undefined ? {} : { claimedStartedAt: step.started_at }),
  };
}

export function estimateColumns(estimate: Estimate) {
  return {
    estimateInputTokens: estimate.input_tokens,
    estimateOutputTokens: estimate.output_tokens,
    estimateCostUnits: estimate.cost_units,
  };
}

export function estimateOf(row: StepRow): Estimate {
  return {
    input_tokens: row.estimateInputTokens,
    output_tokens: row.estimateOutputTokens,
    cost_units: row.estimateCostUnits,
  };
}
