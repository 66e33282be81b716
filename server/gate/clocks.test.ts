// Only the database's clock counts, and a run's order never goes backwards. The simulator's own clock steps back by an hour
// now and then; the lively seeds (every twentieth among them) show what comes of it.

import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { resetPeriods } from "@/db/vocabulary";
import { windowOf } from "@/server/policies/windows";
import type { Item } from "./item";
import { durationOf } from "./readings";
import type { SimulatedStore } from "./testing/simulated-store";
import { inOrder, simulate } from "./testing/simulation";

const names = vi.hoisted(() => ({ of: "", made: 0 }));
vi.mock("uuid", () => ({ v7: () => `${names.of} ${names.made++}` }));
vi.mock("@/server/platform/env/secrets", () => ({ macKey: () => "0".repeat(64), authSecret: () => "0".repeat(64) }));
Error.stackTraceLimit = 0;

const EVENTS = 200;
const YEAR_MS = 365 * 86_400_000;
const lively = Array.from({ length: 40 }, (_, at) => at * 20);

function naming(name: string): void {
  names.of = name;
  names.made = 0;
}

/** Everything that is stored but the claim itself, and the hashes of the records that hold it. */
function withoutClaims(store: SimulatedStore): string {
  const apart = new Set(["claimedStartedAt", "headHash"]);
  return JSON.stringify(JSON.parse(store.image()), (key, value: unknown) => {
    if (key === "endAnswer" && value !== null) return withoutReceipt(value as { data: number[] });
    return apart.has(key) ? null : value;
  });
}

// The receipt in an end's answer names the hash of its record.
function withoutReceipt({ data }: { data: number[] }): object {
  return { ...JSON.parse(Buffer.from(data).toString("utf8")), receipt: null };
}

function claiming(startedAt: string | null) {
  return (item: Item): Item => (item.kind === "step" ? { ...item, startedAt } : item);
}

afterEach(() => {
  vi.useRealTimers();
});

describe("F1: clocks", () => {
  test("what runners claim of the time, a year ahead or a year behind, changes nothing but the claim", () => {
    for (const seed of lively) {
      const simulation = simulate(seed, EVENTS, naming);
      const silent = withoutClaims(inOrder(simulation, naming, claiming(null)));
      for (const shift of [-YEAR_MS, YEAR_MS]) {
        const claim = new Date(Date.UTC(2026, 2, 28) + shift).toISOString();
        expect(withoutClaims(inOrder(simulation, naming, claiming(claim))) === silent, `seed ${seed}`).toBe(true);
      }
    }
  });

  test("two nodes 30 s apart, and nodes a year off, write the same tables byte for byte", () => {
    for (const seed of lively) {
      const one = simulate(seed, EVENTS, naming).store.image();
      vi.useFakeTimers({ toFake: ["Date"] });
      let turn = 0;
      const apart = simulate(seed, EVENTS, (name) => {
        naming(name);
        vi.setSystemTime([0, 30_000, -YEAR_MS, YEAR_MS][turn++ % 4] ?? 0);
      });
      expect(apart.store.image() === one, `seed ${seed}`).toBe(true);
      vi.useRealTimers();
    }
  });

  test("a database clock that steps back: no order turns round, no duration is negative, no window opens again", () => {
    for (const seed of lively) {
      const { store, decided } = simulate(seed, EVENTS, naming);
      const instants = decided.map(({ at }) => at.getTime());
      const isBack = instants.some((at, i) => at < (instants[i - 1] ?? 0));
      for (const run of store.runs.values()) {
        const records = store.records.get(run.runId) ?? [];
        expect(isRising(records.map((record) => record.recordedAt.getTime())), `seed ${seed}: records`).toBe(true);
        expect(durationOf(run, run.startedAt)).toBeGreaterThanOrEqual(0);
        expect(run.completedAt === null || run.completedAt >= run.startedAt, `seed ${seed}: the end`).toBe(true);
        const steps = [...(store.steps.get(run.runId)?.values() ?? [])];
        expect(steps.every((step) => step.settledAt === null || step.settledAt >= step.recordedAt)).toBe(true);
        for (const { limit_id } of store.book.windows) {
          const admitted = steps.filter((step) => step.admittedSeq !== null);
          const starts = admitted.flatMap((step) => step.reservations?.find((one) => one.limit_id === limit_id) ?? []);
          expect(isRising(starts.map((one) => Date.parse(one.window_start))), `seed ${seed}: windows`).toBe(true);
        }
      }
      seen.back += isBack ? 1 : 0;
    }
    expect(seen.back).toBeGreaterThan(10);
  });

  test("with now = the later of clock and last instant, a calendar window neither ends early nor comes back", () => {
    const jumps = fc.array(fc.integer({ min: -7_200_000, max: 90_000_000 }), { minLength: 1, maxLength: 40 });
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Africa/Cairo", "Pacific/Apia");
    const begin = fc.integer({ min: Date.UTC(2009, 0, 1), max: Date.UTC(2030, 0, 1) });
    fc.assert(
      fc.property(begin, jumps, zones, fc.constantFrom(...resetPeriods), (at, steps, zone, reset_period) => {
        let [clock, last, lastStart] = [at, at, Number.NEGATIVE_INFINITY];
        for (const jump of steps) {
          clock += jump;
          last = Math.max(clock, last);
          const window = windowOf({ reset_period }, new Date(last), zone);
          expect(window.start.getTime()).toBeGreaterThanOrEqual(lastStart);
          expect(window.start.getTime()).toBeLessThanOrEqual(last);
          if (window.resets_at !== null) expect(window.resets_at.getTime()).toBeGreaterThan(last);
          lastStart = window.start.getTime();
        }
      }),
      { numRuns: 400 },
    );
  });
});

const seen = { back: 0 };

function isRising(values: readonly number[]): boolean {
  return values.every((value, at) => value >= (values[at - 1] ?? value));
}
