// What stands in the addresses of the Policies pages. Names are the API's.

import { asBoolean, asListOf, asOneOf, asText, type Values } from "@/components/data/address-params";
import {
  decisionSources,
  freezeTypes,
  limitCategories,
  limitEnforcements,
  limitScopeTypes,
  limitStatuses,
  limitTypes,
  policyCategories,
  rollouts,
  ruleEnforcements,
  ruleStatuses,
  ruleTypes,
  severities,
  violationTypes,
} from "@/db/vocabulary";
import { violationActions } from "@/server/policies/wire";

const named = ["name", "-name", "-created_at", "created_at", "-updated_at", "updated_at"] as const;

export const ruleParams = {
  /** Absent: those in use. */
  status: asOneOf(ruleStatuses),
  rule_type: asOneOf(ruleTypes),
  category: asOneOf(policyCategories),
  rollout: asOneOf(rollouts),
  enforcement: asOneOf(ruleEnforcements),
  q: asText,
  sort: asOneOf(named).withDefault("-created_at"),
  open: asText,
};

export const limitParams = {
  status: asOneOf(limitStatuses),
  limit_category: asOneOf(limitCategories),
  limit_type: asOneOf(limitTypes),
  enforcement: asOneOf(limitEnforcements),
  scope_type: asOneOf(limitScopeTypes),
  q: asText,
  sort: asOneOf(named).withDefault("name"),
  open: asText,
};

export const violationParams = {
  action: asListOf(asOneOf(violationActions)),
  violation_type: asListOf(asOneOf(violationTypes)),
  severity: asListOf(asOneOf(severities)),
  source: asOneOf(decisionSources),
  policy_id: asText,
  limit_id: asText,
  run_id: asText,
  /** From links of figures: they stand in for the page's range. */
  recorded_after: asText,
  recorded_before: asText,
  sort: asOneOf(["-recorded_at", "recorded_at"]).withDefault("-recorded_at"),
  open: asText,
};

export const freezeParams = {
  type: asOneOf(freezeTypes),
  lifted: asBoolean,
};

/** Of the form "What would apply?": the question stands in the address, so that it can be shared and asked again. */
export const checkParams = {
  agent_id: asText,
  actor_type: asText,
  actor_id: asText,
  project: asText,
  provider: asText,
  model: asText,
  goal: asText,
  tags: asText,
};

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
type Range = { since: string | null; until: string | null };

export function ruleQuery({ open: _open, status, ...params }: Values<typeof ruleParams>) {
  return { ...present(params), status: status ?? ("active" as const) };
}

export function limitQuery({ open: _open, ...params }: Values<typeof limitParams>) {
  return present(params);
}

/** Of the range only what the address does not say more exactly. */
export function violationQuery({ open: _open, ...params }: Values<typeof violationParams>, { since, until }: Range) {
  const isExact = params.recorded_after !== null || params.recorded_before !== null;
  const range = isExact ? {} : present({ recorded_after: since, recorded_before: until });
  return { ...range, ...present(params) };
}

export function freezeQuery(params: Values<typeof freezeParams>) {
  return present(params);
}

function present<T extends object>(values: T): Present<T> {
  const kept = Object.entries(values).filter(([, value]) => isSet(value));
  return typed(Object.fromEntries(kept));
}

function isSet(value: unknown): boolean {
  return value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

// Entries forget which name had which value.
function typed<T>(entries: Record<string, unknown>): T {
  return entries as T;
}
