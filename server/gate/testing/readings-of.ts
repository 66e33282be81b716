// Readings with nothing in them, to be said otherwise where a test looks.

import type { MeterName, RunReading, StepReading, WindowReading } from "@/server/gate/decision";
import { compilePlan, type PlanLimit } from "@/server/gate/plan";
import { buildPolicySet, type FrozenRule } from "@/server/policies/policy-set";
import { ruleOver } from "./simulated-tenant";

type Meters = Partial<Record<MeterName, { used?: number; reserved?: number; presumed?: number; excess?: number }>>;

export function runReading(meters: Meters = {}, more: Partial<RunReading> = {}): RunReading {
  const meter = (name: MeterName) => ({ used: 0, reserved: 0, presumed: 0, excess: 0, ...meters[name] });
  return {
    id: "run",
    goal: "",
    project: "",
    source: "",
    provider: "",
    model: "",
    agent_id: "bot",
    actor_type: "",
    actor_id: "",
    tags: {},
    synthetic: false,
    meters: {
      tokens: meter("tokens"),
      input_tokens: meter("input_tokens"),
      output_tokens: meter("output_tokens"),
      cost_units: meter("cost_units"),
      steps: meter("steps"),
    },
    unpriced: false,
    duration_ms: 0,
    minute: { cost_units: 0, steps: 0 },
    signalled: {},
    holds: {},
    released: {},
    last: {},
    first_token_seen: false,
    ...more,
  };
}

export function stepReading(phase: StepReading["phase"], more: Partial<StepReading> = {}): StepReading {
  return {
    phase,
    key: "1",
    index: 1,
    type: "llm_call",
    skill: "",
    model: "m",
    status: "",
    input_tokens: 0,
    output_tokens: 0,
    cost_units: 0,
    duration_ms: 0,
    retries: 0,
    repeats: 0,
    unpriced_blocks: false,
    ...more,
  };
}

export function windowReading(more: Partial<WindowReading> = {}): WindowReading {
  return {
    limit_id: "window",
    name: "Daily tokens",
    version: 1,
    limit_category: "BUDGET",
    limit_type: "TOKENS",
    enforcement: "refuse",
    near_percentage: 80,
    max: 100,
    used: 0,
    reserved: 0,
    presumed: 0,
    unpriced: false,
    signalled: "",
    resets_in_ms: 3_600_000,
    leaving: [],
    ...more,
  };
}

/** One rule as the plan has it when nothing competes with it. */
export function planLimit(metric: NonNullable<FrozenRule["metric"]>, threshold: string, more: object = {}): PlanLimit {
  const { scopes: _scopes, ...rule } = ruleOver(metric, threshold, more);
  const set = buildPolicySet([{ ...rule, bound_by: "all_runs" }], [], { near_percentage: 80, windows_apply: false });
  const [limit] = compilePlan(set).limits;
  if (limit === undefined) throw new TypeError("the rule stands alone, so it stands");
  return limit;
}
