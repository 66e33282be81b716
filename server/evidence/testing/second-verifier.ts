// A second verifier, written from docs/evidence-format.md alone. It shares no code with the first one (only the shapes of
// the rows), reads everything into memory and knows one answer: does it hold or not. Where the two differ, one of them or
// the document is wrong.
import { createHash } from "node:crypto";
import type { RecordRow, StepRow } from "../run-evidence";
import { textOfAnswer } from "./example-receipt";
import type { RunRows } from "./run-writer";
import { canonical, must, Wrong } from "./second-canonical";

type Json = string | number | boolean | Json[] | { [member: string]: Json };
type Members = { [member: string]: Json };
type Wanted = { [column: string]: unknown };

const LIVE = ["queued", "running", "paused", "retry"];
const TRACE_STATUS: { [status: string]: string } = {
  ...{ queued: "running", running: "running", paused: "running", retry: "running" },
  ...{ succeeded: "completed", failed: "failed", failed_policy: "failed", cancelled: "aborted" },
};

export function holds(rows: RunRows): boolean {
  try {
    check(rows);
    return true;
  } catch (error) {
    if (error instanceof Wrong) return false;
    throw error;
  }
}

function sha(kind: string, ...parts: (string | Uint8Array)[]): Buffer {
  const digest = createHash("sha256").update("holdpoint/v1/").update(kind).update(Uint8Array.of(0));
  for (const part of parts) digest.update(part);
  return digest.digest();
}

function written(hash: Uint8Array): string {
  return `sha256:${Buffer.from(hash).toString("hex")}`;
}

function same(one: Uint8Array | null, other: Uint8Array | null): void {
  must(one !== null && other !== null && Buffer.from(one).equals(Buffer.from(other)));
}

function equal(one: unknown, other: unknown): void {
  must(one === other);
}

function members(value: unknown): Members {
  must(typeof value === "object" && value !== null && !Array.isArray(value));
  return value as Members;
}

function bodyOf(row: RecordRow): Members {
  return members(canonicalObject(row.canonical).body);
}

function check(rows: RunRows): void {
  const { run, trace, records } = rows;
  for (const row of [trace, ...records, ...rows.steps]) {
    must(row.tenantId === run.tenantId && row.runId === run.runId);
  }
  equal(trace.traceId, run.traceId);
  equal(trace.startedAt.toISOString(), run.startedAt.toISOString());
  equal(trace.agentId, run.agentId);
  const snapshotHash = checkSnapshot(rows);
  const about = {
    ...{
      v: 1,
      tenant_id: run.tenantId,
      run_id: run.runId,
      trace_id: run.traceId,
      started_at: run.startedAt.toISOString(),
    },
    ...(snapshotHash === null ? {} : { snapshot_hash: written(snapshotHash) }),
  };
  const genesis = sha("genesis", canonical({ ...about, engine: rows.engine }));
  same(genesis, trace.genesisHash);
  equal(records.length, run.seq);
  const chain = records.filter((row) => row.kind !== "late");
  const late = records.filter((row) => row.kind === "late");
  equal(late.length, run.lateRecords);
  const root = checkChain("record", genesis, chain, 1);
  const head = trace.seal === null ? root : checkSeal(rows, chain, { ...about, root: written(root) });
  if (trace.seal === null) checkLive(rows);
  else same(root, trace.rootHash);
  same(checkChain("addendum", head, late, chain.length + 1), run.headHash);
  checkSteps(rows);
  checkTotals(rows);
  checkIncident(rows);
}

function checkSnapshot({ run, snapshot }: RunRows): Buffer | null {
  equal(run.snapshotId, snapshot?.id ?? null);
  equal(run.refusalReason === null, snapshot !== null);
  if (snapshot === null) return null;
  const content = canonicalObject(snapshot.canonical);
  canonicalObject(snapshot.setCanonical);
  equal(snapshot.tenantId, run.tenantId);
  equal(snapshot.runId, run.runId);
  equal(content.tenant_id, snapshot.tenantId);
  equal(content.snapshot_id, snapshot.id);
  equal(content.run_id, snapshot.runId);
  equal(content.policy_set_hash, written(snapshot.setHash));
  equal(content.policy_count, snapshot.policyCount);
  equal(content.strategy, snapshot.strategy);
  equal(content.ambiguous, snapshot.ambiguous);
  equal(content.created_at, snapshot.createdAt.toISOString());
  same(sha("policy-set", snapshot.setCanonical), snapshot.setHash);
  const hash = sha("snapshot", snapshot.canonical);
  same(hash, snapshot.contentHash);
  checkContext(run, members(content.context));
  return hash;
}

function checkContext(run: RunRows["run"], context: Members): void {
  equal(run.agentId, context.agent_id);
  equal(run.agentVerified, context.agent_verified);
  equal(run.synthetic, context.synthetic);
  equal(canonical(run.tags), canonical(context.tags));
  equal(run.apiKeyId, context.api_key_id ?? null);
  equal(run.actorType, context.actor_type ?? null);
  equal(run.actorId, context.actor_id ?? null);
  equal(run.goal, context.goal ?? null);
  equal(run.parentRunId, context.parent_run_id ?? null);
  equal(run.project, context.project ?? null);
  equal(run.provider, context.provider ?? null);
  equal(run.model, context.model ?? null);
  equal(run.source, context.source ?? null);
  equal(run.startedBy, context.started_by ?? run.startedBy);
}

function canonicalObject(bytes: Uint8Array): Members {
  const text = Buffer.from(bytes).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Wrong();
  }
  equal(canonical(value), text);
  same(Buffer.from(text), bytes);
  return members(value);
}

function checkChain(kind: string, first: Buffer, records: readonly RecordRow[], firstSeq: number): Buffer {
  let head = first;
  records.forEach((row, at) => {
    equal(row.seq, firstSeq + at);
    const text = canonical({
      ...{ v: 1, tenant_id: row.tenantId, run_id: row.runId, seq: row.seq, kind: row.kind },
      ...{ recorded_at: row.recordedAt.toISOString(), body: bodyOf(row) },
      ...{
        step_index: row.stepIndex ?? undefined,
        step_id: row.stepId ?? undefined,
        step_type: row.stepType ?? undefined,
      },
    });
    same(Buffer.from(text), row.canonical);
    head = sha(kind, head, text);
    same(head, row.hash);
    checkExchange(row);
  });
  return head;
}

function checkExchange(row: RecordRow): void {
  const body = bodyOf(row);
  equal(body.request_hash, row.requestHash === null ? undefined : written(row.requestHash));
  equal(row.answer === null, row.answerStatus === null);
  if (row.answer === null) {
    equal(body.answer_hash, undefined);
    return;
  }
  equal(body.answer_hash, written(sha("answer", `${row.answerStatus}\n`, textOfAnswer(row) ?? "")));
}

function checkLive({ run, trace, records }: RunRows): void {
  must(LIVE.includes(run.status) && trace.status === "running");
  must(!records.some((row) => ["violation", "stopped", "end", "late"].includes(row.kind)));
  const empty = [
    run.completedAt,
    run.terminationReason,
    run.stoppedAtStep,
    run.endNote,
    run.violation,
    run.violationPolicyId,
    run.errorCode,
    run.errorMessage,
    trace.rootHash,
    trace.sealHash,
  ];
  const { completedAt, violationStepIndex, violationTimestamp, violationPolicyId, violationReason } = trace;
  empty.push(completedAt, violationStepIndex, violationTimestamp, violationPolicyId, violationReason);
  must(empty.every((value) => value === null));
}

function checkSeal({ run, trace }: RunRows, chain: readonly RecordRow[], about: Members): Buffer {
  must(run.completedAt !== null && run.terminationReason !== null && !LIVE.includes(run.status));
  const used = usages(chain);
  const open = unsettled(chain);
  const estimates = open.map((row) => members(bodyOf(row).estimate));
  const violated = chain.find((row) => row.kind === "violation");
  const violation = violated === undefined ? undefined : members(bodyOf(violated).violation);
  const seal = {
    ...about,
    ...{ count: chain.length, ended_at: run.completedAt.toISOString(), status: run.status },
    ...{ termination_reason: run.terminationReason, stopped_at_step: run.stoppedAtStep ?? undefined, violation },
    totals: {
      ...{ cost_units: sum(used, "cost_units"), input_tokens: sum(used, "input_tokens") },
      ...{ output_tokens: sum(used, "output_tokens"), steps: used.length },
      presumed_tokens: sum(estimates, "input_tokens") + sum(estimates, "output_tokens"),
      presumed_cost_units: sum(estimates, "cost_units"),
    },
    open_admissions: open
      .map((row, at) => ({ step_index: row.stepIndex ?? 0, step_id: row.stepId ?? undefined, estimate: estimates[at] }))
      .sort((one, other) => one.step_index - other.step_index),
  };
  equal(canonical(trace.seal), canonical(seal));
  const hash = sha("seal", canonical(seal));
  same(hash, trace.sealHash);
  checkEnd({ run, trace }, chain.at(-1), violation);
  return hash;
}

function checkEnd(
  { run, trace }: Pick<RunRows, "run" | "trace">,
  last: RecordRow | undefined,
  violation?: Members,
): void {
  equal(trace.status, TRACE_STATUS[run.status]);
  equal(trace.completedAt?.getTime(), run.completedAt?.getTime());
  equal(trace.violationStepIndex, violation?.step_index ?? null);
  equal(
    trace.violationTimestamp === null ? null : trace.violationTimestamp.toISOString(),
    violation?.timestamp ?? null,
  );
  equal(trace.violationPolicyId, violation?.policy_id ?? null);
  equal(trace.violationReason, violation?.reason ?? null);
  equal(run.violation === null ? "" : canonical(run.violation), violation === undefined ? "" : canonical(violation));
  equal(run.violationPolicyId, violation?.policy_id ?? null);
  if (last === undefined) {
    must(run.endNote === null && run.errorCode === null && run.errorMessage === null);
    return;
  }
  must(last.kind === "stopped" || last.kind === "end");
  const end = members(bodyOf(last).end);
  equal(end.status, run.status);
  equal(end.termination_reason, run.terminationReason);
  equal(end.stopped_at_step ?? null, run.stoppedAtStep);
  equal(end.note ?? null, run.endNote);
  const error = end.cause === "complete" ? members(bodyOf(last).error ?? {}) : {};
  equal(error.code ?? null, run.errorCode);
  equal(error.message ?? null, run.errorMessage);
}

// §7: that of the violation, or of a failure by itself; else the newest, and the trace has none.
function checkIncident({ run, trace, records, incidents }: RunRows): void {
  const closing = records.findLast((row) => row.kind === "stopped" || row.kind === "end");
  const end = closing === undefined ? {} : members(bodyOf(closing).end);
  const violated = records.find((row) => row.kind === "violation");
  const violation = violated === undefined ? undefined : members(bodyOf(violated).violation);
  const { source = "run", policy_id, limit_id = null } = violation ?? { limit_id: run.runId };
  const isEnder = violation !== undefined || end.status === "failed";
  const by = incidents.filter((row) => row.source === source && row.sourceId === (policy_id ?? limit_id));
  const newest = incidents.filter((row) => incidents.every((other) => other.createdAt <= row.createdAt));
  const named = (isEnder ? by : newest).map((row) => row.id);
  must(named.includes(run.incidentId ?? "") || (run.incidentId === null && !isEnder && named.length === 0));
  equal(trace.incidentId, isEnder || end.cause === "freeze" ? run.incidentId : null);
}

function usages(records: readonly RecordRow[]): Members[] {
  return records
    .filter((row) => ["report", "result", "late"].includes(row.kind))
    .map((row) => members(bodyOf(row).usage));
}

function unsettled(records: readonly RecordRow[]): RecordRow[] {
  const settled = new Set(
    records.filter((row) => row.kind === "result" || row.kind === "late").map((row) => row.stepIndex),
  );
  return records.filter(
    (row) =>
      row.kind === "admission" && members(bodyOf(row).decision).action !== "block" && !settled.has(row.stepIndex),
  );
}

function sum(all: readonly Members[], name: string): number {
  return all.reduce((total, one) => total + Number(one[name] ?? 0), 0);
}

function checkTotals({ run, trace, records }: RunRows): void {
  const used = usages(records);
  equal(run.inputTokens, sum(used, "input_tokens"));
  equal(run.outputTokens, sum(used, "output_tokens"));
  equal(run.costUnits, sum(used, "cost_units"));
  equal(run.stepsCompleted, used.length);
  const indexed = records.filter((row) => ["admission", "report", "violation", "stopped"].includes(row.kind));
  equal(run.lastStepIndex, Math.max(0, ...indexed.map((row) => row.stepIndex ?? 0)));
  const isLapsed = (row: RecordRow) =>
    trace.seal !== null || records.some((other) => other.kind === "lapse" && other.stepIndex === row.stepIndex);
  const left = unsettled(records);
  const lapsed = left.filter(isLapsed).map((row) => members(bodyOf(row).estimate));
  const open = left.filter((row) => !isLapsed(row)).map((row) => members(bodyOf(row).estimate));
  equal(run.openSteps, open.length);
  equal(run.reservedInputTokens, sum(open, "input_tokens"));
  equal(run.reservedOutputTokens, sum(open, "output_tokens"));
  equal(run.reservedCostUnits, sum(open, "cost_units"));
  equal(run.lapsedSteps, lapsed.length);
  equal(run.presumedInputTokens, sum(lapsed, "input_tokens"));
  equal(run.presumedOutputTokens, sum(lapsed, "output_tokens"));
  equal(run.presumedCostUnits, sum(lapsed, "cost_units"));
}

function checkSteps({ run, trace, records, steps }: RunRows): void {
  const indexes = new Set(records.filter((row) => row.stepIndex !== null).map((row) => row.stepIndex));
  equal(steps.length, indexes.size);
  equal(new Set(steps.map((row) => row.stepIndex)).size, steps.length);
  for (const step of steps) {
    const own = records.filter((row) => row.stepIndex === step.stepIndex);
    must(own.length > 0);
    const wanted = wantedStep(own, trace.seal !== null);
    wanted.isInflection = trace.violationStepIndex === step.stepIndex;
    for (const [column, value] of Object.entries(wanted)) equal(plain(step[column as keyof StepRow]), plain(value));
    equal(step.runId, run.runId);
  }
}

function wantedStep(own: readonly RecordRow[], isSealed: boolean): Wanted {
  const wanted: Wanted = { stepId: null, admittedSeq: null, resultSeq: null, settledAt: null, retryCount: 0 };
  Object.assign(wanted, { skill: null, model: null, status: null, claimedStartedAt: null, action: "block" });
  Object.assign(wanted, { inputTokens: null, outputTokens: null, durationMs: null, costUnits: null, costSource: null });
  Object.assign(wanted, { estimateInputTokens: 0, estimateOutputTokens: 0, estimateCostUnits: 0 });
  for (const row of own) applyRecord(wanted, row, bodyOf(row));
  if (isSealed && (wanted.state === "open" || wanted.state === "lapsed")) wanted.state = "presumed";
  return wanted;
}

function applyRecord(wanted: Wanted, row: RecordRow, body: Members): void {
  const isFirst = wanted.recordedAt === undefined;
  if (isFirst) Object.assign(wanted, { recordedAt: row.recordedAt, stepType: row.stepType, stepId: row.stepId });
  if (isFirst && body.estimate !== undefined) {
    const { input_tokens, output_tokens, cost_units } = members(body.estimate);
    Object.assign(wanted, { estimateInputTokens: input_tokens, estimateOutputTokens: output_tokens });
    wanted.estimateCostUnits = cost_units;
  }
  // A closing record is a block, whatever decision stands in it.
  if (body.decision !== undefined && row.kind !== "violation") wanted.action = members(body.decision).action;
  if (body.step !== undefined) {
    const { skill, model, status, retry_count, started_at } = members(body.step);
    const said = { skill, model, status, retryCount: retry_count, claimedStartedAt: started_at };
    for (const [column, value] of Object.entries(said)) if (value !== undefined) wanted[column] = value;
  }
  if (row.kind === "admission") {
    Object.assign(wanted, { admittedSeq: row.seq, state: wanted.action === "block" ? "settled" : "open" });
    return;
  }
  if (row.kind === "lapse") {
    wanted.state = "lapsed";
    return;
  }
  Object.assign(wanted, {
    state: row.kind === "late" ? "late" : "settled",
    resultSeq: row.seq,
    settledAt: row.recordedAt,
  });
  if (body.usage === undefined) return;
  const usage = members(body.usage);
  Object.assign(wanted, { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens });
  Object.assign(wanted, { durationMs: usage.duration_ms, costSource: usage.cost_source });
  wanted.costUnits = usage.cost_units ?? null;
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}
