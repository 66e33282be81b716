// A step is the view of its records. Its row says how it stands; its records, in order, say how it came to that.

import type { steps, traceRecords } from "@/db/schema/activity";
import type { StepRecord, TraceStep } from "@/server/activity/contract";
import { stepLevelOf, stepVerdictOf } from "@/server/activity/rules";
import { shownHash } from "@/server/activity/shown-hash";
import { bodyIn } from "@/server/evidence/record";
import { wireCents } from "@/server/policies/amounts";

export type StepRow = typeof steps.$inferSelect;
export type RecordColumns = Pick<
  typeof traceRecords.$inferSelect,
  "seq" | "kind" | "stepIndex" | "recordedAt" | "canonical" | "hash"
>;

/**
 * `records` are the step's own and those of its pauses, by seq. What a step has not got yet is null, never 0. What closed a
 * run in the place of a step that was held back has that step's skill.
 */
export function stepView(row: StepRow, records: readonly RecordColumns[]): TraceStep {
  const newest = records.findLast(({ stepIndex }) => stepIndex !== null);
  return {
    step_index: row.stepIndex,
    step_number: row.stepIndex,
    step_id: row.stepId,
    ...vocabularyOf(row),
    status: stepVerdictOf(row),
    level: stepLevelOf(row),
    is_inflection: row.isInflection,
    skill: row.skill ?? (row.stepType === "violation" ? heldSkill(records) : null),
    model: row.model,
    claimed_started_at: row.claimedStartedAt,
    retry_count: row.retryCount,
    timestamp: row.recordedAt.toISOString(),
    settled_at: row.settledAt?.toISOString() ?? null,
    input_tokens: row.inputTokens,
    output_tokens: row.outputTokens,
    tokens: row.inputTokens === null || row.outputTokens === null ? null : row.inputTokens + row.outputTokens,
    cost_cents: row.costUnits === null ? null : wireCents(row.costUnits),
    cost_source: row.costSource,
    duration_ms: row.durationMs,
    estimate: {
      input_tokens: row.estimateInputTokens,
      output_tokens: row.estimateOutputTokens,
      cost_cents: wireCents(row.estimateCostUnits),
    },
    content_hash: newest ? shownHash(newest.hash) : null,
    records: records.map(recordView),
  };
}

function heldSkill(records: readonly RecordColumns[]): string | null {
  const pause = records.findLast(({ kind }) => kind === "pause");
  const { skill } = bodyOf(pause && bodyOf(bodyIn(pause.canonical)).step);
  return typeof skill === "string" ? skill : null;
}

function recordView(record: RecordColumns): StepRecord {
  return {
    seq: record.seq,
    kind: record.kind,
    recorded_at: record.recordedAt.toISOString(),
    content_hash: shownHash(record.hash),
    body: bodyOf(bodyIn(record.canonical)),
  };
}

/** An object of a record, or one without members where it has none. */
export function bodyOf(body: unknown): Record<string, unknown> {
  return typeof body === "object" && body !== null ? { ...body } : {};
}

// Written by the gate from the vocabulary; verification finds a row that says anything else.
function vocabularyOf(row: StepRow): Pick<TraceStep, "type" | "state" | "action" | "claimed_status"> {
  const written: unknown = { type: row.stepType, state: row.state, action: row.action, claimed_status: row.status };
  return written as Pick<TraceStep, "type" | "state" | "action" | "claimed_status">;
}
