import type { TraceStatus } from "@/db/vocabulary";
import { type CanonicalObject, canonicalText } from "./canonical";
import { outstanding, type RunFold } from "./fold";
import { H, writeHash } from "./hash";
import { instant } from "./instant";
import type { Estimate } from "./record";

/** An admission that no result had come for when the run ended. */
export type OpenAdmission = { readonly step_index: number; readonly step_id?: string; readonly estimate: Estimate };

export type SealTotals = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** 1/10 000 cent; unpriced usage counts 0 here. */
  readonly cost_units: number;
  /** Reports and results; the closing records are no steps. */
  readonly steps: number;
  /** Input and output tokens of the open admissions' estimates. */
  readonly presumed_tokens: number;
  readonly presumed_cost_units: number;
};

export type Seal = {
  readonly v: 1;
  readonly tenant_id: string;
  readonly run_id: string;
  readonly trace_id: string;
  readonly snapshot_hash?: string;
  /** h_count, written. */
  readonly root: string;
  readonly count: number;
  readonly totals: SealTotals;
  readonly status: string;
  readonly termination_reason: string;
  readonly stopped_at_step?: number;
  readonly violation?: CanonicalObject;
  readonly started_at: string;
  readonly ended_at: string;
  /** By step index. */
  readonly open_admissions: readonly OpenAdmission[];
};

/** What a seal is made from; the hashes as raw bytes. */
export type SealParts = {
  readonly tenantId: string;
  readonly runId: string;
  readonly traceId: string;
  readonly snapshotHash: Uint8Array | null;
  readonly root: Uint8Array;
  readonly count: number;
  readonly totals: Omit<SealTotals, "presumed_tokens" | "presumed_cost_units">;
  readonly status: string;
  readonly terminationReason: string;
  readonly stoppedAtStep: number | null;
  readonly violation: CanonicalObject | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly openAdmissions: readonly OpenAdmission[];
};

/** The seal of a run at its end. Sorts the open admissions and adds up what they presume. */
export function sealOf(parts: SealParts): Seal {
  const open = [...parts.openAdmissions].sort((one, other) => one.step_index - other.step_index);
  return {
    v: 1,
    tenant_id: parts.tenantId,
    run_id: parts.runId,
    trace_id: parts.traceId,
    ...(parts.snapshotHash === null ? {} : { snapshot_hash: writeHash(parts.snapshotHash) }),
    root: writeHash(parts.root),
    count: parts.count,
    totals: { ...parts.totals, ...presumed(open) },
    status: parts.status,
    termination_reason: parts.terminationReason,
    ...(parts.stoppedAtStep === null ? {} : { stopped_at_step: parts.stoppedAtStep }),
    ...(parts.violation === null ? {} : { violation: parts.violation }),
    started_at: instant(parts.startedAt),
    ended_at: instant(parts.endedAt),
    open_admissions: open,
  };
}

/** H(seal, canonical(seal)), which is also a_0, the predecessor of the first addendum. */
export function sealHash(seal: CanonicalObject): Buffer {
  return H("seal", canonicalText(seal));
}

/** The open admissions that the records leave behind. */
export function openAdmissionsOf(fold: RunFold): OpenAdmission[] {
  return outstanding(fold).map(({ step_index, step_id, estimate }) => ({
    step_index,
    ...(step_id === undefined ? {} : { step_id }),
    estimate,
  }));
}

/** A trace's status is its run's, in the trace's words. */
export function traceStatusOf(status: string): TraceStatus {
  switch (status) {
    case "succeeded":
      return "completed";
    case "failed":
    case "failed_policy":
      return "failed";
    case "cancelled":
      return "aborted";
    default:
      return "running";
  }
}

function presumed(open: readonly OpenAdmission[]): Pick<SealTotals, "presumed_tokens" | "presumed_cost_units"> {
  let tokens = 0;
  let costUnits = 0;
  for (const { estimate } of open) {
    tokens += estimate.input_tokens + estimate.output_tokens;
    costUnits += estimate.cost_units;
  }
  return { presumed_tokens: tokens, presumed_cost_units: costUnits };
}
