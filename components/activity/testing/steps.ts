import type { StepRecord, TraceStep } from "@/server/activity/contract";

export function recordOf(seq: number, body: Record<string, unknown> = {}, kind = "report"): StepRecord {
  const recorded_at = new Date(Date.UTC(2026, 0, 22, 9, 30, seq)).toISOString();
  return { seq, kind, recorded_at, content_hash: `sha256:${seq}`, body };
}

/** A settled and allowed step; say what is different. */
export function stepOf(step_index: number, change: Partial<TraceStep> = {}): TraceStep {
  return {
    step_index,
    step_number: step_index,
    step_id: null,
    type: "llm_call",
    state: "settled",
    status: "ok",
    level: "INFO",
    action: "allow",
    is_inflection: false,
    skill: null,
    model: null,
    claimed_status: "success",
    claimed_started_at: null,
    retry_count: 0,
    timestamp: new Date(Date.UTC(2026, 0, 22, 9, 30, step_index)).toISOString(),
    settled_at: null,
    input_tokens: 100,
    output_tokens: 0,
    tokens: 100,
    cost_cents: 1,
    cost_source: "reported",
    duration_ms: 1_000,
    estimate: { input_tokens: 0, output_tokens: 0, cost_cents: 0 },
    content_hash: null,
    records: [recordOf(step_index)],
    ...change,
  };
}
