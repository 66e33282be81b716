// What the gate measures, in words: amounts with their units, and how a sentence says that one was too high.

import { count, duration, money } from "@/components/data/format";

type Kind = "tokens" | "money" | "duration" | "steps" | "runs" | "retries" | "repeats";
type Measure = { name: string; kind: Kind; of: "run" | "step" | "window"; tail?: string };

const measures: Readonly<Record<string, Measure>> = {
  "run.tokens": { name: "Tokens of the run", kind: "tokens", of: "run" },
  "run.input_tokens": { name: "Input tokens of the run", kind: "tokens", of: "run" },
  "run.output_tokens": { name: "Output tokens of the run", kind: "tokens", of: "run" },
  "run.cost_cents": { name: "Cost of the run", kind: "money", of: "run" },
  "run.steps": { name: "Steps of the run", kind: "steps", of: "run" },
  "run.duration_ms": { name: "Duration of the run", kind: "duration", of: "run" },
  "run.burn_rate_cents_per_minute": { name: "Cost a minute", kind: "money", of: "run", tail: " a minute" },
  "run.steps_per_minute": { name: "Steps a minute", kind: "steps", of: "run", tail: " a minute" },
  "run.repeats": { name: "Repeats of one call", kind: "repeats", of: "run" },
  "step.tokens": { name: "Tokens of a step", kind: "tokens", of: "step" },
  "step.cost_cents": { name: "Cost of a step", kind: "money", of: "step" },
  "step.duration_ms": { name: "Duration of a step", kind: "duration", of: "step" },
  "step.retries": { name: "Retries of a step", kind: "retries", of: "step" },
  TOKENS: { name: "Tokens in a window", kind: "tokens", of: "window" },
  COST_CENTS: { name: "Cost in a window", kind: "money", of: "window" },
  STEPS: { name: "Steps in a window", kind: "steps", of: "window" },
  RUNS: { name: "Runs in a window", kind: "runs", of: "window" },
  CONCURRENT_RUNS: { name: "Runs at the same time", kind: "runs", of: "window" },
};

/** The metric's name; an unknown one stays as it is written. */
export function metricName(metric: string): string {
  return measures[metric]?.name ?? metric;
}

/** Whether the metric grows with a whole run, and not with one step or a window. */
export function isOfRun(metric: string): boolean {
  return measures[metric]?.of === "run";
}

/** An amount in the metric's wire unit (tokens, cents, ms, counts), with its unit. null is unknown. */
export function amountOf(metric: string, value: number | string | null): string {
  const amount = value === null ? null : Number(value);
  if (amount === null || Number.isNaN(amount)) return "unknown";
  const measure = measures[metric];
  if (measure === undefined) return count(amount);
  const { kind, tail = "" } = measure;
  if (kind === "money") return money(amount) + tail;
  if (kind === "duration") return duration(amount);
  return `${count(amount)} ${amount === 1 ? singular[kind] : kind}${tail}`;
}

const singular = { tokens: "token", steps: "step", runs: "run", retries: "retry", repeats: "repeat" } as const;

/** The same without the unit's word, for beside an amount that has it: "10,000". Money and durations keep theirs. */
export function bareAmountOf(metric: string, value: number | string | null): string {
  const kind = measures[metric]?.kind;
  return kind === "money" || kind === "duration" || value === null ? amountOf(metric, value) : count(Number(value));
}

type Measured = { metric: string; actual: string; projected: boolean; name: string | null };

/** "it would have brought the run to 15,000 tokens": the part of a sentence behind its colon. */
export function reachedWords({ metric, actual, projected, name }: Measured): string {
  const measure = measures[metric];
  const amount = amountOf(metric, actual);
  if (metric === "run.duration_ms") return `the run had taken ${amount}`;
  if (metric === "run.repeats") return `the same call came ${amount.replace(/ repeats?$/, "")} times in a row`;
  if (measure?.of === "step") return projected ? `it would have taken ${amount}` : `it took ${amount}`;
  const whole = measure?.of === "window" ? (name === null ? "its window" : `“${name}”`) : "the run";
  return `it ${projected ? "would have brought" : "brought"} ${whole} to ${amount}`;
}
