import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { paceBy, rest, restAfter, tellLoad } from "@/server/platform/workers/pace";

describe("how long a thread rests behind the gate", () => {
  it("is nothing beside an idle loop, and twice its work beside one that is never idle", () => {
    expect([restAfter(20, 0), restAfter(20, 0.5), restAfter(20, 1)]).toEqual([0, 30, 60]);
  });

  it("is never so long that what waits for it looks dead", () => {
    expect(restAfter(60_000, 1)).toBe(500);
  });

  it("follows the other loop: one that works all the time is told as busy, one that waits as idle", async () => {
    const load = tellLoad();
    const told = new Int32Array(load.shared);
    for (const end = performance.now() + 450; performance.now() < end; ) {
      for (const spin = performance.now() + 40; performance.now() < spin; );
      await sleep(0);
    }
    const busy = Atomics.load(told, 0);
    await sleep(350);
    load.stop();
    expect(busy).toBeGreaterThan(700);
    expect(Atomics.load(told, 0)).toBeLessThan(300);
  });

  it("comes between two pages, by what was told", async () => {
    const shared = new SharedArrayBuffer(4);
    paceBy(shared);
    const rested = async () => {
      await rest();
      for (const end = performance.now() + 30; performance.now() < end; );
      const from = performance.now();
      await rest();
      return performance.now() - from;
    };
    expect(await rested()).toBeLessThan(450);
    Atomics.store(new Int32Array(shared), 0, 1_000);
    expect(await rested()).toBeGreaterThan(45);
  });
});
