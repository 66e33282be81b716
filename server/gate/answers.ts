// The wire answers of the runner API, from rows and decisions.

import type { Decision } from "./decision";
import { isMoney, quantityOf } from "./measure";
import { stillStep } from "./moments";
import type { PlanLimit } from "./plan";
import { countersOf, readRun } from "./readings";
import type { RunRow, SignalRow } from "./rows";
import { crossed } from "./signals";
import { edgeOf } from "./sliding-log";
import type { DecisionAnswer, Gauge, RunState, StepAnswer } from "./wire";
import type { CounterState, Counters, Governance, World } from "./world";

/** What the gauges of an answer are read from. */
export type ShownWorld = Pick<World, "book" | "now"> & { counters: Counters };

export function decisionAnswer(decision: Decision, at: Date): DecisionAnswer {
  const { winner } = decision;
  return {
    action: decision.action,
    enforcement: decision.enforcement,
    source: winner?.source ?? null,
    policy_id: winner?.policy_id ?? null,
    limit_id: winner?.limit_id ?? null,
    policy_name: winner?.name ?? null,
    violation_type: winner?.violation_type ?? null,
    severity: decision.severity,
    threshold_value: winner?.threshold ?? null,
    actual_value: winner?.actual ?? null,
    projected: winner?.projected ?? false,
    reason: decision.reason,
    evaluated_at: at.toISOString(),
    matched: decision.matched,
  };
}

export function signalAnswer(signal: SignalRow) {
  return {
    signal_id: signal.id,
    type: signal.signalType as StepAnswer["signals"][number]["type"],
    metric: signal.metric,
    percentage: signal.percentage === null ? null : Number(signal.percentage),
  };
}

/** The `run` object of every answer: status and how far each limit is used. */
export function runState(world: ShownWorld, run: RunRow, governance: Governance | null): RunState {
  return {
    status: run.status as RunState["status"],
    termination_reason: run.terminationReason as RunState["termination_reason"],
    stopped_at_step: run.stoppedAtStep,
    tokens_used: run.inputTokens + run.outputTokens,
    cost_cents: run.costUnits / 10_000,
    steps_completed: run.stepsCompleted,
    limits: [
      ...(governance === null ? [] : runGauges(world, run, governance)),
      ...windowGauges(world, run, governance),
    ],
  };
}

// Limits on a single step have no running gauge.
function runGauges(world: Pick<World, "now">, run: RunRow, governance: Governance): Gauge[] {
  const reading = readRun(run, null, world.now);
  const still = stillStep(run.lastStepIndex, run.memory.repeats?.count ?? 0);
  return governance.plan.limits
    .filter((limit) => limit.metric.startsWith("run."))
    .map((limit) => gaugeOf(limit, quantityOf(limit.metric, reading, still), run));
}

function gaugeOf(limit: PlanLimit, quantity: ReturnType<typeof quantityOf>, run: RunRow): Gauge {
  const settled = quantity.additive ? quantity : { used: quantity.value, reserved: 0, presumed: 0, excess: 0 };
  const isUnknown = isMoney(limit.metric) && run.memory.unpriced;
  return gauge({
    metric: limit.metric,
    enforcement: limit.enforcement,
    limit: limit.units,
    near: limit.near_percentage,
    ...settled,
    isUnknown,
  });
}

function windowGauges(world: ShownWorld, run: RunRow, governance: Governance | null): Gauge[] {
  return countersOf(world, run).flatMap(({ key }) => {
    const counter = world.counters.get(key);
    if (counter === undefined || counter.limit === null) return [];
    return [
      {
        ...gauge({
          metric: counter.limit.limit_type,
          enforcement: counter.limit.enforcement,
          limit: counter.limit.max,
          near: counter.limit.near_percentage,
          used: counter.used,
          reserved: counter.reserved,
          presumed: counter.presumed,
          excess: knownExcess(world, run, { counter, governance }),
          isUnknown: counter.unpriced,
        }),
        limit_id: counter.limit.limit_id,
        name: counter.limit.name,
      },
    ];
  });
}

/**
 * How much of a window's overshoot is known to be usage above estimates: this run's own, when the window has held the run
 * from its start. What other runs used above theirs stands in their own gauges.
 */
function knownExcess(
  { now }: Pick<World, "now">,
  run: RunRow,
  { counter, governance }: { counter: CounterState; governance: Governance | null },
): number {
  const { limit, log, windowStart } = counter;
  const wasInForce = governance?.summary.windows.some(
    (one) => one.limit_id === limit?.limit_id && one.version === limit.version,
  );
  const begins = log === null ? Date.parse(windowStart) : edgeOf(limit, now);
  if (wasInForce !== true || run.startedAt.getTime() < begins) return 0;
  const { input_tokens, output_tokens, cost_units } = run.memory.excess;
  if (limit?.limit_type === "TOKENS") return input_tokens + output_tokens;
  return limit?.limit_type === "COST_CENTS" ? cost_units : 0;
}

type GaugeParts = {
  metric: string;
  enforcement: Gauge["enforcement"];
  limit: number;
  near: number;
  used: number;
  reserved: number;
  presumed: number;
  excess: number;
  isUnknown: boolean;
};

function gauge(parts: GaugeParts): Gauge {
  const scale = isMoney(parts.metric) ? 10_000 : 1;
  const over = Math.max(0, parts.used - parts.limit);
  const fromEstimates = Math.min(over, parts.excess);
  return {
    metric: parts.metric,
    enforcement: parts.enforcement,
    limit: parts.limit / scale,
    used: parts.used / scale,
    reserved: parts.reserved / scale,
    presumed: parts.presumed / scale,
    remaining: parts.isUnknown ? null : Math.max(0, parts.limit - parts.used - parts.reserved - parts.presumed) / scale,
    overshoot: { estimate_excess: fromEstimates / scale, reported: (over - fromEstimates) / scale },
    state: parts.isUnknown ? "unknown" : (crossed(parts.used, parts.limit, parts.near) ?? "ok"),
  };
}
