// The pure gate under a bad network, seeds that are even: the two halves run side by side. Every seed replays from its
// number: `SIMULATOR_SEED=<n> npx vitest run server/gate/simulator.property.test.ts` plays that seed alone.

import { describe, expect, test, vi } from "vitest";
import { EVENTS, playSeeds, SEEDS } from "./testing/simulator-suite";

// Ids are named after the post that makes them, so that delivery in order makes the same ones.
const names = vi.hoisted(() => ({ of: "", made: 0 }));
vi.mock("uuid", () => ({ v7: () => `${names.of} ${names.made++}` }));
vi.mock("@/server/platform/env/secrets", () => ({ macKey: () => "0".repeat(64), authSecret: () => "0".repeat(64) }));
// Thousands of answers are problems by intent; their stack traces would take most of the time.
Error.stackTraceLimit = 0;

function naming(name: string): void {
  names.of = name;
  names.made = 0;
}

describe("A8: the gate behind a network that doubles, reorders, delays and mixes", () => {
  test(`${SEEDS / 2} even seeds of ${EVENTS} events: every answer as prescribed, every table as in order`, {
    timeout: 900_000,
  }, async () => {
    const seeds = Array.from({ length: SEEDS / 2 }, (_, at) => at * 2 + 0);
    const { diverged, events, outcomes } = await playSeeds(seeds, naming);
    expect(diverged).toEqual([]);
    if (process.env.SIMULATOR_SEED !== undefined) return;
    expect(events).toBeGreaterThanOrEqual(seeds.length * EVENTS);
    const everyWay = [
      "replayed",
      "step-conflict",
      "step-out-of-order",
      "run-paused",
      "run-not-live",
      "steps-in-flight",
    ];
    expect(everyWay.filter((kind) => (outcomes.get(kind) ?? 0) === 0)).toEqual([]);
  });
});
