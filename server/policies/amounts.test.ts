import fc from "fast-check";
import { expect, it } from "vitest";
import { centsToUnits, limitTypeUnits, limitUnits, plainDecimal, wireCents } from "@/server/policies/amounts";
import { isWireCents } from "@/server/policies/wire";

it("counts money in 1/10 000 cent and the rest as it is, rounding limits down", () => {
  expect(limitUnits("run.cost_cents", "285.0001")).toBe(2_850_001);
  expect(limitUnits("run.burn_rate_cents_per_minute", "0.00019")).toBe(1);
  expect(limitUnits("run.tokens", "10000")).toBe(10_000);
  expect(limitUnits("run.steps", "10.9")).toBe(10);
  expect(limitUnits("run.tokens", "0")).toBe(0);
  expect(limitTypeUnits("COST_CENTS", "50000")).toBe(500_000_000);
  expect(limitTypeUnits("TOKENS", "50000")).toBe(50_000);
});

it("rounds spent money up", () => {
  expect(centsToUnits(1.2)).toBe(12_000);
  expect(centsToUnits(285.0001)).toBe(2_850_001);
  expect(centsToUnits(0.00001)).toBe(1);
  expect(centsToUnits(1e-7)).toBe(1);
  expect(centsToUnits(0)).toBe(0);
});

it.each(["-1", "1e3", "", "NaN", "1.", ".5", " 1"])("refuses %j", (text) => {
  expect(() => limitUnits("run.tokens", text)).toThrow(RangeError);
});

it("refuses what cannot be counted", () => {
  expect(() => limitUnits("run.cost_cents", "900719925475")).toThrow(RangeError);
  expect(() => centsToUnits(-1)).toThrow(RangeError);
});

it("brings money there and back without loss", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000_000_000 }), (units) => {
      expect(centsToUnits(wireCents(units))).toBe(units);
      expect(isWireCents(wireCents(units))).toBe(true);
      expect((plainDecimal(wireCents(units)).split(".")[1] ?? "").length).toBeLessThanOrEqual(4);
    }),
  );
});

it("knows what the wire takes as money", () => {
  expect([0, 1.2, 285.0001, 1e9].map(isWireCents)).toEqual([true, true, true, true]);
  expect([-1, 0.00001, 1.23456, Number.NaN, Number.POSITIVE_INFINITY, 1e15].map(isWireCents)).toEqual(
    Array(6).fill(false),
  );
});
