// A policy set, compiled once and kept by its hash: the cost of a decision grows with the limits that won, never with
// the rules a tenant has.

import type { Metric } from "@/db/vocabulary";
import { limitUnits } from "@/server/policies/amounts";
import type { EffectiveLimit, FrozenRule, PolicySet } from "@/server/policies/policy-set";
import { checkCondition } from "@/server/policy-language/check/condition";
import type { Condition } from "@/server/policy-language/plan/condition";
import { type Ceilings, ceilingsOf } from "./quiet";

export type PlanLimit = EffectiveLimit & {
  /** The limit in the metric's integer unit. */
  units: number;
};

export type PlanCondition = { rule: FrozenRule; condition: Condition };

type Moments<T> = { admission: T[]; result: T[]; start: T[] };

export type Plan = {
  limits: PlanLimit[];
  conditions: Moments<PlanCondition>;
  shadowLimits: PlanLimit[];
  /** Of all limits, shadows included; see quiet.ts. */
  ceilings: Ceilings | null;
  shadowConditions: Moments<PlanCondition>;
  /** Some limit or condition reads the trailing minute. */
  readsMinute: boolean;
  /** A cost limit among rules and THRESHOLD limits: an unpriced model then blocks unless the tenant said otherwise. */
  limitsCost: boolean;
  readsRepeats: boolean;
  /** Bind moments that remember: the run's row must carry their marks. */
  remembers: boolean;
};

const costMetrics: ReadonlySet<Metric> = new Set<Metric>([
  "run.cost_cents",
  "run.burn_rate_cents_per_minute",
  "step.cost_cents",
]);
const minuteMetrics: ReadonlySet<string> = new Set(["run.burn_rate_cents_per_minute", "run.steps_per_minute"]);

/** A condition that was accepted at save does not compile any more: the set is unusable, and the gate blocks. */
export class UncompilableCondition extends Error {
  override readonly name = "UncompilableCondition";
}

/** Throws UncompilableCondition. */
export function compilePlan(set: PolicySet): Plan {
  const byId = new Map(set.rules.map((rule) => [rule.policy_id, rule]));
  const conditions = momentsOf(set.conditions.map((id) => compileCondition(byId.get(id), id)));
  const shadowConditions = momentsOf(set.shadow.conditions.map((id) => compileCondition(byId.get(id), id)));
  const limits = set.effective.map(withUnits);
  const shadowLimits = set.shadow.effective.map(withUnits);
  const everyLimit = [...limits, ...shadowLimits];
  const fields = new Set(
    [...all(conditions), ...all(shadowConditions)].flatMap((entry) => [...entry.condition.fields]),
  );
  return {
    limits,
    conditions,
    shadowLimits,
    ceilings: ceilingsOf(everyLimit),
    shadowConditions,
    readsMinute:
      everyLimit.some((limit) => minuteMetrics.has(limit.metric)) || [...minuteMetrics].some((m) => fields.has(m)),
    limitsCost: limits.some((limit) => costMetrics.has(limit.metric) && limit.source !== "default"),
    readsRepeats: everyLimit.some((limit) => limit.metric === "run.repeats") || fields.has("run.repeats"),
    remembers: everyLimit.some((limit) => limit.bind_at === "on_change" || limit.bind_at === "first_token"),
  };
}

function withUnits(limit: EffectiveLimit): PlanLimit {
  return { ...limit, units: limitUnits(limit.metric, limit.limit) };
}

function compileCondition(rule: FrozenRule | undefined, id: string): PlanCondition {
  const checked = rule?.condition === undefined ? null : checkCondition(rule.condition);
  if (rule === undefined || checked === null || !checked.ok) throw new UncompilableCondition(id);
  return { rule, condition: checked.condition };
}

function momentsOf(entries: PlanCondition[]): Moments<PlanCondition> {
  const at = (...moments: string[]) => entries.filter((entry) => moments.includes(entry.rule.bind_at));
  return {
    start: at("run_start"),
    admission: at("first_token", "step_start", "each_step"),
    result: at("first_token", "step_end", "each_step"),
  };
}

function all<T>(moments: Moments<T>): T[] {
  return [...new Set([...moments.start, ...moments.admission, ...moments.result])];
}
