// What the records of a run add up to: totals, the view of each step, the inflection, the end. The seal and the `steps` rows
// are held against it. Memory grows with the steps that are open at once, not with the length of the run.
import { recordKinds, type StepState } from "@/db/vocabulary";
import { type CanonicalObject, isPlainObject } from "./canonical";
import { type Estimate, type EvidenceRecord, MalformedRecord } from "./record";

/** One step as its records show it; the columns of `steps` that carry evidence say exactly this. */
export type StepView = {
  step_index: number;
  step_id?: string;
  step_type: string;
  state: StepState;
  skill?: string;
  model?: string;
  status?: string;
  retry_count: number;
  started_at?: string;
  estimate: Estimate;
  input_tokens?: number;
  output_tokens?: number;
  duration_ms?: number;
  cost_units?: number;
  cost_source?: string;
  action: string;
  admitted_seq?: number;
  result_seq?: number;
  recorded_at: string;
  settled_at?: string;
};

type Totals = { input_tokens: number; output_tokens: number; cost_units: number; steps: number };

export type RunFold = {
  /** Reports and results: what the seal says. */
  readonly totals: Totals;
  /** What addenda brought on top. */
  readonly late: Totals;
  /** Steps no result has come for, by index. */
  readonly unsettled: Map<number, StepView>;
  violation: CanonicalObject | null;
  end: CanonicalObject | null;
  /** What was said of the failure when the run was completed. */
  error: CanonicalObject | null;
  /** The highest index that a step or a closing record has taken. */
  lastStepIndex: number;
};

const NO_ESTIMATE: Estimate = { input_tokens: 0, output_tokens: 0, cost_units: 0 };
const KINDS: ReadonlySet<string> = new Set(recordKinds);
const takesIndex: ReadonlySet<string> = new Set(["admission", "report", "violation", "stopped"]);

export function emptyFold(): RunFold {
  const nothing = { input_tokens: 0, output_tokens: 0, cost_units: 0, steps: 0 };
  const sums = { totals: { ...nothing }, late: { ...nothing }, unsettled: new Map<number, StepView>() };
  return { ...sums, violation: null, end: null, error: null, lastStepIndex: 0 };
}

/**
 * Adds one record and returns the step it settled, if it settled one.
 * @throws MalformedRecord when the record does not fit those before it or its body lacks what its kind must hold.
 */
export function foldRecord(fold: RunFold, record: EvidenceRecord): StepView | null {
  if (!KINDS.has(record.kind)) throw new MalformedRecord(`unknown kind ${JSON.stringify(record.kind)}`);
  if (fold.end !== null && record.kind !== "late") throw new MalformedRecord("a record after the end");
  if (takesIndex.has(record.kind)) fold.lastStepIndex = Math.max(fold.lastStepIndex, record.step_index ?? 0);
  switch (record.kind) {
    case "admission":
      fold.unsettled.set(indexOf(record), admitted(fold, record));
      return null;
    case "lapse":
      openStep(fold, record).state = "lapsed";
      return null;
    case "report":
      return settle(fold, record, opened(record));
    case "result":
      return settle(fold, record, openStep(fold, record));
    case "late":
      return settle(fold, record, openStep(fold, record));
    case "violation":
      fold.violation = member(record.body, "violation");
      return closing(record);
    case "stopped":
      fold.end = member(record.body, "end");
      return closing(record);
    case "end":
      fold.end = member(record.body, "end");
      // A cancellation's reason stands there too, and in no column of the run.
      if (fold.end.cause === "complete" && record.body.error !== undefined) fold.error = member(record.body, "error");
      return null;
    default:
      return null;
  }
}

/** Open and lapsed admissions, by index: what the seal lists and what stays presumed. */
export function outstanding(fold: RunFold): StepView[] {
  return [...fold.unsettled.values()]
    .filter((step) => step.state !== "settled")
    .sort((one, other) => one.step_index - other.step_index);
}

function admitted(fold: RunFold, record: EvidenceRecord): StepView {
  if (fold.unsettled.has(indexOf(record))) throw new MalformedRecord("a step is admitted twice");
  const step = opened(record);
  // A blocked admission never started: nothing is outstanding for it.
  step.state = step.action === "block" ? "settled" : "open";
  step.admitted_seq = record.seq;
  return step;
}

function opened(record: EvidenceRecord): StepView {
  const step: StepView = {
    step_index: indexOf(record),
    ...(record.step_id === undefined ? {} : { step_id: record.step_id }),
    step_type: stepTypeOf(record),
    state: "settled",
    retry_count: 0,
    estimate: estimateOf(record),
    action: text(member(record.body, "decision"), "action"),
    recorded_at: record.recorded_at,
  };
  claim(step, record);
  return step;
}

// The closing records are steps of the trace that cost nothing and count in nothing.
function closing(record: EvidenceRecord): StepView | null {
  if (record.step_index === undefined) return null;
  return {
    step_index: record.step_index,
    step_type: stepTypeOf(record),
    state: "settled",
    retry_count: 0,
    estimate: NO_ESTIMATE,
    action: "block",
    result_seq: record.seq,
    recorded_at: record.recorded_at,
    settled_at: record.recorded_at,
  };
}

function settle(fold: RunFold, record: EvidenceRecord, step: StepView): StepView {
  const usage = member(record.body, "usage");
  const isLate = record.kind === "late";
  claim(step, record);
  step.input_tokens = integer(usage, "input_tokens");
  step.output_tokens = integer(usage, "output_tokens");
  step.duration_ms = integer(usage, "duration_ms");
  if (usage.cost_units !== undefined) step.cost_units = integer(usage, "cost_units");
  step.cost_source = text(usage, "cost_source");
  step.state = isLate ? "late" : "settled";
  step.result_seq = record.seq;
  step.settled_at = record.recorded_at;
  if (record.body.decision !== undefined) step.action = text(member(record.body, "decision"), "action");
  addUsage(isLate ? fold.late : fold.totals, step);
  fold.unsettled.delete(step.step_index);
  return step;
}

function addUsage(totals: Totals, step: StepView): void {
  totals.input_tokens += step.input_tokens ?? 0;
  totals.output_tokens += step.output_tokens ?? 0;
  totals.cost_units += step.cost_units ?? 0;
  totals.steps += 1;
}

// The newest record that names a thing wins; a result need not repeat what its admission said.
function claim(step: StepView, record: EvidenceRecord): void {
  const claims = member(record.body, "step");
  if (claims.skill !== undefined) step.skill = text(claims, "skill");
  if (claims.model !== undefined) step.model = text(claims, "model");
  if (claims.status !== undefined) step.status = text(claims, "status");
  if (claims.started_at !== undefined) step.started_at = text(claims, "started_at");
  if (claims.retry_count !== undefined) step.retry_count = integer(claims, "retry_count");
}

function openStep(fold: RunFold, record: EvidenceRecord): StepView {
  const step = fold.unsettled.get(indexOf(record));
  if (!step || step.state === "settled") throw new MalformedRecord(`${record.kind} of a step that is not open`);
  return step;
}

function indexOf(record: EvidenceRecord): number {
  if (record.step_index === undefined) throw new MalformedRecord(`${record.kind} without a step index`);
  return record.step_index;
}

function stepTypeOf(record: EvidenceRecord): string {
  if (record.step_type === undefined) throw new MalformedRecord(`${record.kind} without a step type`);
  return record.step_type;
}

function estimateOf(record: EvidenceRecord): Estimate {
  if (record.body.estimate === undefined && record.kind !== "admission") return NO_ESTIMATE;
  const estimate = member(record.body, "estimate");
  return {
    input_tokens: integer(estimate, "input_tokens"),
    output_tokens: integer(estimate, "output_tokens"),
    cost_units: integer(estimate, "cost_units"),
  };
}

function member(body: CanonicalObject, name: string): CanonicalObject {
  const value = body[name];
  if (!isObject(value)) throw new MalformedRecord(`${name} is not an object`);
  return value;
}

function isObject(value: CanonicalObject[string]): value is CanonicalObject {
  return isPlainObject(value);
}

function integer(object: CanonicalObject, name: string): number {
  const value = object[name];
  if (typeof value !== "number") throw new MalformedRecord(`${name} is not a number`);
  return value;
}

function text(object: CanonicalObject, name: string): string {
  const value = object[name];
  if (typeof value !== "string") throw new MalformedRecord(`${name} is not a text`);
  return value;
}
