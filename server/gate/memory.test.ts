import { expect, test } from "vitest";
import { freshMemory, noteMinute, type RunMemory, sumMinute } from "./memory";

const START = 1_700_000_000_000;
const noted = (posts: readonly (readonly [at: number, cost: number])[]): RunMemory["minute"] =>
  posts.reduce((minute: RunMemory["minute"], [at, cost]) => noteMinute(minute, START + at, cost), []);
const sumAt = (minute: RunMemory["minute"], at: number) => sumMinute({ ...freshMemory(), minute }, START + at);

test("a rate per minute is the sum over the trailing 60 s, never extrapolated", () => {
  const minute = noted([
    [0, 10],
    [30_000, 20],
  ]);
  expect(sumAt(minute, 30_001)).toEqual({ cost_units: 30, steps: 2 });
  expect(sumAt(minute, 59_999)).toEqual({ cost_units: 30, steps: 2 });
  expect(sumAt(minute, 60_000)).toEqual({ cost_units: 20, steps: 1 });
  expect(sumAt(minute, 90_000)).toEqual({ cost_units: 0, steps: 0 });
});

test("what is older than 60 s is forgotten when something is noted; one instant is one entry", () => {
  const minute = noted([
    [0, 1],
    [0, 2],
    [59_999, 4],
    [60_000, 8],
  ]);
  expect(minute).toEqual([
    [START + 59_999, 4, 1],
    [START + 60_000, 8, 1],
  ]);
});

test("a hot run's log stays short, and joined work counts longer, never shorter", () => {
  const posts = Array.from({ length: 9_000 }, (_, i) => [i * 5, 1] as const);
  const minute = noted(posts);
  expect(minute.length).toBeLessThanOrEqual(2_001);
  expect(sumAt(minute, 44_995)).toEqual({ cost_units: 9_000, steps: 9_000 });
  for (const at of [60_000, 75_000, 90_000, 104_000]) {
    const exact = posts.filter(([then]) => then > at - 60_000).length;
    expect(sumAt(minute, at).steps).toBeGreaterThanOrEqual(exact);
  }
});
