import { describe, expect, it } from "vitest";
import { MOST_BARS, runChart } from "@/server/exports/pdf/chart-layout";
import { evidenceStory } from "@/server/exports/pdf/testing/story";

const chartOf = (steps: number) => {
  const { steps: all, policy_context, signals } = evidenceStory(steps);
  const chart = runChart(all, policy_context, signals);
  if (chart === null) throw new Error("no chart");
  return chart;
};

describe("the chart of a run", () => {
  it("adds up where the violated limit is on the run, and marks the step that broke it", () => {
    const chart = chartOf(10);
    expect(chart.bars).toHaveLength(10);
    expect(chart.violationAt).toBe(8);
    expect(chart.bars[8]).toMatchObject({ firstStep: 9, isViolation: true, isEstimate: true });
    expect(chart.bars[8]?.value).toBeGreaterThan(chart.threshold?.value ?? Number.POSITIVE_INFINITY);
    expect(chart.bars[7]?.value).toBeLessThan(chart.threshold?.value ?? 0);
    expect(chart.bars[9]?.value, "what was not allowed was not used").toBe(chart.bars[7]?.value);
  });

  it("takes neighbours together, leaves none out and keeps the mark", () => {
    const chart = chartOf(10_000);
    expect(chart.bars.length).toBeLessThanOrEqual(MOST_BARS);
    expect(chart.bars[0]?.firstStep).toBe(1);
    expect(chart.bars.at(-1)?.lastStep).toBe(10_000);
    for (const [at, bar] of chart.bars.entries()) expect(bar.firstStep).toBe((chart.bars[at - 1]?.lastStep ?? 0) + 1);
    expect(chart.violationAt).toBe(chart.bars.length - 1);
    expect(chart.violationLabel).toContain("Step 9999");
  });

  it("names the step that was held back by the time of the decision, and another incident's as such", () => {
    const { steps: all, policy_context, signals } = evidenceStory(10);
    const held = { step_type: "violation", estimated_tokens: 0 };
    const steps = all.map((step) => (step.is_inflection ? { ...step, ...held } : step));
    const decided = { decidedAt: "2026-11-12T09:00:00.000Z", isOther: false };
    const chart = runChart(steps, policy_context, signals, decided);
    expect(chart?.violationLabel).toBe("Step 9 · 09:00:00.000 UTC");
    expect(chart?.bars[8]).toMatchObject({ isViolation: true, isEstimate: true });
    const other = runChart(all, policy_context, signals, { ...decided, isOther: true });
    expect(other?.violationLabel).toContain("Step 9, not this incident's");
  });

  it("draws no threshold of another measure", () => {
    const { steps, policy_context, signals } = evidenceStory(10);
    const chart = runChart(
      steps,
      { ...policy_context, metric: "run.steps_per_minute", threshold_value: "12" },
      signals,
    );
    expect(chart?.threshold).toBeNull();
    expect(runChart([], policy_context, signals)).toBeNull();
  });
});
