// The time range that stands in the address, as instants. A relative range ends now, so its end stays open.

import { type RangeName, rangeHours, rangeNames } from "@/components/shell/ranges";

export interface Range {
  range: RangeName | "custom";
  since: string | null;
  until: string | null;
}

type SearchParams = Promise<Record<string, string | string[] | undefined>>;

const MINUTE_MS = 60_000;

/** `?from&to` or `?range=24h`; without either, or with something else, the last 7 days. */
export async function rangeOf(searchParams: SearchParams): Promise<Range> {
  const { range, from, to } = await searchParams;
  const since = instantOf(from);
  const until = instantOf(to);
  if (since !== null || until !== null) return { range: "custom", since, until };
  const name = rangeNames.find((one) => one === range) ?? "7d";
  const hours = rangeHours[name];
  if (hours === null) return { range: name, since: null, until: null };
  // To the minute, so that pages opened one after the other share what they read.
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  return { range: name, since: new Date(now - hours * 60 * MINUTE_MS).toISOString(), until: null };
}

function instantOf(value: string | string[] | undefined): string | null {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d/.test(value)) return null;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
