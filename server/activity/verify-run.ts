// Feeds verification from the rows of one run, in pages, so that a hot run of many thousand records fits in memory.

import { and, eq, inArray } from "drizzle-orm";
import { runs, steps } from "@/db/schema/activity";
import { policySets, policySnapshots } from "@/db/schema/policies";
import { traces } from "@/db/schema/traces";
import { fromColumns } from "@/server/activity/keyset";
import type { IncidentRow, RecordRow, RunEvidence, SnapshotRow, StepRow } from "@/server/evidence/run-evidence";
import type { NoteKey } from "@/server/evidence/signed-note";
import { type Verification, verifyRun } from "@/server/evidence/verify";
import { readAhead } from "@/server/platform/db/read-ahead";
import type { TenantDb } from "@/server/platform/db/tenant-db";

const PAGE = 100;
const INDEX_BYTES = 4;

/**
 * Recomputes chain, seal, addenda, snapshot, steps and totals of one run from its rows; null when there is no such run.
 * It takes no lock. Unless nobody writes the run, `db` must read one state throughout (`asTenant` with `isSnapshot`):
 * a run that moves between two statements would look tampered with. `receiptKeys`: who may have signed the stored receipts;
 * without them nobody asks.
 */
export async function verifyRunById(
  db: TenantDb,
  runId: string,
  receiptKeys?: readonly NoteKey[],
): Promise<Verification | null> {
  const evidence = await evidenceOfRun(db, runId);
  return evidence && verifyRun(receiptKeys === undefined ? evidence : { ...evidence, receiptKeys });
}

/** Everything verification reads of a run; null when there is no such run. Pages are read as they are asked for. */
async function evidenceOfRun(db: TenantDb, runId: string): Promise<RunEvidence | null> {
  const run = await db.first(runs, eq(runs.runId, runId));
  const trace = run && (await db.first(traces, eq(traces.runId, runId)));
  if (!run || !trace) return null;
  const snapshot = run.snapshotId === null ? null : await snapshotRow(db, run.snapshotId);
  return {
    run,
    trace,
    engine: trace.engine,
    snapshot,
    records: readAhead(recordPages(db, runId)),
    steps: readAhead(settlementPages(db, runId)),
    incidents: await openedIncidents(db, [runId]),
  };
}

async function snapshotRow(db: TenantDb, id: string): Promise<SnapshotRow | null> {
  const snapshot = await db.first(policySnapshots, eq(policySnapshots.id, id));
  const set = snapshot && (await db.first(policySets, eq(policySets.setHash, snapshot.setHash)));
  return snapshot && { ...snapshot, setCanonical: set?.canonical ?? Buffer.alloc(0) };
}

/** What the system opened for these runs: for each at most one by every rule, limit and default. What people opened is no evidence of a run. */
export async function openedIncidents(
  db: TenantDb,
  runIds: readonly string[],
): Promise<(IncidentRow & { runId: string })[]> {
  const rows = await db.sql`
    select i.source_run_id as run_id, i.id, i.source, i.source_id, i.created_at from incidents i
    where ${db.mine("i")} and i.source_run_id = any(${[...runIds]}::uuid[]) and i.source <> 'manual'`;
  return rows.map((row) => fromColumns<IncidentRow & { runId: string }>(row));
}

async function* recordPages(db: TenantDb, runId: string): AsyncGenerator<readonly RecordRow[]> {
  for (let after = -2_147_483_648; ; ) {
    const page: readonly object[] = await db.sql`
      select r.tenant_id, r.run_id, r.seq, r.kind, r.step_index, r.step_id, r.step_type, r.recorded_at, r.canonical,
        r.hash, r.request_hash, r.answer_status, r.answer
      from trace_records r where ${db.mine("r")} and r.run_id = ${runId} and r.seq > ${after} order by r.seq limit ${PAGE}`;
    const rows = page.map((row) => fromColumns<RecordRow>(row));
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.seq;
  }
}

// In the order of settlement. Sorting only the indexes once is cheap; sorting the rows again for every page is not. They come
// as four bytes each: a million of them are a hundred megabytes as rows, and half of that as texts.
async function* settlementPages(db: TenantDb, runId: string): AsyncGenerator<readonly StepRow[]> {
  const [all] = await db.sql<{ indexes: Buffer | null }>`
    select string_agg(int4send(s.step_index), ''::bytea order by s.result_seq nulls last, s.step_index) as indexes
    from steps s where ${db.mine("s")} and s.run_id = ${runId}`;
  const order = all?.indexes ?? Buffer.alloc(0);
  for (let at = 0; at < order.length; at += PAGE * INDEX_BYTES) {
    const indexes = indexesIn(order.subarray(at, at + PAGE * INDEX_BYTES));
    const found = await db.rows(steps, { where: and(eq(steps.runId, runId), inArray(steps.stepIndex, indexes)) });
    const byIndex = new Map(found.map((row) => [row.stepIndex, row]));
    yield indexes.flatMap((index) => byIndex.get(index) ?? []);
  }
}

function indexesIn(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / INDEX_BYTES }, (_none, at) => bytes.readInt32BE(at * INDEX_BYTES));
}
