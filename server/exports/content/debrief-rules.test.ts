import { describe, expect, test } from "vitest";
import { costAvoidedOf } from "@/server/exports/content/cost-avoided";
import { responseTimesOf } from "@/server/exports/content/response-times";
import { type RiskFacts, riskOf } from "@/server/exports/content/risk";
import { amountOf, cents, count, instantText } from "@/server/exports/content/wording";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22, 12, 0, 0) + seconds * 1_000);

describe("times of the response", () => {
  const moments = {
    violationStepAt: at(0),
    detectedAt: at(2),
    containedAt: at(3.25),
    acknowledgedAt: at(62),
    resolvedAt: at(122),
  };

  test("are differences of server times, in seconds", () => {
    const { detect, contain, acknowledge, resolve } = responseTimesOf(moments);
    expect([detect, contain, acknowledge, resolve].map((time) => time.seconds)).toEqual([2, 1.25, 60, 120]);
  });

  test("are unknown with a reason where a moment is missing or lies the wrong way, and never 0 for that", () => {
    const nothing = { violationStepAt: null, containedAt: null, acknowledgedAt: null, resolvedAt: null };
    for (const time of Object.values(responseTimesOf({ ...moments, ...nothing }))) {
      expect(time).toMatchObject({ seconds: null, reason: expect.any(String) });
    }
    const backwards = responseTimesOf({ ...moments, violationStepAt: at(3), containedAt: at(1) });
    for (const time of [backwards.detect, backwards.contain]) {
      expect(time).toEqual({ seconds: null, reason: expect.any(String) });
    }
    expect(responseTimesOf({ ...moments, containedAt: at(2) }).contain).toEqual({ seconds: 0, reason: null });
    const released = { containedAt: null, releasedAt: at(9).toISOString() };
    expect(responseTimesOf({ ...moments, ...released }).contain).toMatchObject({
      ...{ seconds: null, reason: expect.stringContaining("approved on 2026-11-22 12:00:09 UTC") },
    });
  });
});

describe("cost avoided", () => {
  const facts = {
    wasStopped: true,
    incurredCents: 450,
    activeMs: 30_000,
    earlier: { medianMs: 100_000, runs: 5 },
  };

  test("is the run's own rate over the time such runs take, less what was spent", () => {
    // 450 in 30 s is 15 a second; 100 s would have been 1 500.
    expect(costAvoidedOf(facts)).toMatchObject({ label: "estimate", value_cents: 1_050, unknown_because: null });
    expect(costAvoidedOf(facts).inputs).toContainEqual({
      ...{ name: "burn rate", value: 900, unit: "cents_per_minute", source: "incurred ÷ active time" },
    });
  });

  test("is 0 when the run was past its usual end, and for a run that cost nothing", () => {
    expect(costAvoidedOf({ ...facts, earlier: { medianMs: 20_000, runs: 5 } }).value_cents).toBe(0);
    expect(costAvoidedOf({ ...facts, incurredCents: 0 }).value_cents).toBe(0);
  });

  test.each([
    ["nothing was stopped", { wasStopped: false }],
    ["its cost is not known", { incurredCents: null }],
    ["it ran too short for a rate", { activeMs: 999 }],
    ["its time is not known", { activeMs: null }],
    ["too few earlier runs", { earlier: { medianMs: 100_000, runs: 2 } }],
    ["no earlier runs", { earlier: { medianMs: null, runs: 0 } }],
  ])("is unknown, not 0, when %s", (_name, less) => {
    expect(costAvoidedOf({ ...facts, ...less })).toMatchObject({
      value_cents: null,
      unknown_because: expect.any(String),
      formula: expect.stringContaining("max(0, projected − incurred)"),
    });
  });
});

describe("risk", () => {
  const facts: RiskFacts = {
    severity: "medium",
    status: "active",
    escalationLevel: 0,
    slaState: "pending",
    isVerified: true,
    recurrences: 0,
    wasPrevented: false,
  };
  const level = (more: Partial<RiskFacts>) => riskOf({ ...facts, ...more }).level;

  test("is the severity, one more for what makes it worse, one less when nothing is left of it", () => {
    expect(level({})).toBe("medium");
    expect(level({ slaState: "breached" })).toBe("high");
    expect(level({ escalationLevel: 1, recurrences: 3 })).toBe("high");
    expect(level({ recurrences: 2 })).toBe("medium");
    expect(level({ status: "resolved", wasPrevented: true })).toBe("low");
    expect(level({ status: "resolved" })).toBe("medium");
    expect(level({ severity: "critical", slaState: "breached" })).toBe("critical");
    expect(level({ severity: "low", status: "resolved", wasPrevented: true })).toBe("low");
  });

  test("is critical when the evidence does not verify, whatever else is so", () => {
    expect(riskOf({ ...facts, severity: "low", isVerified: false })).toMatchObject({
      level: "critical",
      reason: expect.stringContaining("does not verify"),
    });
    expect(level({ isVerified: null })).toBe("medium");
  });
});

test("words: numbers, money and instants are written one way", () => {
  expect([count(1, "step"), count(12_345, "step"), count(0, "token")]).toEqual(["1 step", "12,345 steps", "0 tokens"]);
  expect([cents(450), cents(0), cents(123_456.7891), cents(0.5)]).toEqual([
    "$4.50",
    "$0.00",
    "$1,234.567891",
    "$0.005",
  ]);
  expect(instantText("2026-01-22T09:30:06.250Z")).toBe("2026-01-22 09:30:06 UTC");
  expect(instantText("")).toBe("an unknown time");
  expect([
    amountOf("run.tokens", "5000"),
    amountOf("run.cost_cents", "285"),
    amountOf("run.duration_ms", "1200"),
  ]).toEqual(["5,000 tokens", "$2.85", "1,200 ms"]);
  expect([amountOf(null, "7"), amountOf("step.retries", "2")]).toEqual(["7", "2 retries"]);
});
