// Conditions with what they mean told a second time. `null`: it cannot be evaluated here.

import type { Situation } from "./reference";

type Meaning = (situation: Situation) => boolean | null;

const inResult = ({ step }: Situation) => (step.phase === "result" ? 1n : 0n);
const tokensOf = ({ step }: Situation) => BigInt(step.input_tokens) + BigInt(step.output_tokens);
const runTokens = (at: Situation) => BigInt(at.run.meters.tokens.used) + inResult(at) * tokensOf(at);
const runSteps = (at: Situation) => BigInt(at.run.meters.steps.used) + inResult(at);
const minuteSteps = (at: Situation) => BigInt(at.run.minute.steps) + inResult(at);

/** Cost that is not known is not 0: a condition that reads it fails. */
function runCost(at: Situation, settled: number): bigint | null {
  const isUnknown = at.run.unpriced || (at.step.phase === "result" && at.step.cost_units === null);
  return isUnknown ? null : BigInt(settled) + inResult(at) * BigInt(at.step.cost_units ?? 0);
}

const meanings: Record<string, Meaning> = {
  "run.tokens > 900": (at) => runTokens(at) > 900n,
  "run.input_tokens + run.output_tokens >= 2000": (at) => {
    const { input_tokens, output_tokens } = at.run.meters;
    return BigInt(input_tokens.used) + BigInt(output_tokens.used) + inResult(at) * tokensOf(at) >= 2000n;
  },
  "run.steps >= 3": (at) => runSteps(at) >= 3n,
  "run.steps_per_minute > 2.0": (at) => minuteSteps(at) > 2n,
  "run.cost_cents > 5.0": (at) => over(runCost(at, at.run.meters.cost_units.used), 50_000n),
  "run.burn_rate_cents_per_minute >= 0.5": (at) => over(runCost(at, at.run.minute.cost_units), 4_999n),
  "step.cost_cents > 1.0": ({ step }) => over(step.cost_units === null ? null : BigInt(step.cost_units), 10_000n),
  "run.tokens / step.retries > 100": (at) =>
    at.step.retries === 0 ? null : runTokens(at) / BigInt(at.step.retries) > 100n,
  'step.phase == "admission" && step.tokens > 50': (at) => at.step.phase === "admission" && tokensOf(at) > 50n,
  'tags.env == "prod" || agent.id.startsWith("rogue")': ({ run }) =>
    (run.tags.env ?? "") === "prod" || run.agent_id.startsWith("rogue"),
  'step.skill == "shell" && run.repeats > 1': ({ step }) => step.skill === "shell" && step.repeats > 1,
  "run.duration_ms > 60000 || synthetic": ({ run }) => run.duration_ms > 60_000 || run.synthetic,
  'now > timestamp("2026-06-01T00:00:00Z")': ({ now }) => now.getTime() > Date.UTC(2026, 5, 1),
  'step.type == "llm_call"': ({ step }) => step.type === "llm_call",
};

function over(units: bigint | null, limit: bigint): boolean | null {
  return units === null ? null : units > limit;
}

export const conditionSources: readonly string[] = Object.keys(meanings);

export function meaningOf(source: string, situation: Situation): boolean | null {
  const meaning = meanings[source];
  if (meaning === undefined) throw new TypeError(`no meaning is written for: ${source}`);
  return meaning(situation);
}
