// Verification of many small runs at once: a handful of statements for a batch instead of one run's six for each.

import { inArray } from "drizzle-orm";
import { runs } from "@/db/schema/activity";
import { policySets, policySnapshots } from "@/db/schema/policies";
import { traces } from "@/db/schema/traces";
import { fromColumns } from "@/server/activity/keyset";
import { openedIncidents } from "@/server/activity/verify-run";
import type { RecordRow, RunEvidence, SnapshotRow, StepRow } from "@/server/evidence/run-evidence";
import { type Verification, verifyRun } from "@/server/evidence/verify";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/** By run id; a run without a trace has none. All rows of the batch stand in memory at once: keep it small. */
export async function verifyRuns(db: TenantDb, runIds: readonly string[]): Promise<Map<string, Verification>> {
  const found = new Map<string, Verification>();
  for (const evidence of await evidenceOf(db, runIds)) found.set(evidence.run.runId, await verifyRun(evidence));
  return found;
}

async function evidenceOf(db: TenantDb, runIds: readonly string[]): Promise<RunEvidence[]> {
  const ids = [...runIds];
  const runRows = await db.rows(runs, { where: inArray(runs.runId, ids) });
  const traceRows = await db.rows(traces, { where: inArray(traces.runId, ids) });
  const traceOf = new Map(traceRows.map((trace) => [trace.runId, trace]));
  const snapshotOf = await snapshotsOf(
    db,
    runRows.flatMap((run) => run.snapshotId ?? []),
  );
  const records = byRun(await recordsOf(db, ids));
  const steps = byRun(await stepsOf(db, ids));
  const incidents = byRun(await openedIncidents(db, ids));
  return runRows.flatMap((run) => {
    const trace = traceOf.get(run.runId);
    if (trace === undefined) return [];
    const snapshot = run.snapshotId === null ? null : (snapshotOf.get(run.snapshotId) ?? null);
    const [ownRecords, ownSteps] = [records.get(run.runId) ?? [], steps.get(run.runId) ?? []];
    const own = { records: [ownRecords], steps: [ownSteps], incidents: incidents.get(run.runId) ?? [] };
    return [{ run, trace, engine: trace.engine, snapshot, ...own }];
  });
}

async function snapshotsOf(db: TenantDb, ids: readonly string[]): Promise<Map<string, SnapshotRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db.rows(policySnapshots, { where: inArray(policySnapshots.id, [...ids]) });
  const hashes = [...new Map(rows.map((row) => [row.setHash.toString("hex"), row.setHash])).values()];
  const sets = hashes.length === 0 ? [] : await db.rows(policySets, { where: inArray(policySets.setHash, hashes) });
  const canonicalOf = new Map(sets.map((set) => [set.setHash.toString("hex"), set.canonical]));
  return new Map(
    rows.map((row) => {
      const setCanonical = canonicalOf.get(row.setHash.toString("hex")) ?? Buffer.alloc(0);
      return [row.id, { ...row, setCanonical }];
    }),
  );
}

async function recordsOf(db: TenantDb, ids: readonly string[]): Promise<RecordRow[]> {
  const rows = await db.sql`
    select r.tenant_id, r.run_id, r.seq, r.kind, r.step_index, r.step_id, r.step_type, r.recorded_at, r.canonical,
      r.hash, r.request_hash, r.answer_status, r.answer
    from trace_records r where ${db.mine("r")} and r.run_id = any(${ids}::uuid[]) order by r.run_id, r.seq`;
  return rows.map((row) => fromColumns<RecordRow>(row));
}

async function stepsOf(db: TenantDb, ids: readonly string[]): Promise<StepRow[]> {
  const rows = await db.sql`
    select s.* from steps s where ${db.mine("s")} and s.run_id = any(${ids}::uuid[])
    order by s.run_id, s.result_seq nulls last, s.step_index`;
  return rows.map((row) => fromColumns<StepRow>(row));
}

function byRun<Row extends { readonly runId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const own = found.get(row.runId);
    if (own) own.push(row);
    else found.set(row.runId, [row]);
  }
  return found;
}
