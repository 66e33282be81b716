// NEAR and BREACH: once each per run and limit, or per window; counted on what has settled, never on estimates.

import type { SignalType } from "@/db/vocabulary";
import { windowQuantity } from "./candidates";
import type { RunReading, SignalDraft, StepReading, WindowReading } from "./decision";
import { percentageOf, quantityOf, wireText } from "./measure";
import type { PlanLimit } from "./plan";

/** The signals this step gives. */
export function signalsOf(
  limits: readonly PlanLimit[],
  windows: readonly WindowReading[],
  run: RunReading,
  step: StepReading,
): SignalDraft[] {
  return [
    ...limits.flatMap((limit) => limitSignal(limit, run, step) ?? []),
    ...windows.flatMap((window) => windowSignal(window, step) ?? []),
  ];
}

function limitSignal(limit: PlanLimit, run: RunReading, step: StepReading): SignalDraft | null {
  const settled = settledValue(limit, run, step);
  const type = settled === null ? null : crossed(settled, limit.units, limit.near_percentage);
  if (settled === null || type === null || isGiven(run.signalled[limit.key], type)) return null;
  return {
    key: limit.key,
    type,
    metric: limit.metric,
    enforcement: limit.enforcement,
    source: limit.source,
    policy_id: limit.policy_id ?? null,
    limit_id: limit.limit_id ?? null,
    current: wireText(limit.metric, settled),
    threshold: wireText(limit.metric, limit.units),
    percentage: percentageOf(settled, limit.units),
  };
}

/** Null at an admission: nothing has settled by it, except that time has passed. */
function settledValue(limit: PlanLimit, run: RunReading, step: StepReading): number | null {
  if (step.phase === "admission" && limit.metric !== "run.duration_ms") return null;
  const quantity = quantityOf(limit.metric, run, step);
  return quantity.additive ? quantity.used + quantity.amount : quantity.value;
}

function windowSignal(window: WindowReading, step: StepReading): SignalDraft | null {
  if (step.phase === "admission") return null;
  const settled = window.used + windowQuantity(window, step).amount;
  const type = crossed(settled, window.max, window.near_percentage);
  if (type === null || isGiven(window.signalled, type)) return null;
  return {
    key: window.limit_id,
    type,
    metric: window.limit_type,
    enforcement: window.enforcement,
    source: "limit",
    policy_id: null,
    limit_id: window.limit_id,
    current: wireText(window.limit_type, settled),
    threshold: wireText(window.limit_type, window.max),
    percentage: percentageOf(settled, window.max),
  };
}

/** A limit of 0 has no NEAR and is breached at its first use. */
export function crossed(value: number, limit: number, nearPercentage: number): SignalType | null {
  if (limit === 0) return value > 0 ? "breach" : null;
  if (value >= limit) return "breach";
  return isShare(value, limit, nearPercentage) ? "near" : null;
}

function isShare(value: number, limit: number, percentage: number): boolean {
  const [reached, wanted] = [value * 100, limit * percentage];
  if (Number.isSafeInteger(reached) && Number.isSafeInteger(wanted)) return reached >= wanted;
  return BigInt(value) * 100n >= BigInt(limit) * BigInt(percentage);
}

/** A breach given says it all; a near given still leaves the breach to be told. */
export function isGiven(given: "" | SignalType | undefined, type: SignalType): boolean {
  return given === "breach" || given === type;
}
