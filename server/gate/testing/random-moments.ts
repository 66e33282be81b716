// Random moments of a run, close to the limits that hold for it, where decisions differ.

import { failureModes, stepTypes } from "@/db/vocabulary";
import type { Meter, RunReading, StepReading, WindowReading } from "@/server/gate/decision";
import type { Dice } from "./dice";
import type { Policies } from "./random-policies";
import type { Situation } from "./reference";
import { toUnits } from "./reference-amounts";
import { meaningOf } from "./reference-conditions";

const MOST = Number.MAX_SAFE_INTEGER;

/** What moments pick from, made once: there are a million of them. */
const pools = {
  agents: ["invoice-bot", "rogue-bot"],
  tags: [{}, { env: "prod" }, { env: "test" }],
  signals: ["near", "breach"],
  stepKeys: ["1", "2"],
  months: [4, 5],
  costs: [0, 1, 5_000, 10_000, 10_001, 70_003, 105_000, 2_850_001],
  phases: ["admission", "result"],
  skills: ["", "shell", "draft"],
  models: ["m", ""],
  durations: [0, 1, 1_000, 60_001],
  retries: [0, 1, 2, 3, 8],
  types: ["COST_CENTS", "TOKENS", "STEPS"],
  categories: ["BUDGET", "RATE"],
  enforcements: ["refuse", "refuse", "stop", "warn"],
  percentages: [1, 80, 100],
  told: ["", "", "near", "breach"],
} as const;

/** What moments are made around: worked out once for a set, whose moments are many. */
export type Aims = { policies: Policies; keys: readonly string[]; units: ReadonlyMap<string, readonly number[]> };

export function aimsOf(policies: Policies): Aims {
  const { rules, limits } = policies;
  const units = new Map<string, number[]>();
  const add = (metric: string, text: string) =>
    units.set(metric, [...(units.get(metric) ?? []), Number(toUnits(metric, text))]);
  for (const { metric, threshold } of rules)
    if (metric !== undefined && threshold !== undefined) add(metric, threshold);
  for (const limit of limits) add(metricOf(limit), limit.max_value);
  const keys = [
    ...rules.flatMap((rule) =>
      rule.metric === undefined ? [] : [`${rule.metric}|${rule.enforcement}|${rule.bind_at}`],
    ),
    ...limits.map((limit) => `${metricOf(limit)}|${limit.enforcement}|each_step`),
  ];
  return { policies, keys, units };
}

function metricOf({ per, limit_type }: Policies["limits"][number]): string {
  return `${per}.${limit_type.toLowerCase()}`;
}

/** One moment of a run under these policies. */
export function momentOf(dice: Dice, aims: Aims): Situation {
  const { policies, keys } = aims;
  const isHuge = dice.oneIn(20);
  const step = stepOf(dice, isHuge);
  const names = ["run.tokens", "run.input_tokens", "run.output_tokens"];
  const tokens = aim(dice, aims, { metrics: names, isHuge, amount: step.input_tokens + step.output_tokens });
  const input = dice.pick([0, tokens.used, dice.below(tokens.used + 1)]);
  const cost = aim(dice, aims, {
    metrics: ["run.cost_cents", "run.burn_rate_cents_per_minute"],
    isHuge,
    amount: step.cost_units ?? 0,
  });
  const steps = aim(dice, aims, { metrics: ["run.steps", "run.steps_per_minute"], isHuge: false, amount: 1 });
  const run: RunReading = {
    id: "run-1",
    goal: "Pay",
    project: "billing",
    source: "sdk",
    provider: "p",
    model: "m",
    agent_id: dice.pick(pools.agents),
    actor_type: "human",
    actor_id: "u-17",
    tags: dice.pick(pools.tags),
    synthetic: dice.oneIn(10),
    meters: {
      tokens,
      input_tokens: meter(input, Math.min(tokens.reserved, 5), tokens.presumed),
      output_tokens: meter(tokens.used - input, 0, tokens.presumed),
      cost_units: cost,
      steps,
    },
    unpriced: dice.oneIn(10),
    duration_ms: near(dice, aims, "run.duration_ms"),
    minute: {
      cost_units: Math.min(cost.used, near(dice, aims, "run.burn_rate_cents_per_minute")),
      steps: Math.min(steps.used, near(dice, aims, "run.steps_per_minute")),
    },
    signalled: marks(dice, keys, () => dice.pick(pools.signals)),
    holds: marks(dice, keys, (key) => near(dice, aims, key.split("|")[0] ?? "")),
    released: marks(
      dice,
      policies.rules.map((rule) => rule.policy_id),
      () => dice.pick(pools.stepKeys),
    ),
    last: marks(dice, keys, (key) => lastOf(dice, key, { tokens, cost, steps, step })),
    first_token_seen: dice.oneIn(2),
  };
  const windows = policies.hasWindows
    ? Array.from({ length: dice.below(4) }, (_, at) => windowOf(dice, { at, step, isHuge }))
    : [];
  const now = new Date(Date.UTC(2026, dice.pick(pools.months), 1, 0, 0, 0, dice.below(2)));
  const failureMode = dice.oneIn(2) ? null : dice.pick(failureModes);
  return { run, step, windows, now, failureMode, condition: meaningOf };
}

function marks<T>(dice: Dice, keys: readonly string[], of: (key: string) => T): Record<string, T> {
  const marked: Record<string, T> = {};
  for (const key of keys) if (dice.oneIn(3)) marked[key] = of(key);
  return marked;
}

// The value of this very moment as often as not, so that "has it changed" is asked both ways.
function lastOf(dice: Dice, key: string, at: { tokens: Meter; cost: Meter; steps: Meter; step: StepReading }): number {
  const { tokens, cost, steps, step } = at;
  if (dice.oneIn(2)) return dice.below(100);
  if (key.startsWith("run.tokens")) return tokens.used + step.input_tokens + step.output_tokens;
  if (key.startsWith("run.cost")) return cost.used + (step.cost_units ?? 0);
  if (key.startsWith("run.steps|")) return steps.used + 1;
  if (key.startsWith("step.tokens")) return step.input_tokens + step.output_tokens;
  return step.retries;
}

function stepOf(dice: Dice, isHuge: boolean): StepReading {
  const tokens = () =>
    isHuge && dice.oneIn(2)
      ? 2 ** 51 - dice.below(3)
      : dice.pick([0, 1, 3, 10, 60, 100, 500, 1_000, dice.below(1_500)]);
  const units = isHuge && dice.oneIn(2) ? 2 ** 52 - dice.below(3) : dice.pick(pools.costs);
  return {
    phase: dice.pick(pools.phases),
    key: dice.pick(pools.stepKeys),
    index: dice.between(1, 9),
    type: dice.pick(stepTypes),
    skill: dice.pick(pools.skills),
    model: dice.pick(pools.models),
    status: "success",
    input_tokens: tokens(),
    output_tokens: tokens(),
    cost_units: dice.oneIn(6) ? null : units,
    duration_ms: dice.pick(pools.durations),
    retries: dice.pick(pools.retries),
    repeats: dice.below(4),
    unpriced_blocks: dice.oneIn(2),
  };
}

type Aim = { metrics: readonly string[]; isHuge: boolean; amount: number };

/** A meter that lands around one of the limits on its metrics: below, exactly on it, one above, or far away. */
function aim(dice: Dice, aims: Aims, { metrics: names, isHuge, amount }: Aim): Meter {
  const goal = near(dice, aims, dice.pick(names)) - (dice.oneIn(2) ? amount : 0);
  // The gate takes nothing that its totals could not count exactly, so the sum of all parts stays within 2^53 − 1.
  const room = MOST - amount - 20;
  const total = isHuge ? room - dice.below(2_000) : Math.max(0, Math.min(goal, room));
  const reserved = dice.oneIn(2) ? 0 : dice.below(total + 1);
  const presumed = dice.oneIn(3) ? dice.below(total - reserved + 1) : 0;
  const extra = dice.oneIn(3) ? dice.below(20) : 0;
  return meter(total - reserved - presumed, reserved + extra, presumed);
}

function meter(used: number, reserved: number, presumed: number): Meter {
  return { used, reserved, presumed, excess: 0 };
}

function near(dice: Dice, { units }: Aims, metric: string): number {
  const found = units.get(metric);
  if (found === undefined || dice.oneIn(4)) return dice.pick(far);
  return Math.min(MOST, Math.max(0, Math.floor(dice.pick(found) * dice.pick(shares)) + dice.pick(nudges)));
}

const far = [0, 1, 80, 800, 99_999, 100_000, 9_999_999, 10_000_000];
const shares = [1, 1, 1, 0.8, 1.1, 2];
const nudges = [-1, 0, 0, 1];

function windowOf(dice: Dice, { at, step, isHuge }: { at: number; step: StepReading; isHuge: boolean }): WindowReading {
  const limit_type = dice.pick(pools.types);
  const limit_category = dice.pick(pools.categories);
  const max = dice.pick([0, 1, 10, 1_000, 100_000, isHuge ? MOST : 7]);
  const amount = { COST_CENTS: step.cost_units ?? 0, TOKENS: step.input_tokens + step.output_tokens, STEPS: 1 }[
    limit_type
  ];
  const total = Math.max(0, Math.min(MOST - amount, max + dice.pick([-amount - 1, -amount, -amount + 1, 0, 1, 5])));
  const isRate = limit_category === "RATE";
  const reserved = isRate || dice.oneIn(2) ? 0 : dice.below(total + 1);
  const presumed = isRate || dice.oneIn(2) ? 0 : dice.below(total - reserved + 1);
  const used = total - reserved - presumed;
  return {
    limit_id: `window-${dice.below(100)}-${at}`,
    name: `Window ${at}`,
    version: 1,
    limit_category,
    limit_type,
    enforcement: dice.pick(pools.enforcements),
    near_percentage: dice.pick(pools.percentages),
    max,
    used,
    reserved,
    presumed,
    unpriced: false,
    signalled: dice.pick(pools.told),
    resets_in_ms: isRate || dice.oneIn(3) ? null : dice.between(1, 86_400_000),
    leaving: isRate ? leavingOf(dice, used) : [],
  };
}

/** What makes up `used`, oldest first. */
function leavingOf(dice: Dice, used: number): (readonly [number, number])[] {
  const entries: [number, number][] = [];
  let left = used;
  let inMs = 0;
  while (left > 0) {
    const amount = entries.length === 5 ? left : dice.between(1, left);
    inMs += dice.between(1, 10_000);
    entries.push([amount, inMs]);
    left -= amount;
  }
  return entries;
}
