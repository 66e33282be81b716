// How a metric reads at a step. Additive metrics are checked against what was settled, reserved and presumed; the others
// are a value of this moment.

import type { Metric } from "@/db/vocabulary";
import type { RunReading, StepReading } from "./decision";

export type Quantity =
  | { additive: true; used: number; reserved: number; presumed: number; amount: number; excess: number }
  | { additive: false; value: number };

export function quantityOf(metric: Metric, run: RunReading, step: StepReading): Quantity {
  const { meters } = run;
  switch (metric) {
    case "run.tokens":
      return additive(meters.tokens, step.input_tokens + step.output_tokens);
    case "run.input_tokens":
      return additive(meters.input_tokens, step.input_tokens);
    case "run.output_tokens":
      return additive(meters.output_tokens, step.output_tokens);
    case "run.cost_cents":
      return additive(meters.cost_units, step.cost_units ?? 0);
    case "run.steps":
      return additive(meters.steps, 1);
    case "run.burn_rate_cents_per_minute":
      return additive({ ...meters.cost_units, used: run.minute.cost_units, presumed: 0 }, step.cost_units ?? 0);
    case "run.steps_per_minute":
      return additive({ ...meters.steps, used: run.minute.steps, presumed: 0 }, 1);
    case "run.duration_ms":
      return { additive: false, value: run.duration_ms };
    case "run.repeats":
      return { additive: false, value: step.repeats };
    case "step.tokens":
      return { additive: false, value: step.input_tokens + step.output_tokens };
    case "step.cost_cents":
      return { additive: false, value: step.cost_units ?? 0 };
    case "step.duration_ms":
      return { additive: false, value: step.duration_ms };
    case "step.retries":
      return { additive: false, value: step.retries };
  }
}

function additive(
  meter: { used: number; reserved: number; presumed: number; excess: number },
  amount: number,
): Quantity {
  return {
    additive: true,
    used: meter.used,
    reserved: meter.reserved,
    presumed: meter.presumed,
    amount,
    excess: meter.excess,
  };
}

const money: ReadonlySet<string> = new Set([
  "run.cost_cents",
  "run.burn_rate_cents_per_minute",
  "step.cost_cents",
  "COST_CENTS",
]);

export function isMoney(metric: string): boolean {
  return money.has(metric);
}

/** Units of a metric as the wire writes them: money in cents with up to four decimals, everything else as it is. */
export function wireText(metric: string, units: number): string {
  if (!isMoney(metric)) return String(units);
  const cents = Math.floor(units / 10_000);
  const rest = units - cents * 10_000;
  return rest === 0 ? String(cents) : `${cents}.${String(rest).padStart(4, "0").replace(/0+$/, "")}`;
}

/** What a percentage of a limit is; null for a limit of 0, which has none. At most two decimals, rounded down. */
export function percentageOf(value: number, limit: number): number | null {
  if (limit === 0) return null;
  // Multiplied first, and exactly: in doubles 1001 / 1000 is a little less than 100.1 %.
  const scaled = value * 10_000;
  if (Number.isSafeInteger(scaled)) return Math.floor(scaled / limit) / 100;
  return Number((BigInt(value) * 10_000n) / BigInt(limit)) / 100;
}
