// What holds for a run, arbitrated once and frozen: which limits won, what each of them beat and why. Pure and total: the
// same rules in any order give the same set, byte for byte. Everything here is canonical JSON: integers, strings,
// booleans, arrays, objects; an absent value is an absent key.

import {
  type BindMoment,
  bindMoments,
  type ConflictStrategy,
  type Enforcement,
  enforcements,
  type FailureMode,
  type LimitEnforcement,
  type Metric,
  metrics,
  type OnKill,
  type PolicyCategory,
  type RuleEnforcement,
  type RuleType,
  type ScopeType,
  type Severity,
  type ViolationType,
} from "@/db/vocabulary";
import { limitUnits } from "@/server/policies/amounts";

/** Names the arbitration and decision rules a set was made by; a change of either is a new name. */
export const policyEngine = "holdpoint/1";

export interface FrozenRule {
  policy_id: string;
  name: string;
  version: number;
  rule_type: RuleType;
  category: PolicyCategory;
  metric?: Metric;
  /** Plain decimal in the metric's wire unit. */
  threshold?: string;
  near_percentage: number;
  condition?: string;
  enforcement: RuleEnforcement;
  on_kill: OnKill;
  severity?: Severity;
  bound_by: ScopeType;
  /** Lower is stronger. */
  precedence: number;
  /** The rule has no precedence row: it stands at the default, and under `fail_closed` that is ambiguous. */
  precedence_missing?: true;
  conflict_strategy: ConflictStrategy;
  bind_at: BindMoment;
  failure_mode?: FailureMode;
  rollout: "active" | "shadow";
  content_hash: string;
}

/** A THRESHOLD limit that applies to the run. */
export interface FrozenLimit {
  limit_id: string;
  name: string;
  version: number;
  limit_type: "COST_CENTS" | "TOKENS" | "STEPS";
  per: "run" | "step";
  max_value: string;
  enforcement: LimitEnforcement;
  near_percentage: number;
  content_hash: string;
}

export type WhyLost = "less_restrictive" | "lower_priority" | "dominated" | "same_value";
export interface LostLimit {
  policy_id?: string;
  limit_id?: string;
  limit: string;
  why: WhyLost;
}

export interface EffectiveLimit {
  /** `metric|enforcement|bind_at`: what arbitration decides one winner for. */
  key: string;
  metric: Metric;
  enforcement: Exclude<Enforcement, "none">;
  limit: string;
  near_percentage: number;
  bind_at: BindMoment;
  source: "rule" | "limit" | "default";
  policy_id?: string;
  limit_id?: string;
  name: string;
  version?: number;
  violation_type: ViolationType;
  severity?: Severity;
  category?: PolicyCategory;
  precedence: number;
  on_kill: OnKill;
  failure_mode?: FailureMode;
  lost: LostLimit[];
}

export interface PolicySet {
  v: 1;
  engine: string;
  /** Applicable, active and shadow, by (precedence, policy_id). */
  rules: FrozenRule[];
  limits: FrozenLimit[];
  strategy: ConflictStrategy;
  ambiguous: boolean;
  ambiguity?: string;
  effective: EffectiveLimit[];
  /** Active condition rules in order; conditions hold side by side and are not arbitrated. */
  conditions: string[];
  shadow: { effective: EffectiveLimit[]; conditions: string[] };
  defaults_apply: boolean;
}

export interface ArbitrationSettings {
  /** Near percentage of the default thresholds. */
  near_percentage: number;
  /** Whether a BUDGET, RATE or CONCURRENT_RUNS limit applies to the run: then the default thresholds do not. */
  windows_apply: boolean;
}

/** Of a rule without a precedence row, and of THRESHOLD limits, which have neither row nor strategy. */
export const DEFAULT_PRECEDENCE = 100;

/** DESIGN §6: only for a run to which no rule and no limit applies at all, never metric by metric. */
const defaultThresholds: readonly { metric: Metric; limit: string; violation_type: ViolationType }[] = [
  { metric: "run.tokens", limit: "100000", violation_type: "token_limit" },
  { metric: "run.cost_cents", limit: "1000", violation_type: "cost_limit" },
  { metric: "step.tokens", limit: "10000", violation_type: "token_limit" },
  { metric: "step.cost_cents", limit: "100", violation_type: "cost_limit" },
];

const strictness: readonly ConflictStrategy[] = ["explicit_priority", "most_restrictive", "fail_closed"];

/**
 * Arbitrates what applies to a run (runner-api "Arbitration is per (metric, enforcement)"). Shadow rules are arbitrated
 * among themselves only, so that each is seen as it would act alone beside its like; they never displace an active rule,
 * make a set ambiguous, or keep the default thresholds away.
 */
export function buildPolicySet(
  rules: readonly FrozenRule[],
  limits: readonly FrozenLimit[],
  settings: ArbitrationSettings,
): PolicySet {
  const ordered = [...rules].sort(byStrength);
  const thresholds = [...limits].sort((a, b) => compareText(a.limit_id, b.limit_id));
  const active = ordered.filter((rule) => rule.rollout === "active");
  const shadow = ordered.filter((rule) => rule.rollout === "shadow");
  const strategy = strategyOf(active);
  const candidates = [...active.flatMap(ofRule), ...thresholds.flatMap(ofLimit)];
  const ambiguity = strategy === "fail_closed" ? ambiguityOf(active, candidates) : undefined;
  const defaultsApply = active.length === 0 && thresholds.length === 0 && !settings.windows_apply;
  return {
    v: 1,
    engine: policyEngine,
    rules: ordered,
    limits: thresholds,
    strategy,
    ambiguous: ambiguity !== undefined,
    ...(ambiguity === undefined ? {} : { ambiguity }),
    effective: arbitrate(defaultsApply ? defaultLimits(settings.near_percentage) : candidates, strategy),
    conditions: conditionsOf(active),
    shadow: { effective: arbitrate(shadow.flatMap(ofRule), strategyOf(shadow)), conditions: conditionsOf(shadow) },
    defaults_apply: defaultsApply,
  };
}

/** The strategy of the strongest rule; two at the same top number with different ones: the stricter (policies.md A6). */
function strategyOf(ordered: readonly FrozenRule[]): ConflictStrategy {
  const strongest = ordered[0];
  if (strongest === undefined) return "most_restrictive";
  const top = ordered.filter((rule) => rule.precedence === strongest.precedence);
  return top.reduce((strictest: ConflictStrategy, rule) => {
    return strictness.indexOf(rule.conflict_strategy) > strictness.indexOf(strictest)
      ? rule.conflict_strategy
      : strictest;
  }, strongest.conflict_strategy);
}

function arbitrate(candidates: readonly EffectiveLimit[], strategy: ConflictStrategy): EffectiveLimit[] {
  const winners = groups(candidates).flatMap((group) => winnerOf(group, strategy));
  return withoutDominated(winners).sort(byPlace);
}

/** What competes with each other, in the order of the keys. */
function groups(candidates: readonly EffectiveLimit[]): EffectiveLimit[][] {
  const byKey = new Map<string, EffectiveLimit[]>();
  for (const candidate of candidates) {
    const group = byKey.get(candidate.key);
    if (group === undefined) byKey.set(candidate.key, [candidate]);
    else group.push(candidate);
  }
  return [...byKey].sort(([a], [b]) => compareText(a, b)).map(([, group]) => group);
}

// `fail_closed` takes the lowest value too: it must never be milder than `most_restrictive`.
function winnerOf(group: readonly EffectiveLimit[], strategy: ConflictStrategy): EffectiveLimit[] {
  const byRestriction = (a: EffectiveLimit, b: EffectiveLimit) => unitsOf(a) - unitsOf(b);
  const byPrecedence = (a: EffectiveLimit, b: EffectiveLimit) => a.precedence - b.precedence;
  const [first, second] =
    strategy === "explicit_priority" ? [byPrecedence, byRestriction] : [byRestriction, byPrecedence];
  const [winner, ...losers] = [...group].sort((a, b) => first(a, b) || second(a, b) || compareText(idOf(a), idOf(b)));
  if (winner === undefined) return [];
  return [{ ...winner, lost: losers.map((loser) => lostOf(loser, whyLost(winner, loser, strategy))) }];
}

function whyLost(winner: EffectiveLimit, loser: EffectiveLimit, strategy: ConflictStrategy): WhyLost {
  if (unitsOf(winner) === unitsOf(loser)) return "same_value";
  if (strategy === "explicit_priority" && winner.precedence !== loser.precedence) return "lower_priority";
  return "less_restrictive";
}

/**
 * A stop or kill at the same or a lower value ends the run before a milder limit of the same metric can act, if it is
 * evaluated whenever the milder one is. Pause and refuse make nothing unreachable: a release or a settled reservation
 * lets the value grow on. What the dominated limit had beaten goes with it.
 */
function withoutDominated(winners: readonly EffectiveLimit[]): EffectiveLimit[] {
  const strongestFirst = [...winners].sort(
    (a, b) => rankOf(b) - rankOf(a) || unitsOf(a) - unitsOf(b) || compareText(a.key, b.key),
  );
  const standing: EffectiveLimit[] = [];
  for (const limit of strongestFirst) {
    const dominator = standing.find((harsher) => dominates(harsher, limit));
    if (dominator === undefined) standing.push({ ...limit, lost: [...limit.lost] });
    else dominator.lost.push(lostOf(limit, "dominated"), ...limit.lost);
  }
  return standing;
}

function dominates(harsher: EffectiveLimit, milder: EffectiveLimit): boolean {
  return (
    (harsher.enforcement === "stop" || harsher.enforcement === "kill") &&
    harsher.metric === milder.metric &&
    rankOf(harsher) > rankOf(milder) &&
    unitsOf(harsher) <= unitsOf(milder) &&
    (harsher.bind_at === "each_step" || harsher.bind_at === milder.bind_at)
  );
}

/** Why a start under `fail_closed` must be refused; undefined when nothing is ambiguous. */
function ambiguityOf(rules: readonly FrozenRule[], candidates: readonly EffectiveLimit[]): string | undefined {
  const missing = rules.find((rule) => rule.precedence_missing);
  if (missing !== undefined) return `policy ${missing.policy_id} has no precedence`;
  for (const group of groups(candidates)) {
    const winning = Math.min(...group.map((candidate) => candidate.precedence));
    const top = group.filter((candidate) => candidate.precedence === winning).sort(byValue);
    const [lowest, ...others] = top;
    const other = others.find((candidate) => lowest !== undefined && unitsOf(candidate) !== unitsOf(lowest));
    if (lowest === undefined || other === undefined) continue;
    const sides = `${lowest.limit} (${idOf(lowest)}) and ${other.limit} (${idOf(other)})`;
    return `${lowest.metric} ${lowest.enforcement} is both ${sides} at precedence ${winning}`;
  }
  return undefined;
}

function ofRule(rule: FrozenRule): EffectiveLimit[] {
  const { metric, threshold, severity, failure_mode } = rule;
  if (metric === undefined || threshold === undefined) return [];
  const effective: EffectiveLimit = {
    key: `${metric}|${rule.enforcement}|${rule.bind_at}`,
    metric,
    enforcement: rule.enforcement,
    limit: threshold,
    near_percentage: rule.near_percentage,
    bind_at: rule.bind_at,
    source: "rule",
    policy_id: rule.policy_id,
    name: rule.name,
    version: rule.version,
    violation_type: rule.rule_type,
    category: rule.category,
    precedence: rule.precedence,
    on_kill: rule.on_kill,
    lost: [],
  };
  if (severity !== undefined) effective.severity = severity;
  if (failure_mode !== undefined) effective.failure_mode = failure_mode;
  return [effective];
}

const limitMetrics = {
  run: { COST_CENTS: "run.cost_cents", TOKENS: "run.tokens", STEPS: "run.steps" },
  step: { COST_CENTS: "step.cost_cents", TOKENS: "step.tokens", STEPS: undefined },
} as const satisfies Record<FrozenLimit["per"], Record<FrozenLimit["limit_type"], Metric | undefined>>;

const limitViolations = {
  COST_CENTS: "cost_limit",
  TOKENS: "token_limit",
  STEPS: "step_limit",
} as const satisfies Record<FrozenLimit["limit_type"], ViolationType>;

function ofLimit(limit: FrozenLimit): EffectiveLimit[] {
  const metric = limitMetrics[limit.per][limit.limit_type];
  if (metric === undefined) return [];
  return [
    {
      key: `${metric}|${limit.enforcement}|each_step`,
      metric,
      enforcement: limit.enforcement,
      limit: limit.max_value,
      near_percentage: limit.near_percentage,
      bind_at: "each_step",
      source: "limit",
      limit_id: limit.limit_id,
      name: limit.name,
      version: limit.version,
      violation_type: limitViolations[limit.limit_type],
      precedence: DEFAULT_PRECEDENCE,
      on_kill: "none",
      lost: [],
    },
  ];
}

function defaultLimits(nearPercentage: number): EffectiveLimit[] {
  return defaultThresholds.map(({ metric, limit, violation_type }) => ({
    key: `${metric}|stop|each_step`,
    metric,
    enforcement: "stop",
    limit,
    near_percentage: nearPercentage,
    bind_at: "each_step",
    source: "default",
    name: "Default threshold",
    violation_type,
    precedence: DEFAULT_PRECEDENCE,
    on_kill: "none",
    lost: [],
  }));
}

function lostOf(limit: EffectiveLimit, why: WhyLost): LostLimit {
  const id = limit.policy_id === undefined ? { limit_id: idOf(limit) } : { policy_id: limit.policy_id };
  return { ...id, limit: limit.limit, why };
}

function conditionsOf(ordered: readonly FrozenRule[]): string[] {
  return ordered.filter((rule) => rule.condition !== undefined).map((rule) => rule.policy_id);
}

function unitsOf(limit: EffectiveLimit): number {
  return limitUnits(limit.metric, limit.limit);
}

function rankOf(limit: EffectiveLimit): number {
  return enforcements.indexOf(limit.enforcement);
}

function idOf(limit: EffectiveLimit): string {
  return limit.policy_id ?? limit.limit_id ?? "";
}

function byStrength(a: FrozenRule, b: FrozenRule): number {
  return a.precedence - b.precedence || compareText(a.policy_id, b.policy_id);
}

function byValue(a: EffectiveLimit, b: EffectiveLimit): number {
  return unitsOf(a) - unitsOf(b) || compareText(idOf(a), idOf(b));
}

/** By metric, then the harshest first, then by moment: the order in which limits are shown and evaluated. */
function byPlace(a: EffectiveLimit, b: EffectiveLimit): number {
  return (
    metrics.indexOf(a.metric) - metrics.indexOf(b.metric) ||
    rankOf(b) - rankOf(a) ||
    bindMoments.indexOf(a.bind_at) - bindMoments.indexOf(b.bind_at)
  );
}

// By code units, not by locale: the order is part of hashed bytes.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
