import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countsInMetrics,
  excessOver,
  excessPercentage,
  isLive,
  riskLevelOf,
  stepLevelOf,
  stepVerdictOf,
} from "./rules";

describe("a run", () => {
  it("is live in the first four states", () => {
    const states = ["queued", "running", "paused", "retry", "succeeded", "failed", "failed_policy", "cancelled"];
    expect(states.map(isLive)).toEqual([true, true, true, true, false, false, false, false]);
  });

  it("counts unless it was a rehearsal or never started", () => {
    expect(countsInMetrics({ synthetic: false, refusalReason: null })).toBe(true);
    expect(countsInMetrics({ synthetic: true, refusalReason: null })).toBe(false);
    expect(countsInMetrics({ synthetic: false, refusalReason: "agent_frozen" })).toBe(false);
  });

  it.each([
    ["running", false, { near: 0, breach: 0 }, "NORMAL"],
    ["running", false, { near: 1, breach: 0 }, "NEAR_THRESHOLD"],
    ["failed", false, { near: 1, breach: 0 }, "AT_RISK"],
    ["succeeded", false, { near: 1, breach: 1 }, "VIOLATED"],
    ["failed_policy", true, { near: 0, breach: 0 }, "VIOLATED"],
  ] as const)("%s, violated %s, with %j is %s", (status, hasViolation, signals, level) => {
    expect(riskLevelOf({ status, hasViolation, signals })).toBe(level);
  });
});

describe("a step", () => {
  const step = { stepType: "llm_call", action: "allow", status: "success", isInflection: false };

  it.each([
    [step, "ok", "INFO"],
    [{ ...step, status: "failure" }, "ok", "ERROR"],
    [{ ...step, status: "retry" }, "ok", "WARN"],
    [{ ...step, action: "warn" }, "warning", "WARN"],
    [{ ...step, action: "block" }, "violation", "ERROR"],
    [{ ...step, isInflection: true }, "violation", "ERROR"],
    [{ ...step, stepType: "violation", action: "block", status: null }, "violation", "ERROR"],
    [{ ...step, stepType: "stopped", action: "block", status: null }, "ok", "INFO"],
  ] as const)("%j is %s and logged as %s", (facts, verdict, level) => {
    expect([stepVerdictOf(facts), stepLevelOf(facts)]).toEqual([verdict, level]);
  });
});

describe("an excess", () => {
  it.each([
    ["10000", "15000", "5000", 50],
    ["0.1", "0.11", "0.01", 10],
    ["1000", "1000", null, null],
    ["1000", "999.5", null, null],
    ["0", "3", "3", null],
    ["1.25", "2", "0.75", 60],
    [null, "3", null, null],
    ["10", "true", null, null],
  ])("of %s by %s is %s, %s per cent", (threshold, actual, excess, percentage) => {
    expect([excessOver(threshold, actual), excessPercentage(threshold, actual)]).toEqual([excess, percentage]);
  });

  it("is exact for any two integers", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n }), fc.bigInt({ min: 1n, max: 2n ** 53n }), (limit, more) => {
        expect(excessOver(String(limit), String(limit + more))).toBe(String(more));
      }),
    );
  });
});
