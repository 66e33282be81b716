// What stands in the addresses of the log pages, and the reads it asks for. Names are the API's.

import { asBoolean, asListOf, asOneOf, asText, type Values } from "@/components/data/address-params";
import { executionStatuses, type listAuditLog, type listRunRecords, type searchLogs } from "@/server/logs/contract";
import type { CallOf } from "@/server/platform/http/contract";

const runSorts = ["-started_at", "started_at", "-completed_at", "completed_at"] as const;
const auditSorts = ["-recorded_at", "recorded_at"] as const;
export const actorTypes = ["user", "key", "system"] as const;

/** Both exclusive; null: open. */
export interface Bounds {
  since: string | null;
  until: string | null;
}

const common = { run_id: asText, q: asText, open: asText };

export const runLogParams = {
  ...common,
  agent: asText,
  provider: asText,
  model: asText,
  execution_status: asListOf(asOneOf(executionStatuses)),
  synthetic: asBoolean,
  sort: asOneOf(runSorts).withDefault("-started_at"),
};

export const auditLogParams = {
  ...common,
  action: asListOf(asText),
  entity_type: asText,
  entity_id: asText,
  actor_type: asOneOf(actorTypes),
  actor_id: asText,
  sort: asOneOf(auditSorts).withDefault("-recorded_at"),
};

export type RunLogParams = Values<typeof runLogParams>;
export type AuditLogParams = Values<typeof auditLogParams>;

export type SearchBody = NonNullable<CallOf<typeof searchLogs>["body"]>;
export type SearchFilters = NonNullable<SearchBody["filters"]>;

export function runFilters(params: RunLogParams): SearchFilters {
  const { run_id, agent, provider, model, execution_status, synthetic } = params;
  return present({ run_id, agent, provider, model, execution_status, synthetic });
}

export function auditFilters(params: AuditLogParams): SearchFilters {
  const { run_id, action, entity_type, entity_id, actor_type, actor_id } = params;
  return present({ run_id, action, entity_type, entity_id, actor_type, actor_id });
}

export function runLogQuery(
  params: RunLogParams,
  { since, until }: Bounds,
): NonNullable<CallOf<typeof listRunRecords>["query"]> {
  const { run_id, agent, provider, model, execution_status, synthetic, sort } = params;
  const filters = present({ run_id, agent, provider, model, execution_status, synthetic });
  return { ...filters, ...present({ created_after: since, created_before: until }), sort };
}

export function auditLogQuery(
  params: AuditLogParams,
  { since, until }: Bounds,
): NonNullable<CallOf<typeof listAuditLog>["query"]> {
  const { run_id, action, entity_type, entity_id, actor_type, actor_id, sort } = params;
  const filters = present({ run_id, action, entity_type, entity_id, actor_type, actor_id });
  return { ...filters, ...present({ recorded_after: since, recorded_before: until }), sort };
}

interface Search {
  topic: "llm_runs" | "audit";
  q: string;
  filters: SearchFilters;
  isOldestFirst: boolean;
}

export function searchBody({ topic, q, filters, isOldestFirst }: Search, bounds: Bounds): SearchBody {
  return {
    ...{ topics: [topic], q, sort: isOldestFirst ? "time" : "-time" },
    ...(Object.keys(filters).length === 0 ? {} : { filters }),
    ...rangeOfBounds(bounds),
  };
}

/** The `range` of a search or an export; absent when it is open on both sides. */
export function rangeOfBounds({ since, until }: Bounds): { range?: { from?: string; to?: string } } {
  const range = present({ from: since, to: until });
  return Object.keys(range).length === 0 ? {} : { range };
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

// Every absent filter is left out, so that the address, the server's read and the browser's read have one key.
function present<T extends object>(values: T): Present<T> {
  const isGiven = (value: unknown) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
  return kept(Object.entries(values).filter(([, value]) => isGiven(value)));
}

// Object.fromEntries forgets which key had which type.
function kept<T>(entries: [string, unknown][]): T {
  return Object.fromEntries(entries) as T;
}
