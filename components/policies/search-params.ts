// What stands in the addresses of the Policies pages. Names are the API's.

import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral } from "nuqs/server";
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
  status: parseAsStringLiteral(ruleStatuses),
  rule_type: parseAsStringLiteral(ruleTypes),
  category: parseAsStringLiteral(policyCategories),
  rollout: parseAsStringLiteral(rollouts),
  enforcement: parseAsStringLiteral(ruleEnforcements),
  q: parseAsString,
  sort: parseAsStringLiteral(named).withDefault("-created_at"),
  open: parseAsString,
};

export const limitParams = {
  status: parseAsStringLiteral(limitStatuses),
  limit_category: parseAsStringLiteral(limitCategories),
  limit_type: parseAsStringLiteral(limitTypes),
  enforcement: parseAsStringLiteral(limitEnforcements),
  scope_type: parseAsStringLiteral(limitScopeTypes),
  q: parseAsString,
  sort: parseAsStringLiteral(named).withDefault("name"),
  open: parseAsString,
};

export const violationParams = {
  action: parseAsArrayOf(parseAsStringLiteral(violationActions)),
  violation_type: parseAsArrayOf(parseAsStringLiteral(violationTypes)),
  severity: parseAsArrayOf(parseAsStringLiteral(severities)),
  source: parseAsStringLiteral(decisionSources),
  policy_id: parseAsString,
  limit_id: parseAsString,
  run_id: parseAsString,
  /** From links of figures: they stand in for the page's range. */
  recorded_after: parseAsString,
  recorded_before: parseAsString,
  sort: parseAsStringLiteral(["-recorded_at", "recorded_at"]).withDefault("-recorded_at"),
  open: parseAsString,
};

export const freezeParams = {
  type: parseAsStringLiteral(freezeTypes),
  lifted: parseAsBoolean,
};

/** Of the form "What would apply?": the question stands in the address, so that it can be shared and asked again. */
export const checkParams = {
  agent_id: parseAsString,
  actor_type: parseAsString,
  actor_id: parseAsString,
  project: parseAsString,
  provider: parseAsString,
  model: parseAsString,
  goal: parseAsString,
  tags: parseAsString,
};

type Read<P extends Record<string, { parseServerSide: (value: string | undefined) => unknown }>> = {
  [K in keyof P]: ReturnType<P[K]["parseServerSide"]>;
};
type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
type Range = { since: string | null; until: string | null };

export function ruleQuery({ open: _open, status, ...params }: Read<typeof ruleParams>) {
  return { ...present(params), status: status ?? ("active" as const) };
}

export function limitQuery({ open: _open, ...params }: Read<typeof limitParams>) {
  return present(params);
}

/** Of the range only what the address does not say more exactly. */
export function violationQuery({ open: _open, ...params }: Read<typeof violationParams>, { since, until }: Range) {
  const isExact = params.recorded_after !== null || params.recorded_before !== null;
  const range = isExact ? {} : present({ recorded_after: since, recorded_before: until });
  return { ...range, ...present(params) };
}

export function freezeQuery(params: Read<typeof freezeParams>) {
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
