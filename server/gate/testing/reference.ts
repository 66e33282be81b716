// The decision once more, as the spec tells it and as plainly as it can be told: every limit is looked at, every amount is a
// BigInt, nothing is compiled, indexed or remembered. It shares no code with the gate's own decision, only the types of
// what is read. Rules: runner-api.md "Limits, exactly" and "Arbitration", admin-api.md on metrics and bind moments,
// DESIGN §6.

import type { FailureMode } from "@/db/vocabulary";
import type { RunReading, StepReading, WindowReading } from "@/server/gate/decision";
import type { FrozenRule } from "@/server/policies/policy-set";
import { type Act, harshest, severityOf } from "./reference-acts";
import { textOf } from "./reference-amounts";
import type { Standing, Standings } from "./reference-arbitration";

export type Situation = {
  run: RunReading;
  step: StepReading;
  windows: readonly WindowReading[];
  now: Date;
  failureMode: FailureMode | null;
  /** What a condition comes to here: null is a failure. */
  condition: (source: string, situation: Situation) => boolean | null;
};

export type Signal = {
  key: string;
  type: "near" | "breach";
  metric: string;
  enforcement: string;
  source: string;
  policy_id: string | null;
  limit_id: string | null;
  current: string;
  threshold: string;
  percentage: number | null;
};

export type Judgement = {
  action: "allow" | "warn" | "block";
  enforcement: string;
  severity: string | null;
  acts: Act[];
  would: Act[];
  passed: string[];
  signals: Signal[];
  evaluated: Record<string, number>;
  retry_after_ms: number | null;
};

/** What the step comes to. */
export function judge(standings: Standings, situation: Situation): Judgement {
  const { step } = situation;
  const passed: string[] = [];
  const acts = [
    ...standings.active.flatMap((limit) => limitAct(limit, situation, { isShadow: false })),
    ...standings.conditions.flatMap((rule) => conditionAct(rule, situation, { isShadow: false, passed })),
    ...situation.windows.flatMap((window) => windowAct(window, step)),
    ...(step.cost_units === null && step.unpriced_blocks ? [unpriced(step)] : []),
  ].sort(harshest);
  const would = [
    ...standings.shadow.flatMap((limit) => limitAct(limit, situation, { isShadow: true })),
    ...standings.shadowConditions.flatMap((rule) => conditionAct(rule, situation, { isShadow: true, passed: [] })),
  ].sort(harshest);
  const [winner] = acts;
  const shared = {
    acts,
    would,
    passed,
    signals: signals(standings.active, situation),
    evaluated: evaluated(standings, situation),
  };
  if (winner === undefined)
    return { action: "allow", enforcement: "none", severity: null, retry_after_ms: null, ...shared };
  const severity = severityOf(winner);
  if (winner.enforcement === "warn")
    return { action: "warn", enforcement: "none", severity, retry_after_ms: null, ...shared };
  const wait = winner.enforcement === "refuse" ? longest(acts.filter((act) => act.enforcement === "refuse")) : null;
  return { action: "block", enforcement: winner.enforcement, severity, retry_after_ms: wait, ...shared };
}

/** What a metric is made of here; what has no parts is a value of this moment. */
type Measured = { used: bigint; reserved: bigint; presumed: bigint; amount: bigint };

function measured(metric: string, { run, step }: Situation): Measured | bigint {
  const input = BigInt(step.input_tokens);
  const output = BigInt(step.output_tokens);
  const cost = BigInt(step.cost_units ?? 0);
  const of = (meter: { used: number; reserved: number; presumed: number }, amount: bigint) => ({
    used: BigInt(meter.used),
    reserved: BigInt(meter.reserved),
    presumed: BigInt(meter.presumed),
    amount,
  });
  // Rates: the sum over the trailing 60 s. A lapsed estimate is no work of this minute; an open one may become so.
  const rate = (used: number, reserved: number, amount: bigint) => of({ used, reserved, presumed: 0 }, amount);
  if (metric === "run.tokens") return of(run.meters.tokens, input + output);
  if (metric === "run.input_tokens") return of(run.meters.input_tokens, input);
  if (metric === "run.output_tokens") return of(run.meters.output_tokens, output);
  if (metric === "run.cost_cents") return of(run.meters.cost_units, cost);
  if (metric === "run.steps") return of(run.meters.steps, 1n);
  if (metric === "run.burn_rate_cents_per_minute")
    return rate(run.minute.cost_units, run.meters.cost_units.reserved, cost);
  if (metric === "run.steps_per_minute") return rate(run.minute.steps, run.meters.steps.reserved, 1n);
  if (metric === "run.duration_ms") return BigInt(run.duration_ms);
  if (metric === "run.repeats") return BigInt(step.repeats);
  if (metric === "step.tokens") return input + output;
  if (metric === "step.cost_cents") return cost;
  if (metric === "step.duration_ms") return BigInt(step.duration_ms);
  if (metric === "step.retries") return BigInt(step.retries);
  throw new TypeError(`no such metric: ${metric}`);
}

/** "run_start (once), first_token (the first llm_call post), step_start (admissions), step_end (reports and results) …" */
function isMoment(moment: string, key: string, value: bigint | null, { run, step }: Situation): boolean {
  if (moment === "each_step") return true;
  if (moment === "step_start") return step.phase === "admission";
  if (moment === "step_end") return step.phase === "result";
  if (moment === "first_token") return step.type === "llm_call" && !run.first_token_seen;
  if (moment === "on_change")
    return value !== null && (run.last[key] === undefined || BigInt(run.last[key] ?? 0) !== value);
  return false;
}

/** The metric as an evaluation remembers it: what it would be with this step, reservations aside. */
function shownBy(metric: string, situation: Situation): bigint {
  const found = measured(metric, situation);
  return typeof found === "bigint" ? found : found.used + found.amount;
}

function evaluated(standings: Standings, situation: Situation): Record<string, number> {
  const onChange = [...standings.active, ...standings.shadow].filter((limit) => limit.bind_at === "on_change");
  return Object.fromEntries(onChange.map((limit) => [limit.key, Number(shownBy(limit.metric, situation))]));
}

type Weighed = { how: "over" | "no_room"; actual: bigint } | null;

/** "An admission fits if used + reserved + presumed + estimate ≤ limit." A report that lands exactly on a limit stands. */
function weigh(found: Measured | bigint, limit: bigint, step: StepReading): Weighed {
  if (typeof found === "bigint") return found > limit ? { how: "over", actual: found } : null;
  const without = found.used + found.presumed + found.amount;
  if (without > limit) return { how: "over", actual: without };
  const withOpen = without + found.reserved;
  return step.phase === "admission" && withOpen > limit ? { how: "no_room", actual: withOpen } : null;
}

function limitAct(limit: Standing, situation: Situation, pass: { isShadow: boolean }): Act[] {
  const { run, step } = situation;
  if (!isMoment(limit.bind_at, limit.key, shownBy(limit.metric, situation), situation)) return [];
  const found = weigh(measured(limit.metric, situation), limit.units, step);
  if (found === null) return [];
  // "Approve: the pausing rule holds its peace until its value has grown by another tenth of its limit."
  const hold = run.holds[limit.key];
  if (!pass.isShadow && limit.enforcement === "pause" && hold !== undefined && found.actual <= BigInt(hold)) return [];
  const isRefused = limit.enforcement === "refuse" || (found.how === "no_room" && limit.enforcement !== "warn");
  const refusal = step.phase === "admission" ? "refuse" : "warn";
  return [
    {
      key: limit.key,
      enforcement: isRefused ? refusal : limit.enforcement,
      source: limit.source,
      policy_id: limit.policy_id,
      limit_id: limit.limit_id,
      precedence: limit.precedence,
      violation_type: limit.violation_type,
      rule_severity: limit.severity,
      threshold: limit.limit,
      actual: textOf(limit.metric, found.actual),
      // The time that has passed is no estimate.
      projected: step.phase === "admission" && limit.metric !== "run.duration_ms",
      retry_after_ms: isRefused ? roomIn(measured(limit.metric, situation), limit.units) : null,
    },
  ];
}

/** What others reserve or presume may settle lower, soon; what has been used stays used. */
function roomIn(found: Measured | bigint, limit: bigint): number | null {
  return typeof found !== "bigint" && found.used + found.amount <= limit ? 1000 : null;
}

function conditionAct(rule: FrozenRule, situation: Situation, pass: { isShadow: boolean; passed: string[] }): Act[] {
  const { run, step } = situation;
  if (rule.condition === undefined || !isMoment(rule.bind_at, rule.policy_id, null, situation)) return [];
  const holds = situation.condition(rule.condition, situation);
  if (holds === false) return [];
  const mode = rule.failure_mode ?? situation.failureMode ?? "fail_closed";
  if (holds === null && mode === "fail_open") {
    pass.passed.push(rule.policy_id);
    return [];
  }
  let enforcement: Act["enforcement"] = rule.enforcement;
  if (holds === null && mode === "fail_warn") enforcement = "warn";
  const isGuarded = rule.category === "SAFETY" || rule.category === "PRIVACY";
  if (holds === null && mode === "fail_closed" && isGuarded && enforcement !== "kill") enforcement = "stop";
  if (!pass.isShadow && enforcement === "pause" && run.released[rule.policy_id] === step.key) return [];
  return [
    {
      key: rule.policy_id,
      enforcement,
      source: holds === null ? "failure_mode" : "rule",
      policy_id: rule.policy_id,
      limit_id: null,
      precedence: rule.precedence,
      violation_type: rule.rule_type,
      rule_severity: rule.severity ?? null,
      threshold: null,
      actual: null,
      projected: false,
      retry_after_ms: null,
    },
  ];
}

function ofWindow(window: WindowReading, step: StepReading): Measured {
  const tokens = BigInt(step.input_tokens) + BigInt(step.output_tokens);
  const amount = { TOKENS: tokens, STEPS: 1n, COST_CENTS: BigInt(step.cost_units ?? 0) }[window.limit_type];
  return { used: BigInt(window.used), reserved: BigInt(window.reserved), presumed: BigInt(window.presumed), amount };
}

function windowAct(window: WindowReading, step: StepReading): Act[] {
  const found = weigh(ofWindow(window, step), BigInt(window.max), step);
  if (found === null) return [];
  const own = window.enforcement;
  const wanted = found.how === "no_room" && own !== "warn" ? "refuse" : own;
  // "Only admissions are refused: a report's work is done … over a window limit it answers warn."
  const enforcement = wanted === "refuse" && step.phase === "result" ? "warn" : wanted;
  const kinds = { TOKENS: "token_limit", STEPS: "step_limit", COST_CENTS: "cost_limit" } as const;
  return [
    {
      key: window.limit_id,
      enforcement,
      source: "limit",
      policy_id: null,
      limit_id: window.limit_id,
      precedence: 100,
      violation_type: window.limit_category === "RATE" ? "rate_limit" : kinds[window.limit_type],
      rule_severity: null,
      threshold: textOf(window.limit_type, BigInt(window.max)),
      actual: textOf(window.limit_type, found.actual),
      projected: step.phase === "admission",
      retry_after_ms: found.how === "no_room" ? 1000 : waitOf(window, ofWindow(window, step)),
    },
  ];
}

/** The first moment at which the step would fit by the passing of time alone; null: never. */
function waitOf(window: WindowReading, { used, reserved, presumed, amount }: Measured): number | null {
  const max = BigInt(window.max);
  if (amount > max) return null;
  if (window.limit_category === "BUDGET") return window.resets_in_ms;
  for (const [, inMs] of window.leaving) {
    const left = window.leaving.reduce((sum, [leaving, at]) => (at <= inMs ? sum + BigInt(leaving) : sum), 0n);
    if (used + reserved + presumed + amount - left <= max) return inMs;
  }
  return null;
}

function unpriced(step: StepReading): Act {
  return {
    key: "unpriced",
    enforcement: "stop",
    source: "default",
    policy_id: null,
    limit_id: null,
    precedence: 1_000_000,
    violation_type: "cost_limit",
    rule_severity: null,
    threshold: null,
    actual: null,
    projected: step.phase === "admission",
    retry_after_ms: null,
  };
}

/** "NEAR (≥ near percentage) and BREACH (≥ 100 %): once each per run and limit … counted on settled usage." */
function signals(limits: readonly Standing[], situation: Situation): Signal[] {
  const { run, step, windows } = situation;
  const isResult = step.phase === "result";
  const ofLimits = limits.flatMap((limit) => {
    if (!isResult && limit.metric !== "run.duration_ms") return [];
    const value = shownBy(limit.metric, situation);
    const told = run.signalled[limit.key] ?? "";
    return signal(limit, { value, limit: limit.units, near: limit.near_percentage, told, metric: limit.metric });
  });
  const ofWindows = windows.flatMap((window) => {
    if (!isResult) return [];
    const { used, amount } = ofWindow(window, step);
    const from = {
      key: window.limit_id,
      enforcement: window.enforcement,
      source: "limit",
      policy_id: null,
      limit_id: window.limit_id,
    };
    const limit = BigInt(window.max);
    return signal(from, {
      value: used + amount,
      limit,
      near: window.near_percentage,
      told: window.signalled,
      metric: window.limit_type,
    });
  });
  return [...ofLimits, ...ofWindows];
}

type Crossing = { value: bigint; limit: bigint; near: number; told: string; metric: string };

function signal(
  from: Omit<Signal, "type" | "metric" | "current" | "threshold" | "percentage">,
  crossing: Crossing,
): Signal[] {
  const { value, limit, near, told, metric } = crossing;
  const isBreach = limit === 0n ? value > 0n : value >= limit;
  const isNear = limit > 0n && value * 100n >= limit * BigInt(near);
  const type = isBreach ? "breach" : isNear ? "near" : null;
  if (type === null || told === "breach" || told === type) return [];
  const { key, enforcement, source, policy_id, limit_id } = from;
  const hundredths = limit === 0n ? null : Number((value * 10_000n) / limit);
  const shown = {
    current: textOf(metric, value),
    threshold: textOf(metric, limit),
    percentage: hundredths === null ? null : hundredths / 100,
  };
  return [{ key, type, metric, enforcement, source, policy_id, limit_id, ...shown }];
}

/** Room must be there in all of them; null where one will never have it. */
function longest(refusing: readonly Act[]): number | null {
  let most = 0;
  for (const act of refusing) {
    if (act.retry_after_ms === null) return null;
    if (act.retry_after_ms > most) most = act.retry_after_ms;
  }
  return most;
}
