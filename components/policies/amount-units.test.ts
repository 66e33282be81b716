import { expect, it } from "vitest";
import { shifted, toFormAmount, toWireAmount } from "@/components/policies/amount-units";

it.each([
  ["4.5", 2, "450"],
  ["0.07", 2, "7"],
  ["0.0042", 2, "0.42"],
  ["1000", 0, "1000"],
  ["007", 0, "7"],
  ["450", -2, "4.5"],
  ["7", -2, "0.07"],
  ["0.42", -2, "0.0042"],
  ["0", -2, "0"],
  ["0", 2, "0"],
  ["60000", -3, "60"],
  ["1.", 2, "100"],
  ["abc", 2, "abc"],
  ["-1", 2, "-1"],
])("%s by %i places is %s", (decimal, places, wanted) => {
  expect(shifted(decimal, places)).toBe(wanted);
});

it("reads what people type", () => {
  expect(toWireAmount(" 1,000.50 ", "run.cost_cents")).toBe("100050");
  expect(toWireAmount("90", "run.duration_ms")).toBe("90000");
  expect(toWireAmount("10,000", "TOKENS")).toBe("10000");
});

it("comes back as it went", () => {
  for (const cents of [0, 1, 7, 450, 100_050, 0.42, 12.3456]) {
    expect(Number(toWireAmount(toFormAmount(cents, "COST_CENTS"), "COST_CENTS"))).toBe(cents);
  }
  expect(toFormAmount(null, "TOKENS")).toBe("");
});
