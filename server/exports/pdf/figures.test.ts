import { describe, expect, it } from "vitest";
import { count, decimal, figureValue, instant, milliseconds, money, seconds } from "@/server/exports/pdf/figures";

describe("figures", () => {
  it("say unknown where there is no value, never 0", () => {
    expect([count(null), money(null), seconds(null), milliseconds(null)]).toEqual(Array(4).fill("unknown"));
    expect(figureValue({ value: null, unit: "cents" })).toBe("unknown");
    expect([count(0), money(0)]).toEqual(["0", "$0.00"]);
  });

  it("keep every decimal of a cost", () => {
    expect(money(1.2345)).toBe("$0.012345");
    expect(money(123_456_789.5)).toBe("$1,234,567.895");
    expect(money(0.0001)).toBe("$0.000001");
  });

  it("scale times to what can be read", () => {
    expect([seconds(0.018), seconds(12.5), seconds(1_053.6), seconds(93_600 * 2)]).toEqual([
      "18 ms",
      "12.5 s",
      "17 min 34 s",
      "2 d 4 h",
    ]);
    expect(milliseconds(9_999)).toBe("9,999 ms");
    expect(instant("2026-11-12T09:14:06.349Z")).toBe("2026-11-12 09:14:06.349 UTC");
  });

  it("group a threshold that is a number and leave other text alone", () => {
    expect([decimal("4000"), decimal("250.5"), decimal("step.tokens > 4"), decimal(null)]).toEqual([
      "4,000",
      "250.5",
      "step.tokens > 4",
      "—",
    ]);
  });
});
