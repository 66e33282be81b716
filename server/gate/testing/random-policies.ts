// Random policies: few metrics at once, so that they meet.

import {
  bindMoments,
  conflictStrategies,
  failureModes,
  type Metric,
  metrics,
  policyCategories,
  ruleEnforcements,
  severities,
} from "@/db/vocabulary";
import type { FrozenLimit, FrozenRule } from "@/server/policies/policy-set";
import type { Dice } from "./dice";
import { conditionSources } from "./reference-conditions";

export type Policies = { rules: FrozenRule[]; limits: FrozenLimit[]; hasWindows: boolean; near: number };

const hash = `sha256:${"0".repeat(64)}`;
const ruleTypeOf: Record<Metric, FrozenRule["rule_type"]> = {
  "run.tokens": "token_limit",
  "run.input_tokens": "token_limit",
  "run.output_tokens": "token_limit",
  "run.cost_cents": "cost_limit",
  "run.steps": "step_limit",
  "run.duration_ms": "time_limit",
  "run.burn_rate_cents_per_minute": "rate_limit",
  "run.steps_per_minute": "rate_limit",
  "run.repeats": "custom_rule",
  "step.tokens": "token_limit",
  "step.cost_cents": "cost_limit",
  "step.duration_ms": "time_limit",
  "step.retries": "custom_rule",
};

/** Up to eight rules and three limits. */
export function policiesOf(dice: Dice): Policies {
  const some = [dice.pick(metrics), dice.pick(metrics), dice.pick(metrics)];
  const isHuge = dice.oneIn(12);
  const rules = Array.from({ length: dice.oneIn(8) ? 0 : dice.below(9) }, (_, at) =>
    ruleOf(dice, { at, some, isHuge }),
  );
  const limits = Array.from({ length: dice.oneIn(2) ? 0 : dice.between(1, 3) }, (_, at) =>
    limitOf(dice, { at, isHuge }),
  );
  return { rules, limits, hasWindows: dice.oneIn(2), near: dice.pick([1, 50, 80, 99, 100]) };
}

type Making = { at: number; some: readonly Metric[]; isHuge: boolean };

function ruleOf(dice: Dice, { at, some, isHuge }: Making): FrozenRule {
  const metric = dice.pick(some);
  const isCondition = dice.oneIn(3);
  const moments = bindMoments.filter((moment) => !(isCondition ? ["on_change"] : ["run_start"]).includes(moment));
  const rule: FrozenRule = {
    policy_id: `policy-${dice.below(1_000)}-${at}`,
    name: `Rule ${at}`,
    version: 1,
    rule_type: isCondition ? dice.pick(["content_policy", "custom_rule"] as const) : ruleTypeOf[metric],
    category: dice.pick(policyCategories),
    near_percentage: dice.pick([1, 50, 80, 99, 100]),
    enforcement: dice.pick(ruleEnforcements),
    on_kill: "none",
    bound_by: "all_runs",
    precedence: dice.pick([0, 50, 100, 100, 100, 200]),
    conflict_strategy: dice.pick(conflictStrategies),
    bind_at: dice.oneIn(2) ? "each_step" : dice.pick(moments),
    rollout: dice.oneIn(4) ? "shadow" : "active",
    content_hash: hash,
  };
  if (isCondition) rule.condition = dice.pick(conditionSources);
  else Object.assign(rule, { metric, threshold: thresholdOf(dice, metric, isHuge) });
  if (dice.oneIn(3)) rule.severity = dice.pick(severities);
  if (dice.oneIn(2)) rule.failure_mode = dice.pick(failureModes);
  if (dice.oneIn(40)) rule.precedence_missing = true;
  return rule;
}

function limitOf(dice: Dice, { at, isHuge }: Omit<Making, "some">): FrozenLimit {
  const limit_type = dice.pick(["COST_CENTS", "TOKENS", "STEPS"] as const);
  const max = thresholdOf(dice, limit_type === "COST_CENTS" ? "run.cost_cents" : "run.tokens", isHuge);
  return {
    limit_id: `limit-${dice.below(1_000)}-${at}`,
    name: `Limit ${at}`,
    version: 2,
    limit_type,
    per: dice.pick(["run", "step"] as const),
    max_value: max,
    enforcement: dice.pick(["refuse", "stop", "warn"] as const),
    near_percentage: dice.pick([50, 80, 100]),
    content_hash: hash,
  };
}

const MOST = Number.MAX_SAFE_INTEGER;
const isCents = (metric: string) => metric.includes("cents");

function thresholdOf(dice: Dice, metric: string, isHuge: boolean): string {
  if (dice.oneIn(10)) return dice.oneIn(2) ? "0" : "1";
  if (!isCents(metric))
    return String(isHuge ? MOST - dice.below(1_000) : dice.pick([2, 7, 10, 100, 1_000, 1_500, 60_000]));
  if (isHuge)
    return dice.oneIn(4)
      ? "900719925474.0991"
      : `${900_719_925_473 - dice.below(100)}.${dice.pick(["0", "9", "0991"])}`;
  return dice.pick(["0.0001", "0.5", "1", "1.25", "7.0003", "10.50", "100", "285.0001"]);
}
