// decide is pure, total and deterministic: no I/O, no clock, no randomness, and no exception leaves it. A naive reference
// evaluator in the tests must agree with it on random cases.

import { enforcements, type FailureMode } from "@/db/vocabulary";
import { deriveSeverity } from "@/server/incidents/rules";
import { conditionCandidate, limitCandidate, unpricedCandidate, windowCandidate } from "./candidates";
import { conditionInput } from "./condition-input";
import type { Candidate, Decision, RunReading, StepReading, WindowReading } from "./decision";
import { quantityOf } from "./measure";
import type { Plan, PlanCondition, PlanLimit } from "./plan";
import { isBelow } from "./quiet";
import { signalsOf } from "./signals";

export type DecisionInput = {
  plan: Plan;
  run: RunReading;
  step: StepReading;
  windows: readonly WindowReading[];
  now: Date;
  /** The tenant's failure mode; a rule's own goes first, and `fail_closed` is what holds when neither says. */
  failureMode: FailureMode | null;
};

type Passed = Decision["passed"];

/** What happens to the step: the harshest of everything that acts, with all that matched, signalled and would have acted. */
export function decide(input: DecisionInput): Decision {
  const { plan, run, step } = input;
  const isQuiet = plan.ceilings !== null && isBelow(plan.ceilings, run, step);
  if (isQuiet && !asksMore(input)) return withinEveryLimit;
  const passed: Passed = [];
  const evaluated: Record<string, number> = {};
  const limits = isQuiet ? [] : plan.limits;
  const candidates = [
    ...limitCandidates(limits, input, evaluated),
    ...conditionCandidates(plan.conditions[step.phase], input, passed),
    ...input.windows.flatMap((window) => windowCandidate(window, step) ?? []),
    ...(isUnpriced(step) ? [unpricedCandidate(step)] : []),
  ].sort(harshestFirst);
  const would = shadowCandidates(input, evaluated);
  const winner = candidates[0] ?? null;
  return {
    ...verdict(winner),
    winner,
    candidates,
    would,
    passed,
    evaluated,
    matched: [
      ...candidates.map((one) => matchedBy(one, one === winner, false)),
      ...would.map((one) => matchedBy(one, false, true)),
    ],
    signals: signalsOf(limits, input.windows, run, step),
    retry_after_ms: winner?.enforcement === "refuse" ? longestWait(candidates) : null,
  };
}

/** Shared, and so never to be changed. */
const withinEveryLimit: Decision = {
  action: "allow",
  enforcement: "none",
  severity: null,
  reason: "within every limit",
  winner: null,
  candidates: [],
  would: [],
  passed: [],
  evaluated: {},
  matched: [],
  signals: [],
  retry_after_ms: null,
};
for (const part of Object.values(withinEveryLimit)) Object.freeze(part);
Object.freeze(withinEveryLimit);

/** Whether there is more to look at than the run's own limits. */
function asksMore({ plan, step, windows }: DecisionInput): boolean {
  return (
    windows.length > 0 ||
    plan.conditions[step.phase].length > 0 ||
    plan.shadowConditions[step.phase].length > 0 ||
    isUnpriced(step)
  );
}

function isUnpriced(step: StepReading): boolean {
  return step.cost_units === null && step.unpriced_blocks;
}

// An approval is given to the rule that paused, never to a shadow of it.
function shadowCandidates(input: DecisionInput, evaluated: Record<string, number>): Candidate[] {
  const { shadowLimits, shadowConditions } = input.plan;
  const conditions = shadowConditions[input.step.phase];
  if (shadowLimits.length === 0 && conditions.length === 0) return [];
  const unreleased = { ...input, run: { ...input.run, holds: {}, released: {} } };
  const limits = limitCandidates(shadowLimits, unreleased, evaluated);
  return [...limits, ...conditionCandidates(conditions, unreleased, [])].sort(harshestFirst);
}

function limitCandidates(limits: readonly PlanLimit[], input: DecisionInput, evaluated: Record<string, number>) {
  const found: Candidate[] = [];
  for (const limit of limits) {
    if (!isDue(limit, input, evaluated)) continue;
    const candidate = limitCandidate(limit, input.run, input.step);
    if (candidate !== null && !(limit.enforcement === "pause" && isHeld(candidate, input.run))) found.push(candidate);
  }
  return found;
}

/** Whether the limit's bind moment is now. Values of `on_change` are noted whether they changed or not. */
function isDue(limit: PlanLimit, input: DecisionInput, evaluated: Record<string, number>): boolean {
  const { run, step } = input;
  switch (limit.bind_at) {
    case "each_step":
      return true;
    case "step_start":
      return step.phase === "admission";
    case "step_end":
      return step.phase === "result";
    case "first_token":
      return step.type === "llm_call" && !run.first_token_seen;
    case "on_change": {
      const quantity = quantityOf(limit.metric, run, step);
      const value = quantity.additive ? quantity.used + quantity.amount : quantity.value;
      evaluated[limit.key] = value;
      return run.last[limit.key] !== value;
    }
    case "run_start":
      return false;
  }
}

function conditionCandidates(conditions: readonly PlanCondition[], input: DecisionInput, passed: Passed): Candidate[] {
  const { run, step } = input;
  const due = conditions.filter(
    ({ rule }) => rule.bind_at !== "first_token" || (step.type === "llm_call" && !run.first_token_seen),
  );
  if (due.length === 0) return [];
  const environment = conditionInput(run, step, input.now);
  const found: Candidate[] = [];
  for (const { rule, condition } of due) {
    const outcome = condition.evaluate(environment);
    if (outcome.ok && !outcome.value) continue;
    const failure = outcome.ok ? null : `${outcome.code}: ${outcome.message}`;
    const mode = rule.failure_mode ?? input.failureMode ?? "fail_closed";
    if (failure !== null && mode === "fail_open") {
      passed.push({ policy_id: rule.policy_id, name: rule.name, mode, error: failure });
      continue;
    }
    const candidate = conditionCandidate(rule, failure, mode);
    const isReleased = candidate.enforcement === "pause" && run.released[rule.policy_id] === step.key;
    if (!isReleased) found.push(candidate);
  }
  return found;
}

// An approved pause: the limit that paused holds its peace until its value has grown by another tenth of it. Nor does it
// refuse for lack of room meanwhile.
function isHeld(candidate: Candidate, run: RunReading): boolean {
  const hold = run.holds[candidate.key];
  return hold !== undefined && candidate.value !== null && candidate.value <= hold;
}

function verdict(winner: Candidate | null): Pick<Decision, "action" | "enforcement" | "severity" | "reason"> {
  if (winner === null) return { action: "allow", enforcement: "none", severity: null, reason: withinEveryLimit.reason };
  const severity = deriveSeverity({
    violation_type: winner.violation_type,
    threshold: winner.threshold,
    actual: winner.actual,
    rule_severity: winner.rule_severity,
  });
  if (winner.enforcement === "warn") return { action: "warn", enforcement: "none", severity, reason: winner.reason };
  return { action: "block", enforcement: winner.enforcement, severity, reason: winner.reason };
}

const sourceOrder = ["failure_mode", "rule", "limit", "default"];

/** A total order: harshest, then strongest precedence, then source, then key. */
export function harshestFirst(a: Candidate, b: Candidate): number {
  return (
    enforcements.indexOf(b.enforcement) - enforcements.indexOf(a.enforcement) ||
    a.precedence - b.precedence ||
    sourceOrder.indexOf(a.source) - sourceOrder.indexOf(b.source) ||
    (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  );
}

function matchedBy(candidate: Candidate, won: boolean, shadow: boolean): Decision["matched"][number] {
  return {
    policy_id: candidate.policy_id,
    limit_id: candidate.limit_id,
    action: candidate.enforcement === "warn" ? "warn" : candidate.enforcement === "refuse" ? "refuse" : "block",
    won,
    shadow,
  };
}

// Room must be there in every limit that refuses, so the longest wait counts; null when one of them will never have it.
function longestWait(candidates: readonly Candidate[]): number | null {
  const refusing = candidates.filter((candidate) => candidate.enforcement === "refuse");
  const waits = refusing.flatMap((candidate) => candidate.retry_after_ms ?? []);
  return waits.length < refusing.length ? null : Math.max(...waits);
}
