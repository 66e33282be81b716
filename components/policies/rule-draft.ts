// What the form of a rule holds: texts in the units people type, and what is asked for depending on what was chosen.

import { toFormAmount, toWireAmount } from "@/components/policies/amount-units";
import type { RuleWords } from "@/components/policies/rule-sentence";
import { idsIn, textOfIds } from "@/components/policies/scope-text";
import {
  type BindMoment,
  bindMoments,
  type ConflictStrategy,
  type FailureMode,
  type Metric,
  metrics,
  type OnKill,
  type PolicyCategory,
  type Rollout,
  type RuleEnforcement,
  type RuleType,
  type ScopeType,
  type Severity,
} from "@/db/vocabulary";
import type { Policy } from "@/server/policies/wire";

type Basis = "metric" | "condition";

export interface RuleDraft {
  name: string;
  description: string;
  rule_type: RuleType;
  category: PolicyCategory;
  /** Which of the two a rule is about; not on the wire. */
  basis: Basis;
  metric: Metric;
  threshold: string;
  near_percentage: string;
  condition: string;
  enforcement: RuleEnforcement;
  on_kill: OnKill;
  /** "" is null: derived from the violation. */
  severity: Severity | "";
  scope_type: ScopeType;
  /** One id a line. */
  scope_ids: string;
  precedence: string;
  conflict_strategy: ConflictStrategy;
  bind_at: BindMoment;
  failure_mode: FailureMode | "null";
  rollout: Rollout;
}

const metricsByType: Readonly<Record<RuleType, readonly Metric[]>> = {
  token_limit: ["run.tokens", "run.input_tokens", "run.output_tokens", "step.tokens"],
  cost_limit: ["run.cost_cents", "step.cost_cents", "run.burn_rate_cents_per_minute"],
  rate_limit: ["run.steps_per_minute", "run.burn_rate_cents_per_minute"],
  step_limit: ["run.steps", "run.repeats", "step.retries"],
  time_limit: ["run.duration_ms", "step.duration_ms"],
  content_policy: [],
  custom_rule: metrics,
};

const bases: Readonly<Record<RuleType, readonly Basis[]>> = {
  token_limit: ["metric"],
  cost_limit: ["metric"],
  rate_limit: ["metric"],
  step_limit: ["metric"],
  time_limit: ["metric"],
  content_policy: ["condition"],
  custom_rule: ["condition", "metric"],
};

const categories: Partial<Record<RuleType, PolicyCategory>> = { content_policy: "SAFETY", custom_rule: "CUSTOM" };

/** What is usual for the type, on every run, and stopping. */
export function newRuleDraft(type: RuleType): RuleDraft {
  return {
    name: "",
    description: "",
    rule_type: type,
    category: categories[type] ?? "OPERATIONAL",
    basis: bases[type][0] ?? "metric",
    metric: metricsByType[type][0] ?? "run.tokens",
    threshold: "",
    near_percentage: "80",
    condition: "",
    enforcement: "stop",
    on_kill: "none",
    severity: "",
    scope_type: "all_runs",
    scope_ids: "",
    precedence: "100",
    conflict_strategy: "most_restrictive",
    bind_at: "each_step",
    failure_mode: "fail_closed",
    rollout: "active",
  };
}

export function ruleDraftOf(policy: Policy): RuleDraft {
  const draft = newRuleDraft(policy.rule_type);
  const [scope] = policy.scopes;
  const metric = policy.metric ?? draft.metric;
  return {
    ...draft,
    name: policy.name,
    description: policy.description ?? "",
    category: policy.category,
    basis: policy.condition === null ? "metric" : "condition",
    metric,
    threshold: toFormAmount(policy.threshold, metric),
    near_percentage: String(policy.near_percentage),
    condition: policy.condition ?? "",
    enforcement: policy.enforcement,
    on_kill: policy.on_kill,
    severity: policy.severity ?? "",
    scope_type: scope?.type ?? "all_runs",
    scope_ids: textOfIds(scope?.ids ?? []),
    precedence: String(policy.precedence),
    conflict_strategy: policy.conflict_strategy,
    bind_at: policy.bind_at,
    failure_mode: policy.failure_mode ?? "null",
    rollout: policy.rollout,
  };
}

/** The metrics to choose from; one that is chosen already is always among them. */
export function metricsFor({ rule_type, metric, basis }: Pick<RuleDraft, "rule_type" | "metric" | "basis">): Metric[] {
  const usual = metricsByType[rule_type];
  return metrics.filter((one) => usual.includes(one) || (basis === "metric" && one === metric));
}

/** A number, a condition, or a choice of both. */
export function basesFor({ rule_type, basis }: Pick<RuleDraft, "rule_type" | "basis">): readonly Basis[] {
  const usual = bases[rule_type];
  return usual.includes(basis) ? usual : [...usual, basis];
}

/** A metric has no value before the run has begun, and a condition has no value that changes. */
export function momentsFor(basis: Basis): BindMoment[] {
  const impossible: BindMoment = basis === "metric" ? "run_start" : "on_change";
  return bindMoments.filter((moment) => moment !== impossible);
}

/** The draft with one choice changed, and what no longer goes with it put back to what is usual. */
export function withChoice<K extends keyof RuleDraft>(draft: RuleDraft, field: K, value: RuleDraft[K]): RuleDraft {
  const next = { ...draft, [field]: value };
  if (!momentsFor(next.basis).includes(next.bind_at)) next.bind_at = "each_step";
  return next;
}

/** The draft as a sentence needs it. Scopes that a form does not show are given beside it. */
export function draftWords(draft: RuleDraft, kept?: RuleWords["scopes"]): RuleWords {
  const isMetric = draft.basis === "metric";
  const threshold = draft.threshold.trim() === "" ? Number.NaN : Number(toWireAmount(draft.threshold, draft.metric));
  return {
    metric: isMetric ? draft.metric : null,
    threshold: isMetric && Number.isFinite(threshold) ? threshold : null,
    near_percentage: Number(draft.near_percentage),
    condition: isMetric ? null : draft.condition,
    enforcement: draft.enforcement,
    on_kill: draft.on_kill,
    bind_at: draft.bind_at,
    rollout: draft.rollout,
    scopes: kept ?? [{ type: draft.scope_type, ids: draft.scope_type === "all_runs" ? [] : idsIn(draft.scope_ids) }],
  };
}
