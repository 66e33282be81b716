import { describe, expect, test } from "vitest";
import { limitCandidate, windowCandidate } from "./candidates";
import { planLimit, runReading, stepReading, windowReading } from "./testing/readings-of";

const asks = (tokens: number) => stepReading("admission", { output_tokens: tokens });
const reports = (tokens: number) => stepReading("result", { output_tokens: tokens });
const limit = planLimit("run.tokens", "100");
const acts = (one: ReturnType<typeof limitCandidate>) => one && [one.enforcement, one.actual, one.projected];

describe("a run's limit", () => {
  test("an admission fits up to the limit, counting used, reserved, presumed and its own estimate", () => {
    const run = runReading({ tokens: { used: 50, reserved: 20, presumed: 20 } });
    expect(limitCandidate(limit, run, asks(10))).toBeNull();
    expect(acts(limitCandidate(limit, run, asks(11)))).toEqual(["refuse", "101", true]);
  });

  test("without the open reservations it fits: refused for now, whatever the limit's enforcement; a warning only warns", () => {
    const run = runReading({ tokens: { used: 50, reserved: 60 } });
    for (const enforcement of ["pause", "stop", "kill"]) {
      const found = limitCandidate(planLimit("run.tokens", "100", { enforcement }), run, asks(50));
      expect(found).toMatchObject({ enforcement: "refuse", actual: "160", retry_after_ms: 1_000 });
    }
    expect(limitCandidate(planLimit("run.tokens", "100", { enforcement: "warn" }), run, asks(50))?.enforcement).toBe(
      "warn",
    );
  });

  test("it would not fit even then: the limit's own enforcement, and the value leaves out what is reserved", () => {
    const run = runReading({ tokens: { used: 50, reserved: 30, presumed: 20 } });
    expect(acts(limitCandidate(limit, run, asks(31)))).toEqual(["stop", "101", true]);
  });

  test("a report that lands on the limit stands; one over is over, and what others reserve does not matter", () => {
    const run = runReading({ tokens: { used: 50, reserved: 500 } });
    expect(limitCandidate(limit, run, reports(50))).toBeNull();
    expect(acts(limitCandidate(limit, run, reports(51)))).toEqual(["stop", "101", false]);
  });

  test("0 is a real limit: a zero estimate fits, one token does not", () => {
    const nothing = planLimit("run.tokens", "0");
    expect(limitCandidate(nothing, runReading(), asks(0))).toBeNull();
    expect(limitCandidate(nothing, runReading(), asks(1))?.enforcement).toBe("stop");
  });

  test("money is exact to a ten-thousandth of a cent", () => {
    const cents = planLimit("run.cost_cents", "285.0001");
    const run = runReading({ cost_units: { used: 2_850_000 } });
    expect(limitCandidate(cents, run, stepReading("result", { cost_units: 1 }))).toBeNull();
    const over = limitCandidate(cents, run, stepReading("result", { cost_units: 2 }));
    expect(over).toMatchObject({ threshold: "285.0001", actual: "285.0002" });
  });

  test("time that has passed is no projection; a rate counts what is open but not what lapsed", () => {
    const late = limitCandidate(planLimit("run.duration_ms", "1000"), runReading({}, { duration_ms: 1_001 }), asks(0));
    expect(late).toMatchObject({ enforcement: "stop", projected: false });
    const rate = planLimit("run.steps_per_minute", "3");
    const busy = { minute: { cost_units: 0, steps: 2 } };
    expect(limitCandidate(rate, runReading({ steps: { used: 90, presumed: 5 } }, busy), asks(0))).toBeNull();
    expect(limitCandidate(rate, runReading({ steps: { reserved: 1 } }, busy), asks(0))?.enforcement).toBe("refuse");
  });
});

describe("a limit over a window", () => {
  test("is full: refused until it resets; never where the step is more than the limit", () => {
    expect(windowCandidate(windowReading({ used: 90 }), asks(10))).toBeNull();
    const full = windowCandidate(windowReading({ used: 95 }), asks(10));
    expect(full).toMatchObject({ enforcement: "refuse", actual: "105", retry_after_ms: 3_600_000 });
    expect(windowCandidate(windowReading({ used: 95 }), asks(101))?.retry_after_ms).toBeNull();
  });

  test("a report is never refused: it warns, and a limit that stops stops", () => {
    expect(windowCandidate(windowReading({ used: 95 }), reports(10))?.enforcement).toBe("warn");
    expect(windowCandidate(windowReading({ used: 95, enforcement: "stop" }), reports(10))?.enforcement).toBe("stop");
  });

  test("a sliding log makes room when enough of it has left", () => {
    const leaving = [
      [30, 1_000],
      [30, 2_000],
      [35, 9_000],
    ] as const;
    const rate = windowReading({ limit_category: "RATE", used: 95, leaving, resets_in_ms: null });
    expect(windowCandidate(rate, asks(10))?.retry_after_ms).toBe(1_000);
    expect(windowCandidate(rate, asks(40))?.retry_after_ms).toBe(2_000);
    expect(windowCandidate(rate, asks(100))?.retry_after_ms).toBe(9_000);
  });
});
