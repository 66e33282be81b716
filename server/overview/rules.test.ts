import { describe, expect, it } from "vitest";
import { percentOf, periodBefore, trendOf } from "./period";
import { highestSeverity, type PulseFacts, pulseOf, sumOf } from "./rules";

const calm: PulseFacts = {
  ...{ grave_incidents: 0, incidents_unacknowledged: 0, runs_paused: 0, recent_breaches: 0, is_log_halted: false },
  recent_after: "2026-03-01T00:00:00.000Z",
};
const statusOf = (facts: Partial<PulseFacts>) => pulseOf({ ...calm, ...facts }).status;

describe("the pulse", () => {
  it.each<[string, Partial<PulseFacts>, ReturnType<typeof statusOf>]>([
    ["nothing is the matter", {}, "HEALTHY"],
    ["a high or critical incident", { grave_incidents: 1, recent_breaches: 3 }, "CRITICAL"],
    ["a log that is not signed", { is_log_halted: true }, "CRITICAL"],
    ["an incident nobody acknowledged", { incidents_unacknowledged: 2 }, "ATTENTION_NEEDED"],
    ["a paused run", { runs_paused: 1 }, "ATTENTION_NEEDED"],
    ["a violation of today", { recent_breaches: 1 }, "ATTENTION_NEEDED"],
    ["nothing known to be the matter, and something unknown", { grave_incidents: null }, null],
    ["something known, and something unknown", { grave_incidents: null, runs_paused: 1 }, "ATTENTION_NEEDED"],
    ["the gravest known, and something unknown", { grave_incidents: 1, runs_paused: null }, "CRITICAL"],
  ])("%s", (_name, facts, status) => {
    expect(statusOf(facts)).toBe(status);
  });

  it("gives each reason with its count and where its rows are, gravest first", () => {
    const { reasons } = pulseOf({ ...calm, runs_paused: 2, grave_incidents: 1 });
    expect(reasons.map(({ code, text, count }) => [code, text, count])).toEqual([
      ["grave_incidents", "1 high or critical incident is not resolved", 1],
      ["runs_paused", "2 runs are paused and wait for a decision", 2],
    ]);
    expect(reasons[0]?.link.filter).toEqual({ severity: "high,critical", synthetic: "false" });
  });
});

describe("figures", () => {
  it("are unknown where a part is", () => {
    expect([sumOf(1, 2), sumOf(1, null), sumOf(undefined)]).toEqual([3, null, null]);
    expect([trendOf(1, 2), trendOf(2, 1), trendOf(1, 1), trendOf(null, 1)]).toEqual(["down", "up", "flat", null]);
    expect([percentOf(1, 3), percentOf(0, 5), percentOf(0, 0)]).toEqual([33.3, 0, null]);
  });

  it("compare with the period of the same length before", () => {
    const from = new Date("2026-03-08T00:00:00.000Z");
    const to = new Date("2026-03-15T00:00:00.000Z");
    expect(periodBefore({ from, to })).toEqual({ from: new Date("2026-03-01T00:00:00.000Z"), to: from });
  });

  it("name the highest severity that has any", () => {
    expect(highestSeverity({ low: 2, medium: 1, high: 0, critical: 0 })).toBe("medium");
    expect(highestSeverity({ low: 0, medium: 0, high: 0, critical: 0 })).toBe("none");
  });
});
