// Amounts between the wire and the counters. Every counter is an integer: money in 1/10 000 cent, the rest as it is.

import type { LimitType, Metric } from "@/db/vocabulary";
import { plainDecimal as writePlainDecimal } from "@/server/evidence/snapshot-hash";

export const UNITS_PER_CENT = 10_000;
const FRACTION_DIGITS = 4;
const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

const moneyMetrics: ReadonlySet<Metric> = new Set<Metric>([
  "run.cost_cents",
  "run.burn_rate_cents_per_minute",
  "step.cost_cents",
]);

export function isMoneyMetric(metric: Metric): boolean {
  return moneyMetrics.has(metric);
}

/**
 * A limit in the integer unit its metric is counted in: cents and cents per minute in 1/10 000 cent, tokens, steps and
 * milliseconds as they are. Rounded down: an integer is over 10.5 exactly when it is over 10.
 * @throws RangeError when `decimal` is no plain decimal ≥ 0 or the result is beyond 2^53 − 1.
 */
export function limitUnits(metric: Metric, decimal: string): number {
  return scaled(decimal, isMoneyMetric(metric) ? FRACTION_DIGITS : 0).floor;
}

/** As `limitUnits`, for the maximum of a limit by what it counts. */
export function limitTypeUnits(limitType: LimitType, decimal: string): number {
  return scaled(decimal, limitType === "COST_CENTS" ? FRACTION_DIGITS : 0).floor;
}

/** 1/10 000 cent as the wire's cents: a number with at most 4 decimals. */
export function wireCents(units: number): number {
  return units / UNITS_PER_CENT;
}

/** Cents in 1/10 000 cent, rounded up: what was spent is never understated. @throws RangeError beyond 2^53 − 1 or below 0. */
export function centsToUnits(cents: number): number {
  const { floor, isExact } = scaled(plainDecimal(cents), FRACTION_DIGITS);
  return isExact ? floor : floor + 1;
}

/** A finite number without an exponent, in the shortest digits that name it: 1e-7 → "0.0000001". */
export function plainDecimal(value: number): string {
  return writePlainDecimal(value);
}

// By digits, not by multiplication: 285.0001 × 10 000 is not an integer in doubles.
function scaled(decimal: string, digits: number): { floor: number; isExact: boolean } {
  const match = DECIMAL.exec(decimal);
  if (match === null) throw new RangeError(`not a plain decimal: ${decimal}`);
  const fraction = match[2] ?? "";
  const floor = Number(`${match[1]}${fraction.slice(0, digits).padEnd(digits, "0")}`);
  if (!Number.isSafeInteger(floor)) throw new RangeError(`too large to be counted: ${decimal}`);
  return { floor, isExact: !/[1-9]/.test(fraction.slice(digits)) };
}
