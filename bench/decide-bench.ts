// decide alone, in this process: against an index of the smallest threshold for each metric, and against going through
// every rule. Both floors are what one would write by hand for thresholds only; neither signals, explains or records.

import { median } from "@/bench/workload";
import { type Metric, metrics } from "@/db/vocabulary";
import { decide } from "@/server/gate/decide";
import type { RunReading, StepReading } from "@/server/gate/decision";
import { compilePlan, type Plan } from "@/server/gate/plan";
import { limitUnits } from "@/server/policies/amounts";
import { buildPolicySet, type FrozenRule } from "@/server/policies/policy-set";
import { type BookRule, type PolicyBook, resolveScopes } from "@/server/policies/scopes";
import { GateSettings } from "@/server/policies/settings";

/** Nanoseconds a decision. */
export type DecideRow = { rules: number; ours: number; index: number; linear: number };
export type OursRow = { rules: number; ours: number };
export type DecideResults = {
  thresholds: DecideRow[];
  /** Of so many rules of the tenant ten apply to the run. */
  applicable: OursRow[];
  /** So many conditions apply. */
  conditions: OursRow[];
  /** One threshold of ten is passed: the step is blocked, and the answer says why. */
  blocked: number;
};

const COUNTS = [10, 100, 1_000, 10_000] as const;
const APPLICABLE = 10;
const CONDITION_COUNTS = [1, 10, 100] as const;
const ROUNDS = 15;
const ROUND_MS = 12;
const now = new Date("2026-03-01T12:00:00.000Z");

export function benchDecide(): DecideResults {
  const thresholds = COUNTS.map((rules) =>
    againstFloors(
      rules,
      Array.from({ length: rules }, (_, at) => threshold(at)),
    ),
  );
  const applicable = COUNTS.map((rules) => ({ rules, ours: ours(boundPlan(rules)) }));
  const conditions = CONDITION_COUNTS.map((rules) => ({
    rules,
    ours: ours(planOf(Array.from({ length: rules }, (_, at) => condition(at)))),
  }));
  const blocking = Array.from({ length: APPLICABLE }, (_, at) => threshold(at)).with(0, {
    ...threshold(0),
    threshold: "1",
  });
  return { thresholds, applicable, conditions, blocked: ours(planOf(blocking)) };
}

/** A tenant's rules are bound to agents; the run's agent has ten of them. */
function boundPlan(rules: number): Plan {
  const book: PolicyBook = {
    ...{ epoch: 1, settings: GateSettings.parse({}), settings_version: 1, prices: { version: 1, entries: [] } },
    ...{ thresholds: [], windows: [], tampered: [] },
    rules: Array.from({ length: rules }, (_, at) => boundRule(at, rules)),
  };
  const context = { agent_id: "agent-0", api_key_id: null, human_actor_id: null, project: null, provider: null };
  const bound = resolveScopes(book, context).rules;
  if (bound.length !== APPLICABLE) throw new Error(`${bound.length} rules apply`);
  return planOf(bound);
}

function boundRule(at: number, rules: number): BookRule {
  const groups = rules / APPLICABLE;
  return { ...threshold(at), scopes: [{ scope_type: "agent", ids: [`agent-${at % groups}`] }] };
}

function againstFloors(rules: number, set: FrozenRule[]): DecideRow {
  const plan = planOf(set);
  const all = set.flatMap((rule) => (rule.metric === undefined ? [] : [entryOf(rule.metric, rule.threshold ?? "0")]));
  const smallest = metrics.flatMap((metric) => {
    const units = all.filter((entry) => entry.metric === metric).map((entry) => entry.units);
    return units.length === 0 ? [] : [{ metric, units: Math.min(...units) }];
  });
  const sides = [() => decide(input(plan)), () => floor(smallest), () => floor(all)] as const;
  const [own = 0, index = 0, linear = 0] = interleaved(sides);
  return { rules, ours: own, index, linear };
}

function ours(plan: Plan): number {
  return interleaved([() => decide(input(plan))])[0] ?? 0;
}

type Entry = { metric: Metric; units: number };

function entryOf(metric: Metric, limit: string): Entry {
  return { metric, units: limitUnits(metric, limit) };
}

function floor(entries: readonly Entry[]): { action: string; metric: string | null; value: number } {
  for (const entry of entries) {
    const value = quantityAt(entry.metric);
    if (value > entry.units) return { action: "block", metric: entry.metric, value };
  }
  return { action: "allow", metric: null, value: 0 };
}

function quantityAt(metric: Metric): number {
  const { meters } = run;
  switch (metric) {
    case "run.tokens":
      return meters.tokens.used + meters.tokens.presumed + step.input_tokens + step.output_tokens;
    case "run.input_tokens":
      return meters.input_tokens.used + meters.input_tokens.presumed + step.input_tokens;
    case "run.output_tokens":
      return meters.output_tokens.used + meters.output_tokens.presumed + step.output_tokens;
    case "run.cost_cents":
      return meters.cost_units.used + meters.cost_units.presumed + (step.cost_units ?? 0);
    case "run.steps":
      return meters.steps.used + meters.steps.presumed + 1;
    case "run.burn_rate_cents_per_minute":
      return run.minute.cost_units + (step.cost_units ?? 0);
    case "run.steps_per_minute":
      return run.minute.steps + 1;
    case "run.duration_ms":
      return run.duration_ms;
    case "run.repeats":
      return step.repeats;
    case "step.tokens":
      return step.input_tokens + step.output_tokens;
    case "step.cost_cents":
      return step.cost_units ?? 0;
    case "step.duration_ms":
      return step.duration_ms;
    case "step.retries":
      return step.retries;
  }
}

/** The median of rounds that take turns. Results are kept, so that no side's work can be left out. */
function interleaved(sides: readonly (() => object)[]): number[] {
  const times = sides.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, side] of sides.entries()) {
      const perCall = timed(side);
      // The first rounds warm up.
      if (round >= 5) times[at]?.push(perCall);
    }
  }
  return times.map(median);
}

let kept: object | null = null;

function timed(side: () => object): number {
  const from = performance.now();
  let calls = 0;
  while (performance.now() - from < ROUND_MS) {
    for (let i = 0; i < 100; i += 1) kept = side();
    calls += 100;
  }
  if (kept === null) throw new Error("nothing was decided");
  return ((performance.now() - from) * 1_000_000) / calls;
}

function planOf(rules: FrozenRule[]): Plan {
  return compilePlan(buildPolicySet(rules, [], { near_percentage: 80, windows_apply: false }));
}

function input(plan: Plan) {
  return { plan, run, step, windows: [], now, failureMode: null };
}

function rule(at: number): FrozenRule {
  return {
    policy_id: `00000000-0000-7000-8000-${String(at).padStart(12, "0")}`,
    name: `rule ${at}`,
    version: 1,
    rule_type: "custom_rule",
    category: "OPERATIONAL",
    near_percentage: 80,
    enforcement: "stop",
    on_kill: "none",
    bound_by: "all_runs",
    precedence: 100,
    conflict_strategy: "most_restrictive",
    bind_at: "each_step",
    rollout: "active",
    content_hash: "",
  };
}

// Far above what the run has used, all different: nothing is passed, and every threshold but the smallest has lost.
function threshold(at: number): FrozenRule {
  return { ...rule(at), metric: metrics[at % metrics.length] ?? "run.tokens", threshold: String(1_000_000_000 + at) };
}

function condition(at: number): FrozenRule {
  return { ...rule(at), condition: `step.tokens > ${100_000 + at} && step.skill == "shell"` };
}

const meter = (used: number) => ({ used, reserved: 10, presumed: 0, excess: 0 });
const run: RunReading = {
  id: "0197a000-0000-7000-8000-000000000001",
  goal: "",
  project: "billing",
  source: "",
  provider: "openai",
  model: "gpt-4o-mini",
  agent_id: "agent-1",
  actor_type: "human",
  actor_id: "u-17",
  tags: { env: "prod" },
  synthetic: false,
  meters: {
    tokens: meter(4_200),
    input_tokens: meter(3_100),
    output_tokens: meter(1_100),
    cost_units: meter(51_000),
    steps: meter(7),
  },
  unpriced: false,
  duration_ms: 61_000,
  minute: { cost_units: 9_000, steps: 6 },
  signalled: {},
  holds: {},
  released: {},
  last: {},
  first_token_seen: true,
};
const step: StepReading = {
  phase: "admission",
  key: "8",
  index: 8,
  type: "tool_call",
  skill: "search",
  model: "gpt-4o-mini",
  status: "",
  input_tokens: 412,
  output_tokens: 96,
  cost_units: 119,
  duration_ms: 0,
  retries: 0,
  repeats: 1,
  unpriced_blocks: false,
};
