// What a decision does: the step's record with its answer, the run's totals, and for a block everything that belongs to
// it in the same transaction.

import { answerBytes } from "@/server/evidence/answer";
import { decisionAnswer, runState, type ShownWorld, signalAnswer } from "./answers";
import { blockRun } from "./block";
import { saturated } from "./countable";
import type { Decision, SignalDraft } from "./decision";
import { Draft } from "./draft";
import { nextLook } from "./due";
import { emptyStep } from "./ending";
import { costRow, enforcementRow, noteWouldActs, signalRows, unpricedRow } from "./enforcement-rows";
import type { Outcome } from "./post";
import { readWindows } from "./readings";
import { receiptFor } from "./receipt";
import { refuse } from "./refuse";
import type { SignalRow, StepRow } from "./rows";
import { keepSalts } from "./salts";
import { slidingStart } from "./sliding-log";
import type { Case } from "./step";
import { committed, hashOf, inputsOf, recordParts } from "./step-record";
import { chargeRun, chargeWindows, releaseOwn, reserve } from "./usage";
import type { StepAnswer } from "./wire";
import { type CounterState, counterKey, move, type World } from "./world";

export function applyDecision(world: World, facts: Case, decision: Decision): Outcome {
  const draft = new Draft(world, facts.run, facts.post.principal, facts.post.requestId);
  draft.run.lastSeenAt = world.now;
  const inputs = inputsOf(world, facts);
  const wasUnpriced = facts.run.memory.unpriced;
  remember(draft, facts, decision);
  const isAdmission = facts.reading.phase === "admission";
  if (decision.enforcement === "refuse") return refuse(draft, facts, decision);
  const isPausingAdmission = isAdmission && decision.enforcement === "pause";
  const step = isPausingAdmission ? null : takeStep(draft, facts, decision);
  // What ends or times the run looks at its open steps, and must see this one as it is now.
  if (step !== null) draft.step(step);
  const seq = draft.run.seq + 1;
  const place = { stepIndex: step?.stepIndex ?? null, seq };
  const isNewlyUnpriced = draft.run.memory.unpriced && !wasUnpriced;
  const unpriced = isNewlyUnpriced ? [unpricedRow(draft, facts.reading.model, place)] : [];
  const signals = [...signalRows(draft, decision.signals, place), ...unpriced];
  giveSignals(draft, { drafts: decision.signals, rows: signals, own: facts.own });
  const block = decision.action === "block" ? blockRun(draft, facts, decision, seq) : null;
  if (block === null) draft.run.dueAt = nextLook(draft);
  const text = answerText(draft, { facts, decision, signals, seq, step });
  const payload = committed(facts.post);
  const parts = recordParts(facts, decision, { inputs, step, text, commitments: payload.commitments });
  const bytes = (hash: Buffer) =>
    answerBytes(text, hash, block === null ? null : receiptFor(world, { runId: draft.run.runId, seq, hash }));
  const answered = { requestHash: hashOf(facts), status: 200, bytes };
  const recorded = draft.append(parts, isPausingAdmission ? undefined : answered);
  if (step !== null) keepStep(draft, facts, step, recorded.seq);
  keepSalts(draft, payload.salts, recorded.seq);
  block?.close();
  return {
    change: draft.change(),
    answer: {
      status: 200,
      bytes: recorded.answer ?? bytes(recorded.hash),
      ...(isPausingAdmission ? { isProvisional: true } : {}),
    },
  };
}

/** The run and its windows as they take the step; returns the step's row, without its seq. */
function takeStep(draft: Draft, facts: Case, decision: Decision): StepRow {
  const { post, own, reading, cost } = facts;
  const use = { input_tokens: reading.input_tokens, output_tokens: reading.output_tokens, cost_units: cost.units };
  const base = own ?? { ...emptyStep(draft, facts.index, reading.type), stepId: post.stepId };
  const step: StepRow = {
    ...base,
    skill: post.skill ?? base.skill,
    model: post.model ?? base.model,
    status: post.status ?? base.status,
    retryCount: post.retryCount ?? base.retryCount,
    claimedStartedAt: post.startedAt ?? base.claimedStartedAt,
    action: decision.action,
  };
  if (own === null) draft.run.lastStepIndex = facts.index;
  if (reading.phase === "result") {
    if (own !== null) releaseOwn(draft, own);
    chargeWindows(draft, use, own);
    chargeRun(draft, use, own);
    return settled(step, facts, draft);
  }
  const estimated = {
    ...step,
    estimateInputTokens: use.input_tokens,
    estimateOutputTokens: use.output_tokens,
    estimateCostUnits: use.cost_units ?? 0,
  };
  if (decision.action === "block") return { ...estimated, state: "settled" };
  const timeoutMs = draft.world.governance.get(draft.run.runId)?.settings.step_timeout_ms ?? 300_000;
  return { ...estimated, reservations: reserve(draft, use), lapsesAt: new Date(draft.now.getTime() + timeoutMs) };
}

export function settled(step: StepRow, facts: Pick<Case, "post" | "cost" | "reading">, draft: Draft): StepRow {
  const { post, cost, reading } = facts;
  const isReport = step.admittedSeq === null;
  const estimate = isReport && post.estimate !== null ? post.estimate : null;
  return {
    ...step,
    state: "settled",
    ...(estimate === null
      ? {}
      : {
          estimateInputTokens: estimate.input_tokens,
          estimateOutputTokens: estimate.output_tokens,
          estimateCostUnits: estimate.cost_units ?? 0,
        }),
    inputTokens: reading.input_tokens,
    outputTokens: reading.output_tokens,
    costUnits: cost.units,
    costSource: cost.source,
    durationMs: reading.duration_ms,
    lapsesAt: null,
    reservations: null,
    settledAt: draft.now,
  };
}

// A refusal and a pausing admission leave no step, so nothing has happened yet that there were to remember.
function remember(draft: Draft, facts: Case, decision: Decision): void {
  const isPause = decision.enforcement === "pause" && facts.reading.phase === "admission";
  if (decision.enforcement === "refuse" || isPause) return;
  const { memory } = draft.run;
  rememberRepeats(draft, facts, decision);
  if (facts.mark !== null) draft.remember({ repeats: { of: facts.mark, count: facts.reading.repeats } });
  // A step without a skill stands in the row too, and breaks it.
  else if (facts.own === null && memory.repeats !== null) draft.remember({ repeats: null });
  if (facts.reading.type === "llm_call" && !memory.first_token_seen) draft.remember({ first_token_seen: true });
  if (Object.keys(decision.evaluated).length > 0) draft.remember({ last: { ...memory.last, ...decision.evaluated } });
}

/** An admission that is open keeps its count until its result has been decided by it. */
function rememberRepeats(draft: Draft, { own, mark, index, reading }: Case, decision: Decision): void {
  const { admitted_repeats: known } = draft.run.memory;
  if (own !== null && known?.[index] !== undefined) {
    const { [index]: _settled, ...others } = known;
    draft.remember({ admitted_repeats: others });
  }
  if (mark === null || reading.phase === "result" || decision.action === "block") return;
  draft.remember({ admitted_repeats: { ...known, [index]: reading.repeats } });
}

type Given = { drafts: readonly SignalDraft[]; rows: SignalRow[]; own: StepRow | null };

/** Signals once each: the run remembers those of its limits, the counter those of its window. */
export function giveSignals(draft: Draft, { drafts, rows, own }: Given): void {
  draft.effects.signals.push(...rows);
  const ofRun = drafts.filter((signal) => !isWindow(draft, signal.limit_id));
  if (ofRun.length > 0) {
    const given = Object.fromEntries(ofRun.map((signal) => [signal.key, signal.type]));
    draft.remember({ signalled: { ...draft.run.memory.signalled, ...given } });
  }
  const windows = drafts.length === ofRun.length ? [] : readWindows(draft.world, draft.run, own);
  for (const signal of drafts) {
    const counter = windows.find(({ reading }) => reading.limit_id === signal.limit_id);
    if (counter === undefined) continue;
    const { limitId, scopeKey, windowStart } = counter.counter;
    const nothing = { used: 0, reserved: 0, presumed: 0, unpriced: false };
    draft.effects.counters.push({ limitId, scopeKey, windowStart, ...nothing, signalled: signal.type });
  }
  for (const row of rows)
    draft.announce(`signal.${row.signalType}`, { signal_id: row.id, metric: row.metric, run_id: row.runId });
}

function isWindow(draft: Draft, limitId: string | null): boolean {
  return limitId !== null && draft.world.book.windows.some((window) => window.limit_id === limitId);
}

/** Rows that hang on the step's seq. */
function keepStep(draft: Draft, facts: Case, step: StepRow, seq: number): void {
  const { post, reading, cost } = facts;
  const isResult = reading.phase === "result";
  draft.step(isResult ? { ...step, resultSeq: seq } : { ...step, admittedSeq: seq });
  if (!isResult) return;
  const use = { input_tokens: reading.input_tokens, output_tokens: reading.output_tokens, cost_units: cost.units };
  draft.effects.costs.push(
    costRow(draft, {
      kind: "settled",
      use,
      source: cost.source,
      model: post.model ?? step.model,
      stepIndex: step.stepIndex,
      seq,
    }),
  );
}

type Telling = { facts: Case; decision: Decision; signals: SignalRow[]; seq: number; step: StepRow | null };

/** The answer's JSON without `content_hash`, which is put behind it when the record that commits to it has its hash. */
export function answerText(draft: Draft, telling: Telling): string {
  const { facts, decision, signals, seq, step } = telling;
  noteActs(draft, telling);
  const answer: Omit<StepAnswer, "content_hash"> = {
    run_id: draft.run.runId,
    step_index: step?.stepIndex ?? null,
    step_id: facts.post.stepId ?? step?.stepId ?? null,
    phase: facts.reading.phase,
    seq,
    recorded_at: draft.now.toISOString(),
    decision: decisionAnswer(decision, draft.now),
    run: runState(worldAfter(draft), draft.run, draft.world.governance.get(draft.run.runId) ?? null),
    signals: signals.map(signalAnswer),
    incident_id: decision.action === "block" ? draft.run.incidentId : null,
    retry_after_ms: decision.retry_after_ms,
  };
  return JSON.stringify(answer);
}

function noteActs(draft: Draft, { facts, decision, step, seq }: Telling): void {
  const place = { stepIndex: step?.stepIndex ?? facts.index, seq };
  for (const candidate of decision.candidates) {
    if (candidate.enforcement === "warn") draft.effects.enforcements.push(enforcementRow(draft, candidate, place));
  }
  noteWouldActs(draft, decision.would, place);
  for (const passed of decision.passed)
    draft.audit("policy.failure_passed", passed, { type: "policy", id: passed.policy_id });
}

/** Counters with what this item adds, for the gauges of its own answer. */
export function worldAfter({ world, effects }: Draft): ShownWorld {
  if (effects.counters.length === 0 && effects.entries.length === 0) return world;
  const changed = new Map<string, CounterState>();
  const changedOf = (key: string) => {
    const counter = changed.get(key) ?? world.counters.get(key);
    if (counter === undefined) return null;
    const copy = { ...counter };
    changed.set(key, copy);
    return copy;
  };
  for (const delta of effects.counters) {
    const counter = changedOf(counterKey(delta.limitId, delta.scopeKey, delta.windowStart));
    if (counter !== null) move(counter, delta);
  }
  for (const { limitId, scopeKey, amount } of effects.entries) {
    const counter = changedOf(counterKey(limitId, scopeKey, slidingStart));
    if (counter !== null) counter.used = saturated(counter.used, amount);
  }
  const { book, now } = world;
  return { book, now, counters: { get: (key) => changed.get(key) ?? world.counters.get(key) } };
}
