import { NotCanonical } from "./canonical";
import { MalformedRecord } from "./record";

/** What verification can find, each word a different place to look. */
export type BadReason =
  | "snapshot_missing"
  | "snapshot_changed"
  | "policy_set_changed"
  | "genesis_mismatch"
  | "foreign_record"
  | "gap"
  | "out_of_order"
  | "record_changed"
  | "record_malformed"
  | "hash_mismatch"
  | "request_changed"
  | "answer_changed"
  | "missing_tail"
  | "extra_record"
  | "head_mismatch"
  | "end_missing"
  | "seal_missing"
  | "seal_changed"
  | "addendum_changed"
  | "run_changed"
  | "trace_changed"
  | "step_changed";

/** Ends a verification: the first thing that does not hold, and the record it was found at, if it was at one. */
export class Finding extends Error {
  override readonly name = "Finding";

  constructor(
    readonly reason: BadReason,
    readonly seq: number | null = null,
  ) {
    super(seq === null ? reason : `${reason} at seq ${seq}`);
  }
}

export function demand(holds: boolean, reason: BadReason, seq: number | null = null): asserts holds {
  if (!holds) throw new Finding(reason, seq);
}

export function isSameBytes(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one === null || other === null ? one === other : Buffer.compare(one, other) === 0;
}

/** Wrong values throw out of the writers; while verifying, that is a finding. Any other error is ours and passes through. */
export function orFinding<T>(reason: BadReason, seq: number | null, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isAboutTheValue =
      error instanceof MalformedRecord || error instanceof NotCanonical || error instanceof RangeError;
    if (isAboutTheValue) throw new Finding(reason, seq);
    throw error;
  }
}
