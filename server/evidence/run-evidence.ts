// What verification reads, as columns give it. All of it must come from one snapshot of the database (repeatable read):
// a run that moves between two statements would look tampered with.
import type { StoredColumns } from "./record";
import type { NoteKey } from "./signed-note";

export type RecordRow = StoredColumns & {
  readonly hash: Uint8Array;
  readonly requestHash: Uint8Array | null;
  readonly answerStatus: number | null;
  readonly answer: Uint8Array | null;
};

/** The columns of `steps` that carry evidence. The others (reservations, time-outs) are the gate's working state. */
export type StepRow = {
  readonly tenantId: string;
  readonly runId: string;
  readonly stepIndex: number;
  readonly stepId: string | null;
  readonly stepType: string;
  readonly state: string;
  readonly skill: string | null;
  readonly model: string | null;
  readonly status: string | null;
  readonly retryCount: number;
  readonly claimedStartedAt: string | null;
  readonly estimateInputTokens: number;
  readonly estimateOutputTokens: number;
  readonly estimateCostUnits: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly durationMs: number | null;
  readonly costUnits: number | null;
  readonly costSource: string | null;
  readonly action: string;
  readonly isInflection: boolean;
  readonly admittedSeq: number | null;
  readonly resultSeq: number | null;
  readonly recordedAt: Date;
  readonly settledAt: Date | null;
};

export type RunRow = {
  readonly tenantId: string;
  readonly runId: string;
  readonly traceId: string;
  readonly snapshotId: string | null;
  /** Why it was refused at its start: such a run counts nowhere, and froze nothing. */
  readonly refusalReason: string | null;
  readonly status: string;
  readonly terminationReason: string | null;
  readonly endNote: string | null;
  readonly stoppedAtStep: number | null;
  readonly startedAt: Date;
  readonly completedAt: Date | null;
  /** Newest seq, addenda included. */
  readonly seq: number;
  /** What the next record will be chained to: h_seq, once sealed a_i (a_0 = the seal's hash). */
  readonly headHash: Uint8Array;
  readonly lateRecords: number;
  readonly violation: unknown;
  readonly violationPolicyId: string | null;
  /** Where it is listed: the incident of its end, else its newest. */
  readonly incidentId: string | null;
  /** What a `complete` said of the failure. */
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Highest step index taken, closing records included. */
  readonly lastStepIndex: number;
  /** `user:<id>` or `key:<id>`. */
  readonly startedBy: string;
  // Who and what the run is: frozen in the snapshot's context.
  readonly agentId: string;
  readonly agentVerified: boolean;
  readonly apiKeyId: string | null;
  readonly actorType: string | null;
  readonly actorId: string | null;
  readonly goal: string | null;
  readonly parentRunId: string | null;
  readonly project: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly source: string | null;
  readonly tags: unknown;
  readonly synthetic: boolean;
  // What it has used and holds: sums over its records, late usage included.
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUnits: number;
  readonly stepsCompleted: number;
  readonly reservedInputTokens: number;
  readonly reservedOutputTokens: number;
  readonly reservedCostUnits: number;
  readonly openSteps: number;
  readonly presumedInputTokens: number;
  readonly presumedOutputTokens: number;
  readonly presumedCostUnits: number;
  readonly lapsedSteps: number;
};

export type TraceRow = {
  readonly tenantId: string;
  readonly traceId: string;
  readonly runId: string;
  readonly agentId: string;
  readonly status: string;
  readonly startedAt: Date;
  readonly completedAt: Date | null;
  readonly genesisHash: Uint8Array;
  readonly rootHash: Uint8Array | null;
  readonly seal: unknown;
  readonly sealHash: Uint8Array | null;
  readonly violationStepIndex: number | null;
  readonly violationTimestamp: Date | null;
  readonly violationPolicyId: string | null;
  readonly violationReason: string | null;
  readonly incidentId: string | null;
};

/** An incident that the system opened for the run; those that people open are no evidence of it. */
export type IncidentRow = {
  readonly id: string;
  readonly source: string;
  readonly sourceId: string | null;
  readonly createdAt: Date;
};

export type SnapshotRow = {
  readonly tenantId: string;
  readonly id: string;
  readonly runId: string;
  readonly setHash: Uint8Array;
  readonly canonical: Uint8Array;
  readonly contentHash: Uint8Array;
  readonly policyCount: number;
  readonly strategy: string;
  readonly ambiguous: boolean;
  readonly createdAt: Date;
  /** `policy_sets.canonical` of the row with this `set_hash`. */
  readonly setCanonical: Uint8Array;
};

type Pages<Row> = AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;

export type RunEvidence = {
  readonly run: RunRow;
  readonly trace: TraceRow;
  /** The decision engine named in the genesis. */
  readonly engine: string;
  /** Null for a run refused before there was one. */
  readonly snapshot: SnapshotRow | null;
  /** Ordered by `seq`. */
  readonly records: Pages<RecordRow>;
  /** Ordered by `result_seq nulls last, step_index`. */
  readonly steps: Pages<StepRow>;
  readonly incidents: readonly IncidentRow[];
  /** Every key that ever signed for the tenant; absent: what receipts say is checked, and not who signed it. */
  readonly receiptKeys?: readonly NoteKey[];
};
