// Verification computes everything again from the columns and believes no stored hash. `verified: true` is made in one
// place, after the whole walk, so an empty or shortened input cannot earn it: the run's own head must have been reached.
import { isAnswerOf, receiptOf } from "./answer";
import { canonicalBytes } from "./canonical";
import { addendumHash, genesisHash, recordHash } from "./chain";
import { type BadReason, demand, Finding, isSameBytes, orFinding } from "./finding";
import { emptyFold, foldRecord, type RunFold } from "./fold";
import { writeHash } from "./hash";
import { type EvidenceRecord, storedRecord } from "./record";
import type { RecordRow, RunEvidence } from "./run-evidence";
import { verifyIncident } from "./verify-incident";
import { isReceiptOf } from "./verify-receipt";
import { verifyContext, verifyTotals } from "./verify-run-row";
import { verifyLive, verifySeal } from "./verify-seal";
import { verifySnapshot } from "./verify-snapshot";
import { StepCheck } from "./verify-steps";

export type Verification = {
  readonly verified: boolean;
  readonly sealed: boolean;
  /** Records found good, addenda included. */
  readonly checked: number;
  readonly late_records: number;
  readonly first_bad_seq: number | null;
  readonly reason: BadReason | null;
  /** No log covers a single run's verification. */
  readonly checkpoint_size: null;
};

type Walk = {
  readonly fold: RunFold;
  readonly steps: StepCheck;
  /** h_seq, after the seal a_i. */
  head: Buffer;
  seq: number;
  late: number;
  hasPassedSeal: boolean;
};

/**
 * Recomputes snapshot, genesis, chain, answers, seal, addenda, the step rows, the totals and the incident of one run from its columns.
 * A run without an end is verified over its chain so far. Errors of reading pass through; everything wrong with
 * the evidence itself becomes an answer with `verified: false`.
 */
export async function verifyRun(evidence: RunEvidence): Promise<Verification> {
  const walk: Walk = {
    fold: emptyFold(),
    steps: new StepCheck(evidence),
    head: Buffer.alloc(0),
    seq: 0,
    late: 0,
    hasPassedSeal: false,
  };
  const answer = {
    sealed: evidence.trace.seal !== null,
    checkpoint_size: null,
  };
  try {
    await walkRun(evidence, walk);
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    const found = { first_bad_seq: error.seq, reason: error.reason };
    return { verified: false, ...answer, checked: walk.seq, late_records: walk.late, ...found };
  }
  return { verified: true, ...answer, checked: walk.seq, late_records: walk.late, first_bad_seq: null, reason: null };
}

async function walkRun(evidence: RunEvidence, walk: Walk): Promise<void> {
  const { run, trace } = evidence;
  verifyIdentity(evidence);
  const start = verifySnapshot(run, evidence.snapshot);
  walk.head = genesisHash({
    tenantId: run.tenantId,
    runId: run.runId,
    traceId: run.traceId,
    snapshotHash: start?.hash ?? null,
    engine: evidence.engine,
    startedAt: run.startedAt,
  });
  demand(isSameBytes(walk.head, trace.genesisHash), "genesis_mismatch");
  verifyContext(evidence, start?.context ?? null);
  for await (const page of evidence.records) {
    for (const row of page) await verifyRecord(evidence, walk, row);
  }
  demand(walk.seq === run.seq, "missing_tail", walk.seq + 1);
  if (!walk.hasPassedSeal) passSeal(evidence, walk);
  await walk.steps.finish(walk.fold);
  demand(run.lateRecords === walk.late, "run_changed");
  verifyTotals(run, walk.fold);
  verifyIncident(evidence, walk.fold);
  demand(isSameBytes(walk.head, run.headHash), "head_mismatch", walk.seq);
}

function verifyIdentity({ run, trace }: RunEvidence): void {
  const isOne = trace.tenantId === run.tenantId && trace.runId === run.runId && trace.traceId === run.traceId;
  demand(isOne && trace.startedAt.getTime() === run.startedAt.getTime(), "trace_changed");
}

async function verifyRecord(evidence: RunEvidence, walk: Walk, row: RecordRow): Promise<void> {
  const seq = walk.seq + 1;
  demand(row.tenantId === evidence.run.tenantId && row.runId === evidence.run.runId, "foreign_record", row.seq);
  demand(row.seq <= seq, "gap", seq);
  demand(row.seq === seq, "out_of_order", row.seq);
  demand(seq <= evidence.run.seq, "extra_record", seq);
  const isLate = row.kind === "late";
  const { record, bytes } = rebuild(row, isLate ? "addendum_changed" : "record_changed");
  if (isLate && !walk.hasPassedSeal) passSeal(evidence, walk);
  const hash = isLate ? addendumHash(walk.head, bytes) : recordHash(walk.head, bytes);
  demand(isSameBytes(hash, row.hash), isLate ? "addendum_changed" : "hash_mismatch", seq);
  verifyExchange(row, record, evidence.receiptKeys);
  const settled = folded(walk.fold, record);
  if (settled) await walk.steps.settle(settled);
  walk.head = hash;
  walk.seq = seq;
  if (isLate) walk.late += 1;
}

// Before the first addendum, or at the end: the chain is complete now, and what follows hangs on the seal.
function passSeal(evidence: RunEvidence, walk: Walk): void {
  if (evidence.trace.seal === null) {
    verifyLive(evidence, walk.fold);
    demand(walk.seq === evidence.run.seq, "seal_missing");
  } else {
    const chain = { root: walk.head, count: walk.seq, snapshotHash: evidence.snapshot?.contentHash ?? null };
    walk.head = verifySeal(evidence, walk.fold, chain);
  }
  walk.hasPassedSeal = true;
}

function rebuild(row: RecordRow, reason: BadReason): { record: EvidenceRecord; bytes: Buffer } {
  const rebuilt = orFinding(reason, row.seq, () => {
    const record = storedRecord(row);
    return { record, bytes: canonicalBytes(record) };
  });
  demand(isSameBytes(rebuilt.bytes, row.canonical), reason, row.seq);
  return rebuilt;
}

function folded(fold: RunFold, record: EvidenceRecord): ReturnType<typeof foldRecord> {
  return orFinding("record_malformed", record.seq, () => foldRecord(fold, record));
}

// What was asked and what was answered lie beside the record; its body commits to both.
function verifyExchange(row: RecordRow, { body }: EvidenceRecord, keys: RunEvidence["receiptKeys"]): void {
  const requestHash = row.requestHash === null ? undefined : written(row.requestHash);
  demand(body.request_hash === requestHash, "request_changed", row.seq);
  const { answer, answerStatus } = row;
  if (answer === null || answerStatus === null) {
    demand(answer === answerStatus && body.answer_hash === undefined, "answer_changed", row.seq);
    return;
  }
  const promised = body.answer_hash;
  demand(typeof promised === "string", "answer_changed", row.seq);
  const isTheirs = isAnswerOf({ hash: row.hash, answerHash: promised }, { status: answerStatus, answer });
  demand(isTheirs, "answer_changed", row.seq);
  const receipt = receiptOf(row.hash, answer);
  demand(receipt === null || isReceiptOf(row, receipt, keys), "answer_changed", row.seq);
}

function written(hash: Uint8Array): string | null {
  return hash.length === 32 ? writeHash(hash) : null;
}
