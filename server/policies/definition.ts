// What a rule or a limit says, as one object: the wire shows it, a version keeps it, the content hash covers it. It is
// rebuilt from the columns whenever integrity is asked for.

import type { limits, policyPrecedence, policyRules, policyScopes } from "@/db/schema/policies";
import {
  type BindMoment,
  bindMoments,
  type ConflictStrategy,
  conflictStrategies,
  type FailureMode,
  failureModes,
  type LimitCategory,
  type LimitEnforcement,
  type LimitPer,
  type LimitScopeType,
  type LimitStatus,
  type LimitType,
  limitCategories,
  limitEnforcements,
  limitPers,
  limitScopeTypes,
  limitStatuses,
  limitTypes,
  type Metric,
  metrics,
  type OnKill,
  onKills,
  type PolicyCategory,
  policyCategories,
  type ResetPeriod,
  type Rollout,
  type RuleEnforcement,
  type RuleStatus,
  type RuleType,
  resetPeriods,
  rollouts,
  ruleEnforcements,
  ruleStatuses,
  ruleTypes,
  type ScopeType,
  type Severity,
  scopeTypes,
  severities,
} from "@/db/vocabulary";
import { afterImageHash } from "@/server/evidence/snapshot-hash";

export type RuleRow = typeof policyRules.$inferSelect;
export type ScopeRow = typeof policyScopes.$inferSelect;
export type PrecedenceRow = typeof policyPrecedence.$inferSelect;
export type LimitRow = typeof limits.$inferSelect;

export interface RuleScopeDefinition {
  type: ScopeType;
  ids: string[];
}

export interface PrecedenceDefinition {
  /** Lower is stronger. */
  precedence: number;
  conflict_strategy: ConflictStrategy;
  bind_at: BindMoment;
  failure_mode: FailureMode | null;
}

/** The members of a rule that its author writes. */
export interface RuleDefinition extends PrecedenceDefinition {
  name: string;
  description: string | null;
  rule_type: RuleType;
  category: PolicyCategory;
  metric: Metric | null;
  threshold: number | null;
  near_percentage: number;
  condition: string | null;
  enforcement: RuleEnforcement;
  on_kill: OnKill;
  severity: Severity | null;
  rollout: Rollout;
  scopes: RuleScopeDefinition[];
}

export interface LimitDefinition {
  name: string;
  description: string | null;
  limit_category: LimitCategory;
  limit_type: LimitType;
  scope: { type: LimitScopeType; ids: string[] };
  max_value: number;
  reset_period: ResetPeriod | null;
  window_seconds: number | null;
  per: LimitPer | null;
  enforcement: LimitEnforcement;
  near_percentage: number;
}

/** The definition with what the system adds to it: exactly what a version keeps and the content hash covers. */
export type VersionedRule = RuleDefinition & { policy_id: string; version: number; status: RuleStatus };
export type VersionedLimit = LimitDefinition & { limit_id: string; version: number; status: LimitStatus };

export function contentHash(definition: VersionedRule | VersionedLimit): Buffer {
  return afterImageHash({ ...definition });
}

/** Stands where a rule has no precedence row; under `fail_closed` such a rule is ambiguous. */
export const defaultPrecedence: PrecedenceDefinition = {
  precedence: 100,
  conflict_strategy: "most_restrictive",
  bind_at: "each_step",
  failure_mode: null,
};

/** Rebuilt from the columns. @throws RangeError when a column holds a word the vocabulary does not know. */
export function ruleFromRows(
  row: RuleRow,
  precedence: PrecedenceRow | undefined,
  scopes: readonly ScopeRow[],
): VersionedRule {
  return {
    policy_id: row.id,
    version: row.version,
    status: wordOf(ruleStatuses, row.status),
    name: row.name,
    description: row.description,
    rule_type: wordOf(ruleTypes, row.ruleType),
    category: wordOf(policyCategories, row.category),
    metric: row.metric === null ? null : wordOf(metrics, row.metric),
    threshold: row.threshold === null ? null : Number(row.threshold),
    near_percentage: row.nearPercentage,
    condition: row.condition,
    enforcement: wordOf(ruleEnforcements, row.enforcement),
    on_kill: wordOf(onKills, row.onKill),
    severity: row.severity === null ? null : wordOf(severities, row.severity),
    rollout: wordOf(rollouts, row.rollout),
    scopes: sortedScopes(scopes.map((scope) => ({ type: wordOf(scopeTypes, scope.scopeType), ids: scope.ids }))),
    ...precedenceFromRow(precedence),
  };
}

function precedenceFromRow(row: PrecedenceRow | undefined): PrecedenceDefinition {
  if (row === undefined) return defaultPrecedence;
  return {
    precedence: row.precedence,
    conflict_strategy: wordOf(conflictStrategies, row.conflictStrategy),
    bind_at: wordOf(bindMoments, row.bindAt),
    failure_mode: row.failureMode === null ? null : wordOf(failureModes, row.failureMode),
  };
}

/** @throws RangeError when a column holds a word the vocabulary does not know. */
export function limitFromRow(row: LimitRow): VersionedLimit {
  return {
    limit_id: row.id,
    version: row.version,
    status: wordOf(limitStatuses, row.status),
    name: row.name,
    description: row.description,
    limit_category: wordOf(limitCategories, row.limitCategory),
    limit_type: wordOf(limitTypes, row.limitType),
    scope: { type: wordOf(limitScopeTypes, row.scopeType), ids: row.scopeIds },
    max_value: Number(row.maxValue),
    reset_period: row.resetPeriod === null ? null : wordOf(resetPeriods, row.resetPeriod),
    window_seconds: row.windowSeconds,
    per: row.per === null ? null : wordOf(limitPers, row.per),
    enforcement: wordOf(limitEnforcements, row.enforcement),
    near_percentage: row.nearPercentage,
  };
}

/** Scopes in the vocabulary's order, ids sorted and once each: equal scopes have equal hashes. */
export function sortedScopes(scopes: readonly RuleScopeDefinition[]): RuleScopeDefinition[] {
  return scopes
    .map((scope) => ({ type: scope.type, ids: sortedIds(scope.ids) }))
    .sort((a, b) => scopeTypes.indexOf(a.type) - scopeTypes.indexOf(b.type));
}

export function sortedIds(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}

/** Text of a column as the word it must be; unknown words are refused, never passed on. */
export function wordOf<W extends string>(words: readonly W[], text: string): W {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new RangeError(`unknown word in a stored policy: ${text}`);
  return word;
}
