import { type CelInput, type CelResult, celEnv, isCelError, parse, plan } from "@bufbuild/cel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCondition } from "@/server/policy-language/check/condition";
import type { Condition } from "@/server/policy-language/plan/condition";
import type { ConditionInput } from "@/server/policy-language/plan/input";
import { conditionSource } from "@/server/policy-language/testing/expressions";
import { conditionInputs } from "@/server/policy-language/testing/inputs";

// Our planner against the CEL library's evaluator. Where the two are meant to differ the generator stays away:
// - reading an absent tag;
// - numbers in texts that JavaScript reads but CEL does not: "", "0x1f", " 5";
// - calendar parts where the library is wrong: between two milliseconds it rounds up, a date in a named zone is a day
//   late in the hour after midnight, and a year before 100 is taken for one of the 20th century.

// The library takes calendar parts from local time.
process.env.TZ = "UTC";

const env = celEnv();
const conditions = 5_000;
const inputsPerCondition = 25;
/** What the checker may say to a generated text: it is well typed, but parts of it may be constant failures. */
const expectedRefusals = new Set(["always_fails", "too_deep", "too_costly"]);

describe("our planner and the library", () => {
  it("agree on 100 000 random evaluations", { timeout: 120_000 }, () => {
    const inputs = fc.sample(conditionInputs, 2_000).map((input) => ({ ours: input, theirs: bindings(input) }));
    const seen = { evaluations: 0, holds: 0, fails: 0 };
    const agrees = (source: string, offset: number) => {
      const condition = accepted(source);
      if (!condition) return;
      const reference = plan(env, parse(source));
      for (let turn = 0; turn < inputsPerCondition; turn++) {
        const input = inputs[(offset + turn) % inputs.length];
        if (!input) continue;
        const ours = resultOf(condition, input.ours);
        const theirs = referenceResult(reference(input.theirs));
        if (ours !== theirs)
          throw new Error(`ours ${ours}, the library's ${theirs}, for ${JSON.stringify(input.ours)}`);
        seen.evaluations++;
        if (ours === "true") seen.holds++;
        if (ours === "error") seen.fails++;
      }
    };
    fc.assert(fc.property(conditionSource, fc.nat(2_000), agrees), { numRuns: conditions });
    expect(seen.evaluations).toBeGreaterThanOrEqual(100_000);
    expect(seen.holds).toBeGreaterThan(10_000);
    expect(seen.fails).toBeGreaterThan(1_000);
  });
});

function accepted(source: string): Condition | null {
  const checked = checkCondition(source);
  if (checked.ok) return checked.condition;
  for (const diagnostic of checked.diagnostics) {
    if (!expectedRefusals.has(diagnostic.code)) throw new Error(JSON.stringify(diagnostic));
  }
  return null;
}

type Outcome = "true" | "false" | "error";

function resultOf(condition: Condition, input: ConditionInput): Outcome {
  const result = condition.evaluate(input);
  if (!result.ok && result.code === "internal") throw new Error(`${condition.source}: ${result.message}`);
  return result.ok ? (result.value ? "true" : "false") : "error";
}

function referenceResult(value: CelResult): Outcome {
  if (isCelError(value)) return "error";
  if (typeof value !== "boolean") throw new Error("The library gave no bool.");
  return value ? "true" : "false";
}

const doubles = new Set(["cost_cents", "burn_rate_cents_per_minute", "steps_per_minute"]);

function bindings(input: ConditionInput): Record<string, CelInput> {
  const { run, step, agent, actor, tags, synthetic, now } = input;
  return {
    run: group(run),
    step: group(step ?? {}),
    agent: group(agent),
    actor: group(actor),
    tags: new Map(Object.entries(tags)),
    synthetic,
    now: timestampOf(now),
  };
}

function group(fields: object): Map<string, CelInput> {
  return new Map(Object.entries(fields).map(([name, value]) => [name, celValue(name, value)]));
}

function celValue(name: string, value: unknown): CelInput {
  if (typeof value === "number") return doubles.has(name) ? value : BigInt(value);
  return typeof value === "string" ? value : "";
}

// The library makes its own timestamps; it takes them back as inputs.
function timestampOf(date: Date): CelInput {
  const value = plan(env, parse(`timestamp("${date.toISOString()}")`))();
  if (isCelError(value)) throw value;
  return value;
}
