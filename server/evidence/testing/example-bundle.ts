// A bundle as an export makes one: content from the run's rows, a log around it, and proofs. Nothing of the verification is
// asked what the result should be.
import {
  BUNDLE_FORMAT,
  type BundleContent,
  type BundleFile,
  type BundleFormat,
  type BundleProof,
  bundleHash,
  LINES_FORMAT,
  LinesHasher,
  type ProofEntry,
  recordLine,
} from "../bundle-file";
import { type CanonicalObject, canonicalText, jcs } from "../canonical";
import { genesisBytes } from "../chain";
import { commitStep } from "../commitment";
import { incidentEventBytes, incidentEventHash } from "../incident-event-hash";
import { bodyIn } from "../record";
import type { RecordRow, StepRow } from "../run-evidence";
import { ExampleLog, FIRST_KEY, SECOND_KEY, written } from "./example-log";
import { exampleRun } from "./example-run";
import { type RunRows, RunWriter, TENANT } from "./run-writer";

const BUNDLE_ID = "EVD-00112233aabb";
const INCIDENT = "0197a2b4-0000-7000-8000-0000000000e3";
const POLICY = "0197a2b4-0000-7000-8000-0000000000f1";
const EXPORTED_AT = "2026-01-22T10:00:00.000Z";

export type ExampleBundle = { readonly file: BundleFile; readonly log: ExampleLog; readonly rows: RunRows };
export type Payloads = BundleContent["salts"];

/** The bundle of a run. `isRotated`: another key has signed since the run's end. */
export async function exampleBundle(
  rows: RunRows = exampleRun().rows,
  { salts = {}, isRotated = false }: { salts?: Payloads; isRotated?: boolean } = {},
): Promise<ExampleBundle> {
  const content = contentOf(rows, salts);
  const { log, proof } = await provenIn(rows, { hash: bundleHash(content), format: BUNDLE_FORMAT, isRotated });
  return { file: { ...content, proof }, log, rows };
}

/** The same in version 2: its lines, without their line feeds. */
export async function exampleLines(
  rows: RunRows = exampleRun().rows,
  { salts = {} }: { salts?: Payloads } = {},
): Promise<string[]> {
  const lines = linesOfContent(contentOf(rows, salts));
  const { proof } = await provenIn(rows, { hash: hashOfLines(lines), format: LINES_FORMAT, isRotated: false });
  return [...lines, jcs({ proof })];
}

export function hashOfLines(lines: readonly string[]): Buffer {
  const hasher = new LinesHasher();
  for (const line of lines) hasher.add(line);
  return hasher.digest();
}

function linesOfContent({ bundle: { steps, ...bundle }, records, salts, ...others }: BundleContent): string[] {
  const left = new Map((Array.isArray(steps) ? steps : []).map((step) => [step.step_index, step]));
  const lines = records.map((record) => {
    const step = left.get(record.step_index);
    left.delete(record.step_index);
    const opened = salts[String(record.seq)];
    return recordLine(canonicalText(record), {
      ...(opened === undefined ? {} : { salts: opened }),
      ...(step === undefined ? {} : { step }),
    });
  });
  return [jcs({ bundle, ...others }), ...lines];
}

type Proving = { hash: Buffer; format: BundleFormat; isRotated: boolean };

async function provenIn(
  rows: RunRows,
  { hash, format, isRotated }: Proving,
): Promise<{ log: ExampleLog; proof: BundleProof }> {
  const log = new ExampleLog();
  log.appendKey(FIRST_KEY);
  log.appendNoise(2);
  const { snapshot, trace, run } = rows;
  if (snapshot) log.append("snapshot", snapshot.id, written(snapshot.contentHash), run.startedAt.toISOString());
  log.appendNoise(3);
  const ended = run.completedAt?.toISOString() ?? EXPORTED_AT;
  if (trace.sealHash) log.append("seal", run.runId, written(trace.sealHash), ended);
  const first = { size: log.size, note: log.checkpoint("2026-01-22T09:30:30.000Z", [FIRST_KEY]) };
  if (isRotated) log.appendKey(SECOND_KEY);
  for (const row of rows.records.filter(({ kind }) => kind === "late")) {
    log.append("addendum", `${run.runId}/${row.seq}`, written(row.hash), row.recordedAt.toISOString());
  }
  for (const event of events(run.startedAt))
    log.append("incident_event", event.id, written(incidentEventHash(event)), ended);
  log.appendNoise(5);
  log.append("bundle", BUNDLE_ID, written(hash), EXPORTED_AT);
  const keys = isRotated ? [FIRST_KEY, SECOND_KEY] : [FIRST_KEY];
  const proof = {
    format,
    bundle_hash: written(hash),
    genesis: genesisOf(rows),
    chain_root: written(trace.rootHash ?? run.headHash),
    seal: plainCopy(trace.seal),
    entries: await entriesOf(log),
    checkpoint: log.checkpoint("2026-01-22T10:00:01.000Z", keys.slice(-1)),
    first_checkpoint_covering_seal:
      trace.seal === null ? null : { checkpoint: first.note, consistency: await log.consistency(first.size) },
    key_history: keys.map((key) => key.entry),
  } as const;
  return { log, proof };
}

/** A run with payloads: an input kept redacted and an output kept as it was sent, both still there. */
export function payloadRun(): { rows: RunRows; salts: Payloads } {
  const writer = new RunWriter();
  const step = { stepIndex: 1, stepType: "llm_call" };
  let fill = 0;
  const newSalt = () => Buffer.alloc(16, ++fill);
  const asked = { input: { to: "Zoë", amount: 12.5 }, kept: { input: { to: "[redacted]", amount: 12.5 } } };
  const told = { output: { text: "paid", at: null }, kept: { output: { text: "paid", at: null } } };
  const one = commitStep(asked, newSalt);
  const two = commitStep(told, newSalt);
  writer.admit({ ...step, commitments: one.commitments }, { input_tokens: 10, output_tokens: 20, cost_units: 30 });
  const usage = {
    input_tokens: 9000,
    output_tokens: 2000,
    duration_ms: 800,
    cost_units: 1500,
    cost_source: "computed",
  };
  writer.result({ ...step, commitments: two.commitments }, { ...usage, cost_source: "computed" });
  writer.stop({
    ...{ step_index: 1, source: "rule", policy_id: POLICY, policy_name: "Token Limit Policy", metric: "run.tokens" },
    ...{ violation_type: "token_limit", severity: "medium", threshold_value: "10000", actual_value: "11000" },
    ...{ projected: false, reason: "run.tokens 11000 is over the limit of 10000" },
  });
  const salts = {
    "1": { input_salt: one.salts.inputSalt?.toString("hex") ?? "", input: asked.kept.input },
    "2": { output_salt: two.salts.outputSalt?.toString("hex") ?? "", output: told.kept.output },
  };
  return { rows: writer.rows, salts };
}

/** The file as JSON Lines. */
export function linesOfBundle({ records, proof, ...header }: BundleFile): string {
  return [header, ...records, { proof }].map((line) => `${canonicalOrJson(line)}\n`).join("");
}

/** Everything but the proof. */
export function contentOf(rows: RunRows, salts: Payloads): BundleContent {
  const { snapshot } = rows;
  return {
    bundle: bundleOf(rows),
    records: rows.records.map(({ canonical }) => objectIn(canonical)),
    snapshot: snapshot && { content: objectIn(snapshot.canonical), policy_set: objectIn(snapshot.setCanonical) },
    incident_timeline: events(rows.run.startedAt).map((event) => objectIn(incidentEventBytes(event))),
    salts,
  };
}

/** Every leaf but the noise, with its path. */
export async function entriesOf(log: ExampleLog): Promise<ProofEntry[]> {
  const own = log.sources.flatMap((source, leaf_index) => (source.kind === "audit" ? [] : [{ ...source, leaf_index }]));
  return Promise.all(
    own.map(async ({ tenant_id: _, ...entry }) => ({ ...entry, inclusion: await log.inclusion(entry.leaf_index) })),
  );
}

function bundleOf(rows: RunRows): { [member: string]: unknown } {
  const { run, trace, snapshot, records, steps } = rows;
  const isUnknown = run.costUnits === 0 && steps.some((step) => step.costSource === "unpriced");
  return {
    ...{ bundle_id: BUNDLE_ID, bundle_type: "evidence", created_at: EXPORTED_AT, tenant_id: TENANT },
    ...{ run_id: run.runId, trace_id: run.traceId, incident_id: INCIDENT, agent_id: run.agentId },
    ...{ agent_verified: run.agentVerified, run_goal: run.goal, run_status: run.status, end_note: run.endNote },
    ...{ violation_step_index: trace.violationStepIndex, policy_context: policyContext(rows) },
    violation_timestamp: trace.violationTimestamp?.toISOString() ?? null,
    steps: [...steps].sort((a, b) => a.stepIndex - b.stepIndex).map((step) => stepOf(step, records, run.startedAt)),
    ...{ steps_included: true, total_steps: steps.length, steps_completed: run.stepsCompleted },
    ...{ stopped_at_step: run.stoppedAtStep, total_tokens: run.inputTokens + run.outputTokens },
    total_duration_ms: run.completedAt === null ? null : run.completedAt.getTime() - run.startedAt.getTime(),
    total_cost_cents: isUnknown ? null : run.costUnits / 10_000,
    presumed_tokens: run.presumedInputTokens + run.presumedOutputTokens,
    presumed_cost_cents: run.presumedCostUnits / 10_000,
    ...{ run_started_at: run.startedAt.toISOString(), run_completed_at: run.completedAt?.toISOString() ?? null },
    ...{ termination_reason: run.terminationReason, content_hash: trace.sealHash && written(trace.sealHash) },
    integrity: {
      ...{ verified: true, records_checked: run.seq, late_records: run.lateRecords },
      ...{ genesis_hash: written(trace.genesisHash), chain_root: trace.rootHash && written(trace.rootHash) },
      ...{ seal_hash: trace.sealHash && written(trace.sealHash), sealed_at: trace.completedAt?.toISOString() ?? null },
    },
    ...(snapshot === null ? {} : { export_reason: "Q4 audit: “what happened?”" }),
  };
}

function policyContext({ run, snapshot }: RunRows): object {
  const violation: { [member: string]: unknown } = { ...Object(run.violation ?? {}) };
  const value = (name: string) => violation[name] ?? null;
  return {
    ...{ policy_snapshot_id: snapshot?.id ?? null, strategy: snapshot?.strategy ?? null },
    snapshot_hash: snapshot ? written(snapshot.contentHash) : null,
    ...{ violated_policy_id: value("policy_id"), violated_policy_name: value("policy_name") },
    ...{ violation_type: value("violation_type"), threshold_value: value("threshold_value"), metric: value("metric") },
    ...{ actual_value: value("actual_value"), severity: value("severity"), reason: value("reason") },
    ...{ source: value("source"), projected: value("projected"), violated_limit_id: value("limit_id") },
  };
}

function stepOf(step: StepRow, records: readonly RecordRow[], startedAt: Date): object {
  const own = records.filter(({ stepIndex }) => stepIndex === step.stepIndex);
  const newest = own.at(-1);
  const { inputTokens, outputTokens } = step;
  const commitments = Object.assign({}, ...own.map(({ canonical }) => bodyIn(canonical)?.commitments));
  const isViolation = step.isInflection || step.stepType === "violation";
  const verdict = step.stepType === "stopped" || step.action === "allow" ? "ok" : "warning";
  return {
    ...{ step_index: step.stepIndex, timestamp: step.recordedAt.toISOString(), step_type: step.stepType },
    tokens: inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens,
    cost_cents: step.costUnits === null ? null : step.costUnits / 10_000,
    ...{ duration_ms: step.durationMs, is_inflection: step.isInflection, state: step.state, action: step.action },
    status: isViolation || (step.stepType !== "stopped" && step.action === "block") ? "violation" : verdict,
    ...{ content_hash: newest ? written(newest.hash) : null, skill: step.skill, model: step.model },
    ...{ input_tokens: inputTokens, output_tokens: outputTokens, cost_source: step.costSource },
    estimated_tokens: step.estimateInputTokens + step.estimateOutputTokens,
    estimated_cost_cents: step.estimateCostUnits / 10_000,
    offset_ms: step.recordedAt.getTime() - startedAt.getTime(),
    ...{ settled_at: step.settledAt?.toISOString() ?? null, claimed_started_at: step.claimedStartedAt },
    records: own.map(({ seq }) => seq),
    ...{ input_commit: commitments.input_commit ?? null, output_commit: commitments.output_commit ?? null },
    stored_commit: commitments.stored_commit ?? null,
  };
}

function events(at: Date) {
  const shared = { tenantId: TENANT, incidentId: INCIDENT, recordedAt: at };
  return [
    { ...shared, id: "0197a2b4-0000-7000-8000-0000000000ea", type: "created", actorType: "system", actorId: "gate" },
    { ...shared, id: "0197a2b4-0000-7000-8000-0000000000eb", type: "acknowledged", actorType: "user", actorId: "u-2" },
  ].map((event) => ({ ...event, detail: { severity: "high", note: null } }));
}

export function genesisOf({ run, snapshot, engine }: RunRows): CanonicalObject {
  return objectIn(genesisBytes({ ...run, snapshotHash: snapshot?.contentHash ?? null, engine }));
}

function objectIn(bytes: Uint8Array): CanonicalObject {
  return JSON.parse(Buffer.from(bytes).toString("utf8"));
}

function plainCopy(seal: unknown): CanonicalObject | null {
  return JSON.parse(JSON.stringify(seal));
}

function canonicalOrJson(line: object): string {
  try {
    return canonicalText({ ...line });
  } catch {
    return JSON.stringify(line);
  }
}
