// Which rules and limits apply to a run. An id must be present and listed to match; a rule without a scope is not bound.

import {
  type LimitCategory,
  type LimitEnforcement,
  type LimitScopeType,
  type LimitType,
  limitScopeTypes,
  type ResetPeriod,
  type ScopeType,
} from "@/db/vocabulary";
import type { FrozenLimit, FrozenRule } from "@/server/policies/policy-set";
import type { PriceTable } from "@/server/policies/prices";
import type { GateSettings } from "@/server/policies/settings";

/** Who and what a run is, as far as scopes ask. */
export interface RunContext {
  agent_id: string;
  api_key_id: string | null;
  /** `actor.id` when `actor.type` is human. */
  human_actor_id: string | null;
  project: string | null;
  provider: string | null;
}

export interface RuleScope {
  scope_type: ScopeType;
  ids: readonly string[];
}

export interface BookRule extends Omit<FrozenRule, "bound_by"> {
  scopes: readonly RuleScope[];
}

export interface LimitScope {
  scope_type: LimitScopeType;
  /** Empty: every value, each with its own counter. */
  scope_ids: readonly string[];
}

export interface BookLimit extends FrozenLimit, LimitScope {}

/** A limit that runs share: BUDGET, RATE and CONCURRENT_RUNS. It stays live after a run's start. */
export interface WindowLimit extends LimitScope {
  limit_id: string;
  name: string;
  version: number;
  limit_category: LimitCategory;
  limit_type: LimitType;
  /** Position in the lock order. */
  scope_rank: number;
  /** In the counter's unit: tokens, steps, runs, or 1/10 000 cent. */
  max: number;
  /** As the wire writes it: a plain decimal, cents for COST_CENTS. */
  max_value: string;
  reset_period?: ResetPeriod;
  window_seconds?: number;
  enforcement: LimitEnforcement;
  near_percentage: number;
}

/** Everything the gate reads of a tenant's policies, as of one epoch. */
export interface PolicyBook {
  epoch: number;
  settings: GateSettings;
  settings_version: number;
  prices: PriceTable;
  /** Active lifecycle, rollout active or shadow. */
  rules: readonly BookRule[];
  thresholds: readonly BookLimit[];
  windows: readonly WindowLimit[];
  /** Ids of rules and limits whose rows do not match their content hash: no snapshot may be made of them. */
  tampered: readonly string[];
}

export interface Applicable {
  rules: FrozenRule[];
  limits: FrozenLimit[];
  windows: WindowLimit[];
}

/** What applies to a run; windows in lock order (scope_rank, limit_id). */
export function resolveScopes(book: PolicyBook, context: RunContext): Applicable {
  return {
    rules: book.rules.flatMap((rule) => boundRule(rule, context)),
    limits: book.thresholds.flatMap((limit) => (scopeKey(limit, context) === null ? [] : [withoutScope(limit)])),
    windows: book.windows.filter((limit) => scopeKey(limit, context) !== null).sort(byLockOrder),
  };
}

/**
 * The counter a run uses of a limit, `<scope type>:<value>`; null when the limit does not apply to the run. The type is
 * part of the key, so that a limit that changes its scope starts counting anew.
 */
export function scopeKey(limit: LimitScope, context: RunContext): string | null {
  if (limit.scope_type === "tenant") return "tenant:";
  const value = identityOf(limit.scope_type, context);
  if (value === null) return null;
  return limit.scope_ids.length === 0 || limit.scope_ids.includes(value) ? `${limit.scope_type}:${value}` : null;
}

export function scopeRank(scopeType: LimitScopeType): number {
  return limitScopeTypes.indexOf(scopeType);
}

function identityOf(scopeType: Exclude<LimitScopeType, "tenant">, context: RunContext): string | null {
  switch (scopeType) {
    case "agent":
      return context.agent_id;
    case "api_key":
      return context.api_key_id;
    case "human_actor":
      return context.human_actor_id;
    case "project":
      return context.project;
    case "provider":
      return context.provider;
  }
}

/** A specific scope names the binding before `all_runs` does. */
const bindingOrder = ["agent", "api_key", "human_actor", "all_runs"] as const satisfies readonly ScopeType[];

function boundRule(rule: BookRule, context: RunContext): FrozenRule[] {
  const boundBy = bindingOrder.find((type) =>
    rule.scopes.some((scope) => scope.scope_type === type && matches(scope, context)),
  );
  if (boundBy === undefined) return [];
  const { scopes: _scopes, ...frozen } = rule;
  return [{ ...frozen, bound_by: boundBy }];
}

function matches(scope: RuleScope, context: RunContext): boolean {
  if (scope.scope_type === "all_runs") return true;
  const value = identityOf(scope.scope_type, context);
  return value !== null && scope.ids.includes(value);
}

function withoutScope(limit: BookLimit): FrozenLimit {
  const { scope_type: _type, scope_ids: _ids, ...frozen } = limit;
  return frozen;
}

function byLockOrder(a: WindowLimit, b: WindowLimit): number {
  return a.scope_rank - b.scope_rank || (a.limit_id < b.limit_id ? -1 : a.limit_id > b.limit_id ? 1 : 0);
}
