import { describe, expect, it } from "vitest";
import { checkCondition } from "@/server/policy-language/check/condition";
import { assumedTags, maxConditionCost, maxName, maxText } from "@/server/policy-language/check/cost";
import type { Condition } from "@/server/policy-language/plan/condition";
import type { ConditionInput } from "@/server/policy-language/plan/input";
import { sampleInput } from "@/server/policy-language/testing/sample-input";

function accept(source: string): Condition {
  const checked = checkCondition(source);
  if (!checked.ok) throw new Error(`${source}: ${checked.diagnostics[0]?.message}`);
  return checked.condition;
}

/** The largest input the environment allows, of texts that nearly match everywhere. */
function largest(tagCount: number): ConditionInput {
  const long = "a".repeat(maxText - 1);
  const tags = Object.fromEntries(
    Array.from({ length: tagCount }, (_, index) => [`${"k".repeat(maxName - 5)}${index}`, `${long}b`]),
  );
  return { ...sampleInput, run: { ...sampleInput.run, goal: `${long}c`, model: "a".repeat(maxName) }, tags };
}

/** The fastest of several rounds, in milliseconds a call: the others were disturbed by the machine. */
function bestMs(condition: Condition, input: ConditionInput, calls: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const started = performance.now();
    for (let call = 0; call < calls; call++) condition.evaluate(input);
    best = Math.min(best, (performance.now() - started) / calls);
  }
  return best;
}

const heavy = [
  "tags.exists(k, tags[k].contains(run.goal))",
  "tags.all(k, tags.all(j, j != k || j == k))",
  'tags.map(k, tags[k] + "x").exists(v, v == "none")',
  'tags.map(k, tags[k] + k).exists(v, v.endsWith("none"))',
  "tags.exists(k, size(tags[k]) == 0)",
  'run.goal.matches("(a|b)*c(a|b){20}d")',
  'run.goal.matches("(a?){40}a{40}z$")',
  `run.goal.matches("(?i)^(${Array.from({ length: 18 }, (_, i) => `x{${i % 3}}a+`).join("|")})b$")`,
  `${Array.from({ length: 18 }, () => "run.goal.contains(tags.a + tags.b)").join(" || ")}`,
  `[${Array.from({ length: 30 }, (_, i) => i).join(",")}].all(x, [${Array.from({ length: 30 }, (_, i) => i).join(",")}].all(y, x * y < 1000 && x % (y + 1) < 50))`,
  `[1,2,3,4,5,6,7,8].map(a, [1,2,3,4,5,6,7,8].map(b, [1,2,3,4,5,6,7,8].map(c, a * b * c))).size() == 8`,
  'now.getHours(tags.exists(k, k == run.goal) ? "UTC" : "UTC") > 24',
];

describe("a condition's cost", () => {
  it.each(heavy)("keeps its evaluation under a millisecond or is refused: %s", (source) => {
    const checked = checkCondition(source);
    if (!checked.ok) {
      expect(["too_costly", "bad_pattern", "unsupported"]).toContain(checked.diagnostics[0]?.code);
      return;
    }
    expect(checked.condition.cost).toBeLessThanOrEqual(maxConditionCost);
    expect(bestMs(checked.condition, largest(assumedTags), 20)).toBeLessThan(1);
  });

  it("is refused when loops multiply", () => {
    const source = "tags.exists(a, tags.exists(b, tags.exists(c, a != b && b != c)))";
    expect(checkCondition(source)).toMatchObject({ ok: false, diagnostics: [{ code: "too_costly" }] });
  });

  it("is bounded at evaluation too: more tags than assumed run out of fuel, not of time", () => {
    const condition = accept("tags.all(a, tags.all(b, true))");
    expect(condition.evaluate(largest(assumedTags))).toEqual({ ok: true, value: true });
    const many = largest(1_000);
    expect(condition.evaluate(many)).toMatchObject({ ok: false, code: "out_of_fuel" });
    expect(bestMs(condition, many, 5)).toBeLessThan(5);
  });

  it("of text beyond its limit is an error, not time", () => {
    const input = { ...sampleInput, run: { ...sampleInput.run, goal: "a".repeat(maxText + 1) } };
    expect(accept('run.goal.contains("b")').evaluate(input)).toMatchObject({ ok: false, code: "input_invalid" });
  });
});

describe("speed", () => {
  // Measured here at 20 to 120 ns; the bound leaves room for a busy machine.
  it.each([
    'step.tokens > 4000 && step.skill == "shell"',
    "run.cost_cents > 5",
    'tags.env == "prod" && run.tokens + step.tokens > 10000',
    'step.type in ["tool_call", "retrieval"]',
    'now.getHours("Europe/Berlin") >= 22',
  ])("evaluates in at most 5 µs: %s", (source) => {
    expect(bestMs(accept(source), sampleInput, 20_000)).toBeLessThan(0.005);
  });
});
