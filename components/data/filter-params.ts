// A filter's way into the address and back: one parameter a key, by the parsers of the page.

import type { FilterDef, FilterValue } from "./filter-value";

interface Parser {
  parse: (text: string) => unknown;
}

/** What stands in the address, as the filter bar has it. */
export function filterOf(filters: readonly FilterDef[], params: Readonly<Record<string, unknown>>): FilterValue {
  const entries = filters.map(({ key }): [string, string[]] => [key, listed(params[key])]);
  return Object.fromEntries(entries.filter(([, values]) => values.length > 0));
}

/** The other way round; what is not set, and what its parser does not take, is null. */
export function paramsOf<P extends Record<string, Parser>>(
  filters: readonly FilterDef[],
  parsers: P,
  value: FilterValue,
): { [K in keyof P]?: ReturnType<P[K]["parse"]> } {
  const entries = filters.map(({ key }) => {
    const values = value[key] ?? [];
    return [key, values.length === 0 ? null : (parsers[key]?.parse(values.map(escaped).join(",")) ?? null)];
  });
  return parsed(Object.fromEntries(entries));
}

// In lists a comma within a value is written as such.
function escaped(value: string, _at: number, all: readonly string[]): string {
  return all.length > 1 ? value.replaceAll(",", "%2C") : value;
}

function listed(value: unknown): string[] {
  if (value === null || value === undefined || value === "") return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

// Each value came out of the parser of its own name.
function parsed<T>(entries: Record<string, unknown>): T {
  return entries as T;
}
