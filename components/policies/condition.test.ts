import { describe, expect, it } from "vitest";
import { conditionFaults } from "@/components/policies/condition-check";
import { offersAt } from "@/components/policies/condition-completion";
import { conditionExamples } from "@/components/policies/condition-examples";
import type { BindMoment } from "@/db/vocabulary";

function labels(text: string, bindAt: BindMoment = "each_step", isAsked = false): string[] {
  return offersAt(text, text.length, { bindAt, isAsked })?.offers.map(({ label }) => label) ?? [];
}

describe("completion", () => {
  it("offers the fields of a group", () => {
    expect(labels("run.")).toContain("cost_cents");
    expect(labels("synthetic && step.to")).toContain("tokens");
    expect(offersAt("run.to", 6, { bindAt: "each_step", isAsked: false })?.from).toBe(4);
  });

  it("offers what has a value at the moment only", () => {
    expect(labels("run.", "run_start")).toContain("goal");
    expect(labels("run.", "run_start")).not.toContain("tokens");
    expect(labels("s", "run_start")).not.toContain("step");
  });

  it("offers the words of the vocabulary", () => {
    expect(labels("step.type == ")).toContain('"tool_call"');
    const half = 'step.type == "to';
    expect(offersAt(half, half.length, { bindAt: "each_step", isAsked: false })?.from).toBe(13);
  });

  it("offers functions behind a value, and says nothing within a text", () => {
    expect(labels("run.goal.")).toContain("startsWith");
    expect(labels('run.goal == "run.')).toEqual([]);
    expect(labels("")).toEqual([]);
    expect(labels("", "each_step", true)).toEqual(
      expect.arrayContaining(["run", "step", "agent", "actor", "tags", "now"]),
    );
  });
});

describe("the check", () => {
  it("has the server's spans and hints", () => {
    expect(conditionFaults("run.token > 5", "each_step")).toMatchObject([
      { code: "unknown_field", hint: expect.any(String) },
    ]);
    expect(conditionFaults("run.tokens > 5", "run_start")).toMatchObject([
      { code: "not_at_this_moment", span: { from: 0, to: 10 } },
    ]);
    expect(conditionFaults("  ", "each_step")).toEqual([]);
  });

  it.each(conditionExamples)("passes the example %o", ({ condition }) => {
    expect(conditionFaults(condition, "each_step")).toEqual([]);
  });
});
