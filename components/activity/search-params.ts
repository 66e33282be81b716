// What stands in the addresses of the Activity pages. Names are the API's.

import { asBoolean, asListOf, asOneOf, asText, type Values } from "@/components/data/address-params";
import { liveRunStatuses, runSources, runStatuses, terminationReasons } from "@/db/vocabulary";
import { riskLevels } from "@/server/activity/contract";
import { groupings } from "./run-groups";

const narrowing = {
  agent: asText,
  project: asText,
  provider: asText,
  model: asText,
  source: asListOf(asOneOf(runSources)),
  risk_level: asListOf(asOneOf(riskLevels)),
  policy_id: asText,
  synthetic: asBoolean,
  refused: asBoolean,
  q: asText,
};

/** The run in the side panel. */
const open = asText;

const liveSorts = ["-started_at", "started_at", "-last_seen_at", "last_seen_at"] as const;
const usageSorts = ["-tokens_used", "tokens_used", "-cost_cents", "cost_cents"] as const;
const endSorts = ["-completed_at", "completed_at", "-started_at", "started_at", "-duration_ms", "duration_ms"] as const;

export const liveParams = {
  ...narrowing,
  status: asListOf(asOneOf(liveRunStatuses)),
  sort: asOneOf([...liveSorts, ...usageSorts] as const).withDefault("-started_at"),
  group: asOneOf(groupings),
  open,
};

export const completedParams = {
  ...narrowing,
  status: asListOf(asOneOf(runStatuses)),
  termination_reason: asListOf(asOneOf(terminationReasons)),
  /** From links of figures: they stand in for the page's range. */
  completed_after: asText,
  completed_before: asText,
  sort: asOneOf([...endSorts, ...usageSorts] as const).withDefault("-completed_at"),
  open,
};

const runTabs = ["trace", "replay", "policies", "proof"] as const;

/** Of a run, on its page and in its panel. */
export const runParams = {
  tab: asOneOf(runTabs).withDefault("trace"),
  /** The chosen row of the trace. */
  row: asText,
};

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** What the API is asked: without what is not set, and without what is only the page's. */
function queryOf<T extends object, Own extends keyof T>(values: T, own: readonly Own[]): Present<Omit<T, Own>> {
  const isSet = (value: unknown) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
  const kept = Object.entries(values).filter(([name, value]) => isSet(value) && !own.some((other) => other === name));
  return present(Object.fromEntries(kept));
}

// Entries forget which name had which value.
function present<T>(entries: Record<string, unknown>): T {
  return entries as T;
}

type Live = Values<typeof liveParams>;
type Completed = Values<typeof completedParams>;
type Range = { since: string | null; until: string | null };

export function liveQuery(params: Live) {
  return queryOf(params, ["open", "group"]);
}

/** Of the range only what the address does not say more exactly. */
export function completedQuery(params: Completed, { since, until }: Range) {
  const isExact = params.completed_after !== null || params.completed_before !== null;
  const range = isExact ? {} : queryOf({ completed_after: since, completed_before: until }, []);
  return { ...range, ...queryOf(params, ["open"]) };
}
