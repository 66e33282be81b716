// The filters of the Policies lists. The lists take one value of each, but those of violations.

import type { FilterDef } from "@/components/data/filter-value";
import { words } from "@/components/data/format";
import {
  categoryWords,
  limitCategoryWords,
  limitEnforcementWords,
  limitScopeWords,
  limitTypeWords,
  optionsOf,
  rolloutWords,
  ruleEnforcementWords,
  ruleTypeWords,
  severityWords,
} from "@/components/policies/policy-words";
import { decisionSources, limitStatuses, ruleStatuses, violationTypes } from "@/db/vocabulary";
import { violationActions } from "@/server/policies/wire";

const worded = (values: readonly string[]) => values.map((value) => ({ value, label: words(value) }));

export const ruleFilters: readonly FilterDef[] = [
  { key: "q", label: "Text", free: true, single: true },
  { key: "rule_type", label: "Type", single: true, options: optionsOf(ruleTypeWords) },
  { key: "enforcement", label: "Enforcement", single: true, options: optionsOf(ruleEnforcementWords) },
  { key: "rollout", label: "Rollout", single: true, options: optionsOf(rolloutWords) },
  { key: "category", label: "Category", single: true, options: optionsOf(categoryWords) },
  { key: "status", label: "Status", single: true, options: worded(ruleStatuses) },
];

export const limitFilters: readonly FilterDef[] = [
  { key: "q", label: "Text", free: true, single: true },
  { key: "limit_category", label: "Kind", single: true, options: optionsOf(limitCategoryWords) },
  { key: "limit_type", label: "Counts", single: true, options: optionsOf(limitTypeWords) },
  { key: "scope_type", label: "Holds for", single: true, options: optionsOf(limitScopeWords) },
  { key: "enforcement", label: "Enforcement", single: true, options: optionsOf(limitEnforcementWords) },
  { key: "status", label: "Status", single: true, options: worded(limitStatuses) },
];

export const violationFilters: readonly FilterDef[] = [
  { key: "action", label: "What was done", options: worded(violationActions) },
  { key: "violation_type", label: "Type", options: worded(violationTypes) },
  { key: "severity", label: "Severity", options: optionsOf(severityWords) },
  { key: "source", label: "By", single: true, options: worded(decisionSources) },
  { key: "policy_id", label: "Policy", free: true, single: true },
  { key: "limit_id", label: "Limit", free: true, single: true },
  { key: "run_id", label: "Run", free: true, single: true },
  { key: "recorded_after", label: "After", free: true, single: true },
  { key: "recorded_before", label: "Before", free: true, single: true },
];
