import { expect, it } from "vitest";
import { whyNoSteps } from "./trace-panel";

it("says why there are no steps: a runner whose first step was held back has asked for it", () => {
  const live = { status: "running", state: "live", refusal_reason: null } as const;
  expect(whyNoSteps(live)).toContain("has not asked for a step yet");
  expect(whyNoSteps({ ...live, status: "paused" })).toBe("The run is paused before its first step.");
  expect(whyNoSteps({ ...live, status: "failed", state: "completed" })).toContain("ended before its first step");
  expect(whyNoSteps({ ...live, refusal_reason: "agent_frozen" })).toContain("refused at its start");
});
