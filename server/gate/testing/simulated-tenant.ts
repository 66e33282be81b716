// A tenant made by a number: its rules, limits and windows, tight enough that runs of some dozen steps meet them.

import type { Metric } from "@/db/vocabulary";
import type { BookLimit, BookRule, PolicyBook, WindowLimit } from "@/server/policies/scopes";
import { scopeRank } from "@/server/policies/scopes";
import { defaultGateSettings } from "@/server/policies/settings";
import { type Dice, diceOf } from "./dice";

const thresholds: Record<Metric, readonly string[]> = {
  "run.tokens": ["300", "700", "1500"],
  "run.input_tokens": ["250", "600"],
  "run.output_tokens": ["250", "600"],
  "run.cost_cents": ["2", "5.5", "9.0001"],
  "run.steps": ["4", "12", "25", "40"],
  "run.duration_ms": ["20000", "90000", "600000"],
  "run.burn_rate_cents_per_minute": ["1.5", "4"],
  "run.steps_per_minute": ["3", "9"],
  "run.repeats": ["2", "4"],
  "step.tokens": ["0", "70", "95"],
  "step.cost_cents": ["0.9", "0.5"],
  "step.duration_ms": ["900"],
  "step.retries": ["1", "2"],
};
const typeOf: Record<string, BookRule["rule_type"]> = {
  tokens: "token_limit",
  steps: "step_limit",
  duration_ms: "time_limit",
  cost_cents: "cost_limit",
};
const conditions = [
  'step.skill == "shell" && step.tokens > 60',
  "run.tokens > 900",
  "step.cost_cents > 0.8",
  "run.tokens / step.retries > 200",
  "run.steps_per_minute > 8.0",
  'tags.env == "prod" && run.steps > 10',
];
const hash = `sha256:${"0".repeat(64)}`;
/** One harsh rule in three: a run that ends at its second step shows little. */
const enforcements = ["warn", "warn", "pause", "pause", "stop", "kill"] as const;

export function idOf(kind: number, seed: number, at: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  return `${hex(kind, 8)}-0000-7000-8000-${hex(seed, 8)}${hex(at, 4)}`;
}

export function bookOfSeed(seed: number): PolicyBook {
  const dice = diceOf(seed);
  const rules = Array.from({ length: dice.below(6) }, (_, at) => ruleOf(dice, idOf(1, seed, at), at));
  const isBound = dice.oneIn(2);
  return {
    epoch: 1,
    settings: {
      ...defaultGateSettings,
      step_estimate: { tokens: dice.pick([0, 5]), cost_cents: 0 },
      step_timeout_ms: 60_000,
      run_timeout_ms: 400_000,
      pause_timeout_ms: 300_000,
      failure_mode: dice.pick([null, "fail_warn", "fail_open"] as const),
      unpriced: dice.pick([null, "flag"] as const),
      timezone: dice.pick(["UTC", "Europe/Berlin"]),
    },
    settings_version: 1,
    prices: { version: 1, entries: [{ model: "m", input_cents_per_million: 4_000, output_cents_per_million: 9_000 }] },
    rules,
    thresholds: dice.oneIn(3) ? [thresholdOf(dice, idOf(2, seed, 0))] : [],
    windows: isBound
      ? Array.from({ length: dice.between(1, 3) }, (_, at) => windowOf(dice, idOf(3, seed, at), at))
      : [],
    tampered: [],
  };
}

function ruleOf(dice: Dice, policy_id: string, at: number): BookRule {
  const metric = dice.pick(Object.keys(thresholds) as Metric[]);
  const isCondition = dice.oneIn(4);
  const enforcement = dice.pick(enforcements);
  return {
    policy_id,
    name: `Rule ${at}`,
    version: 1,
    rule_type: isCondition ? "custom_rule" : (typeOf[metric.split(".")[1] ?? ""] ?? "rate_limit"),
    category: dice.pick(["OPERATIONAL", "SAFETY"] as const),
    near_percentage: 80,
    enforcement,
    on_kill: enforcement === "kill" ? dice.pick(["none", "freeze_agent", "freeze_key"] as const) : "none",
    precedence: dice.pick([50, 100]),
    conflict_strategy: dice.pick(["most_restrictive", "explicit_priority"] as const),
    bind_at: momentOf(dice, isCondition),
    rollout: dice.oneIn(5) ? "shadow" : "active",
    content_hash: hash,
    scopes: [{ scope_type: "all_runs", ids: [] }],
    ...(isCondition ? { condition: dice.pick(conditions) } : { metric, threshold: dice.pick(thresholds[metric]) }),
  };
}

function momentOf(dice: Dice, isCondition: boolean): BookRule["bind_at"] {
  if (!dice.oneIn(3)) return "each_step";
  return dice.pick(
    isCondition
      ? (["step_start", "step_end", "first_token"] as const)
      : (["step_start", "step_end", "on_change"] as const),
  );
}

function thresholdOf(dice: Dice, limit_id: string): BookLimit {
  return {
    limit_id,
    name: "Tokens of a run",
    version: 1,
    limit_type: "TOKENS",
    per: "run",
    max_value: dice.pick(["500", "1200"]),
    enforcement: dice.pick(["refuse", "stop", "warn"] as const),
    near_percentage: 80,
    content_hash: hash,
    scope_type: "tenant",
    scope_ids: [],
  };
}

function windowOf(dice: Dice, limit_id: string, at: number): WindowLimit {
  const limit_type = dice.pick(["TOKENS", "STEPS", "COST_CENTS"] as const);
  const scope_type = dice.pick(["tenant", "agent"] as const);
  const most = { TOKENS: [400, 1_500], STEPS: [10, 30], COST_CENTS: [40_000, 90_001] }[limit_type];
  const max = dice.pick(most);
  const isRate = dice.oneIn(2);
  return {
    limit_id,
    name: `Window ${at}`,
    version: 1,
    limit_category: isRate ? "RATE" : "BUDGET",
    limit_type,
    scope_type,
    scope_ids: [],
    scope_rank: scopeRank(scope_type),
    max,
    max_value: limit_type === "COST_CENTS" ? String(max / 10_000) : String(max),
    ...(isRate
      ? { window_seconds: dice.pick([5, 60]) }
      : { reset_period: dice.pick(["daily", "monthly", "none"] as const) }),
    enforcement: dice.pick(["refuse", "refuse", "stop", "warn"] as const),
    near_percentage: 80,
  };
}

/** A rule of all runs that stops, unless said otherwise. */
export function ruleOver(metric: Metric, threshold: string, more: object = {}): BookRule {
  return {
    policy_id: idOf(9, 0, 0),
    name: "Rule",
    version: 1,
    rule_type: "custom_rule",
    category: "OPERATIONAL",
    metric,
    threshold,
    near_percentage: 80,
    enforcement: "stop",
    on_kill: "none",
    precedence: 100,
    conflict_strategy: "most_restrictive",
    bind_at: "each_step",
    rollout: "active",
    content_hash: hash,
    scopes: [{ scope_type: "all_runs", ids: [] }],
    ...more,
  };
}
