// A trace's rows as the wire shows them.

import type { traces } from "@/db/schema/traces";
import type { Trace, TraceSummary, TraceTotals } from "@/server/activity/contract";
import { shownHash } from "@/server/activity/shown-hash";
import { wireCents } from "@/server/policies/amounts";

type Row = typeof traces.$inferSelect;
export type TraceColumns = Omit<Row, "genesisHash" | "seal" | "archivedAt"> & Pick<Row, "archivedAt">;

/** What the run's row says of its trace. */
export type TraceFacts = { synthetic: boolean; lastStepIndex: number; lateRecords: number };

export function traceSummary(row: TraceColumns, facts: TraceFacts): TraceSummary {
  return {
    trace_id: row.traceId,
    run_id: row.runId,
    tenant_id: row.tenantId,
    agent_id: row.agentId,
    status: statusOf(row.status),
    is_synthetic: facts.synthetic,
    step_count: facts.lastStepIndex,
    started_at: row.startedAt.toISOString(),
    completed_at: row.completedAt?.toISOString() ?? null,
    archived_at: row.archivedAt?.toISOString() ?? null,
    violation_step_index: row.violationStepIndex,
    violation_timestamp: row.violationTimestamp?.toISOString() ?? null,
    violation_policy_id: row.violationPolicyId,
    violation_reason: row.violationReason,
    incident_id: row.incidentId,
    root_hash: row.rootHash === null ? null : shownHash(row.rootHash),
    sealed: row.sealHash !== null,
    late_records: facts.lateRecords,
  };
}

// Held to the vocabulary by the only writer, which takes it from traceStatusOf.
function statusOf(text: string): TraceSummary["status"] {
  return text as TraceSummary["status"];
}

/** What the steps' rows add up to beyond the seal: late results, what stays presumed, what had no price. */
export type StepSums = {
  late_steps: number;
  late_input_tokens: number;
  late_output_tokens: number;
  late_cost_units: number;
  presumed_tokens: number;
  presumed_cost_units: number;
  unpriced_settled: number;
  unpriced_late: number;
};

type SealTotals = {
  steps: number;
  input_tokens: number;
  output_tokens: number;
  cost_units: number;
  presumed_tokens: number;
  presumed_cost_units: number;
};

/** What the seal says, and what it comes to with the addenda: a late result takes the place of its estimate. */
export function totalsOf(seal: unknown, sums: StepSums): Trace["totals"] {
  const sealed = sealTotals(seal);
  if (sealed === null) return { sealed: null, with_addenda: null };
  const withAddenda: SealTotals = {
    steps: sealed.steps + sums.late_steps,
    input_tokens: sealed.input_tokens + sums.late_input_tokens,
    output_tokens: sealed.output_tokens + sums.late_output_tokens,
    cost_units: sealed.cost_units + sums.late_cost_units,
    presumed_tokens: sums.presumed_tokens,
    presumed_cost_units: sums.presumed_cost_units,
  };
  return {
    sealed: wireTotals(sealed, sums.unpriced_settled),
    with_addenda: wireTotals(withAddenda, sums.unpriced_settled + sums.unpriced_late),
  };
}

function wireTotals(totals: SealTotals, unpriced: number): TraceTotals {
  return {
    steps: totals.steps,
    input_tokens: totals.input_tokens,
    output_tokens: totals.output_tokens,
    tokens: totals.input_tokens + totals.output_tokens,
    cost_cents: wireCents(totals.cost_units),
    presumed_tokens: totals.presumed_tokens,
    presumed_cost_cents: wireCents(totals.presumed_cost_units),
    unpriced_steps: unpriced,
  };
}

function sealTotals(seal: unknown): SealTotals | null {
  const totals = member(seal, "totals");
  const number = (name: string) => {
    const value = member(totals, name);
    return typeof value === "number" ? value : 0;
  };
  if (typeof totals !== "object" || totals === null) return null;
  return {
    steps: number("steps"),
    input_tokens: number("input_tokens"),
    output_tokens: number("output_tokens"),
    cost_units: number("cost_units"),
    presumed_tokens: number("presumed_tokens"),
    presumed_cost_units: number("presumed_cost_units"),
  };
}

/** The seal beside its hash; null while the run is live. */
export function sealOf(row: Pick<Row, "seal" | "sealHash" | "rootHash" | "completedAt">): Trace["seal"] {
  const { seal, sealHash, rootHash, completedAt } = row;
  if (typeof seal !== "object" || seal === null || sealHash === null || rootHash === null || completedAt === null) {
    return null;
  }
  const count = member(seal, "count");
  return {
    seal_hash: shownHash(sealHash),
    root_hash: shownHash(rootHash),
    records: typeof count === "number" ? count : 0,
    sealed_at: completedAt.toISOString(),
    content: { ...seal },
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
