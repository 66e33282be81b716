// What the form of a limit holds: texts in the units people type.

import { toFormAmount, toWireAmount } from "@/components/policies/amount-units";
import type { LimitWords } from "@/components/policies/limit-sentence";
import { idsIn, textOfIds } from "@/components/policies/scope-text";
import {
  type LimitCategory,
  type LimitEnforcement,
  type LimitPer,
  type LimitScopeType,
  type LimitStatus,
  type LimitType,
  limitPers,
  limitTypes,
  type ResetPeriod,
} from "@/db/vocabulary";
import type { Limit } from "@/server/policies/wire";

export interface LimitDraft {
  name: string;
  description: string;
  limit_category: LimitCategory;
  limit_type: LimitType;
  scope_type: LimitScopeType;
  /** One id a line; none: each one. */
  scope_ids: string;
  max_value: string;
  reset_period: ResetPeriod;
  window_seconds: string;
  per: LimitPer;
  enforcement: LimitEnforcement;
  near_percentage: string;
  status: LimitStatus;
}

export function newLimitDraft(category: LimitCategory): LimitDraft {
  return {
    name: "",
    description: "",
    limit_category: category,
    limit_type: category === "RATE" ? "RUNS" : "COST_CENTS",
    scope_type: "tenant",
    scope_ids: "",
    max_value: "",
    reset_period: "daily",
    window_seconds: "60",
    per: "run",
    enforcement: category === "THRESHOLD" ? "stop" : "refuse",
    near_percentage: "80",
    status: "active",
  };
}

export function limitDraftOf(limit: Limit): LimitDraft {
  const draft = newLimitDraft(limit.limit_category);
  return {
    name: limit.name,
    description: limit.description ?? "",
    limit_category: limit.limit_category,
    limit_type: limit.limit_type,
    scope_type: limit.scope.type,
    scope_ids: textOfIds(limit.scope.ids),
    max_value: toFormAmount(limit.max_value, limit.limit_type),
    reset_period: limit.reset_period ?? draft.reset_period,
    window_seconds: String(limit.window_seconds ?? draft.window_seconds),
    per: limit.per ?? draft.per,
    enforcement: limit.enforcement,
    near_percentage: String(limit.near_percentage),
    status: limit.status,
  };
}

/** What a limit of a category can count: a run has no number of runs, and only live runs are counted at the same time. */
export function limitTypesFor(category: LimitCategory): LimitType[] {
  const impossible: LimitType = category === "THRESHOLD" ? "RUNS" : "CONCURRENT_RUNS";
  return limitTypes.filter((type) => type !== impossible);
}

/** A step has no number of steps. */
export function persFor(type: LimitType): LimitPer[] {
  return limitPers.filter((per) => type !== "STEPS" || per !== "step");
}

/** The draft with one choice changed, and what no longer goes with it put back to what does. */
export function withLimitChoice<K extends keyof LimitDraft>(
  draft: LimitDraft,
  field: K,
  value: LimitDraft[K],
): LimitDraft {
  const next = { ...draft, [field]: value };
  if (!limitTypesFor(next.limit_category).includes(next.limit_type)) {
    next.limit_type = limitTypesFor(next.limit_category)[0] ?? "TOKENS";
  }
  if (!persFor(next.limit_type).includes(next.per)) next.per = "run";
  return next;
}

export function limitDraftWords(draft: LimitDraft): LimitWords {
  const max = draft.max_value.trim() === "" ? Number.NaN : Number(toWireAmount(draft.max_value, draft.limit_type));
  const seconds = Number(draft.window_seconds);
  return {
    limit_category: draft.limit_category,
    limit_type: draft.limit_type,
    scope: { type: draft.scope_type, ids: draft.scope_type === "tenant" ? [] : idsIn(draft.scope_ids) },
    max_value: Number.isFinite(max) ? max : null,
    reset_period: draft.reset_period,
    window_seconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
    per: draft.per,
    enforcement: draft.enforcement,
    near_percentage: Number(draft.near_percentage),
    status: draft.status,
  };
}

/** All fields of a limit's form, for a change of one of them: the contract takes a limit whole. */
export function limitFields({ scope_type, scope_ids, ...fields }: LimitDraft): Record<string, string> {
  return { ...fields, "scope.type": scope_type, "scope.ids": scope_ids };
}
