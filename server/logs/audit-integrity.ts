// Really walks the audit log, in pages: each entry against its hash and MAC, its number against the entries before it, its
// leaf in the tenant's log, and the log against itself.

import { allOf, fromColumns, when } from "@/server/activity/keyset";
import { H } from "@/server/evidence/hash";
import { comparedKinds } from "@/server/logs/after-images";
import { chainFindings } from "@/server/logs/audit-chain";
import type { AuditFault, AuditIntegrity } from "@/server/logs/contract";
import { type AuditRow, faultOfEntry } from "@/server/logs/entry-check";
import { integrityStatus } from "@/server/logs/rules";
import { evidenceKey } from "@/server/platform/audit/leaf-sources";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { noteKeys } from "@/server/transparency/keys";
import { type LogWalk, verifyLog } from "@/server/transparency/verify-log";

const PAGE = 1_000;
/** Entries of one answer; they take about a second. */
const MOST_ENTRIES = 20_000;
const ENTITIES_AT_ONCE = 200;
/** Within this time an entry gets its number. */
const PENDING_MS = 10_000;
const NO_ENTRY = Buffer.alloc(32);

type IntegrityRange = { recorded_after?: string | undefined; recorded_before?: string | undefined };
type Bad = NonNullable<AuditIntegrity["first_bad"]>;
type Walk = {
  checked: number;
  bad: number;
  first: Bad | null;
  isComplete: boolean;
  pending: number;
  unnumbered: number;
};

/**
 * Checks the entries of a range, oldest first, and, whatever the range, the chain's own rows, the log, and every entity that
 * can be compared; all of it in one state of the database.
 */
export async function checkIntegrity(
  principal: Principal,
  range: IntegrityRange,
  limit: number = MOST_ENTRIES,
): Promise<AuditIntegrity> {
  const keys = await noteKeys(principal.tenantId);
  const work = async (db: TenantDb) => integrityOf(db, { range, limit, log: await verifyLog(db, keys) });
  return asTenant(principal, work, { isSnapshot: true });
}

type Asked = { range: IntegrityRange; limit: number; log: LogWalk | null };

async function integrityOf(db: TenantDb, { range, limit, log }: Asked): Promise<AuditIntegrity> {
  const walk = await walkEntries(db, range, limit);
  const chain = await chainFindings(db);
  const entities = await compareEntities(db);
  const bad = walk.bad + chain.missing;
  const faults = bad + entities.changed + entities.unaudited + (log?.faults ?? 0);
  const isComplete = walk.isComplete && log?.isComplete !== false;
  const doubts = { unnumbered: walk.unnumbered, clockRollbacks: chain.rollbacks, isHalted: Boolean(log?.haltReason) };
  return {
    ...integrityStatus({ checked: walk.checked, faults, isComplete, ...doubts }),
    chained: true,
    checked: walk.checked,
    pending: walk.pending,
    unnumbered: walk.unnumbered,
    last_seq: chain.lastSeq,
    clock_rollbacks: chain.rollbacks,
    complete: walk.isComplete,
    entities: {
      compared: entities.compared,
      changed: entities.changed,
      unaudited: entities.unaudited,
      not_compared: await kindsNotCompared(db),
    },
    bad_entries: bad,
    first_bad: walk.first ?? chain.first ?? entities.first,
    log: log && shownLog(log),
    checked_at: (await db.now()).toISOString(),
  };
}

function shownLog({ size, checked, isComplete, checkpointSize, haltReason, faults, first }: LogWalk) {
  return {
    ...{ size, checked, complete: isComplete, checkpoint_size: checkpointSize, halted: haltReason },
    ...{ faults, first_fault: first },
  };
}

async function walkEntries(db: TenantDb, range: IntegrityRange, limit: number): Promise<Walk> {
  const youngest = (await db.now()).getTime() - PENDING_MS;
  const walk: Walk = { checked: 0, bad: 0, first: null, isComplete: true, pending: 0, unnumbered: 0 };
  for (let after: Numbered | undefined; ; ) {
    const rows = await entriesAfter(db, range, after);
    const room = limit - walk.checked;
    for (const row of rows.slice(0, room)) {
      const fault = faultOfEntry(row, evidenceKey()) ?? faultOfNumber(row);
      walk.checked += 1;
      if (row.chainSeq === null) walk[row.recordedAt.getTime() > youngest ? "pending" : "unnumbered"] += 1;
      if (fault === null) continue;
      walk.bad += 1;
      walk.first ??= badEntry(row, fault);
    }
    if (rows.length > room) return { ...walk, isComplete: false };
    if (rows.length < PAGE) return walk;
    after = rows.at(-1);
  }
}

/** An entry with its number, the hash before it, and what its leaf says. */
type Numbered = AuditRow & {
  /** As the database writes it, which has instants that are none here: infinity. */
  recordedText: string;
  chainSeq: number | null;
  chainHash: Buffer | null;
  previousHash: Buffer | null;
  leafOf: Buffer | null;
};

// One that has no number yet is not at fault: who wrote it is shown by its MAC.
function faultOfNumber({ chainSeq, chainHash, previousHash, leafOf, entryHash }: Numbered): AuditFault | null {
  if (chainSeq === null || chainHash === null) return leafOf === null ? null : "gap";
  const previous = chainSeq === 1 ? NO_ENTRY : previousHash;
  if (previous === null) return "gap";
  if (!H("audit-chain", previous, entryHash).equals(chainHash)) return "chain";
  return leafOf?.equals(entryHash) === true ? null : "leaf";
}

async function entriesAfter(db: TenantDb, range: IntegrityRange, after: Numbered | undefined): Promise<Numbered[]> {
  const where = allOf(db, [
    when(range.recorded_after, (at) => db.fragment`a.recorded_at > ${new Date(at)}`),
    when(range.recorded_before, (at) => db.fragment`a.recorded_at < ${new Date(at)}`),
    when(after, (row) => db.fragment`(a.recorded_at, a.id) > (${row.recordedText}::text::timestamptz, ${row.id})`),
  ]);
  const rows = await db.sql`
    with entries as (
      select a.* from audit_logs a where ${db.mine("a")} and ${where} order by a.recorded_at, a.id limit ${PAGE})
    select e.*, e.recorded_at::text as recorded_text, c.seq as chain_seq, c.hash as chain_hash, p.hash as previous_hash, l.hash as leaf_of from entries e
    left join lateral (select seq, hash from audit_chain c where ${db.mine("c")} and c.audit_id = e.id limit 1) c on true
    left join lateral (select hash from audit_chain p where ${db.mine("p")}
      and p.seq = case when c.seq > 0 then c.seq - 1 end limit 1) p on true
    left join lateral (select hash from log_leaves l
      where ${db.mine("l")} and l.kind = 'audit' and l.source_id = e.id::text limit 1) l on true
    order by e.recorded_at, e.id`;
  return rows.map((row) => fromColumns<Numbered>(row));
}

function badEntry(row: Numbered, fault: AuditFault): Bad {
  return { log_id: row.id, seq: row.chainSeq, fault, entity_type: row.entityType, entity_id: row.entityId };
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
        found.first ??= {
          log_id: entry.id,
          seq: null,
          fault: "entity_changed",
          entity_type: type,
          entity_id: entry.entity_id,
        };
      }
      page = await latestEntries(db, type, page.at(-1)?.entity_id ?? "");
    }
    const unaudited = await comparedKinds[type]?.unaudited(db);
    if (!unaudited?.id) continue;
    found.unaudited += unaudited.n;
    found.first ??= { log_id: null, seq: null, fault: "entity_unaudited", entity_type: type, entity_id: unaudited.id };
  }
  return found;
}

// By version where the image has one: the clock of two edits may say otherwise, the row's lock does not.
async function latestEntries(db: TenantDb, type: string, afterId: string): Promise<Latest[]> {
  return db.sql<Latest>`
    select distinct on (a.entity_id) a.id, a.entity_id, a.after_hash from audit_logs a
    where ${db.mine("a")} and a.entity_type = ${type} and a.entity_id > ${afterId} and a.after_hash is not null
    order by a.entity_id, case when jsonb_typeof(a.after -> 'version') = 'number'
      then (a.after ->> 'version')::numeric end desc nulls last, a.recorded_at desc, a.id desc
    limit ${ENTITIES_AT_ONCE}`;
}

async function changedAmong(db: TenantDb, type: string, entries: readonly Latest[]): Promise<Latest[]> {
  const ids = entries.map((entry) => entry.entity_id);
  const now = await comparedKinds[type]?.hashes(db, ids);
  return entries.filter((entry) => now?.get(entry.entity_id)?.equals(entry.after_hash) !== true);
}

async function kindsNotCompared(db: TenantDb): Promise<string[]> {
  const rows = await db.sql<{ entity_type: string }>`
    select distinct a.entity_type from audit_logs a where ${db.mine("a")} and a.after_hash is not null order by 1`;
  return rows.map((row) => row.entity_type).filter((type) => !Object.hasOwn(comparedKinds, type));
}
