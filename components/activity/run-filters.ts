// The filters of run lists, and their way into the address and back.

import type { FilterDef, FilterValue } from "@/components/data/filter-grammar";
import { words } from "@/components/data/format";
import { liveRunStatuses, runSources, runStatuses } from "@/db/vocabulary";
import { reasonOptions, riskOptions, statusOptions } from "./run-words";

const shared: readonly FilterDef[] = [
  { key: "agent", label: "Agent", free: true, single: true },
  { key: "risk_level", label: "Risk", options: riskOptions },
  { key: "provider", label: "Provider", free: true, single: true },
  { key: "model", label: "Model", free: true, single: true },
  { key: "project", label: "Project", free: true, single: true },
  { key: "source", label: "Source", options: runSources.map((value) => ({ value, label: words(value) })) },
  { key: "policy_id", label: "Policy", free: true, single: true },
  {
    ...{ key: "synthetic", label: "Rehearsals", single: true },
    options: [
      { value: "true", label: "only" },
      { value: "false", label: "none" },
    ],
  },
];

export const liveFilters: readonly FilterDef[] = [
  { key: "status", label: "Status", options: statusOptions(liveRunStatuses) },
  ...shared,
];

const live: readonly string[] = liveRunStatuses;

export const completedFilters: readonly FilterDef[] = [
  { key: "status", label: "Status", options: statusOptions(runStatuses.filter((one) => !live.includes(one))) },
  { key: "termination_reason", label: "Reason", options: reasonOptions },
  ...shared,
  {
    ...{ key: "refused", label: "Refused starts", single: true },
    options: [
      { value: "true", label: "only" },
      { value: "false", label: "none" },
    ],
  },
  { key: "completed_after", label: "Ended after", free: true, single: true },
  { key: "completed_before", label: "Ended before", free: true, single: true },
];

/** The values of the address, as the filter bar has them. */
export function filterValue(filters: readonly FilterDef[], params: Readonly<Record<string, unknown>>): FilterValue {
  const keys = [...filters.map((filter) => filter.key), "q"];
  const entries = keys.map((key): [string, string[]] => [key, listed(params[key])]);
  return Object.fromEntries(entries.filter(([, values]) => values.length > 0));
}

function listed(value: unknown): string[] {
  if (value === null || value === undefined || value === "") return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

type Parser<V> = { parse: (text: string) => V | null };

/** The other way round; a filter that is not set is null, and so is a value that is none. */
export function paramsOf<P extends Record<string, Parser<unknown>>>(
  filters: readonly FilterDef[],
  parsers: P,
  value: FilterValue,
): { [K in keyof P]?: ReturnType<P[K]["parse"]> } {
  const keys = [...filters.map((filter) => filter.key), "q"];
  return typed(
    Object.fromEntries(
      keys.map((key) => {
        const values = value[key] ?? [];
        return [key, values.length === 0 ? null : (parsers[key]?.parse(values.join(",")) ?? null)];
      }),
    ),
  );
}

// Each value came out of the parser of its own name.
function typed<T>(entries: Record<string, unknown>): T {
  return entries as T;
}
