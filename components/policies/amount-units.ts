// Forms ask for dollars and seconds, the wire takes cents and milliseconds. Digits are moved, never multiplied: 0.07 × 100
// is 7.000000000000001 in doubles.

import type { LimitType, Metric } from "@/db/vocabulary";

interface FormUnit {
  /** Stands in the field. */
  label: string;
  /** Decimal places between the form's unit and the wire's. */
  places: number;
}

const dollars: FormUnit = { label: "dollars", places: 2 };
const seconds: FormUnit = { label: "seconds", places: 3 };
const counted = (label: string): FormUnit => ({ label, places: 0 });

const units: Readonly<Record<Metric | LimitType, FormUnit>> = {
  "run.tokens": counted("tokens"),
  "run.input_tokens": counted("tokens"),
  "run.output_tokens": counted("tokens"),
  "run.cost_cents": dollars,
  "run.steps": counted("steps"),
  "run.duration_ms": seconds,
  "run.burn_rate_cents_per_minute": { label: "dollars a minute", places: 2 },
  "run.steps_per_minute": counted("steps a minute"),
  "run.repeats": counted("in a row"),
  "step.tokens": counted("tokens"),
  "step.cost_cents": dollars,
  "step.duration_ms": seconds,
  "step.retries": counted("retries"),
  COST_CENTS: dollars,
  TOKENS: counted("tokens"),
  RUNS: counted("runs"),
  STEPS: counted("steps"),
  CONCURRENT_RUNS: counted("runs"),
};

export function formUnit(of: Metric | LimitType): FormUnit {
  return units[of];
}

/** What was typed, in the wire's unit. Text that is no plain decimal stays as it is: the server says what is wrong. */
export function toWireAmount(typed: string, of: Metric | LimitType): string {
  return shifted(typed.trim().replaceAll(",", ""), formUnit(of).places);
}

/** A value of the wire for the form's field. */
export function toFormAmount(value: number | null, of: Metric | LimitType): string {
  return value === null ? "" : shifted(plain(value), -formUnit(of).places);
}

/** Moves the decimal point to the right, or to the left for negative places. */
export function shifted(decimal: string, places: number): string {
  const match = /^(\d+)(?:\.(\d*))?$/.exec(decimal);
  if (match === null) return decimal;
  const [, whole = "", fraction = ""] = match;
  const digits = whole.padStart(Math.max(0, -places) + 1, "0") + fraction.padEnd(Math.max(0, places), "0");
  const point = Math.max(whole.length, Math.max(0, -places) + 1) + places;
  const head = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const tail = digits.slice(point).replace(/0+$/, "");
  return tail === "" ? head : `${head}.${tail}`;
}

// Amounts of the wire have at most 4 decimals, and `String` writes only smaller ones with an exponent.
function plain(value: number): string {
  return value >= 1e21 ? value.toFixed(0) : String(value);
}
