// What the chart of a run shows, as numbers: pure, so that it can be tested without looking.

import type { PolicyContext, SignalEvidence, TraceStepEvidence } from "@/server/exports/content/bundle-types";
import { clock, count, money } from "@/server/exports/pdf/figures";

/** More bars than this cannot be told apart; neighbours are then taken together. */
export const MOST_BARS = 96;

export type Bar = {
  firstStep: number;
  lastStep: number;
  value: number;
  /** The step never ran, or has not been reported: what was reserved for it. */
  isEstimate: boolean;
  isViolation: boolean;
  isNear: boolean;
};

export type RunChart = {
  title: string;
  bars: Bar[];
  /** Of the value axis. */
  top: number;
  threshold: { value: number; label: string } | null;
  /** Which bar is the inflection. */
  violationAt: number | null;
  violationLabel: string;
  axis: { first: string; last: string };
  shown: (value: number) => string;
  stepsPerBar: number;
};

type Measure = { unit: "tokens" | "cost"; isCumulative: boolean };

/** `decidedAt` of the step that broke policy, which a closing record in its place does not say. `isOther`: another incident's. */
export type Inflection = { decidedAt: string | null; isOther: boolean };

/** Null where there are no steps to show. */
export function runChart(
  steps: readonly TraceStepEvidence[],
  policy: PolicyContext,
  signals: readonly SignalEvidence[],
  inflection: Inflection = { decidedAt: null, isOther: false },
): RunChart | null {
  const first = steps[0];
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return null;
  const measure = measureOf(policy.metric);
  const near = new Set(signals.flatMap(({ signal_type, step_index }) => (signal_type === "near" ? [step_index] : [])));
  const bars = together(points(steps, measure, near));
  const threshold = thresholdOf(policy, measure);
  const violation = steps.find(({ is_inflection }) => is_inflection) ?? null;
  const at = bars.findIndex(({ isViolation }) => isViolation);
  const highest = Math.max(...bars.map(({ value }) => value), threshold?.value ?? 0);
  return {
    title: titleOf(measure),
    bars,
    top: highest === 0 ? 1 : highest * 1.12,
    threshold,
    violationAt: at < 0 ? null : at,
    violationLabel: violation === null ? "" : labelOf(violation, inflection),
    axis: {
      first: `step ${first.step_index} · ${clock(first.timestamp)}`,
      last: `step ${last.step_index} · ${clock(last.timestamp)}`,
    },
    shown: measure.unit === "tokens" ? count : money,
    stepsPerBar: Math.ceil(steps.length / MOST_BARS),
  };
}

// The closing record stands in the place of a step that was held back, and was written when the run ended.
function labelOf(step: TraceStepEvidence, { decidedAt, isOther }: Inflection): string {
  const at = isHeldBack(step) ? (decidedAt ?? step.timestamp) : step.timestamp;
  return `Step ${step.step_index}${isOther ? ", not this incident's" : ""} · ${clock(at)} UTC`;
}

function isHeldBack({ is_inflection, step_type }: TraceStepEvidence): boolean {
  return is_inflection && step_type === "violation";
}

function measureOf(metric: string | null): Measure {
  return {
    unit: metric?.includes("cost") ? "cost" : "tokens",
    isCumulative: metric === null || metric.startsWith("run."),
  };
}

function titleOf({ unit, isCumulative }: Measure): string {
  const what = unit === "tokens" ? "Tokens" : "Cost";
  return isCumulative ? `${what} of the run so far, step by step` : `${what} of each step`;
}

function points(steps: readonly TraceStepEvidence[], measure: Measure, near: ReadonlySet<number | null>): Bar[] {
  let sum = 0;
  return steps.map((step) => {
    const claimed = measure.unit === "tokens" ? step.tokens : step.cost_cents;
    const reserved = measure.unit === "tokens" ? step.estimated_tokens : step.estimated_cost_cents;
    const value = claimed ?? reserved;
    const reached = sum + value;
    // What was asked for at the inflection and not allowed was never used.
    if (claimed !== null || !step.is_inflection) sum = reached;
    return {
      firstStep: step.step_index,
      lastStep: step.step_index,
      value: measure.isCumulative ? reached : value,
      isEstimate: claimed === null && (reserved > 0 || isHeldBack(step)),
      isViolation: step.is_inflection,
      isNear: near.has(step.step_index),
    };
  });
}

/** Neighbours as one bar of their largest value; what is marked in one of them is marked. */
function together(bars: readonly Bar[]): Bar[] {
  const perBar = Math.ceil(bars.length / MOST_BARS);
  const groups: Bar[] = [];
  for (let at = 0; at < bars.length; at += perBar) {
    const group = bars.slice(at, at + perBar);
    const first = group[0];
    const last = group.at(-1);
    if (first === undefined || last === undefined) continue;
    groups.push({
      firstStep: first.firstStep,
      lastStep: last.lastStep,
      value: Math.max(...group.map(({ value }) => value)),
      isEstimate: group.some(({ isEstimate }) => isEstimate),
      isViolation: group.some(({ isViolation }) => isViolation),
      isNear: group.some(({ isNear }) => isNear),
    });
  }
  return groups;
}

/** Only where the policy's own measure is the one that is drawn. */
function thresholdOf(policy: PolicyContext, measure: Measure): RunChart["threshold"] {
  const drawn = ["run.tokens", "run.cost_cents", "step.tokens", "step.cost_cents"];
  if (policy.metric === null || policy.threshold_value === null || !drawn.includes(policy.metric)) return null;
  const value = Number(policy.threshold_value);
  if (!Number.isFinite(value)) return null;
  return { value, label: `limit ${measure.unit === "tokens" ? count(value) : money(value)}` };
}
