// What a batch adds to the counters that runs share, and to the logs of the sliding ones.

import type { TenantDb } from "@/server/platform/db/tenant-db";
import { MOST } from "./countable";
import { forgetting, slidingStart } from "./sliding-log";
import { counterKey, type World } from "./world";

// A counter that is full stays full, see `saturated`. A sliding one's last instant is that of its last signal.
const plus = (column: string) =>
  `case when c.${column} >= ${MOST} then ${MOST} else least(greatest(c.${column} + x.${column}, 0), ${MOST}) end`;

const ADD_TO_COUNTERS = `update limit_counters c set used = ${plus("used")}, reserved = ${plus("reserved")},
  presumed = ${plus("presumed")}, unpriced = c.unpriced or x.unpriced,
  signalled = case when x.signalled = '' then c.signalled else x.signalled end, last_at = greatest(c.last_at, x.last_at)
  from json_to_recordset($2::json) x(limit_id uuid, scope_key text, window_start timestamptz(3), used bigint, reserved bigint,
    presumed bigint, unpriced boolean, signalled text, last_at timestamptz(3))
  where c.tenant_id = $1 and c.limit_id = x.limit_id and c.scope_key = x.scope_key and c.window_start = x.window_start`;

const ADD_ENTRIES = `insert into limit_entries (tenant_id, id, limit_id, scope_key, at, amount)
  select t.tenant_id, gen_random_uuid(), x.limit_id, x.scope_key, x.at, x.amount
  from json_to_recordset($2::json) x(limit_id uuid, scope_key text, at timestamptz(3), amount bigint),
    (select c.tenant_id from tenant_controls c where c.tenant_id = $1) t`;

/** The statements, in order; nothing is sent yet. */
export function sendCounters(db: TenantDb, world: World) {
  const { counters, entries } = world.effects;
  if (counters.length === 0 && entries.length === 0) return [];
  const added = db.prepared(ADD_TO_COUNTERS, [JSON.stringify([...summed(world)])]);
  if (entries.length === 0) return [added];
  const logged = db.prepared(ADD_ENTRIES, [JSON.stringify([...coalesced(world)])]);
  const forgotten = forgetting(db, world);
  return forgotten === null ? [added, logged] : [added, logged, forgotten];
}

type Sum = {
  limit_id: string;
  scope_key: string;
  window_start: string;
  last_at: string | null;
  used: number;
  reserved: number;
  presumed: number;
  unpriced: boolean;
  signalled: string;
};

// An update meets each row once, so the batch's changes of one counter are added up first.
function summed(world: World): Iterable<Sum> {
  const sums = new Map<string, Sum>();
  const sumOf = (limitId: string, scopeKey: string, windowStart: string) => {
    const key = counterKey(limitId, scopeKey, windowStart);
    const sum = sums.get(key) ?? { ...nothing, limit_id: limitId, scope_key: scopeKey, window_start: windowStart };
    sums.set(key, sum);
    return sum;
  };
  for (const delta of world.effects.counters) {
    const sum = sumOf(delta.limitId, delta.scopeKey, delta.windowStart);
    // A sliding counter's last instant is that of its signal: nothing else may keep an old mark alive.
    const isSliding = world.counters.get(counterKey(delta.limitId, delta.scopeKey, delta.windowStart))?.log != null;
    if (!isSliding || delta.signalled !== "") sum.last_at = world.now.toISOString();
    sum.used = bounded(sum.used + delta.used);
    sum.reserved = bounded(sum.reserved + delta.reserved);
    sum.presumed = bounded(sum.presumed + delta.presumed);
    sum.unpriced ||= delta.unpriced;
    if (delta.signalled !== "") sum.signalled = delta.signalled;
  }
  for (const entry of world.effects.entries) {
    const sum = sumOf(entry.limitId, entry.scopeKey, slidingStart);
    sum.used = bounded(sum.used + entry.amount);
  }
  return sums.values();
}

const nothing = { last_at: null, used: 0, reserved: 0, presumed: 0, unpriced: false, signalled: "" };

/** One entry an instant: a batch's log is as long as its counters are many. */
function coalesced(world: World): Iterable<object> {
  const sums = new Map<string, { limit_id: string; scope_key: string; at: string; amount: number }>();
  for (const { limitId, scopeKey, at, amount } of world.effects.entries) {
    const key = `${limitId}|${scopeKey}|${at}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { limit_id: limitId, scope_key: scopeKey, at, amount });
    else sum.amount = bounded(sum.amount + amount);
  }
  return sums.values();
}

function bounded(sum: number): number {
  return Math.max(-MOST, Math.min(MOST, sum));
}
