// When a limit, a window, a condition or a missing price acts, and in which words. Rules: runner-api.md "Limits, exactly".

import type { FailureMode } from "@/db/vocabulary";
import type { FrozenRule } from "@/server/policies/policy-set";
import type { Candidate, RunReading, StepReading, WindowReading } from "./decision";
import { isMoney, type Quantity, quantityOf, wireText } from "./measure";
import type { PlanLimit } from "./plan";

/** How long a runner should wait when only open reservations are in its way: they settle when they settle. */
export const RESERVATION_RETRY_MS = 1_000;

type Verdict = { kind: "fits" } | { kind: "over" | "no_room"; actual: number; projected: boolean };

const fits: Verdict = { kind: "fits" };

/** `fits`, over the limit, or no room only because of what other open steps have reserved. */
function weigh(quantity: Quantity, units: number, step: StepReading): Verdict {
  const projected = step.phase === "admission";
  if (!quantity.additive) {
    return quantity.value > units ? { kind: "over", actual: quantity.value, projected } : fits;
  }
  const without = quantity.used + quantity.presumed + quantity.amount;
  if (without > units) return { kind: "over", actual: without, projected };
  const withOpen = without + quantity.reserved;
  return projected && withOpen > units ? { kind: "no_room", actual: withOpen, projected } : fits;
}

/** The candidate of one effective limit at this step, or null when the step fits. */
export function limitCandidate(limit: PlanLimit, run: RunReading, step: StepReading): Candidate | null {
  const quantity = quantityOf(limit.metric, run, step);
  const weighed = weigh(quantity, limit.units, step);
  if (weighed.kind === "fits") return null;
  const actual = wireText(limit.metric, weighed.actual);
  const projected = weighed.projected && limit.metric !== "run.duration_ms";
  const isRefused = weighed.kind === "no_room" && limit.enforcement !== "warn";
  return {
    key: limit.key,
    enforcement: capped(isRefused ? "refuse" : limit.enforcement, step),
    source: limit.source,
    policy_id: limit.policy_id ?? null,
    limit_id: limit.limit_id ?? null,
    name: limit.name,
    version: limit.version ?? null,
    metric: limit.metric,
    violation_type: limit.violation_type,
    rule_severity: limit.severity ?? null,
    category: limit.category ?? null,
    precedence: limit.precedence,
    on_kill: limit.on_kill,
    threshold: limit.limit,
    actual,
    value: weighed.actual,
    projected,
    reason: reasonOf(limit, { actual, projected, hasNoRoom: weighed.kind === "no_room" }),
    retry_after_ms: waitForRoom(quantity, limit.units),
  };
}

function reasonOf(limit: PlanLimit, found: { actual: string; projected: boolean; hasNoRoom: boolean }): string {
  const { metric } = limit;
  const { actual, projected, hasNoRoom } = found;
  const threshold = wireText(metric, limit.units);
  if (hasNoRoom)
    return `${metric} has no room now: with what open steps reserve it would reach ${actual} of ${threshold}`;
  if (projected) return `${metric} would reach ${actual}, over the limit of ${threshold}`;
  return `${metric} ${actual} is over the limit of ${threshold}`;
}

// What open and lapsed steps hold may settle lower, soon; what has been used stays used, and then room never comes.
function waitForRoom(quantity: Quantity, units: number): number | null {
  return quantity.additive && quantity.used + quantity.amount <= units ? RESERVATION_RETRY_MS : null;
}

/** The candidate of a live window limit, or null. */
export function windowCandidate(window: WindowReading, step: StepReading): Candidate | null {
  const quantity = windowQuantity(window, step);
  const weighed = weigh(quantity, window.max, step);
  if (weighed.kind === "fits") return null;
  const actual = wireText(window.limit_type, weighed.actual);
  const threshold = wireText(window.limit_type, window.max);
  const isRefused = weighed.kind === "no_room" && window.enforcement !== "warn";
  return {
    key: window.limit_id,
    enforcement: capped(isRefused ? "refuse" : window.enforcement, step),
    source: "limit",
    policy_id: null,
    limit_id: window.limit_id,
    name: window.name,
    version: window.version,
    metric: window.limit_type,
    violation_type: violationOfWindow(window),
    rule_severity: null,
    category: null,
    precedence: 100,
    on_kill: "none",
    threshold,
    actual,
    value: weighed.actual,
    projected: weighed.projected,
    reason: `${window.name}: ${actual} of ${threshold} in its window`,
    retry_after_ms: weighed.kind === "no_room" ? RESERVATION_RETRY_MS : waitForWindow(window, quantity.amount),
  };
}

export function windowQuantity(window: WindowReading, step: StepReading): Quantity & { additive: true } {
  const tokens = step.input_tokens + step.output_tokens;
  const amount = window.limit_type === "TOKENS" ? tokens : window.limit_type === "STEPS" ? 1 : (step.cost_units ?? 0);
  return { additive: true, used: window.used, reserved: window.reserved, presumed: window.presumed, amount, excess: 0 };
}

/** When there is room for `amount`: null when it is more than the limit itself. */
function waitForWindow(window: WindowReading, amount: number): number | null {
  if (amount > window.max) return null;
  if (window.limit_category === "BUDGET") return window.resets_in_ms;
  let over = window.used + window.reserved + window.presumed + amount - window.max;
  for (const [leaving, inMs] of window.leaving) {
    over -= leaving;
    if (over <= 0) return inMs;
  }
  return null;
}

/** A rule's condition that holds, or that could not be evaluated and fires under its failure mode. */
export function conditionCandidate(rule: FrozenRule, failure: string | null, mode: FailureMode): Candidate {
  return {
    key: rule.policy_id,
    enforcement: failure === null ? rule.enforcement : enforcementOfFailure(rule, mode),
    source: failure === null ? "rule" : "failure_mode",
    policy_id: rule.policy_id,
    limit_id: null,
    name: rule.name,
    version: rule.version,
    metric: null,
    violation_type: rule.rule_type,
    rule_severity: rule.severity ?? null,
    category: rule.category,
    precedence: rule.precedence,
    on_kill: rule.on_kill,
    threshold: null,
    actual: null,
    value: null,
    projected: false,
    reason:
      failure === null ? `the condition of ${rule.name} holds` : `the condition of ${rule.name} failed: ${failure}`,
    retry_after_ms: null,
  };
}

// fail_closed: its own enforcement (a warn stays a warn), inside SAFETY and PRIVACY at least stop.
function enforcementOfFailure(rule: FrozenRule, mode: FailureMode): Candidate["enforcement"] {
  if (mode === "fail_warn") return "warn";
  const guarded = rule.category === "SAFETY" || rule.category === "PRIVACY";
  return guarded && rule.enforcement !== "kill" ? "stop" : rule.enforcement;
}

/** Usage without a price where a cost limit applies: blocked, because counting it as 0 would be a silent allow. */
export function unpricedCandidate(step: StepReading): Candidate {
  return {
    key: "unpriced",
    enforcement: "stop",
    source: "default",
    policy_id: null,
    limit_id: null,
    name: "Unpriced model",
    version: null,
    metric: null,
    violation_type: "cost_limit",
    rule_severity: null,
    category: null,
    precedence: 1_000_000,
    on_kill: "none",
    threshold: null,
    actual: null,
    value: null,
    projected: step.phase === "admission",
    reason: `there is no price for model ${step.model === "" ? "(none)" : step.model}, and a cost limit applies`,
    retry_after_ms: null,
  };
}

/** Only admissions are refused: a report's work is done, so what would refuse it warns instead. */
function capped(enforcement: Candidate["enforcement"], step: StepReading): Candidate["enforcement"] {
  return enforcement === "refuse" && step.phase === "result" ? "warn" : enforcement;
}

function violationOfWindow(window: WindowReading): Candidate["violation_type"] {
  if (window.limit_category === "RATE") return "rate_limit";
  if (isMoney(window.limit_type)) return "cost_limit";
  return window.limit_type === "TOKENS" ? "token_limit" : "step_limit";
}
