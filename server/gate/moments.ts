// Decisions that no post asks for: at a run's start, over who and what it is, and by time alone. They are made by the same
// decide, on the part of the plan that such a moment asks.

import type { StepReading } from "./decision";
import type { Plan } from "./plan";

/** Of a decision's stored inputs; absent: a post. */
export type Moment = "run_start" | "time";

/** What of the plan is decided at that moment. */
export function planAt(plan: Plan, moment: Moment): Plan {
  const none = { start: [], admission: [], result: [] };
  if (moment === "run_start") {
    return {
      ...plan,
      limits: [],
      shadowLimits: [],
      conditions: { ...none, admission: plan.conditions.start },
      shadowConditions: { ...none, admission: plan.shadowConditions.start },
    };
  }
  return { ...plan, limits: timeLimits(plan), shadowLimits: [], conditions: none, shadowConditions: none };
}

// `first_token` waits for a post of its own; every other duration limit holds between posts too.
function timeLimits(plan: Plan): Plan["limits"] {
  return plan.limits
    .filter((limit) => limit.metric === "run.duration_ms" && limit.bind_at !== "first_token")
    .map((limit) => ({ ...limit, bind_at: "each_step" as const }));
}

/** The step of a moment that has none: it uses nothing. */
export function stillStep(index: number, repeats = 0): StepReading {
  return {
    phase: "admission",
    key: "",
    index,
    type: "policy_check",
    skill: "",
    model: "",
    status: "",
    input_tokens: 0,
    output_tokens: 0,
    cost_units: 0,
    duration_ms: 0,
    retries: 0,
    repeats,
    unpriced_blocks: false,
  };
}
