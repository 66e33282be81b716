// A run's row as the wire shows it, as far as that needs no policies: the gate adds the limits from its plan.

import type { runs } from "@/db/schema/activity";
import type { RunActivity, RunSummary, RunViolation } from "@/server/activity/contract";
import { countsInMetrics, excessOver, excessPercentage, isLive, riskLevelOf } from "@/server/activity/rules";
import { wireCents } from "@/server/policies/amounts";

type Row = typeof runs.$inferSelect;

/** What a list reads of a run; answers and memory may be large and stay where they are. */
export type RunColumns = Omit<
  Row,
  | "goal"
  | "actorType"
  | "actorId"
  | "tags"
  | "apiKeyId"
  | "startedBy"
  | "lastAt"
  | "dueAt"
  | "pausedMs"
  | "seq"
  | "headHash"
  | "reservedInputTokens"
  | "reservedOutputTokens"
  | "reservedCostUnits"
  | "openSteps"
  | "presumedInputTokens"
  | "presumedOutputTokens"
  | "presumedCostUnits"
  | "lapsedSteps"
  | "lateRecords"
  | "memory"
  | "violationPolicyId"
  | "errorCode"
  | "errorMessage"
  | "requestHash"
  | "answerStatus"
  | "answer"
  | "endRequestHash"
  | "endAnswer"
>;

/** What other tables know of the run. */
export type RunFacts = { near: number; breach: number; incidents: number; unpriced: boolean };

export function runSummary(row: RunColumns, facts: RunFacts): RunSummary {
  const signals = { near: facts.near, breach: facts.breach };
  const counts = countsInMetrics(row);
  const violation = violationOf(row.violation);
  return {
    run_id: row.runId,
    trace_id: row.traceId,
    tenant_id: row.tenantId,
    agent_id: row.agentId,
    agent_verified: row.agentVerified,
    project: row.project,
    source: row.source,
    provider: row.provider,
    model: row.model,
    parent_run_id: row.parentRunId,
    synthetic: row.synthetic,
    state: isLive(row.status) ? "live" : "completed",
    ...endOf(row),
    refusal_reason: row.refusalReason,
    counts_in_metrics: counts,
    started_at: row.startedAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
    completed_at: row.completedAt?.toISOString() ?? null,
    paused_at: row.pausedAt?.toISOString() ?? null,
    duration_ms: durationOf(row),
    last_step_index: row.lastStepIndex,
    ...usageOf(row),
    cost_is_complete: !facts.unpriced,
    snapshot_id: row.snapshotId,
    violation,
    incident_id: row.incidentId,
    incident_count: facts.incidents,
    signals,
    risk_level: counts ? riskLevelOf({ status: row.status, hasViolation: violation !== null, signals }) : null,
  };
}

/** How it ended, or that it has not. */
export function endOf(row: Pick<Row, "status" | "terminationReason" | "endNote" | "stoppedAtStep">) {
  return {
    status: statusOf(row.status),
    termination_reason: reasonOf(row.terminationReason),
    end_note: row.endNote,
    stopped_at_step: row.stoppedAtStep,
  };
}

/** Settled usage, late usage included as far as it was charged. */
export function usageOf(row: Pick<Row, "inputTokens" | "outputTokens" | "costUnits" | "stepsCompleted">) {
  return {
    input_tokens: row.inputTokens,
    output_tokens: row.outputTokens,
    tokens_used: row.inputTokens + row.outputTokens,
    cost_cents: wireCents(row.costUnits),
    steps_completed: row.stepsCompleted,
  };
}

/** From start to end in ms, pauses included; null while it is live. */
export function durationOf(row: Pick<Row, "startedAt" | "completedAt">): number | null {
  return row.completedAt === null ? null : row.completedAt.getTime() - row.startedAt.getTime();
}

/** What was admitted and has no result: reserved while open, presumed once lapsed or the run is over. */
function unsettledOf(row: Row): RunActivity["unsettled"] {
  return {
    open_steps: row.openSteps,
    lapsed_steps: row.lapsedSteps,
    reserved_tokens: row.reservedInputTokens + row.reservedOutputTokens,
    reserved_cost_cents: wireCents(row.reservedCostUnits),
    presumed_tokens: row.presumedInputTokens + row.presumedOutputTokens,
    presumed_cost_cents: wireCents(row.presumedCostUnits),
  };
}

/** What is said of one run beyond its line in a list. */
export function runActivity(
  row: Row,
  facts: RunFacts,
  told: { snapshot: RunActivity["policy_snapshot"]; releases: RunActivity["releases"]; total: number },
): RunActivity {
  const hasError = row.errorCode !== null || row.errorMessage !== null;
  return {
    ...runSummary(row, facts),
    goal: row.goal,
    actor: row.actorType === null ? null : { type: row.actorType, id: row.actorId },
    tags: tagsOf(row.tags),
    api_key_id: row.apiKeyId,
    started_by: row.startedBy,
    error: hasError ? { code: row.errorCode, message: row.errorMessage } : null,
    policy_snapshot: told.snapshot,
    unsettled: unsettledOf(row),
    late_records: row.lateRecords,
    overshoot: overshootOf(row.memory),
    releases: told.releases,
    releases_total: told.total,
  };
}

/** What settled above its own estimates, from what the gate remembers of the run; null where it remembers nothing. */
export function overshootOf(memory: unknown): RunActivity["overshoot"] {
  const excess = member(memory, "excess");
  const [input, output] = [member(excess, "input_tokens"), member(excess, "output_tokens")];
  const costUnits = member(excess, "cost_units");
  if (typeof input !== "number" || typeof output !== "number" || typeof costUnits !== "number") return null;
  return { tokens: input + output, cost_cents: wireCents(costUnits) };
}

/** Whether some usage had no price, so that the cost is a lower bound. */
export function hasUnpriced(memory: unknown): boolean {
  return member(memory, "unpriced") === true;
}

/** Whether anybody ever decided about one of its pauses. */
export function wasReleased(memory: unknown): boolean {
  return member(memory, "release") !== undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function tagsOf(tags: unknown): Record<string, string> {
  if (typeof tags !== "object" || tags === null) return {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]));
}

/** The stored violation, with every member that it leaves out as null. */
export function violationOf(stored: unknown): RunViolation | null {
  if (typeof stored !== "object" || stored === null) return null;
  const text = (name: string): string | null => {
    const value: unknown = Reflect.get(stored, name);
    return typeof value === "string" ? value : null;
  };
  const index: unknown = Reflect.get(stored, "step_index");
  const [threshold, actual] = [text("threshold_value"), text("actual_value")];
  return {
    step_index: typeof index === "number" ? index : 0,
    timestamp: text("timestamp") ?? "",
    reason: text("reason") ?? "",
    source: text("source") ?? "",
    violation_type: text("violation_type"),
    severity: text("severity"),
    policy_id: text("policy_id"),
    limit_id: text("limit_id"),
    policy_name: text("policy_name"),
    metric: text("metric"),
    threshold_value: threshold,
    actual_value: actual,
    projected: Reflect.get(stored, "projected") === true,
    excess: excessOver(threshold, actual),
    excess_percentage: excessPercentage(threshold, actual),
  };
}

// Both columns are held to the vocabulary by a check of the database.
function statusOf(text: string): RunSummary["status"] {
  return text as RunSummary["status"];
}
function reasonOf(text: string | null): RunSummary["termination_reason"] {
  return text as RunSummary["termination_reason"];
}
