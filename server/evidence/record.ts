// A record is rebuilt from its columns every time, at writing as at verifying, so the two can never disagree about the bytes.
import type { CostSource, DecisionAction, RecordKind, StepStatus } from "@/db/vocabulary";
import { type CanonicalObject, canonicalBytes } from "./canonical";
import { addendumHash, recordHash } from "./chain";
import { instant } from "./instant";

/** What the runner says about the step: its claims, kept as they came. */
export type StepClaims = {
  readonly skill?: string;
  readonly model?: string;
  readonly status?: StepStatus;
  readonly retry_count?: number;
  readonly started_at?: string;
};

/** `cost_units` are 1/10 000 cent. An estimate nobody gave is 0, not absent: that is what was reserved. */
export type Estimate = { readonly input_tokens: number; readonly output_tokens: number; readonly cost_units: number };

export type Usage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly duration_ms: number;
  /** Absent when `cost_source` is `unpriced`. */
  readonly cost_units?: number;
  readonly cost_source: CostSource;
};

/** `sha256:<64 hex>` each; see commitment.ts. */
export type StepCommitments = {
  readonly input_commit?: string;
  readonly output_commit?: string;
  readonly stored_commit?: string;
};

/** Why the run is over; the same three members stand in the seal. */
export type RunEnd = {
  readonly cause: string;
  readonly status: string;
  readonly termination_reason: string;
  readonly stopped_at_step?: number;
  readonly note?: string;
};

/** The inflection point; the same object stands in the seal, and the trace's columns show four of its members. */
export type Violation = {
  readonly step_index: number;
  readonly timestamp: string;
  readonly reason: string;
  readonly source: string;
  readonly violation_type: string;
  readonly severity: string;
  readonly policy_id?: string;
  readonly limit_id?: string;
  readonly policy_name?: string;
  readonly metric?: string;
  readonly threshold_value?: string;
  readonly actual_value?: string;
  readonly projected?: boolean;
};

type Parts = {
  step: StepClaims;
  estimate: Estimate;
  usage: Usage;
  commitments: StepCommitments;
  decision: CanonicalObject & { readonly action: DecisionAction };
  /** Everything the decision looked at, so that it can be made again later. */
  inputs: CanonicalObject;
  admission_seq: number;
  violation: Violation;
  end: RunEnd;
  release: CanonicalObject & { readonly decision: "approve" | "deny" };
  actor: CanonicalObject;
  error: CanonicalObject;
  request_hash: string;
  answer_hash: string;
};
type Body<Required extends keyof Parts, Optional extends keyof Parts = never> = Readonly<
  Pick<Parts, Required> & Partial<Pick<Parts, Optional>>
>;
type Answered = "request_hash" | "answer_hash";

/** The members of each kind's body. What a kind does not name, it does not hold. */
export type RecordBodies = {
  admission: Body<"step" | "estimate" | "decision" | "inputs" | Answered, "commitments">;
  result: Body<"step" | "usage" | "decision" | "inputs" | Answered, "commitments">;
  report: Body<"step" | "usage" | "decision" | "inputs" | Answered, "commitments" | "estimate">;
  late: Body<"step" | "usage" | Answered, "commitments" | "inputs">;
  lapse: Body<"admission_seq" | "estimate">;
  violation: Body<"violation", "decision" | "inputs">;
  stopped: Body<"end">;
  pause: Body<"decision" | "inputs", "step" | "estimate">;
  release: Body<"release", "actor" | Answered>;
  end: Body<"end", "actor" | "error" | "commitments" | Answered>;
};

/** What the canonical bytes are made of. All but the body are columns of `trace_records` too. */
export type RecordColumns = {
  readonly tenantId: string;
  readonly runId: string;
  readonly seq: number;
  readonly kind: string;
  readonly stepIndex: number | null;
  readonly stepId: string | null;
  readonly stepType: string | null;
  readonly recordedAt: Date;
  readonly body: unknown;
};

/** The same as it is stored: the body stands in the canonical bytes alone. */
export type StoredColumns = Omit<RecordColumns, "body"> & { readonly canonical: Uint8Array };

/** The same, with the body held to its kind: what a writer builds. */
export type NewRecord = Omit<RecordColumns, "kind" | "body"> &
  { [Kind in RecordKind]: { readonly kind: Kind; readonly body: RecordBodies[Kind] } }[RecordKind];

export type EvidenceRecord = {
  readonly v: 1;
  readonly tenant_id: string;
  readonly run_id: string;
  readonly seq: number;
  readonly kind: string;
  readonly step_index?: number;
  readonly step_id?: string;
  readonly step_type?: string;
  readonly recorded_at: string;
  readonly body: CanonicalObject;
};

/** A record, as its columns or its body show it, is not one that a writer of ours makes. */
export class MalformedRecord extends TypeError {
  override readonly name = "MalformedRecord";
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The record that the columns stand for.
 * @throws MalformedRecord when an id is not a lower-case UUID (PostgreSQL gives ids back in lower case, so other bytes could
 * never be rebuilt) or the body is not an object.
 */
export function recordFromColumns(row: RecordColumns): EvidenceRecord {
  const { body } = row;
  if (!isObject(body)) throw new MalformedRecord("the body is not an object");
  return {
    v: 1,
    tenant_id: uuid(row.tenantId),
    run_id: uuid(row.runId),
    seq: row.seq,
    kind: row.kind,
    ...(row.stepIndex === null ? {} : { step_index: row.stepIndex }),
    ...(row.stepId === null ? {} : { step_id: uuid(row.stepId) }),
    ...(row.stepType === null ? {} : { step_type: row.stepType }),
    recorded_at: instant(row.recordedAt),
    body,
  };
}

/** The body in stored canonical bytes; null where they are no record, which verification will say. */
export function bodyIn(canonical: Uint8Array): CanonicalObject | null {
  try {
    const record: unknown = JSON.parse(Buffer.from(canonical).toString("utf8"));
    return isObject(record) && isObject(record.body) ? record.body : null;
  } catch {
    return null;
  }
}

/**
 * The record that stored columns and the body in their canonical bytes stand for. Whether its own canonical bytes are the
 * stored ones is for the caller to ask. Throws as `recordFromColumns`.
 */
export function storedRecord(row: StoredColumns): EvidenceRecord {
  return recordFromColumns({ ...row, body: bodyIn(row.canonical) });
}

/** The bytes that are stored and hashed. Throws as `recordFromColumns` and `canonicalBytes` do. */
export function recordBytes(row: RecordColumns): Buffer {
  return canonicalBytes(recordFromColumns(row));
}

/** Canonical bytes and hash of the next record after `previous` (h_{seq−1}; for a `late` record a_{i−1}). */
export function chainRecord(previous: Uint8Array, row: NewRecord): { canonical: Buffer; hash: Buffer } {
  const canonical = recordBytes(row);
  return { canonical, hash: row.kind === "late" ? addendumHash(previous, canonical) : recordHash(previous, canonical) };
}

// Shallow on purpose: what lies inside is judged when it is written canonically.
function isObject(value: unknown): value is CanonicalObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function uuid(text: string): string {
  if (!UUID.test(text)) throw new MalformedRecord(`${JSON.stringify(text)} is not a lower-case UUID`);
  return text;
}
