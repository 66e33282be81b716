// What a rule or a limit must be beyond the shape of its body: which fields go together, at which moments what can be
// asked, and in which unit a number counts. Pure; every fault is an entry of a 422.

import type { BindMoment, Metric } from "@/db/vocabulary";
import { Uuid } from "@/server/platform/http/contract";
import type { FieldError } from "@/server/platform/http/problem";
import { isMoneyMetric } from "@/server/policies/amounts";
import type { RuleScopeDefinition } from "@/server/policies/definition";
import { isWireCents, type LimitBody, type RuleBody } from "@/server/policies/wire";
import { checkCondition } from "@/server/policy-language/check/condition";
import { checkMoment } from "@/server/policy-language/check/moments";
import type { Diagnostic, Span } from "@/server/policy-language/diagnostics/diagnostic";

/** `span` marks the part of a condition that is meant, in UTF-16 code units. */
export interface PolicyFault extends FieldError {
  span?: Span;
  hint?: string;
}

type RuleFields = Pick<RuleBody, "metric" | "threshold" | "condition" | "enforcement" | "on_kill" | "bind_at">;

/** Empty when the rule may be stored. */
export function ruleFaults(rule: RuleFields): PolicyFault[] {
  const faults: PolicyFault[] = [];
  if (rule.metric !== null && rule.condition !== null) {
    faults.push(fault("#/condition", "contradiction", "A rule has either a metric with a threshold or a condition"));
  }
  if (rule.metric === null && rule.condition === null) {
    faults.push(fault("#/metric", "required", "A rule needs a metric with a threshold, or a condition"));
  }
  if (rule.on_kill !== "none" && rule.enforcement !== "kill") {
    faults.push(fault("#/on_kill", "contradiction", "It goes with enforcement kill only"));
  }
  return [...faults, ...thresholdFaults(rule), ...momentFaults(rule)];
}

function thresholdFaults({ metric, threshold }: RuleFields): PolicyFault[] {
  if (metric === null) {
    return threshold === null ? [] : [fault("#/threshold", "contradiction", "A threshold needs a metric")];
  }
  if (threshold === null) return [fault("#/threshold", "required", "A metric needs a threshold")];
  return countable(threshold, isMoneyMetric(metric)) ? [] : [uncountable("#/threshold", isMoneyMetric(metric))];
}

/** Whether a rule may be bound at a moment (admin-api "Bind moments"); its condition is checked on the way. */
export function momentFaults(rule: {
  metric: Metric | null;
  condition: string | null;
  bind_at: BindMoment;
}): PolicyFault[] {
  if (rule.metric !== null) {
    if (rule.bind_at !== "run_start") return [];
    return [fault("#/bind_at", "not_at_this_moment", "A metric has no value at run_start")];
  }
  if (rule.condition === null) return [];
  const checked = checkCondition(rule.condition);
  const diagnostics = checked.ok ? checkMoment(checked.condition, rule.bind_at) : checked.diagnostics;
  return diagnostics.map(conditionFault);
}

function conditionFault({ code, span, message, hint }: Diagnostic): PolicyFault {
  const found = { pointer: "#/condition", code, detail: message, span };
  return hint === undefined ? found : { ...found, hint };
}

/** `pointers[i]` is where scope i stands in the body. Ids of keys are checked against the tenant's by the command. */
export function scopeFaults(scopes: readonly RuleScopeDefinition[], pointers: readonly string[]): PolicyFault[] {
  const types = scopes.map((scope) => scope.type);
  return scopes.flatMap((scope, at) => {
    const pointer = pointers[at] ?? "#";
    const faults = [...idFaults(scope, pointer)];
    if (scope.type === "all_runs" && scopes.length > 1) {
      faults.push(fault(`${pointer}/type`, "contradiction", "all_runs cannot be combined with another scope"));
    }
    if (types.indexOf(scope.type) !== at) faults.push(fault(`${pointer}/type`, "repeated", "One entry a type"));
    return faults;
  });
}

function idFaults(scope: RuleScopeDefinition, pointer: string): PolicyFault[] {
  if (scope.type === "all_runs") {
    return scope.ids.length === 0 ? [] : [fault(`${pointer}/ids`, "contradiction", "all_runs takes no ids")];
  }
  if (scope.ids.length === 0) return [fault(`${pointer}/ids`, "required", "This type needs at least one id")];
  return scope.type === "api_key" ? notKeyIds(scope.ids, pointer) : [];
}

function notKeyIds(ids: readonly string[], pointer: string): PolicyFault[] {
  return ids.flatMap((id, at) => (Uuid.safeParse(id).success ? [] : [unknownKey(`${pointer}/ids/${at}`)]));
}

export function unknownKey(pointer: string): PolicyFault {
  return fault(pointer, "unknown_api_key", "There is no such API key");
}

type LimitFields = Omit<LimitBody, "name" | "description" | "near_percentage" | "status">;

/** Empty when the limit may be stored (admin-api "Limit over a window"). */
export function limitFaults(limit: LimitFields): PolicyFault[] {
  const faults = [...periodFaults(limit), ...perFaults(limit), ...limitScopeFaults(limit)];
  if (limit.limit_type === "CONCURRENT_RUNS" && limit.limit_category !== "THRESHOLD") {
    faults.push(fault("#/limit_type", "contradiction", "CONCURRENT_RUNS goes with THRESHOLD only"));
  }
  const isMoney = limit.limit_type === "COST_CENTS";
  if (!countable(limit.max_value, isMoney)) faults.push(uncountable("#/max_value", isMoney));
  return faults;
}

function periodFaults({ limit_category, reset_period, window_seconds }: LimitFields): PolicyFault[] {
  return [
    ...presence("#/reset_period", {
      isGiven: reset_period !== null,
      isWanted: limit_category === "BUDGET",
      owner: "BUDGET",
    }),
    ...presence("#/window_seconds", {
      isGiven: window_seconds !== null,
      isWanted: limit_category === "RATE",
      owner: "RATE",
    }),
  ];
}

function perFaults({ limit_category, limit_type, per }: LimitFields): PolicyFault[] {
  const isWanted = limit_category === "THRESHOLD" && limit_type !== "CONCURRENT_RUNS";
  const faults = presence("#/per", {
    isGiven: per !== null,
    isWanted,
    owner: "THRESHOLD (other than CONCURRENT_RUNS)",
  });
  if (limit_category === "THRESHOLD" && limit_type === "RUNS") {
    faults.push(fault("#/limit_type", "contradiction", "A run has no number of runs: use BUDGET or RATE"));
  }
  if (limit_type === "STEPS" && per === "step") {
    faults.push(fault("#/per", "contradiction", "A step has no number of steps"));
  }
  return faults;
}

function presence(pointer: string, field: { isGiven: boolean; isWanted: boolean; owner: string }): PolicyFault[] {
  if (field.isGiven === field.isWanted) return [];
  if (field.isWanted) return [fault(pointer, "required", `${field.owner} needs it`)];
  return [fault(pointer, "contradiction", `It goes with ${field.owner} only`)];
}

function limitScopeFaults({ scope }: LimitFields): PolicyFault[] {
  if (scope.type === "tenant") {
    return scope.ids.length === 0 ? [] : [fault("#/scope/ids", "contradiction", "tenant takes no ids")];
  }
  return scope.type === "api_key" ? notKeyIds(scope.ids, "#/scope") : [];
}

function countable(value: number, isMoney: boolean): boolean {
  return isMoney ? isWireCents(value) : Number.isSafeInteger(value);
}

function uncountable(pointer: string, isMoney: boolean): PolicyFault {
  return fault(pointer, "too_precise", isMoney ? "At most 4 decimals of a cent" : "It must be a whole number");
}

function fault(pointer: string, code: string, detail: string): PolicyFault {
  return { pointer, code, detail };
}
