import type { FilterDef } from "@/components/data/filter-value";
import { words } from "@/components/data/format";
import { causeTypes, incidentCategories, incidentTypes, severities } from "@/db/vocabulary";

const options = (values: readonly string[]) => values.map((value) => ({ value, label: words(value) }));
const flag = (yes: string, no: string) => [
  { value: "true", label: yes },
  { value: "false", label: no },
];

const shared: readonly FilterDef[] = [
  { key: "severity", label: "Severity", options: options([...severities].reverse()) },
  { key: "type", label: "Type", options: options(incidentTypes) },
  { key: "category", label: "Category", options: options(incidentCategories) },
  { key: "cause_type", label: "Cause", options: options(causeTypes) },
  { key: "agent", label: "Agent", free: true, single: true },
  { key: "policy_id", label: "Policy", free: true, single: true },
  { key: "run_id", label: "Run", free: true, single: true },
  { key: "escalated", label: "Escalated", options: flag("yes", "no"), single: true },
  { key: "synthetic", label: "Rehearsals", options: flag("only", "none"), single: true },
];

const text: FilterDef = { key: "q", label: "Text", free: true, single: true };

export const activeFilters: readonly FilterDef[] = [
  { key: "status", label: "State", options: options(["active", "acknowledged"]) },
  ...shared,
  text,
];

export const resolvedFilters: readonly FilterDef[] = [...shared, text];
