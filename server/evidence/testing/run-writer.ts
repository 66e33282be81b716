// A writer for tests: it makes the rows of a run the way the gate must, keeps its own sums and its own view of the steps,
// and never asks the code under test what the result should be.
import type { RunStatus, TerminationReason } from "@/db/vocabulary";
import { answerBytes, answerHash } from "../answer";
import { genesisHash } from "../chain";
import { readHash } from "../hash";
import { chainRecord, type Estimate, type NewRecord, type StepClaims, type Usage, type Violation } from "../record";
import type { IncidentRow, RecordRow, RunEvidence, RunRow, SnapshotRow, StepRow, TraceRow } from "../run-evidence";
import { type OpenAdmission, sealHash, sealOf, traceStatusOf } from "../seal";
import { requestHash } from "../snapshot-hash";
import { EXAMPLE_SIGNER, exampleReceipt } from "./example-receipt";
import { EXAMPLE, exampleSnapshot, type Who } from "./example-start";
import { claimColumns, estimateColumns, estimateOf } from "./step-columns";

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };
export type RunRows = {
  run: Writable<RunRow>;
  trace: Writable<TraceRow>;
  engine: string;
  snapshot: Writable<SnapshotRow> | null;
  records: Writable<RecordRow>[];
  steps: Writable<StepRow>[];
  incidents: Writable<IncidentRow>[];
};
type Said = { note?: string; error?: { code?: string; message?: string } };
export type StepIdentity = { stepIndex: number; stepId?: string; stepType: string };
type Promised = { commitments?: { input_commit?: string; output_commit?: string; stored_commit?: string } };
export type Post = StepIdentity &
  Promised & { step?: StepClaims; action?: "allow" | "warn" | "block"; isAnswered?: boolean };

export const TENANT = "0197a2b4-0000-7000-8000-000000000001";
export const RUN = "0197a2b4-0000-7000-8000-00000000000a";
export const TRACE = "0197a2b4-0000-7000-8000-00000000000b";
export const SNAPSHOT = "0197a2b4-0000-7000-8000-00000000000c";
const INCIDENT = "0197a2b4-0000-7000-8000-0000000000e3";
const STARTED_AT = new Date("2026-01-22T09:30:00.000Z");

const FROZEN = { tenantId: TENANT, id: SNAPSHOT, runId: RUN, createdAt: STARTED_AT };
const NO_USE = {
  ...{ inputTokens: 0, outputTokens: 0, costUnits: 0, stepsCompleted: 0 },
  ...{ reservedInputTokens: 0, reservedOutputTokens: 0, reservedCostUnits: 0, openSteps: 0 },
  ...{ presumedInputTokens: 0, presumedOutputTokens: 0, presumedCostUnits: 0, lapsedSteps: 0 },
  ...{
    lateRecords: 0,
    lastStepIndex: 0,
    violation: null,
    violationPolicyId: null,
    incidentId: null,
    errorCode: null,
    errorMessage: null,
  },
};

export class RunWriter {
  readonly rows: RunRows;
  #head: Buffer;
  #now = STARTED_AT.getTime();
  readonly #totals = { input_tokens: 0, output_tokens: 0, cost_units: 0, steps: 0 };

  /** `hasSnapshot` is false for a run that is refused before it has one. */
  constructor(who: Who = EXAMPLE, hasSnapshot = true) {
    const snapshot = hasSnapshot ? exampleSnapshot(FROZEN, who) : null;
    const ids = { tenantId: TENANT, runId: RUN, traceId: TRACE, startedAt: STARTED_AT };
    this.#head = genesisHash({ ...ids, snapshotHash: snapshot?.contentHash ?? null, engine: "holdpoint/1" });
    const ended = { completedAt: null, terminationReason: null, endNote: null, stoppedAtStep: null };
    this.rows = {
      run: {
        ...ids,
        ...who,
        ...NO_USE,
        ...ended,
        ...{
          snapshotId: snapshot?.id ?? null,
          refusalReason: snapshot === null ? "ambiguous_policies" : null,
          status: "running",
          seq: 0,
          headHash: this.#head,
        },
      },
      trace: {
        ...ids,
        ...{
          agentId: who.agentId,
          status: "running",
          completedAt: null,
          genesisHash: this.#head,
          rootHash: null,
          seal: null,
          sealHash: null,
        },
        ...{ violationStepIndex: null, violationTimestamp: null, violationPolicyId: null, violationReason: null },
        incidentId: null,
      },
      engine: "holdpoint/1",
      snapshot,
      records: [],
      steps: [],
      incidents: [],
    };
  }

  admit(post: Post, estimate: Estimate): void {
    const action = post.action ?? "allow";
    const body = { step: post.step ?? {}, estimate, ...this.#decided(action), ...this.#asked(post) };
    const record = this.#append({ kind: "admission", body }, post);
    const state = action === "block" ? "settled" : "open";
    if (state === "open") this.#hold("open", estimate, 1);
    this.rows.steps.push({
      ...this.#stepRow(post, record),
      ...estimateColumns(estimate),
      state,
      admittedSeq: record.seq,
    });
  }

  report(post: Post, usage: Usage): void {
    const body = { step: post.step ?? {}, usage, ...this.#decided(post.action ?? "allow"), ...this.#asked(post) };
    const record = this.#append({ kind: "report", body }, post);
    const row = this.#stepRow(post, record);
    this.rows.steps.push({ ...row, state: "settled" });
    this.#settle(row.stepIndex, usage, record);
    this.#add(usage);
  }

  result(post: Post, usage: Usage, kind: "result" | "late" = "result"): void {
    const asked = { step: post.step ?? {}, usage, ...this.#asked(post) };
    const decided = this.#decided(post.action ?? "allow");
    const record =
      kind === "late"
        ? this.#append({ kind, body: asked }, post)
        : this.#append({ kind, body: { ...asked, ...decided } }, post);
    const held = this.#row(post.stepIndex);
    this.#hold(held.state, estimateOf(held), -1);
    const row = this.#settle(post.stepIndex, usage, record);
    row.state = kind === "late" ? "late" : "settled";
    if (kind === "late") this.rows.run.lateRecords += 1;
    else Object.assign(row, { action: post.action ?? "allow" });
    Object.assign(row, claimColumns(post.step ?? {}));
    if (kind === "result") this.#add(usage);
    else this.#charge(usage);
  }

  lapse(step: StepIdentity): void {
    const row = this.#row(step.stepIndex);
    const estimate = estimateOf(row);
    this.#append({ kind: "lapse", body: { admission_seq: row.admittedSeq ?? 0, estimate } }, step);
    this.#presumed(row, "lapsed");
  }

  /** `moment` is that of a pause no step asked for. */
  pauseAndRelease(moment: "run_start" | "time" = "time"): void {
    this.#append({ kind: "pause", body: this.#decided("block", { moment }) }, null);
    const release = { decision: "approve", reason: "looked at — fine" } as const;
    this.#append({ kind: "release", body: { release, actor: { type: "user", id: "u-2" }, ...this.#asked({}) } }, null);
  }

  /** Ends the run by policy: the two closing records, then the seal. `isByTime`: no step holds the decision. */
  stop(violation: Omit<Violation, "timestamp">, isByTime = false): void {
    const inflection: Violation = { ...violation, timestamp: new Date(this.#now).toISOString() };
    const next = Math.max(0, ...this.rows.steps.map((row) => row.stepIndex)) + 1;
    const first = { stepIndex: next, stepType: "violation" };
    const decided = isByTime ? this.#decided("block", { moment: "time" }) : {};
    this.#closing(first, this.#append({ kind: "violation", body: { violation: inflection, ...decided } }, first));
    const end = {
      ...{ cause: "policy", status: "failed_policy", termination_reason: "policy_block" },
      stopped_at_step: violation.step_index,
    };
    const second = { stepIndex: next + 1, stepType: "stopped" };
    this.#closing(second, this.#append({ kind: "stopped", body: { end } }, second));
    for (const row of this.rows.steps) if (row.stepIndex === violation.step_index) row.isInflection = true;
    this.#seal("failed_policy", "policy_block", inflection);
  }

  complete(status: RunStatus = "succeeded", reason: TerminationReason = "completed", said: Said = {}): void {
    const { note, error } = said;
    const end = { cause: "complete", status, termination_reason: reason, ...(note === undefined ? {} : { note }) };
    this.#append({ kind: "end", body: { end, ...(error === undefined ? {} : { error }) } }, null);
    const { code: errorCode = null, message: errorMessage = null } = error ?? {};
    Object.assign(this.rows.run, { endNote: note ?? null, errorCode, errorMessage });
    this.#seal(status, reason, null);
  }

  /** A run that is over before it began: sealed over no record at all. */
  refuse(): void {
    this.#seal("failed_policy", "policy_block", null);
  }

  evidence(pageSize = 3): RunEvidence {
    return evidenceOf(this.rows, pageSize);
  }

  #seal(status: RunStatus, reason: TerminationReason, violation: Violation | null): void {
    const { run, trace, snapshot } = this.rows;
    const endedAt = new Date(this.#now);
    const shared = { tenantId: TENANT, runId: RUN, traceId: TRACE, startedAt: STARTED_AT, endedAt, status };
    const seal = sealOf({
      ...shared,
      snapshotHash: snapshot?.contentHash ?? null,
      root: this.#head,
      count: run.seq,
      totals: this.#totals,
      terminationReason: reason,
      stoppedAtStep: violation?.step_index ?? null,
      violation,
      openAdmissions: this.#presume(),
    });
    Object.assign(run, { status, terminationReason: reason, completedAt: endedAt, violation });
    run.stoppedAtStep = violation?.step_index ?? null;
    run.violationPolicyId = violation?.policy_id ?? null;
    Object.assign(trace, { status: traceStatusOf(status), completedAt: endedAt, rootHash: this.#head, seal });
    this.#head = sealHash(seal);
    trace.sealHash = this.#head;
    run.headHash = this.#head;
    if (status === "failed") this.#open({ source: "run", sourceId: RUN, createdAt: endedAt });
    if (violation === null) return;
    const { source, policy_id, limit_id, timestamp } = violation;
    this.#open({ source, sourceId: policy_id ?? limit_id ?? null, createdAt: new Date(timestamp) });
    Object.assign(trace, { violationStepIndex: violation.step_index, violationReason: violation.reason });
    Object.assign(trace, { violationTimestamp: new Date(violation.timestamp) });
    trace.violationPolicyId = violation.policy_id ?? null;
  }

  /** The incident of the run's end. */
  #open(incident: Omit<IncidentRow, "id">): void {
    const { run, trace, incidents } = this.rows;
    incidents.push({ id: INCIDENT, ...incident });
    run.incidentId = INCIDENT;
    trace.incidentId = INCIDENT;
  }

  #presume(): OpenAdmission[] {
    const open = this.rows.steps.filter((row) => row.state === "open" || row.state === "lapsed");
    for (const row of open) this.#presumed(row, "presumed");
    return open.map((row) => ({
      step_index: row.stepIndex,
      ...(row.stepId === null ? {} : { step_id: row.stepId }),
      estimate: estimateOf(row),
    }));
  }

  #append(what: Pick<NewRecord, "kind" | "body">, step: StepIdentity | null): RecordRow {
    this.#now += 1250;
    const seq = this.rows.run.seq + 1;
    const columns = {
      ...{ tenantId: TENANT, runId: RUN, seq, recordedAt: new Date(this.#now) },
      ...{ stepIndex: step?.stepIndex ?? null, stepId: step?.stepId ?? null, stepType: step?.stepType ?? null },
      ...what,
    };
    const chained = chainRecord(this.#head, newRecord(columns));
    const { request_hash, decision } = what.body as { request_hash?: string; decision?: { action: string } };
    const receipt = decision?.action === "block" ? exampleReceipt({ ...columns, hash: chained.hash }) : null;
    const { body: _body, ...stored } = columns;
    const row: RecordRow = {
      ...stored,
      ...chained,
      requestHash: request_hash === undefined ? null : readHash(request_hash),
      answerStatus: request_hash === undefined ? null : 200,
      answer: request_hash === undefined ? null : answerBytes(answerText(seq), chained.hash, receipt),
    };
    if (["admission", "report", "violation", "stopped"].includes(what.kind))
      this.rows.run.lastStepIndex = Math.max(this.rows.run.lastStepIndex, step?.stepIndex ?? 0);
    this.rows.records.push(row);
    this.#head = chained.hash;
    Object.assign(this.rows.run, { seq, headHash: chained.hash });
    return row;
  }

  #decided(action: "allow" | "warn" | "block", at: { moment?: "run_start" | "time" } = {}) {
    const enforcement = action === "block" ? "stop" : "none";
    return {
      decision: { action, enforcement, threshold_value: "10000", matched: [] },
      inputs: { ...at, now: new Date(this.#now).toISOString(), counters: [{ used: 5000, reserved: 0 }] },
    };
  }

  #asked(post: Promised): Promised & { request_hash: string; answer_hash: string } {
    const request = requestHash({ ...post, seq: this.rows.run.seq + 1, ratio: 0.5 });
    return {
      ...(post.commitments === undefined ? {} : { commitments: post.commitments }),
      request_hash: `sha256:${request.toString("hex")}`,
      answer_hash: answerHash(200, answerText(this.rows.run.seq + 1)),
    };
  }

  #stepRow(post: Post, record: RecordRow): StepRow {
    return {
      ...{ tenantId: TENANT, runId: RUN, stepIndex: post.stepIndex, stepId: post.stepId ?? null },
      ...{ stepType: post.stepType, state: "open", action: post.action ?? "allow", isInflection: false },
      ...{ skill: null, model: null, status: null, retryCount: 0, claimedStartedAt: null },
      ...claimColumns(post.step ?? {}),
      ...estimateColumns({ input_tokens: 0, output_tokens: 0, cost_units: 0 }),
      ...{ inputTokens: null, outputTokens: null, durationMs: null, costUnits: null, costSource: null },
      ...{ admittedSeq: null, resultSeq: null, recordedAt: record.recordedAt, settledAt: null },
    };
  }

  #closing(step: StepIdentity, record: RecordRow): void {
    const row = this.#stepRow({ ...step, action: "block" }, record);
    this.rows.steps.push({ ...row, state: "settled", resultSeq: record.seq, settledAt: record.recordedAt });
  }

  #settle(stepIndex: number, usage: Usage, record: RecordRow): Writable<StepRow> {
    return Object.assign(this.#row(stepIndex), {
      ...{ inputTokens: usage.input_tokens, outputTokens: usage.output_tokens, durationMs: usage.duration_ms },
      ...{ costUnits: usage.cost_units ?? null, costSource: usage.cost_source },
      ...{ resultSeq: record.seq, settledAt: record.recordedAt },
    });
  }

  #add(usage: Usage): void {
    this.#totals.input_tokens += usage.input_tokens;
    this.#totals.output_tokens += usage.output_tokens;
    this.#totals.cost_units += usage.cost_units ?? 0;
    this.#totals.steps += 1;
    this.#charge(usage);
  }

  #charge(usage: Usage): void {
    const { run } = this.rows;
    run.inputTokens += usage.input_tokens;
    run.outputTokens += usage.output_tokens;
    run.costUnits += usage.cost_units ?? 0;
    run.stepsCompleted += 1;
  }

  #presumed(row: Writable<StepRow>, state: "lapsed" | "presumed"): void {
    this.#hold(row.state, estimateOf(row), -1);
    row.state = state;
    this.#hold(state, estimateOf(row), 1);
  }

  /** What an open step reserves, and one that lapsed or outlived its run presumes. */
  #hold(state: string, estimate: Estimate, sign: 1 | -1): void {
    const { run } = this.rows;
    if (state === "open") {
      run.reservedInputTokens += sign * estimate.input_tokens;
      run.reservedOutputTokens += sign * estimate.output_tokens;
      run.reservedCostUnits += sign * estimate.cost_units;
      run.openSteps += sign;
      return;
    }
    run.presumedInputTokens += sign * estimate.input_tokens;
    run.presumedOutputTokens += sign * estimate.output_tokens;
    run.presumedCostUnits += sign * estimate.cost_units;
    run.lapsedSteps += sign;
  }

  #row(stepIndex: number): Writable<StepRow> {
    const row = this.rows.steps.find((step) => step.stepIndex === stepIndex);
    if (!row) throw new Error(`no step ${stepIndex}`);
    return row;
  }
}

/** What a query would give: steps by result_seq (nulls last), then index; both in pages. */
export function evidenceOf(rows: RunRows, pageSize = 3): RunEvidence {
  const last = Number.MAX_SAFE_INTEGER;
  const steps = [...rows.steps].sort(
    (a, b) => (a.resultSeq ?? last) - (b.resultSeq ?? last) || a.stepIndex - b.stepIndex,
  );
  const records = [...rows.records].sort((a, b) => a.seq - b.seq);
  return { ...rows, records: pages(records, pageSize), steps: pages(steps, pageSize), receiptKeys: [EXAMPLE_SIGNER] };
}

async function* pages<Row>(rows: readonly Row[], size: number): AsyncGenerator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

function answerText(seq: number): string {
  return `{"run_id":"${RUN}","seq":${seq},"incident_id":null}`;
}

// Kind and body arrive as one pair; spreading them among columns makes TypeScript forget that they belong together.
function newRecord(columns: Omit<NewRecord, "kind" | "body"> & Pick<NewRecord, "kind" | "body">): NewRecord {
  return columns as NewRecord;
}
