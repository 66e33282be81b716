// How full a limit is. What is unknown is null, never 0; a counter that was never used is known to be 0.

import { tenantControls } from "@/db/schema/tenancy";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { limitTypeUnits, wireCents } from "@/server/policies/amounts";
import { type LimitRow, limitFromRow, type VersionedLimit } from "@/server/policies/definition";
import { type CounterReading, readCounters, readSlidingCounters } from "@/server/policies/limit-store";
import { GateSettings } from "@/server/policies/settings";
import { type CountedWindow, windowOf } from "@/server/policies/windows";
import type { LimitCounter, LimitUsage } from "@/server/policies/wire";

/** The usage of each limit by id: its fullest counters first, at most `most`. Never empty for a limit runs share. */
export async function usageOf(
  db: TenantDb,
  rows: readonly LimitRow[],
  most: number,
): Promise<Map<string, LimitCounter[]>> {
  const [[control], now] = await Promise.all([db.rows(tenantControls, { limit: 1 }), db.now()]);
  const { timezone } = GateSettings.parse(control?.settings ?? {});
  const facts = rows.map((row) => factsOf(row, now, timezone));
  const shared = facts.filter(({ limit }) => limit.per === null);
  const [calendar, sliding] = await Promise.all([
    readCounters(
      db,
      shared
        .filter((one) => one.since === null)
        .map(({ limit, window }) => ({ limitId: limit.limit_id, start: window.start })),
      most,
    ),
    readSlidingCounters(
      db,
      shared.flatMap(({ limit, since }) => (since === null ? [] : [{ limitId: limit.limit_id, since }])),
      most,
    ),
  ]);
  const readings = [...calendar, ...sliding];
  return new Map(facts.map((one) => [one.limit.limit_id, countersOf(one, readings)]));
}

interface LimitFacts {
  limit: VersionedLimit;
  /** The maximum in the counter's unit. */
  max: number;
  window: CountedWindow;
  /** Sliding windows: entries from here on count. */
  since: Date | null;
}

function factsOf(row: LimitRow, now: Date, timezone: string): LimitFacts {
  const limit = limitFromRow(row);
  const seconds = limit.window_seconds;
  const period = limit.reset_period;
  return {
    limit,
    max: limitTypeUnits(limit.limit_type, row.maxValue),
    window: windowOf(period === null ? {} : { reset_period: period }, now, timezone),
    since: seconds === null ? null : new Date(now.getTime() - seconds * 1_000),
  };
}

function countersOf(facts: LimitFacts, readings: readonly CounterReading[]): LimitCounter[] {
  if (facts.limit.per !== null) return [];
  const own = readings.filter((reading) => reading.limit_id === facts.limit.limit_id);
  if (own.length > 0) return own.map((reading) => counterOf(facts, reading));
  const unused = { used: 0, reserved: 0, presumed: 0, unpriced: false, oldest: null };
  const scope_key = `${facts.limit.scope.type}:${facts.limit.scope.ids[0] ?? ""}`;
  return [counterOf(facts, { limit_id: facts.limit.limit_id, scope_key, ...unused })];
}

function counterOf(facts: LimitFacts, reading: CounterReading): LimitCounter {
  const { limit, max } = facts;
  const amount = limit.limit_type === "COST_CENTS" ? wireCents : (units: number) => units;
  const total = reading.used + reading.reserved + reading.presumed;
  return {
    scope_id: reading.scope_key.slice(reading.scope_key.indexOf(":") + 1) || null,
    used: amount(reading.used),
    reserved: amount(reading.reserved),
    presumed: amount(reading.presumed),
    remaining: reading.unpriced ? null : amount(Math.max(0, max - total)),
    resets_at: resetOf(facts, reading)?.toISOString() ?? null,
    state: stateOf(reading, max, limit.near_percentage),
  };
}

/** A sliding window has room again, at the earliest, when its oldest entry leaves it. */
function resetOf({ limit, window }: LimitFacts, { oldest }: CounterReading): Date | null {
  if (limit.window_seconds === null) return window.resets_at;
  return oldest === null ? null : new Date(oldest.getTime() + limit.window_seconds * 1_000);
}

function stateOf({ used, unpriced }: CounterReading, max: number, nearPercentage: number): LimitUsage["state"] {
  if (unpriced) return "unknown";
  if (max === 0) return used > 0 ? "breach" : "ok";
  if (used >= max) return "breach";
  return used * 100 >= max * nearPercentage ? "near" : "ok";
}

/** What a limit says about itself where runs and steps count it, each for its own: nothing. */
export const countedElsewhere: LimitUsage = {
  used: null,
  reserved: null,
  presumed: null,
  remaining: null,
  resets_at: null,
  state: "unknown",
};
