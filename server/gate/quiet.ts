// The index behind decide: for each metric the smallest value at which any limit could act or signal. A step below all of
// them, which nearly every step is, is decided by a handful of comparisons, however many limits there are.

import type { Metric } from "@/db/vocabulary";
import type { Meter, RunReading, StepReading } from "./decision";
import type { PlanLimit } from "./plan";

/** Exclusive, in the metrics' integer units. */
export type Ceilings = { readonly [M in Metric]: number };

const unlimited: Ceilings = {
  "run.tokens": Number.POSITIVE_INFINITY,
  "run.input_tokens": Number.POSITIVE_INFINITY,
  "run.output_tokens": Number.POSITIVE_INFINITY,
  "run.cost_cents": Number.POSITIVE_INFINITY,
  "run.steps": Number.POSITIVE_INFINITY,
  "run.burn_rate_cents_per_minute": Number.POSITIVE_INFINITY,
  "run.steps_per_minute": Number.POSITIVE_INFINITY,
  "run.duration_ms": Number.POSITIVE_INFINITY,
  "run.repeats": Number.POSITIVE_INFINITY,
  "step.tokens": Number.POSITIVE_INFINITY,
  "step.cost_cents": Number.POSITIVE_INFINITY,
  "step.duration_ms": Number.POSITIVE_INFINITY,
  "step.retries": Number.POSITIVE_INFINITY,
};

/** Null where a limit must look at every value, because it remembers the last one. */
export function ceilingsOf(limits: readonly PlanLimit[]): Ceilings | null {
  if (limits.some((limit) => limit.bind_at === "on_change")) return null;
  const ceilings = { ...unlimited };
  for (const limit of limits) ceilings[limit.metric] = Math.min(ceilings[limit.metric], ceilingOf(limit));
  return ceilings;
}

// NEAR comes before the limit itself. Rounded down, so that a value below it is below the exact percentage too.
function ceilingOf({ units, near_percentage }: PlanLimit): number {
  const near = units * near_percentage;
  return Number.isSafeInteger(near) ? Math.floor(near / 100) : Number.NEGATIVE_INFINITY;
}

/** True only when no limit acts and none signals at this step. */
export function isBelow(ceilings: Ceilings, run: RunReading, step: StepReading): boolean {
  const { meters, minute } = run;
  const tokens = step.input_tokens + step.output_tokens;
  const cost = step.cost_units ?? 0;
  return (
    held(meters.tokens) + tokens < ceilings["run.tokens"] &&
    held(meters.input_tokens) + step.input_tokens < ceilings["run.input_tokens"] &&
    held(meters.output_tokens) + step.output_tokens < ceilings["run.output_tokens"] &&
    held(meters.cost_units) + cost < ceilings["run.cost_cents"] &&
    held(meters.steps) + 1 < ceilings["run.steps"] &&
    minute.cost_units + meters.cost_units.reserved + cost < ceilings["run.burn_rate_cents_per_minute"] &&
    minute.steps + meters.steps.reserved + 1 < ceilings["run.steps_per_minute"] &&
    run.duration_ms < ceilings["run.duration_ms"] &&
    step.repeats < ceilings["run.repeats"] &&
    tokens < ceilings["step.tokens"] &&
    cost < ceilings["step.cost_cents"] &&
    step.duration_ms < ceilings["step.duration_ms"] &&
    step.retries < ceilings["step.retries"]
  );
}

function held(meter: Meter): number {
  return meter.used + meter.presumed + meter.reserved;
}
