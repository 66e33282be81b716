// The result of a step that was admitted before the run's end, for 24 h: chained as an addendum to the seal, charged,
// signalled, never enforced. Status, reason and inflection never move.

import { answerBytes, answerHash } from "@/server/evidence/answer";
import { writeHash } from "@/server/evidence/hash";
import { runState, signalAnswer } from "./answers";
import { giveSignals, settled, worldAfter } from "./apply";
import { requireCountable } from "./countable";
import type { StepReading } from "./decision";
import { Draft } from "./draft";
import { costRow, signalRows } from "./enforcement-rows";
import { costed, type Outcome, type StepPost } from "./post";
import { readRun, readWindows } from "./readings";
import type { RunRow, SignalRow, StepRow } from "./rows";
import { keepSalts } from "./salts";
import { signalsOf } from "./signals";
import type { Case } from "./step";
import { claimsOf, committed, usageOf } from "./step-record";
import { chargeRun, chargeWindows, releaseOwn } from "./usage";
import type { StepAnswer } from "./wire";
import type { World } from "./world";

export const LATE_MS = 24 * 3_600_000;

/** Null when the step is not one that may still come in. */
export function lateResult(world: World, post: StepPost, run: RunRow, own: StepRow): Outcome | null {
  const { usage } = post;
  const since = run.completedAt === null ? 0 : world.now.getTime() - run.completedAt.getTime();
  if (usage === null || own.state !== "presumed" || since > LATE_MS) return null;
  const draft = new Draft(world, run, post.principal, post.requestId);
  const cost = costed(world, run, post.model ?? own.model, usage);
  const use = { ...usage, cost_units: cost.units };
  requireCountable(run, post, { own, use });
  const reading = lateReading(post, own, use);
  const signals = lateSignals(draft, own, reading);
  releaseOwn(draft, own);
  chargeWindows(draft, use, own);
  chargeRun(draft, use, own);
  run.lateRecords += 1;
  const seq = run.seq + 1;
  const text = lateText(draft, { post, own, signals, seq });
  const bytes = recordLate(draft, { post, own, reading, cost, text });
  draft.audit("run.late_result", { step_index: own.stepIndex, seq });
  draft.announce("run.late_result", { run_id: run.runId, step_index: own.stepIndex, seq });
  return { change: draft.change(), answer: { status: 200, bytes } };
}

type Late = Pick<Case, "post" | "reading" | "cost"> & { own: StepRow; text: string };

/** The addendum, the step's row and its cost; returns what the poster is told. */
function recordLate(draft: Draft, { post, own, reading, cost, text }: Late): Buffer {
  const payload = committed(post);
  const settleHash = post.settleHash();
  const hasCommitments = Object.keys(payload.commitments).length > 0;
  const body = {
    step: claimsOf({ post }),
    usage: usageOf({ reading, cost }),
    ...(hasCommitments ? { commitments: payload.commitments } : {}),
    request_hash: writeHash(settleHash),
    answer_hash: answerHash(200, text),
  };
  const { seq, hash, answer } = draft.append(
    { kind: "late", stepIndex: own.stepIndex, stepId: own.stepId, stepType: own.stepType, body },
    { requestHash: settleHash, status: 200, bytes: (recorded) => answerBytes(text, recorded) },
  );
  draft.leaf("addendum", `${draft.run.runId}/${seq}`, hash);
  keepSalts(draft, payload.salts, seq);
  const claimed = { skill: post.skill ?? own.skill, model: post.model ?? own.model, status: post.status ?? own.status };
  const step = settled(
    { ...own, ...claimed, retryCount: post.retryCount ?? own.retryCount },
    { post, cost, reading },
    draft,
  );
  draft.step({ ...step, claimedStartedAt: post.startedAt ?? own.claimedStartedAt, state: "late", resultSeq: seq });
  const use = { input_tokens: reading.input_tokens, output_tokens: reading.output_tokens, cost_units: cost.units };
  const { model } = claimed;
  draft.effects.costs.push(
    costRow(draft, { kind: "late", use, source: cost.source, model, stepIndex: own.stepIndex, seq }),
  );
  return answer ?? answerBytes(text, hash);
}

function lateReading(post: StepPost, own: StepRow, use: NonNullable<StepPost["usage"]>): StepReading {
  return {
    phase: "result",
    key: own.stepId ?? String(own.stepIndex),
    index: own.stepIndex,
    type: own.stepType,
    skill: post.skill ?? own.skill ?? "",
    model: post.model ?? own.model ?? "",
    status: post.status ?? "",
    input_tokens: use.input_tokens,
    output_tokens: use.output_tokens,
    cost_units: use.cost_units,
    duration_ms: use.duration_ms,
    retries: post.retryCount ?? own.retryCount,
    repeats: 0,
    unpriced_blocks: false,
  };
}

function lateSignals(draft: Draft, own: StepRow, reading: StepReading): SignalRow[] {
  const { world, run } = draft;
  const governance = world.governance.get(run.runId);
  if (governance == null) return [];
  const windows = readWindows(world, run, own).map((one) => one.reading);
  const drafts = signalsOf(governance.plan.limits, windows, readRun(run, null, world.now), reading);
  const rows = signalRows(draft, drafts, { stepIndex: own.stepIndex, seq: run.seq + 1 });
  giveSignals(draft, { drafts, rows, own });
  return rows;
}

function lateText(draft: Draft, telling: { post: StepPost; own: StepRow; signals: SignalRow[]; seq: number }): string {
  const { own, signals, seq } = telling;
  const { run, world } = draft;
  const at = draft.now.toISOString();
  const answer: Omit<StepAnswer, "content_hash"> = {
    run_id: run.runId,
    step_index: own.stepIndex,
    step_id: own.stepId,
    phase: "result",
    seq,
    recorded_at: at,
    decision: {
      action: "allow",
      enforcement: "none",
      source: null,
      policy_id: null,
      limit_id: null,
      policy_name: null,
      violation_type: null,
      severity: null,
      threshold_value: null,
      actual_value: null,
      projected: false,
      reason: "late: recorded and charged after the run's end, not enforced",
      evaluated_at: at,
      matched: [],
    },
    run: runState(worldAfter(draft), run, world.governance.get(run.runId) ?? null),
    signals: signals.map(signalAnswer),
    incident_id: run.incidentId,
    retry_after_ms: null,
    late: true,
  };
  return JSON.stringify(answer);
}
