// How documents write numbers and instants inside sentences. One way, whatever the locale of the machine.

/** 1,234 steps; 1 step. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}

/** Cents as dollars: 450 → $4.50; finer fractions are kept. */
export function cents(value: number): string {
  const units = Math.round(value * 10_000);
  const [whole, fraction] = [Math.floor(units / 1_000_000), String(units % 1_000_000).padStart(6, "0")];
  return `$${grouped(whole)}.${fraction.slice(0, 2)}${fraction.slice(2).replace(/0+$/, "")}`;
}

/** 2026-01-22T09:30:06.250Z → 2026-01-22 09:30:06 UTC. */
export function instantText(iso: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(iso)
    ? `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
    : "an unknown time";
}

/** `policy_block` as words. */
export function plain(identifier: string): string {
  return identifier.replace(/[_.]/g, " ").toLowerCase();
}

const units: Readonly<Record<string, string>> = {
  "run.tokens": "token",
  "run.input_tokens": "input token",
  "run.output_tokens": "output token",
  "run.steps": "step",
  "run.repeats": "repetition",
  "step.tokens": "token",
  "step.retries": "retry",
};

/** An amount of a metric in words: 5,000 tokens, $2.85, 1,200 ms; the bare number where the metric has no unit. */
export function amountOf(metric: string | null, decimal: string): string {
  const value = Number(decimal);
  if (metric === "run.cost_cents" || metric === "step.cost_cents") return cents(value);
  if (metric?.endsWith("duration_ms")) return `${grouped(value)} ms`;
  const unit = metric === null ? undefined : units[metric];
  return unit === undefined ? decimal : count(value, unit, unit === "retry" ? "retries" : `${unit}s`);
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+(?!\d))/g, ",");
}
