// The deployment's name and the public halves of its keys, for all tenants. Whoever can write to the database can write
// here, so nothing read from here is believed unless a signature of the key in hand leads to it.

import { v7 as uuidv7 } from "uuid";
import { endorsedBytes, type KeyHistoryEntry } from "@/server/evidence/key-history";
import { isSignatureOf } from "@/server/evidence/signed-note";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";

// Any number; two processes that start at once agree by it which deployment and first key are registered.
const REGISTER_LOCK = 704_014;
const REASON = "transparency: the deployment and its keys";
const SIGNATURE_BYTES = 64;

export type KeyRow = {
  fingerprint: string;
  public_key: Buffer;
  active_from: Date;
  retired_at: Date | null;
  predecessor: string | null;
  /** The predecessor's signature over the key's statement, and the key's own, which vouches for whom it follows. */
  endorsement: Buffer | null;
};

/** `now` is the database's clock, which the times of keys are told by. */
export type Registered = { deploymentId: string; keys: KeyRow[]; now: Date };

/** What is registered; the deployment and `first`, its key, are put there when nothing is. */
export function registered(first: { fingerprint: string; publicKey: Buffer }): Promise<Registered> {
  return asSystem(REASON, async (sql) => {
    const found = await read(sql);
    if (found !== null) return found;
    await sql`select pg_advisory_xact_lock(${REGISTER_LOCK})`;
    await sql`insert into deployments (id, created_at)
      select ${uuidv7()}, clock_timestamp() where not exists (select from deployments)`;
    await sql`insert into signing_keys (fingerprint, public_key, active_from)
      select ${first.fingerprint}, ${first.publicKey}, clock_timestamp() where not exists (select from signing_keys)`;
    const made = await read(sql);
    if (made === null) throw new Error("the deployment is not there after it was registered");
    return made;
  });
}

/** Makes `next` the active key; false when `from` was not the active one any more. */
export function replaceActive(from: string, next: Omit<KeyRow, "retired_at">): Promise<boolean> {
  return asSystem(REASON, async (sql) => {
    await sql`select pg_advisory_xact_lock(${REGISTER_LOCK})`;
    const retired = await sql`
      update signing_keys set retired_at = ${next.active_from} where fingerprint = ${from} and retired_at is null`;
    if (retired.count !== 1) return false;
    await sql`
      insert into signing_keys (fingerprint, public_key, active_from, predecessor, endorsement)
      values (${next.fingerprint}, ${next.public_key}, ${next.active_from}, ${next.predecessor}, ${next.endorsement})`;
    return true;
  });
}

/** The registered active key's fingerprint; null when none is, or more than one. */
export async function activeFingerprint(sql: SystemSql): Promise<string | null> {
  const rows = await sql<{ fingerprint: string }[]>`select fingerprint from signing_keys where retired_at is null`;
  return rows.length === 1 ? (rows[0]?.fingerprint ?? null) : null;
}

async function read(sql: SystemSql): Promise<Registered | null> {
  const [deployment] = await sql<{ id: string; now: Date }[]>`
    select id, date_trunc('milliseconds', clock_timestamp()) as now from deployments order by created_at, id limit 1`;
  const keys = await sql<KeyRow[]>`
    select fingerprint, public_key, active_from, retired_at, predecessor, endorsement
    from signing_keys order by active_from, fingerprint`;
  return deployment === undefined || keys.length === 0
    ? null
    : { deploymentId: deployment.id, keys, now: deployment.now };
}

/** A key as its statement, its leaf and the published history have it. */
export function historyEntry(row: KeyRow): KeyHistoryEntry {
  const statement = {
    fingerprint: row.fingerprint,
    public_key: row.public_key.toString("hex"),
    active_from: row.active_from.toISOString(),
  };
  if (row.predecessor === null || row.endorsement === null) return statement;
  const endorsement = row.endorsement.subarray(0, SIGNATURE_BYTES).toString("hex");
  return { ...statement, predecessor: row.predecessor, endorsement };
}

/** The keys that led to `active`, oldest first. It ends at the first that is not vouched for from both sides. */
export function provenHistory(keys: readonly KeyRow[], active: string): KeyRow[] {
  const byName = new Map(keys.map((row) => [row.fingerprint, row]));
  const found: KeyRow[] = [];
  for (let row = byName.get(active); row !== undefined; ) {
    found.unshift(row);
    byName.delete(row.fingerprint);
    const before = row.predecessor === null ? undefined : byName.get(row.predecessor);
    row = before !== undefined && isVouchedFor(row, before) ? before : undefined;
  }
  return found;
}

function isVouchedFor(row: KeyRow, before: KeyRow): boolean {
  // PostgreSQL has instants that are none here: infinity.
  if (row.endorsement?.length !== 2 * SIGNATURE_BYTES || Number.isNaN(row.active_from.getTime())) return false;
  const bytes = endorsedBytes(historyEntry(row));
  return (
    isSignatureOf(before.public_key, bytes, row.endorsement.subarray(0, SIGNATURE_BYTES)) &&
    isSignatureOf(row.public_key, bytes, row.endorsement.subarray(SIGNATURE_BYTES))
  );
}
