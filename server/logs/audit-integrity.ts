// Really walks the audit log, in pages. What it cannot show yet it says: entries are written unnumbered, so one that was
// taken out leaves no gap.

import { allOf, fromColumns, when } from "@/server/activity/keyset";
import { comparedKinds } from "@/server/logs/after-images";
import type { AuditFault, AuditIntegrity } from "@/server/logs/contract";
import { type AuditRow, faultOfEntry } from "@/server/logs/entry-check";
import { integrityStatus } from "@/server/logs/rules";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { macKey } from "@/server/platform/env/secrets";

const PAGE = 1_000;
/** Entries of one answer; 50 000 take about two seconds. */
const MOST_ENTRIES = 50_000;
const ENTITIES_AT_ONCE = 200;

type IntegrityRange = { recorded_after?: string | undefined; recorded_before?: string | undefined };
type Bad = NonNullable<AuditIntegrity["first_bad"]>;
type Walk = { checked: number; bad: number; first: Bad | null; isComplete: boolean };

/** Checks the entries of a range, oldest first, and every entity that can be compared, whatever the range. */
export async function auditIntegrity(
  db: TenantDb,
  range: IntegrityRange,
  limit: number = MOST_ENTRIES,
): Promise<AuditIntegrity> {
  const walk = await walkEntries(db, range, limit);
  const entities = await compareEntities(db);
  const faults = walk.bad + entities.changed + entities.unaudited;
  return {
    ...integrityStatus({ checked: walk.checked, faults, isComplete: walk.isComplete, isChained: false }),
    chained: false,
    checked: walk.checked,
    complete: walk.isComplete,
    entities: {
      compared: entities.compared,
      changed: entities.changed,
      unaudited: entities.unaudited,
      not_compared: await kindsNotCompared(db),
    },
    bad_entries: walk.bad,
    first_bad: walk.first ?? entities.first,
    checked_at: (await db.now()).toISOString(),
  };
}

async function walkEntries(db: TenantDb, range: IntegrityRange, limit: number): Promise<Walk> {
  const key = Buffer.from(macKey(), "utf8");
  const walk: Walk = { checked: 0, bad: 0, first: null, isComplete: true };
  for (let after: AuditRow | undefined; ; ) {
    const rows = await entriesAfter(db, range, after);
    const room = limit - walk.checked;
    for (const row of rows.slice(0, room)) {
      const fault = faultOfEntry(row, key);
      walk.checked += 1;
      if (fault === null) continue;
      walk.bad += 1;
      walk.first ??= badEntry(row, fault);
    }
    if (rows.length > room) return { ...walk, isComplete: false };
    if (rows.length < PAGE) return walk;
    after = rows.at(-1);
  }
}

async function entriesAfter(db: TenantDb, range: IntegrityRange, after: AuditRow | undefined): Promise<AuditRow[]> {
  const where = allOf(db, [
    when(range.recorded_after, (at) => db.fragment`a.recorded_at > ${new Date(at)}`),
    when(range.recorded_before, (at) => db.fragment`a.recorded_at < ${new Date(at)}`),
    when(after, (row) => db.fragment`(a.recorded_at, a.id) > (${row.recordedAt}, ${row.id})`),
  ]);
  const rows = await db.sql`
    select a.* from audit_logs a where ${db.mine("a")} and ${where} order by a.recorded_at, a.id limit ${PAGE}`;
  return rows.map((row) => fromColumns<AuditRow>(row));
}

function badEntry(row: AuditRow, fault: AuditFault): Bad {
  return { log_id: row.id, fault, entity_type: row.entityType, entity_id: row.entityId };
}

type Latest = { id: string; entity_id: string; after_hash: Buffer };
type Entities = { compared: number; changed: number; unaudited: number; first: Bad | null };

async function compareEntities(db: TenantDb): Promise<Entities> {
  const found: Entities = { compared: 0, changed: 0, unaudited: 0, first: null };
  for (const type of Object.keys(comparedKinds)) {
    for (let page = await latestEntries(db, type, ""); page.length > 0; ) {
      found.compared += page.length;
      for (const entry of await changedAmong(db, type, page)) {
        found.changed += 1;
        found.first ??= { log_id: entry.id, fault: "entity_changed", entity_type: type, entity_id: entry.entity_id };
      }
      page = await latestEntries(db, type, page.at(-1)?.entity_id ?? "");
    }
    const unaudited = await comparedKinds[type]?.unaudited(db);
    if (!unaudited?.id) continue;
    found.unaudited += unaudited.n;
    found.first ??= { log_id: null, fault: "entity_unaudited", entity_type: type, entity_id: unaudited.id };
  }
  return found;
}

// By version where the image has one: the clock of two edits may say otherwise, the row's lock does not.
async function latestEntries(db: TenantDb, type: string, afterId: string): Promise<Latest[]> {
  return db.sql<Latest>`
    select distinct on (a.entity_id) a.id, a.entity_id, a.after_hash from audit_logs a
    where ${db.mine("a")} and a.entity_type = ${type} and a.entity_id > ${afterId} and a.after_hash is not null
    order by a.entity_id, (a.after ->> 'version')::int desc nulls last, a.recorded_at desc, a.id desc
    limit ${ENTITIES_AT_ONCE}`;
}

// An edit that commits between the two statements looks like a forgery, so what differs is read once more.
async function changedAmong(
  db: TenantDb,
  type: string,
  entries: readonly Latest[],
  isAgain = false,
): Promise<Latest[]> {
  const ids = entries.map((entry) => entry.entity_id);
  const now = await comparedKinds[type]?.hashes(db, ids);
  const differing = entries.filter((entry) => now?.get(entry.entity_id)?.equals(entry.after_hash) !== true);
  if (differing.length === 0 || isAgain) return differing;
  const fresh = await Promise.all(differing.map((entry) => newestOf(db, type, entry.entity_id)));
  return changedAmong(db, type, fresh.flat(), true);
}

async function newestOf(db: TenantDb, type: string, entityId: string): Promise<Latest[]> {
  return db.sql<Latest>`
    select a.id, a.entity_id, a.after_hash from audit_logs a
    where ${db.mine("a")} and a.entity_type = ${type} and a.entity_id = ${entityId} and a.after_hash is not null
    order by (a.after ->> 'version')::int desc nulls last, a.recorded_at desc, a.id desc limit 1`;
}

async function kindsNotCompared(db: TenantDb): Promise<string[]> {
  const rows = await db.sql<{ entity_type: string }>`
    select distinct a.entity_type from audit_logs a where ${db.mine("a")} and a.after_hash is not null order by 1`;
  return rows.map((row) => row.entity_type).filter((type) => !Object.hasOwn(comparedKinds, type));
}
