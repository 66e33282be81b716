// Which traces of the period do not hold. Every sealed trace is compared with the leaf of its seal; as many as fit into a
// budget are recomputed whole, the runs of incidents first.

import { verifyRunById } from "@/server/activity/verify-run";
import type { Verification } from "@/server/evidence/verify";
import type { Finding } from "@/server/exports/content/exception-rows";
import type { Period } from "@/server/exports/content/period";
import { verifyRuns } from "@/server/exports/content/recompute";
import type { Subject } from "@/server/exports/content/subject";

/** What is recomputed for one bundle takes about a second at most. */
const MOST_RECORDS = 20_000;
const MOST_RUNS = 500;
/** A seal is a leaf within seconds; one that is younger may be on its way. */
const SEAL_GRACE_S = 60;

type Fault = { at: Date; run_id: string; detail: string };
type Candidate = { run_id: string; started_at: Date; records: number };

export async function unverifiedTraces(subject: Subject, period: Period): Promise<Finding> {
  const faults = await sealFaults(subject, period);
  const known = new Set(faults.map((fault) => fault.run_id));
  const { checked, unchecked, bad } = await recompute(subject, period, known);
  const items = [...faults, ...bad].map((fault) => ({
    at: fault.at.toISOString(),
    subject: `run ${fault.run_id}`,
    detail: fault.detail,
  }));
  const rest = unchecked === 0 ? "" : `; ${unchecked} more were compared with their leaf and not recomputed`;
  return {
    kind: "unverified_trace",
    title: "Traces that do not hold",
    looked_for: `runs that ended in the period: without a seal, with a seal other than its leaf in the log, or without such a leaf; ${checked} of them recomputed whole from their rows${rest}`,
    items,
  };
}

async function sealFaults({ db, at }: Subject, { start, end }: Period): Promise<readonly Fault[]> {
  return db.sql<Fault>`
    select r.completed_at as at, r.run_id,
      case when t.seal_hash is null then 'it ended without a seal'
        when l.hash is null then 'its seal is not in the log'
        else 'its seal is another than the one in the log' end as detail
    from runs r
    left join traces t on t.tenant_id = r.tenant_id and t.run_id = r.run_id
    left join log_leaves l on l.tenant_id = r.tenant_id and l.kind = 'seal' and l.source_id = r.run_id::text
    where ${db.mine("r")} and r.completed_at >= ${start} and r.completed_at < ${end}
      and (t.seal_hash is null or l.hash is distinct from t.seal_hash)
      and (l.hash is not null or t.seal_hash is null
        or r.completed_at < ${at}::timestamptz - make_interval(secs => ${SEAL_GRACE_S}))
    order by r.completed_at, r.run_id`;
}

type Recomputed = { checked: number; unchecked: number; bad: Fault[] };

async function recompute({ db }: Subject, { start, end }: Period, known: ReadonlySet<string>): Promise<Recomputed> {
  const candidates = await db.sql<Candidate>`
    select r.run_id, r.started_at, r.seq as records from runs r
    where ${db.mine("r")} and r.completed_at >= ${start} and r.completed_at < ${end}
    order by (r.incident_id is null), r.completed_at desc, r.run_id`;
  const chosen = affordable(candidates);
  const bad: Fault[] = [];
  for (const batch of batchesOf(chosen)) {
    const [single] = batch;
    const verified =
      batch.length === 1 && single !== undefined
        ? new Map([[single.run_id, await verifyRunById(db, single.run_id)]])
        : await verifyRuns(
            db,
            batch.map((one) => one.run_id),
          );
    for (const one of batch) bad.push(...faultOf(one, verified.get(one.run_id) ?? null));
  }
  const fresh = bad.filter((fault) => !known.has(fault.run_id));
  return { checked: chosen.length, unchecked: candidates.length - chosen.length, bad: fresh };
}

function affordable(candidates: readonly Candidate[]): Candidate[] {
  let budget = MOST_RECORDS;
  const chosen: Candidate[] = [];
  for (const one of candidates) {
    if (one.records > budget || chosen.length === MOST_RUNS) continue;
    budget -= one.records;
    chosen.push(one);
  }
  return chosen;
}

/** So many rows of records stand in memory at once; a larger run goes alone, and is read in pages. */
const BATCH_RECORDS = 1_000;
const BATCH_RUNS = 100;

function batchesOf(chosen: readonly Candidate[]): Candidate[][] {
  const batches: Candidate[][] = [];
  let [batch, records]: [Candidate[], number] = [[], 0];
  for (const one of chosen) {
    if (batch.length > 0 && (records + one.records > BATCH_RECORDS || batch.length === BATCH_RUNS)) {
      batches.push(batch);
      [batch, records] = [[], 0];
    }
    batch.push(one);
    records += one.records;
  }
  return batch.length === 0 ? batches : [...batches, batch];
}

function faultOf({ run_id, started_at }: Candidate, verification: Verification | null): Fault[] {
  if (verification?.verified === true) return [];
  const where = verification?.first_bad_seq == null ? "" : ` at record ${verification.first_bad_seq}`;
  const detail = `it does not verify: ${verification?.reason ?? "no trace"}${where}`;
  return [{ at: started_at, run_id, detail }];
}
