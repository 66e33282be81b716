// The rows that say what acted: enforcements, preventions, signals, costs.

import { v7 as uuidv7 } from "uuid";
import type { CostKind, CostSource, EnforcementAction } from "@/db/vocabulary";
import type { Candidate, SignalDraft } from "./decision";
import type { Draft } from "./draft";
import type { CostRow, EnforcementRow, SignalRow } from "./rows";
import { assuranceOf, type Use } from "./usage";

const acted: Record<Candidate["enforcement"], EnforcementAction> = {
  warn: "warned",
  refuse: "refused",
  pause: "paused",
  stop: "stopped",
  kill: "killed",
};
const wouldAct: Record<Candidate["enforcement"], EnforcementAction> = {
  warn: "would_warn",
  refuse: "would_refuse",
  pause: "would_pause",
  stop: "would_stop",
  kill: "would_kill",
};

export type Place = {
  stepIndex: number | null;
  seq: number | null;
  incidentId?: string | null;
  severity?: string | null;
};

export function enforcementRow(draft: Draft, candidate: Candidate, place: Place, shadow = false): EnforcementRow {
  return {
    tenantId: draft.world.tenantId,
    id: uuidv7(),
    runId: draft.run.runId,
    source: candidate.source,
    policyId: candidate.policy_id,
    limitId: candidate.limit_id,
    policyVersion: candidate.version,
    policyName: candidate.name,
    action: shadow ? wouldAct[candidate.enforcement] : acted[candidate.enforcement],
    violationType: candidate.violation_type,
    severity: place.severity ?? candidate.rule_severity,
    metric: candidate.metric,
    thresholdValue: candidate.threshold,
    actualValue: candidate.actual,
    projected: candidate.projected,
    shadow,
    reason: candidate.reason,
    stepIndex: place.stepIndex,
    seq: place.seq,
    incidentId: place.incidentId ?? null,
    dedupeKey: null,
    detail: null,
    recordedAt: draft.now,
  };
}

/** Shadow rules that would act for the first time in this run; the run remembers which have been noted. */
export function noteWouldActs(draft: Draft, would: readonly Candidate[], place: Place): void {
  const { memory } = draft.run;
  const fresh = would.filter((one) => one.policy_id !== null && !memory.would.includes(one.policy_id));
  if (fresh.length === 0) return;
  for (const one of fresh) draft.effects.enforcements.push(enforcementRow(draft, one, place, true));
  draft.remember({ would: [...memory.would, ...fresh.flatMap((one) => one.policy_id ?? [])] });
}

export function signalRows(
  draft: Draft,
  signals: readonly SignalDraft[],
  place: { stepIndex: number | null; seq: number },
): SignalRow[] {
  return signals.map((signal) => ({
    tenantId: draft.world.tenantId,
    id: uuidv7(),
    runId: draft.run.runId,
    policyId: signal.policy_id,
    limitId: signal.limit_id,
    source: signal.source,
    signalType: signal.type,
    metric: signal.metric,
    enforcement: signal.enforcement,
    currentValue: signal.current,
    thresholdValue: signal.threshold,
    percentage: signal.percentage === null ? null : String(signal.percentage),
    stepIndex: place.stepIndex,
    seq: place.seq,
    recordedAt: draft.now,
  }));
}

export type Charge = {
  kind: CostKind;
  use: Use;
  source: CostSource;
  model: string | null;
  stepIndex: number | null;
  seq: number | null;
};

export function costRow(draft: Draft, charge: Charge): CostRow {
  return {
    tenantId: draft.world.tenantId,
    id: uuidv7(),
    runId: draft.run.runId,
    stepIndex: charge.stepIndex,
    seq: charge.seq,
    kind: charge.kind,
    agentId: draft.run.agentId,
    provider: draft.run.provider,
    model: charge.model ?? draft.run.model,
    inputTokens: charge.use.input_tokens,
    outputTokens: charge.use.output_tokens,
    costUnits: charge.use.cost_units,
    costSource: charge.source,
    assurance: assuranceOf(charge.source),
    priceVersion: charge.source === "computed" ? draft.world.book.prices.version : null,
    recordedAt: draft.now,
  };
}

/** Once a run: usage without a price was flagged and not blocked. */
export function unpricedRow(draft: Draft, model: string, place: { stepIndex: number | null; seq: number }): SignalRow {
  return {
    tenantId: draft.world.tenantId,
    id: uuidv7(),
    runId: draft.run.runId,
    policyId: null,
    limitId: null,
    source: "default",
    signalType: "unpriced",
    metric: "run.cost_cents",
    enforcement: "none",
    currentValue: `no price for ${model === "" ? "an unnamed model" : model}`,
    thresholdValue: "",
    percentage: null,
    ...place,
    recordedAt: draft.now,
  };
}
