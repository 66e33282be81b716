import { liveRunStatuses } from "@/db/vocabulary";
import { type CanonicalObject, type CanonicalValue, canonicalText, isPlainObject } from "./canonical";
import { demand, isSameBytes, orFinding } from "./finding";
import type { RunFold } from "./fold";
import type { RunEvidence, RunRow, TraceRow } from "./run-evidence";
import { openAdmissionsOf, type Seal, sealHash, sealOf, traceStatusOf } from "./seal";
import { canonicalImage } from "./snapshot-hash";

const LIVE: ReadonlySet<string> = new Set(liveRunStatuses);

/** Members the run's row repeats; all others come from the records. */
const RUN_MEMBERS: ReadonlySet<string> = new Set([
  "status",
  "termination_reason",
  "stopped_at_step",
  "started_at",
  "ended_at",
]);

/** Throws a Finding if a run without a seal shows any sign of having ended. */
export function verifyLive({ run, trace }: RunEvidence, fold: RunFold): void {
  const hasEnded = fold.end !== null || !LIVE.has(run.status) || trace.sealHash !== null || trace.rootHash !== null;
  demand(!hasEnded, "seal_missing");
  const isOpen = run.completedAt === null && run.terminationReason === null && run.stoppedAtStep === null;
  demand(isOpen && run.endNote === null && run.violation === null && run.violationPolicyId === null, "run_changed");
  demand(run.errorCode === null && run.errorMessage === null, "run_changed");
  demand(fold.violation === null, "end_missing");
  verifyTrace(trace, { status: run.status, endedAt: null, violation: null });
}

/** The chain as it was recomputed. */
type Chain = { readonly root: Buffer; readonly count: number; readonly snapshotHash: Uint8Array | null };

/**
 * Makes the seal again from the records and the run's row and holds the stored one, the run and the trace against it.
 * Returns a_0. Throws a Finding at the first member that differs.
 */
export function verifySeal(evidence: RunEvidence, fold: RunFold, chain: Chain): Buffer {
  const { run, trace } = evidence;
  const stored = trace.seal;
  demand(isSeal(stored) && trace.sealHash !== null, "seal_changed");
  const hash = orFinding("seal_changed", null, () => sealHash(stored));
  demand(isSameBytes(hash, trace.sealHash), "seal_changed");
  demand(typeof stored.count === "number" && stored.count <= chain.count, "missing_tail", chain.count + 1);
  compareSeals(
    orFinding("run_changed", null, () => expectedSeal(run, fold, chain)),
    stored,
  );
  demand(isSameBytes(chain.root, trace.rootHash), "trace_changed");
  verifyEnd(run, fold, chain.count);
  verifyTrace(trace, { status: run.status, endedAt: run.completedAt, violation: fold.violation });
  return hash;
}

function expectedSeal(run: RunRow, fold: RunFold, chain: Chain): Seal {
  demand(run.completedAt !== null && run.terminationReason !== null && !LIVE.has(run.status), "run_changed");
  return sealOf({
    tenantId: run.tenantId,
    runId: run.runId,
    traceId: run.traceId,
    snapshotHash: chain.snapshotHash,
    root: chain.root,
    count: chain.count,
    totals: fold.totals,
    status: run.status,
    terminationReason: run.terminationReason,
    stoppedAtStep: run.stoppedAtStep,
    violation: fold.violation,
    startedAt: run.startedAt,
    endedAt: run.completedAt,
    openAdmissions: openAdmissionsOf(fold),
  });
}

function compareSeals(expected: CanonicalObject, stored: CanonicalObject): void {
  for (const member of new Set([...Object.keys(expected), ...Object.keys(stored)])) {
    const reason = RUN_MEMBERS.has(member) ? "run_changed" : "seal_changed";
    const isSame = orFinding(reason, null, () => textOf(expected[member]) === textOf(stored[member]));
    demand(isSame, reason);
  }
}

// The last record of the chain says why the run ended, and the run's row says the same.
function verifyEnd(run: RunRow, fold: RunFold, count: number): void {
  const { end } = fold;
  if (count > 0) demand(end !== null, "end_missing", count);
  const isSame =
    end === null ||
    (end.status === run.status &&
      end.termination_reason === run.terminationReason &&
      (end.stopped_at_step ?? null) === run.stoppedAtStep);
  demand(isSame && (end?.note ?? null) === run.endNote, "run_changed");
  const shown = orFinding("run_changed", null, () => violationText(run.violation));
  demand(shown === textOf(fold.violation ?? undefined), "run_changed");
  demand(run.violationPolicyId === (fold.violation?.policy_id ?? null), "run_changed");
  const { code = null, message = null } = fold.error ?? {};
  demand(run.errorCode === code && run.errorMessage === message, "run_changed");
}

function verifyTrace(
  trace: TraceRow,
  expected: { status: string; endedAt: Date | null; violation: CanonicalObject | null },
): void {
  const { violation } = expected;
  const violatedAt = orFinding("trace_changed", null, () => trace.violationTimestamp?.toISOString() ?? null);
  const isSame =
    trace.status === traceStatusOf(expected.status) &&
    trace.completedAt?.getTime() === expected.endedAt?.getTime() &&
    trace.violationStepIndex === (violation?.step_index ?? null) &&
    violatedAt === (violation?.timestamp ?? null) &&
    trace.violationPolicyId === (violation?.policy_id ?? null) &&
    trace.violationReason === (violation?.reason ?? null);
  demand(isSame, "trace_changed");
}

// The run's row may keep members it has no value for as null; absence is the same.
function violationText(violation: unknown): string | undefined {
  if (violation === null) return undefined;
  return isPlainObject(violation) ? canonicalText(canonicalImage(violation)) : "";
}

function textOf(value: CanonicalValue | undefined): string | undefined {
  return value === undefined ? undefined : canonicalText(value);
}

// Shallow: sealHash writes the whole object canonically and so refuses what is not.
function isSeal(value: unknown): value is CanonicalObject {
  return isPlainObject(value);
}
