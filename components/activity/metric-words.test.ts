import { expect, it } from "vitest";
import { metrics } from "@/db/vocabulary";
import { amountOf, bareAmountOf, isOfRun, metricName, reachedWords } from "./metric-words";

it("has words for every metric of the vocabulary", () => {
  expect(metrics.filter((metric) => metricName(metric) === metric)).toEqual([]);
});

it("writes amounts in the metric's unit", () => {
  expect(amountOf("run.tokens", 10_000)).toBe("10,000 tokens");
  expect(amountOf("run.tokens", 1)).toBe("1 token");
  expect(amountOf("run.cost_cents", "450")).toBe("$4.50");
  expect(amountOf("run.burn_rate_cents_per_minute", 100)).toBe("$1.00 a minute");
  expect(amountOf("run.duration_ms", 72_000)).toBe("1 m 12 s");
  expect(amountOf("run.steps", null)).toBe("unknown");
  expect(amountOf("future.metric", 7)).toBe("7");
  expect(bareAmountOf("run.tokens", "10000")).toBe("10,000");
  expect(bareAmountOf("run.cost_cents", "1000")).toBe("$10.00");
});

it("says what was reached, and whether it happened", () => {
  const reached = { metric: "run.tokens", actual: "15000", projected: true, name: null };
  expect(reachedWords(reached)).toBe("it would have brought the run to 15,000 tokens");
  expect(reachedWords({ ...reached, projected: false })).toBe("it brought the run to 15,000 tokens");
  expect(reachedWords({ ...reached, metric: "step.tokens" })).toBe("it would have taken 15,000 tokens");
  expect(reachedWords({ ...reached, metric: "COST_CENTS", actual: "1240", name: "Daily budget" })).toBe(
    "it would have brought “Daily budget” to $12.40",
  );
  expect(reachedWords({ ...reached, metric: "run.repeats", actual: "5", projected: false })).toBe(
    "the same call came 5 times in a row",
  );
  expect(reachedWords({ ...reached, metric: "run.duration_ms", actual: "240000" })).toBe("the run had taken 4 m");
});

it("knows which metrics grow with the run", () => {
  expect(["run.tokens", "step.tokens", "TOKENS"].map(isOfRun)).toEqual([true, false, false]);
});
