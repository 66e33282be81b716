// SQL of limits, their versions and their counters.

import { and, eq, ne, sql } from "drizzle-orm";
import { limits, limitVersions } from "@/db/schema/policies";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { plainDecimal } from "@/server/policies/amounts";
import type { LimitRow, VersionedLimit } from "@/server/policies/definition";

/** `kept` is the content hash the current version was kept with. */
export interface LimitRows {
  row: LimitRow;
  kept: Buffer | undefined;
}

export async function findLimit(db: TenantDb, id: string): Promise<LimitRows | null> {
  const row = await db.first(limits, eq(limits.id, id));
  const [found] = row === null ? [] : await withVersions(db, [row]);
  return found ?? null;
}

export async function withVersions(db: TenantDb, rows: readonly LimitRow[]): Promise<LimitRows[]> {
  if (rows.length === 0) return [];
  const versions = await db.sql<{ limit_id: string; content_hash: Buffer }>`
    select v.limit_id, v.content_hash from limit_versions v join limits l
      on l.tenant_id = v.tenant_id and l.id = v.limit_id and l.version = v.version
    where ${db.mine("v")} and v.limit_id = any(${rows.map((row) => row.id)}::uuid[])`;
  const keptOf = new Map(versions.map((version) => [version.limit_id, version.content_hash]));
  return rows.map((row) => ({ row, kept: keptOf.get(row.id) }));
}

export async function isLimitNameTaken(db: TenantDb, name: string, except: string): Promise<boolean> {
  const others = and(eq(limits.name, name), eq(limits.status, "active"), ne(limits.id, except));
  return (await db.first(limits, others ?? sql`false`)) !== null;
}

export interface LimitWrite {
  definition: VersionedLimit;
  contentHash: Buffer;
  change: "created" | "changed" | "disabled";
  by: string;
  at: Date;
}

export async function insertLimit(db: TenantDb, write: LimitWrite): Promise<LimitRow> {
  const { definition, by, at } = write;
  const own = { id: definition.limit_id, createdBy: by, createdAt: at };
  const [row] = await db.insert(limits, { ...own, ...columnsOf(write) });
  if (row === undefined) throw new Error("the limit was not stored");
  await insertVersion(db, write);
  return row;
}

/** Null when the stored version is no longer the one before `definition.version`. */
export async function updateLimit(db: TenantDb, write: LimitWrite): Promise<LimitRow | null> {
  const { definition } = write;
  const isCurrent = and(eq(limits.id, definition.limit_id), eq(limits.version, definition.version - 1));
  const [row] = await db.update(limits, columnsOf(write), isCurrent ?? sql`false`);
  if (row === undefined) return null;
  await insertVersion(db, write);
  return row;
}

async function insertVersion(db: TenantDb, { definition, contentHash, change, by, at }: LimitWrite): Promise<void> {
  const { limit_id: limitId, version } = definition;
  await db.insert(limitVersions, { limitId, version, definition, contentHash, change, createdBy: by, createdAt: at });
}

function columnsOf({ definition, contentHash, by, at }: LimitWrite) {
  return {
    name: definition.name,
    description: definition.description,
    limitCategory: definition.limit_category,
    limitType: definition.limit_type,
    scopeType: definition.scope.type,
    scopeIds: definition.scope.ids,
    maxValue: plainDecimal(definition.max_value),
    resetPeriod: definition.reset_period,
    windowSeconds: definition.window_seconds,
    per: definition.per,
    enforcement: definition.enforcement,
    nearPercentage: definition.near_percentage,
    status: definition.status,
    version: definition.version,
    contentHash,
    updatedBy: by,
    updatedAt: at,
  };
}

/** A counter as it stands now, in the counter's unit. */
export interface CounterReading {
  limit_id: string;
  scope_key: string;
  used: number;
  reserved: number;
  presumed: number;
  unpriced: boolean;
  /** Sliding windows: when the oldest entry was made. */
  oldest: Date | null;
}

/** The `most` fullest counters of each limit, in the window that starts at `start`. */
export async function readCounters(
  db: TenantDb,
  windows: readonly { limitId: string; start: Date }[],
  most: number,
): Promise<CounterReading[]> {
  if (windows.length === 0) return [];
  return db.sql<CounterReading>`
    select limit_id, scope_key, used, reserved, presumed, unpriced, null::timestamptz as oldest from (
      select c.*, row_number() over (partition by c.limit_id
        order by c.used + c.reserved + c.presumed desc, c.scope_key) as place
      from limit_counters c
      join unnest(${windows.map((one) => one.limitId)}::uuid[], ${isoTexts(windows.map((one) => one.start))}::timestamptz[])
        as w(limit_id, window_start) on w.limit_id = c.limit_id and w.window_start = c.window_start
      join limits l on l.tenant_id = c.tenant_id and l.id = c.limit_id
      where ${db.mine("c")} and ${isInScope(db, "c")}) fullest
    where place <= ${most} order by limit_id, place`;
}

/** As `readCounters`, for sliding windows: what their logs hold from `since` on. */
export async function readSlidingCounters(
  db: TenantDb,
  windows: readonly { limitId: string; since: Date }[],
  most: number,
): Promise<CounterReading[]> {
  if (windows.length === 0) return [];
  return db.sql<CounterReading>`
    select limit_id, scope_key, used, 0::int8 as reserved, 0::int8 as presumed, unpriced, oldest from (
      select e.limit_id, e.scope_key, least(sum(e.amount), ${Number.MAX_SAFE_INTEGER})::int8 as used, min(e.at) as oldest,
        coalesce(bool_or(c.unpriced), false) as unpriced,
        row_number() over (partition by e.limit_id order by sum(e.amount) desc, e.scope_key) as place
      from limit_entries e
      join unnest(${windows.map((one) => one.limitId)}::uuid[], ${isoTexts(windows.map((one) => one.since))}::timestamptz[])
        as w(limit_id, since) on w.limit_id = e.limit_id and e.at >= w.since
      join limits l on l.tenant_id = e.tenant_id and l.id = e.limit_id
      left join limit_counters c on c.tenant_id = e.tenant_id and c.limit_id = e.limit_id
        and c.scope_key = e.scope_key and c.window_start = 'epoch'
      where ${db.mine("e")} and ${isInScope(db, "e")}
      group by e.limit_id, e.scope_key) fullest
    where place <= ${most} order by limit_id, place`;
}

// Counters from before a change of scope stay stored, but say nothing of the limit as it is now.
function isInScope(db: TenantDb, alias: "c" | "e") {
  const key = alias === "c" ? db.fragment`c.scope_key` : db.fragment`e.scope_key`;
  return db.fragment`starts_with(${key}, l.scope_type || ':')
    and (cardinality(l.scope_ids) = 0 or substr(${key}, length(l.scope_type) + 2) = any(l.scope_ids))`;
}

// Text goes over the wire the same way whether or not the driver knows the array's type.
function isoTexts(instants: readonly Date[]): string[] {
  return instants.map((at) => at.toISOString());
}
