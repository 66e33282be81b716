import type { ConditionInput } from "@/server/policy-language/plan/input";
import type { RunReading, StepReading } from "./decision";

/**
 * The environment of a condition: at admission the step's numbers are its estimate; a result counts in the run's.
 * Money that has no price is absent, and a condition that reads it fails under its failure mode.
 */
export function conditionInput(run: RunReading, step: StepReading, now: Date): ConditionInput {
  return {
    run: runOf(run, step),
    step: stepOf(step),
    agent: { id: run.agent_id },
    actor: { type: run.actor_type, id: run.actor_id },
    tags: run.tags,
    synthetic: run.synthetic,
    now,
  };
}

function runOf(run: RunReading, step: StepReading): ConditionInput["run"] {
  const { meters, minute } = run;
  const settled = step.phase === "result" ? 1 : 0;
  const cost = settled * (step.cost_units ?? 0);
  const isPriced = !run.unpriced && !(settled === 1 && step.cost_units === null);
  return {
    id: run.id,
    goal: run.goal,
    project: run.project,
    source: run.source,
    provider: run.provider,
    model: run.model,
    tokens: meters.tokens.used + settled * (step.input_tokens + step.output_tokens),
    input_tokens: meters.input_tokens.used + settled * step.input_tokens,
    output_tokens: meters.output_tokens.used + settled * step.output_tokens,
    steps: meters.steps.used + settled,
    duration_ms: run.duration_ms,
    repeats: step.repeats,
    cost_cents: isPriced ? (meters.cost_units.used + cost) / 10_000 : undefined,
    burn_rate_cents_per_minute: isPriced ? (minute.cost_units + cost) / 10_000 : undefined,
    steps_per_minute: minute.steps + settled,
  };
}

function stepOf(step: StepReading): NonNullable<ConditionInput["step"]> {
  return {
    index: step.index,
    type: step.type,
    skill: step.skill,
    model: step.model,
    status: step.status,
    phase: step.phase,
    tokens: step.input_tokens + step.output_tokens,
    input_tokens: step.input_tokens,
    output_tokens: step.output_tokens,
    cost_cents: step.cost_units === null ? undefined : step.cost_units / 10_000,
    duration_ms: step.duration_ms,
    retries: step.retries,
  };
}
