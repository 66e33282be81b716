// The logs of RATE limits. A counter's row holds the sum of its log, so that a step reads only the entries that have left
// the window since; the others are read, oldest first, when something has to wait for room. Everything here is read and
// written under the counter's lock. A counter that is full (2^53 − 1) no longer says its sum: then the log is added up.

import type { TenantDb } from "@/server/platform/db/tenant-db";
import { MOST } from "./countable";
import type { CounterAddress } from "./readings";
import type { CounterState, World } from "./world";

/** Where the one window of every sliding limit starts. */
export const slidingStart = new Date(0).toISOString();

export type LogEntry = { at: number; amount: number };

export type SlidingLog = {
  /** Entries outside the window are still stored. */
  hasLeft: boolean;
  /** The oldest entries inside the window, one an instant; null until something must wait. */
  oldest: LogEntry[] | null;
  /** `oldest` is all of them. */
  isWhole: boolean;
};

/** Thrown by a decision that has to say when there will be room: read these logs and decide again. */
export class LogUnread extends Error {
  override readonly name = "LogUnread";
  constructor(readonly counters: readonly CounterState[]) {
    super("a sliding log must be read first");
  }
}

// A wait is read off so many instants at most; where they are not enough it is a lower bound.
const MOST_READ = 1_000;
const MOST_FORGOTTEN = 10_000;

const logKeys = `json_to_recordset($2::json) k(limit_id uuid, scope_key text, seconds int)`;
const isOfKey = `e.tenant_id = $1 and e.limit_id = k.limit_id and e.scope_key = k.scope_key`;

// A clock that steps back does not move a window back over entries that were forgotten: no entry is in the future.
const SUMS = `with clock as materialized (select coalesce($3::timestamptz(3), date_trunc('milliseconds', clock_timestamp())) as now),
  k as (select k.limit_id, k.scope_key, t.now, t.now - make_interval(secs => k.seconds) as edge from ${logKeys}
    cross join clock cross join lateral (select case when $3::timestamptz(3) is null
      then greatest(clock.now, (select max(e.at) from limit_entries e where ${isOfKey})) else clock.now end as now) t)
  select k.limit_id as "limitId", k.scope_key as "scopeKey", k.now, g.rows > 0 as "hasLeft",
    (case when c.used < ${MOST} then greatest(c.used - g.amount, 0) else
      (select least(coalesce(sum(e.amount), 0), ${MOST}) from limit_entries e where ${isOfKey} and e.at >= k.edge) end)::bigint as used
  from k join limit_counters c on c.tenant_id = $1 and c.limit_id = k.limit_id and c.scope_key = k.scope_key
    and c.window_start = '${slidingStart}'
  cross join lateral (select count(*) as rows, coalesce(sum(e.amount), 0) as amount from limit_entries e
    where ${isOfKey} and e.at < k.edge) g`;

export type LogSum = { limitId: string; scopeKey: string; now: Date; hasLeft: boolean; used: number };

/** What the logs of these sliding counters hold in their windows, by `clock` or else the database's. */
export function readSums(db: TenantDb, addresses: readonly CounterAddress[], clock: Date | null) {
  const sliding = addresses.filter((one) => one.limit?.limit_category === "RATE");
  if (sliding.length === 0) return Promise.resolve<LogSum[]>([]);
  const keys = sliding.map(({ limit, limitId, scopeKey }) => logKey(limitId, scopeKey, limit));
  return db.prepared<LogSum>(SUMS, [JSON.stringify(keys), clock?.toISOString() ?? null]);
}

function logKey(limit_id: string, scope_key: string, limit: CounterState["limit"]) {
  return { limit_id, scope_key, seconds: limit?.window_seconds ?? 0 };
}

const OLDEST = `select e.at, least(sum(e.amount), ${MOST})::bigint as amount from limit_entries e
  where e.tenant_id = $1 and e.limit_id = $2 and e.scope_key = $3 and e.at >= $4::timestamptz(3)
  group by e.at order by e.at limit ${MOST_READ}`;

/** Reads the oldest entries of these counters' logs; what the batch has come to until now counts in them. */
export async function readOldest(
  db: TenantDb,
  counters: readonly CounterState[],
  { now, effects }: Pick<World, "now" | "effects">,
): Promise<void> {
  for (const counter of counters) {
    const { limit, limitId, scopeKey, log } = counter;
    if (log === null) continue;
    const edge = new Date(edgeOf(limit, now)).toISOString();
    const rows = await db.prepared<{ at: Date; amount: number }>(OLDEST, [limitId, scopeKey, edge]);
    log.oldest = rows.map(({ at, amount }) => ({ at: at.getTime(), amount }));
    log.isWhole = rows.length < MOST_READ;
    for (const entry of effects.entries) {
      if (entry.limitId !== limitId || entry.scopeKey !== scopeKey) continue;
      noteEntry(log, { at: Date.parse(entry.at), amount: entry.amount });
    }
  }
}

/** The first instant inside the window, in ms: it is closed at both ends. */
export function edgeOf(limit: CounterState["limit"], now: Date): number {
  return now.getTime() - (limit?.window_seconds ?? 0) * 1000;
}

/**
 * Lets the entry count in what has been read of the log. A result that settles lower changes it at the instant of its
 * admission; it stays one entry an instant, oldest first, because the wait for room is read off it in that order.
 */
export function noteEntry(log: SlidingLog, { at, amount }: LogEntry): void {
  const { oldest } = log;
  if (oldest === null) return;
  const place = oldest.findLastIndex((entry) => entry.at <= at);
  const same = oldest[place];
  if (same?.at === at) oldest[place] = { at, amount: same.amount + amount };
  else if (log.isWhole || place < oldest.length - 1) oldest.splice(place + 1, 0, { at, amount });
}

/**
 * What leaves the window and in how many ms, oldest first; nothing where the log has not been read. An entry makes room one
 * millisecond after its age is the window's length. What was not read leaves no earlier than the last that was.
 */
export function leavingOf(counter: CounterState, now: Date): (readonly [number, number])[] {
  const { limit, log } = counter;
  if (log === null || log.oldest === null) return [];
  const edge = edgeOf(limit, now);
  const leaving = log.oldest
    .filter((entry) => entry.at >= edge)
    .map((entry) => [entry.amount, entry.at + 1 - edge] as const);
  const last = leaving.at(-1);
  if (log.isWhole || last === undefined) return leaving;
  const known = leaving.reduce((sum, [amount]) => sum + amount, 0);
  return [...leaving, [Math.max(0, counter.used - known), last[1]]];
}

// By instant: whatever plan was made for a small log compares each entry of a long one with a few keys. By id or place it would
// compare it with ten thousand.
const FORGET = `with past as materialized (select k.limit_id, k.scope_key,
      (select max(o.at) from (select e.at from limit_entries e
        where ${isOfKey} and e.at < $3::timestamptz(3) - make_interval(secs => k.seconds) order by e.at limit ${MOST_FORGOTTEN}) o) as last
    from ${logKeys}),
  gone as (delete from limit_entries e using past k where ${isOfKey} and e.at <= k.last
    returning e.limit_id, e.scope_key, e.amount),
  sums as (select limit_id, scope_key, sum(amount) as amount from gone group by limit_id, scope_key)
  update limit_counters c set used = case when c.used < ${MOST} then greatest(c.used - s.amount, 0) else
    (select least(greatest(coalesce(sum(e.amount), 0) - s.amount, 0), ${MOST}) from limit_entries e
      where e.tenant_id = $1 and e.limit_id = c.limit_id and e.scope_key = c.scope_key) end
  from sums s where c.tenant_id = $1 and c.limit_id = s.limit_id and c.scope_key = s.scope_key
    and c.window_start = '${slidingStart}'`;

/**
 * Takes what has left the windows out of the logs and out of their counters, some of it where it is very much. Only where an
 * entry of this instant is written too: the log then shows since when its window has moved on.
 */
export function forgetting(db: TenantDb, { counters, effects, now }: World) {
  const at = now.toISOString();
  const moved = new Set(effects.entries.flatMap((one) => (one.at === at ? `${one.limitId}|${one.scopeKey}` : [])));
  const left = [...counters.values()].filter(
    ({ limit, limitId, scopeKey, log }) => limit !== null && log?.hasLeft && moved.has(`${limitId}|${scopeKey}`),
  );
  if (left.length === 0) return null;
  const keys = left.map(({ limit, limitId, scopeKey }) => logKey(limitId, scopeKey, limit));
  return db.prepared(FORGET, [JSON.stringify(keys), at]);
}
