// Reads what of a run goes into a file whole: its records, what opens their commitments, its snapshot. In pages, from one
// state of the database.

import { asc, eq } from "drizzle-orm";
import { incidentEvents } from "@/db/schema/incidents";
import { policySets, policySnapshots } from "@/db/schema/policies";
import { fromColumns } from "@/server/activity/keyset";
import type { Beside, BundleSnapshot, RecordSalts } from "@/server/evidence/bundle-file";
import { beginsStep } from "@/server/evidence/bundle-steps";
import { type CanonicalObject, isPlainObject, jcs } from "@/server/evidence/canonical";
import { incidentEventBytes } from "@/server/evidence/incident-event-hash";
import { type StoredColumns, storedRecord } from "@/server/evidence/record";
import { type RecordPage, stepsAt } from "@/server/exports/content/step-content";
import type { ChainRecord } from "@/server/exports/core-text";
import { Unmakable } from "@/server/exports/failure";
import type { TenantDb } from "@/server/platform/db/tenant-db";

const PAGE = 100;

/** The chain with its addenda, rebuilt from the columns: bytes that are wrong in the database make no wrong file. */
export async function* recordsOf(db: TenantDb, runId: string): AsyncGenerator<readonly ChainRecord[]> {
  for (let after = 0; ; ) {
    const page: readonly object[] = await db.sql`
      select r.tenant_id, r.run_id, r.seq, r.kind, r.step_index, r.step_id, r.step_type, r.recorded_at, r.canonical, r.hash
      from trace_records r where ${db.mine("r")} and r.run_id = ${runId} and r.seq > ${after} order by r.seq limit ${PAGE}`;
    const rows = page.map((row) => fromColumns<HashedColumns>(row));
    if (rows.length > 0) yield rows.map(chainRecord);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.seq;
  }
}

type HashedColumns = StoredColumns & { hash: Buffer };

function chainRecord(row: HashedColumns): ChainRecord {
  try {
    return { record: storedRecord(row), hash: row.hash };
  } catch (error) {
    throw new Unmakable(`Record ${row.seq} of the run is not what a record is. Verify the run.`, { cause: error });
  }
}

type PayloadColumns = {
  seq: number;
  input_salt: Buffer | null;
  output_salt: Buffer | null;
  input: unknown;
  output: unknown;
};

/** Members of the file's `salts` as text, in the order of RFC 8785, which is that of the digits and not of the numbers. */
export async function* saltPages(db: TenantDb, runId: string): AsyncGenerator<readonly string[]> {
  // Only the seqs are sorted, and only once.
  const [all] = await db.sql<{ seqs: string | null }>`
    select string_agg(p.seq::text, ',' order by p.seq::text collate "C") as seqs from record_payloads p
    where ${db.mine("p")} and p.run_id = ${runId}`;
  const order = all?.seqs?.split(",") ?? [];
  for (let at = 0; at < order.length; at += PAGE) {
    const seqs = order.slice(at, at + PAGE).map(Number);
    const found = await saltsAt(db, runId, seqs);
    yield seqs.map((seq) => `"${seq}":${jcs(found.get(seq) ?? {})}`);
  }
}

/** What opens these records, by seq. */
async function saltsAt(
  db: TenantDb,
  runId: string,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, RecordSalts>> {
  const rows = await db.sql<PayloadColumns>`
    select p.seq, p.input_salt, p.output_salt, p.input, p.output from record_payloads p
    where ${db.mine("p")} and p.run_id = ${runId} and p.seq = any(${[...seqs]})`;
  return new Map(rows.map((row) => [row.seq, saltsOfRecord(row)]));
}

/** What stands beside the records of a page in version 2: their salts, and the steps that begin with them. */
export async function besideOf(
  db: TenantDb,
  run: { runId: string; startedAt: Date },
  { page, listsSteps }: { page: readonly ChainRecord[]; listsSteps: boolean },
): Promise<Beside[]> {
  const seqs = page.map(({ record }) => record.seq);
  const begun = page.flatMap(({ record }) => (listsSteps && beginsStep(record) ? [record.step_index ?? 0] : []));
  const [salts, steps] = await Promise.all([
    saltsAt(db, run.runId, seqs),
    stepsAt(db, run, { indexes: begun, page: page.map(recordOfRun) }),
  ]);
  return page.map(({ record }) => {
    const opened = salts.get(record.seq);
    const step = beginsStep(record) ? steps.get(record.step_index ?? 0) : undefined;
    return { ...(opened === undefined ? {} : { salts: opened }), ...(step === undefined ? {} : { step }) };
  });
}

function recordOfRun({ record, hash }: ChainRecord): RecordPage[number] {
  const { commitments } = record.body;
  return {
    ...{ step_index: record.step_index ?? null, seq: record.seq, hash },
    commitments: isPlainObject(commitments) ? commitments : null,
  };
}

function saltsOfRecord(row: PayloadColumns): RecordSalts {
  return {
    ...(row.input_salt === null ? {} : { input_salt: row.input_salt.toString("hex") }),
    ...(row.output_salt === null ? {} : { output_salt: row.output_salt.toString("hex") }),
    ...(row.input === null ? {} : { input: row.input }),
    ...(row.output === null ? {} : { output: row.output }),
  };
}

/** Null when the run has none. */
export async function snapshotOf(db: TenantDb, snapshotId: string | null): Promise<BundleSnapshot | null> {
  const snapshot = snapshotId === null ? null : await db.first(policySnapshots, eq(policySnapshots.id, snapshotId));
  if (snapshot === null) return null;
  const set = await db.first(policySets, eq(policySets.setHash, snapshot.setHash));
  return { content: objectIn(snapshot.canonical), policy_set: objectIn(set?.canonical ?? Buffer.alloc(0)) };
}

function objectIn(bytes: Buffer): CanonicalObject {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (isPlainObject(value)) return canonicalOf(value);
  } catch (error) {
    throw new Unmakable("The run's policy snapshot cannot be read. Verify the run.", { cause: error });
  }
  throw new Unmakable("The run's policy snapshot is no snapshot. Verify the run.");
}

// Written by our own canonical writer; bytes that somebody changed are caught when they are written again or verified.
function canonicalOf(value: { readonly [member: string]: unknown }): CanonicalObject {
  return value as CanonicalObject;
}

/** The incident's events exactly as their leaves name them, oldest first. */
export async function timelineOf(
  db: TenantDb,
  incidentId: string,
): Promise<{ ids: string[]; events: CanonicalObject[] }> {
  const rows = await db.rows(incidentEvents, {
    where: eq(incidentEvents.incidentId, incidentId),
    orderBy: [asc(incidentEvents.recordedAt), asc(incidentEvents.id)],
  });
  return { ids: rows.map(({ id }) => id), events: rows.map((row) => objectIn(incidentEventBytes(row))) };
}
