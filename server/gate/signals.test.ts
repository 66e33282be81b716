import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percentageOf, wireText } from "./measure";
import { crossed, signalsOf } from "./signals";
import { planLimit, runReading, stepReading, windowReading } from "./testing/readings-of";

const limit = planLimit("run.tokens", "100");
const settles = (tokens: number) => stepReading("result", { output_tokens: tokens });
const types = (signals: ReturnType<typeof signalsOf>) => signals.map((signal) => `${signal.key} ${signal.type}`);

describe("near and breach", () => {
  test("on settled usage, never on estimates or what is reserved", () => {
    const run = runReading({ tokens: { used: 70, reserved: 500, presumed: 500 } });
    expect(signalsOf([limit], [], run, stepReading("admission", { output_tokens: 90 }))).toEqual([]);
    expect(types(signalsOf([limit], [], run, settles(9)))).toEqual([]);
    expect(types(signalsOf([limit], [], run, settles(10)))).toEqual([`${limit.key} near`]);
    expect(types(signalsOf([limit], [], run, settles(30)))).toEqual([`${limit.key} breach`]);
  });

  test("once each: after a near the breach is still told, after a breach nothing", () => {
    const near = { signalled: { [limit.key]: "near" as const } };
    const breach = { signalled: { [limit.key]: "breach" as const } };
    expect(signalsOf([limit], [], runReading({}, near), settles(85))).toEqual([]);
    expect(types(signalsOf([limit], [], runReading({}, near), settles(100)))).toEqual([`${limit.key} breach`]);
    expect(signalsOf([limit], [], runReading({}, breach), settles(100))).toEqual([]);
  });

  test("a limit of 0 has no percentage and no near, and is breached at the first use", () => {
    expect([crossed(0, 0, 80), crossed(1, 0, 80), percentageOf(1, 0)]).toEqual([null, "breach", null]);
  });

  test("of a window by the window's own mark", () => {
    expect(types(signalsOf([], [windowReading({ used: 75 })], runReading(), settles(5)))).toEqual(["window near"]);
    const told = windowReading({ used: 75, signalled: "near" });
    expect(signalsOf([], [told], runReading(), settles(5))).toEqual([]);
  });

  test("time passes without anything settling", () => {
    const duration = planLimit("run.duration_ms", "1000");
    const late = runReading({}, { duration_ms: 800 });
    expect(types(signalsOf([duration], [], late, stepReading("admission")))).toEqual([`${duration.key} near`]);
  });
});

describe("amounts", () => {
  const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

  test("percentages are exact to two decimals, rounded down", () => {
    expect([percentageOf(1_001, 1_000), percentageOf(768, 10_000), percentageOf(15_000, 10_000)]).toEqual([
      100.1, 7.68, 150,
    ]);
    fc.assert(
      fc.property(count, count, (value, of) => {
        const exact = of === 0 ? null : Number((BigInt(value) * 10_000n) / BigInt(of)) / 100;
        expect(percentageOf(value, of)).toBe(exact);
      }),
    );
  });

  test("near is exact up to 2^53 − 1", () => {
    fc.assert(
      fc.property(count, count, fc.integer({ min: 1, max: 100 }), (value, of, near) => {
        const isBreach = of === 0 ? value > 0 : value >= of;
        const isNear = of > 0 && BigInt(value) * 100n >= BigInt(of) * BigInt(near);
        expect(crossed(value, of, near)).toBe(isBreach ? "breach" : isNear ? "near" : null);
      }),
    );
  });

  test("money is written in cents with up to four decimals, everything else as it is", () => {
    const written = [0, 1, 10_000, 10_500, 2_850_001, Number.MAX_SAFE_INTEGER].map((units) =>
      wireText("COST_CENTS", units),
    );
    expect(written).toEqual(["0", "0.0001", "1", "1.05", "285.0001", "900719925474.0991"]);
    expect(wireText("run.tokens", 10_500)).toBe("10500");
  });
});
