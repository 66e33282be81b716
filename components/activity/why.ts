// Why a run does not go on, as one sentence and as facts: for whoever looks at three in the morning. Pure.

import type { RunSummary } from "@/server/activity/contract";
import type { PolicyViolation } from "@/server/policies/wire";
import { neverRan } from "./held-step";
import { amountOf, bareAmountOf, reachedWords } from "./metric-words";

/** What was broken: of a run that was stopped its inflection, of one that is paused what it waits for. */
export interface Breach {
  enforcement: "stop" | "kill" | "pause" | "refuse";
  at: string;
  step_index: number | null;
  source: string;
  policy_id: string | null;
  limit_id: string | null;
  policy_name: string | null;
  policy_version: number | null;
  severity: string | null;
  metric: string | null;
  threshold: string | null;
  actual: string | null;
  projected: boolean;
  reason: string;
}

export type Run = Pick<
  RunSummary,
  "status" | "termination_reason" | "end_note" | "refusal_reason" | "stopped_at_step" | "last_step_index" | "violation"
>;

const enforcementOf: Partial<Record<PolicyViolation["action"], Breach["enforcement"]>> = {
  stopped: "stop",
  killed: "kill",
  paused: "pause",
  start_refused: "refuse",
  quota_exceeded: "refuse",
};

/** The breach that the run's state comes of; null where no policy did it. `acted`: everything enforced on the run. */
export function breachOf(run: Run, acted: readonly PolicyViolation[]): Breach | null {
  const row = rowOf(run, acted);
  const { violation } = run;
  if (violation === null) return row === null ? null : fromRow(row);
  return {
    enforcement: (row && enforcementOf[row.action]) ?? "stop",
    at: violation.timestamp,
    step_index: violation.step_index > 0 ? violation.step_index : null,
    source: violation.source,
    policy_id: violation.policy_id,
    limit_id: violation.limit_id,
    policy_name: violation.policy_name,
    policy_version: row?.policy_version ?? null,
    severity: violation.severity,
    metric: violation.metric,
    threshold: violation.threshold_value,
    actual: violation.actual_value,
    projected: violation.projected,
    reason: violation.reason,
  };
}

// Warnings and refused steps are enforced too and end nothing; of several pauses the newest counts.
function rowOf(run: Run, acted: readonly PolicyViolation[]): PolicyViolation | null {
  const { violation, status } = run;
  const isIt = (row: PolicyViolation) => {
    if (status === "paused") return row.action === "paused";
    if (violation === null) return run.refusal_reason !== null && row.action === "start_refused";
    const isSame = row.policy_id === violation.policy_id && row.limit_id === violation.limit_id;
    return isSame && enforcementOf[row.action] !== undefined;
  };
  return acted.filter(isIt).sort((a, b) => Date.parse(b.recorded_at) - Date.parse(a.recorded_at))[0] ?? null;
}

function fromRow(row: PolicyViolation): Breach {
  return {
    enforcement: enforcementOf[row.action] ?? "stop",
    at: row.recorded_at,
    step_index: row.step_index,
    source: row.source,
    policy_id: row.policy_id,
    limit_id: row.limit_id,
    policy_name: row.policy_name,
    policy_version: row.policy_version,
    severity: row.severity,
    metric: row.metric,
    threshold: row.threshold_value,
    actual: row.actual_value,
    projected: row.projected,
    reason: row.reason,
  };
}

/** One sentence; null for a run that goes on or ended well. `error`: what the runner said of a failure. */
export function whyOf(run: Run, breach: Breach | null, error: string | null): string | null {
  if (run.refusal_reason !== null) return refusedSentence(run.refusal_reason, breach);
  if (run.status === "paused") return `${openingOf("Paused", run, breach)}${becauseOf(breach)}. ${waitsFor}`;
  const decision = decisions[run.end_note ?? ""];
  if (decision !== undefined) return `${openingOf("Stopped", run, breach)}${becauseOf(breach)}. ${decision}`;
  if (breach !== null && run.status === "failed_policy") {
    return `${openingOf(breach.enforcement === "kill" ? "Killed" : "Stopped", run, breach)}${becauseOf(breach)}.`;
  }
  return endSentence(run, error);
}

const decisions: Readonly<Record<string, string>> = {
  denied: "The run’s release was denied.",
  timed_out: "Nobody released the run in time.",
};
const waitsFor = "It waits for somebody to approve or deny it.";

function openingOf(verb: string, run: Run, breach: Breach | null): string {
  if (breach === null) return verb;
  const { step_index, projected, metric } = breach;
  if (step_index === null || step_index < 1) return verb;
  if (projected || neverRan(run, step_index)) return `${verb} before step ${step_index} ran`;
  return `${verb} ${metric === null || metric === "run.duration_ms" ? "at" : "after"} step ${step_index}`;
}

function becauseOf(breach: Breach | null): string {
  if (breach === null) return "";
  const { metric, actual, threshold } = breach;
  if (metric === null || actual === null || threshold === null) return `: ${otherReason(breach)}`;
  const reached = reachedWords({ metric, actual, projected: breach.projected, name: breach.policy_name });
  return `: ${reached}, and ${setterOf(breach)} allows ${bareAmountOf(metric, threshold)}`;
}

function setterOf({ source, policy_name, metric }: Breach): string {
  if (source === "default" || policy_name === null) return "the default threshold";
  if (metric !== null && /^[A-Z_]+$/.test(metric)) return "this limit";
  return `${source === "limit" ? "the limit" : "the rule"} “${policy_name}”`;
}

function otherReason({ source, policy_name, reason }: Breach): string {
  if (source === "rule" && policy_name !== null) return `the condition of the rule “${policy_name}” was met`;
  if (source === "failure_mode" && policy_name !== null) {
    return `the rule “${policy_name}” could not be evaluated, and it fails closed`;
  }
  return reason;
}

const refusals: Readonly<Record<string, string>> = {
  tenant_frozen: "the tenant is frozen",
  key_frozen: "its API key is frozen",
  agent_frozen: "its agent is frozen",
  ambiguous_policies: "its policies contradict each other, and they fail closed",
  snapshot_unavailable: "its policies could not be frozen",
};

function refusedSentence(reason: string, breach: Breach | null): string {
  if (breach !== null) return `Refused at its start${becauseOf(breach)}. No step ran.`;
  return `Refused at its start: ${refusals[reason] ?? "a policy forbids it"}. No step ran.`;
}

function endSentence(run: Run, error: string | null): string | null {
  const after = run.last_step_index > 0 ? ` after step ${run.last_step_index}` : "";
  if (run.end_note === "frozen") return `Ended${after}: it, its agent, its key or the tenant was frozen.`;
  if (run.status === "cancelled") return `Cancelled${after}${error === null ? " by hand." : `: ${sentence(error)}`}`;
  if (run.end_note === "idle") return `Failed${after}: nothing was heard from its runner for too long.`;
  if (run.end_note === "duration") return `Stopped${after}: it ran longer than a rule allows.`;
  if (run.status !== "failed" && run.status !== "failed_policy") return null;
  if (error !== null) return `Failed${after}: ${sentence(error)}`;
  return `Failed${after}: ${endings[run.termination_reason ?? ""] ?? "its runner gave no reason"}.`;
}

const endings: Readonly<Record<string, string>> = {
  policy_block: "a policy ended it",
  budget_exceeded: "a budget was used up",
  rate_limited: "a rate was exceeded",
  timeout: "it took too long",
  system_failure: "its runner reported a failure without saying which",
};

function sentence(text: string): string {
  return /[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

/** "5,000 tokens over (50%)"; null where it is no number or not over. */
export function overBy(breach: Breach, violation: RunSummary["violation"]): string | null {
  if (breach.metric === null || violation?.excess == null) return null;
  const share = violation.excess_percentage;
  return `${amountOf(breach.metric, violation.excess)} over${share === null ? "" : ` (${Math.round(share)}%)`}`;
}
