// What a version of a rule says, as labelled words: two of them side by side show what an edit changed.

import { amountOf, metricName } from "@/components/activity/metric-words";
import { words } from "@/components/data/format";
import { bindWords, conflictWords, failureModeWords, onKillWords } from "@/components/policies/exact-words";
import { limitSentence } from "@/components/policies/limit-sentence";
import {
  categoryWords,
  limitEnforcementWords,
  limitScopeWords,
  rolloutWords,
  ruleEnforcementWords,
  ruleTypeWords,
  severityWords,
  type Words,
} from "@/components/policies/policy-words";
import { scopesText } from "@/components/policies/rule-scope-text";
import type { Limit, Policy } from "@/server/policies/wire";

type Definition = Readonly<Record<string, unknown>>;

const labels: Readonly<Record<string, string>> = {
  name: "Name",
  description: "Description",
  rule_type: "Type",
  category: "Category",
  metric: "Measures",
  threshold: "Threshold",
  near_percentage: "Signal at",
  condition: "Condition",
  enforcement: "Enforcement",
  on_kill: "On kill",
  severity: "Severity",
  scopes: "Holds for",
  precedence: "Precedence",
  conflict_strategy: "When rules conflict",
  bind_at: "Looked at",
  failure_mode: "If it cannot be evaluated",
  rollout: "Rollout",
  status: "Status",
};

const tables: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  rule_type: ruleTypeWords,
  category: categoryWords,
  enforcement: ruleEnforcementWords,
  on_kill: onKillWords,
  severity: severityWords,
  conflict_strategy: conflictWords,
  bind_at: bindWords,
  failure_mode: failureModeWords,
  rollout: rolloutWords,
};

/** By label, in the order a person reads them. Members nobody has words for keep their names. */
export function wordedDefinition(definition: Definition): Record<string, string> {
  const known = Object.keys(labels).filter((field) => Object.hasOwn(definition, field));
  const others = Object.keys(definition).filter((field) => !Object.hasOwn(labels, field) && !isOfTheSystem(field));
  return Object.fromEntries([...known, ...others].map((field) => [labels[field] ?? field, worded(field, definition)]));
}

/** What a rule says now, without what the system keeps about it. */
export function wordedPolicy(policy: Policy): Record<string, string> {
  const known = Object.entries(policy).filter(([field]) => Object.hasOwn(labels, field));
  return wordedDefinition(Object.fromEntries(known));
}

/** What a limit says now, without how full it is. */
export function wordedLimit(limit: Limit): Record<string, string> {
  return {
    Name: limit.name,
    Description: limit.description ?? "none",
    Says: limitSentence(limit),
    Enforcement: limitEnforcementWords[limit.enforcement].label,
    "Signal at": `${limit.near_percentage}%`,
    "Holds for": limit.scope.ids.length === 0 ? limitScopeWords[limit.scope.type].label : limit.scope.ids.join(", "),
    Status: words(limit.status),
  };
}

function isOfTheSystem(field: string): boolean {
  return field === "policy_id" || field === "version";
}

function worded(field: string, definition: Definition): string {
  const value = definition[field];
  const word = tables[field]?.[String(value)]?.label;
  if (word !== undefined) return word;
  if (value === null || value === "") return "none";
  if (field === "metric") return metricName(String(value));
  if (field === "threshold") return amountOf(String(definition.metric), Number(value));
  if (field === "near_percentage") return `${value}%`;
  if (field === "status") return words(String(value));
  if (field === "scopes") return scopesText(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
