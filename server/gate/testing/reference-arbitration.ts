// Which limits stand, told without groups or sorting: a limit stands unless another one beats it, or a harsher one makes it
// unreachable. Every limit is compared with every other.

import type { ConflictStrategy } from "@/db/vocabulary";
import type { FrozenLimit, FrozenRule } from "@/server/policies/policy-set";
import { toUnits } from "./reference-amounts";

export type Standing = {
  key: string;
  metric: string;
  enforcement: "warn" | "refuse" | "pause" | "stop" | "kill";
  bind_at: string;
  limit: string;
  units: bigint;
  near_percentage: number;
  source: "rule" | "limit" | "default";
  policy_id: string | null;
  limit_id: string | null;
  precedence: number;
  violation_type: string;
  severity: string | null;
};

export type Standings = {
  strategy: ConflictStrategy;
  active: Standing[];
  shadow: Standing[];
  conditions: FrozenRule[];
  shadowConditions: FrozenRule[];
  isAmbiguous: boolean;
};

export type Bound = { rules: readonly FrozenRule[]; limits: readonly FrozenLimit[]; hasWindows: boolean; near: number };

export function arbitrated({ rules, limits, hasWindows, near }: Bound): Standings {
  const active = rules.filter((rule) => rule.rollout === "active");
  const shadow = rules.filter((rule) => rule.rollout === "shadow");
  const strategy = strategyOf(active);
  const isBound = active.length > 0 || limits.length > 0 || hasWindows;
  const competing = isBound ? [...active.flatMap(ofRule), ...limits.flatMap(ofLimit)] : defaults(near);
  return {
    strategy,
    active: standing(competing, strategy),
    shadow: standing(shadow.flatMap(ofRule), strategyOf(shadow)),
    conditions: active.filter((rule) => rule.condition !== undefined),
    shadowConditions: shadow.filter((rule) => rule.condition !== undefined),
    isAmbiguous: strategy === "fail_closed" && isAmbiguous(active, competing),
  };
}

/** "Strategy of the strongest policy"; of several strongest the strictest. */
function strategyOf(rules: readonly FrozenRule[]): ConflictStrategy {
  const strongest = rules.filter((rule) => rules.every((other) => rule.precedence <= other.precedence));
  const asked = strongest.map((rule) => rule.conflict_strategy);
  if (asked.includes("fail_closed")) return "fail_closed";
  return asked.includes("most_restrictive") || asked.length === 0 ? "most_restrictive" : "explicit_priority";
}

function standing(limits: readonly Standing[], strategy: ConflictStrategy): Standing[] {
  const unbeaten = limits.filter((limit) => !limits.some((other) => other !== limit && beats(other, limit, strategy)));
  return unbeaten.filter((limit) => !unbeaten.some((other) => makesUnreachable(other, limit)));
}

/** "Per (metric, enforcement)", and per moment: what is evaluated at different moments does not compete. */
function beats(a: Standing, b: Standing, strategy: ConflictStrategy): boolean {
  if (a.metric !== b.metric || a.enforcement !== b.enforcement || a.bind_at !== b.bind_at) return false;
  if (strategy === "explicit_priority" && a.precedence !== b.precedence) return a.precedence < b.precedence;
  if (a.units !== b.units) return a.units < b.units;
  if (a.precedence !== b.precedence) return a.precedence < b.precedence;
  return (a.policy_id ?? a.limit_id ?? "") < (b.policy_id ?? b.limit_id ?? "");
}

/** "A limit that a harsher one at the same or a lower value makes unreachable is dominated": only what ends the run does. */
function makesUnreachable(harsher: Standing, milder: Standing): boolean {
  const ends = harsher.enforcement === "kill" || (harsher.enforcement === "stop" && milder.enforcement !== "kill");
  if (!ends || harsher.enforcement === milder.enforcement) return false;
  const isThere = harsher.bind_at === "each_step" || harsher.bind_at === milder.bind_at;
  return isThere && harsher.metric === milder.metric && harsher.units <= milder.units;
}

/** "Disagreement at the winning precedence, or missing rows." */
function isAmbiguous(rules: readonly FrozenRule[], limits: readonly Standing[]): boolean {
  if (rules.some((rule) => rule.precedence_missing === true)) return true;
  return limits.some((limit) => {
    const rivals = limits.filter((other) => other.key === limit.key);
    const isTop = rivals.every((other) => limit.precedence <= other.precedence);
    return isTop && rivals.some((other) => other.precedence === limit.precedence && other.units !== limit.units);
  });
}

function ofRule(rule: FrozenRule): Standing[] {
  if (rule.metric === undefined || rule.threshold === undefined) return [];
  return [
    {
      key: `${rule.metric}|${rule.enforcement}|${rule.bind_at}`,
      metric: rule.metric,
      enforcement: rule.enforcement,
      bind_at: rule.bind_at,
      limit: rule.threshold,
      units: toUnits(rule.metric, rule.threshold),
      near_percentage: rule.near_percentage,
      source: "rule",
      policy_id: rule.policy_id,
      limit_id: null,
      precedence: rule.precedence,
      violation_type: rule.rule_type,
      severity: rule.severity ?? null,
    },
  ];
}

const counted = {
  COST_CENTS: { name: "cost_cents", violation: "cost_limit" },
  TOKENS: { name: "tokens", violation: "token_limit" },
  STEPS: { name: "steps", violation: "step_limit" },
} as const;

function ofLimit(limit: FrozenLimit): Standing[] {
  const { name, violation } = counted[limit.limit_type];
  const metric = `${limit.per}.${name}`;
  if (metric === "step.steps") return [];
  return [plain(metric, { ...limit, limit: limit.max_value, source: "limit", violation })];
}

/** DESIGN §6: 100 000 tokens and 1 000 cents a run, 10 000 tokens and 100 cents a step. */
function defaults(near: number): Standing[] {
  const of = (metric: string, limit: string, violation: string) =>
    plain(metric, { limit, violation, enforcement: "stop", near_percentage: near, source: "default", limit_id: null });
  return [
    of("run.tokens", "100000", "token_limit"),
    of("run.cost_cents", "1000", "cost_limit"),
    of("step.tokens", "10000", "token_limit"),
    of("step.cost_cents", "100", "cost_limit"),
  ];
}

type Plain = Pick<Standing, "limit" | "enforcement" | "near_percentage" | "source" | "limit_id"> & {
  violation: string;
};

function plain(metric: string, from: Plain): Standing {
  return {
    key: `${metric}|${from.enforcement}|each_step`,
    metric,
    enforcement: from.enforcement,
    bind_at: "each_step",
    limit: from.limit,
    units: toUnits(metric, from.limit),
    near_percentage: from.near_percentage,
    source: from.source,
    policy_id: null,
    limit_id: from.limit_id,
    precedence: 100,
    violation_type: from.violation,
    severity: null,
  };
}
