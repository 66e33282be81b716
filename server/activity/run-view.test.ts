import { describe, expect, it } from "vitest";
import { overshootOf, usageOf, violationOf } from "./run-view";

describe("a stored violation", () => {
  it("shows as null whatever it leaves out", () => {
    const stored = { step_index: 3, timestamp: "2026-01-22T09:30:00.000Z", reason: "over", source: "default" };
    expect(violationOf(stored)).toEqual({
      ...stored,
      ...{ violation_type: null, severity: null, policy_id: null, limit_id: null, policy_name: null, metric: null },
      ...{ threshold_value: null, actual_value: null, projected: false, excess: null, excess_percentage: null },
    });
    expect(violationOf(null)).toBeNull();
  });
});

it("money is cents with four decimals at most", () => {
  expect(usageOf({ inputTokens: 1, outputTokens: 2, costUnits: 2_850_001, stepsCompleted: 1 })).toMatchObject({
    ...{ tokens_used: 3, cost_cents: 285.0001 },
  });
});

it("an overshoot that nothing remembers is unknown, not 0", () => {
  expect(overshootOf({})).toBeNull();
  expect(overshootOf({ excess: { input_tokens: 0, output_tokens: 0, cost_units: 0 } })).toEqual({
    tokens: 0,
    cost_cents: 0,
  });
});
