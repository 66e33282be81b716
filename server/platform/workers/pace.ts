// How much a thread rests that works behind the gate for minutes. What it asks of PostgreSQL stands behind nobody there: the
// server knows no priorities. So beside a busy loop it does less in the same time, and beside an idle one it does not rest.

import { performance } from "node:perf_hooks";
import { setTimeout as sleep, setImmediate as yieldLoop } from "node:timers/promises";

/** Milliseconds for each one of work, beside a loop that is busy all the time. */
const MOST_REST = 3;
const LONGEST_REST_MS = 500;
const LOOK_EVERY_MS = 100;
const WHOLE = 1_000;

/** How long to rest after so long a work beside a loop that is busy for `share` (0 to 1) of its time. Pure. */
export function restAfter(workedMs: number, share: number): number {
  return Math.min(LONGEST_REST_MS, workedMs * MOST_REST * share);
}

type Load = { readonly shared: SharedArrayBuffer; stop(): void };

/** How busy the calling thread's loop is from now on, for a thread beside it to pace itself by. */
export function tellLoad(): Load {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const told = new Int32Array(shared);
  let last = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    Atomics.store(told, 0, Math.round(performance.eventLoopUtilization(now, last).utilization * WHOLE));
    last = now;
  }, LOOK_EVERY_MS).unref();
  return { shared, stop: () => clearInterval(timer) };
}

let load: Int32Array | null = null;
let since = performance.now();

/** From now on the calling thread rests by what `tellLoad` tells of another. */
export function paceBy(shared: SharedArrayBuffer): void {
  load = new Int32Array(shared);
  since = performance.now();
}

/** Gives the loop free, between two pages of long work, and longer where this thread paces itself. */
export async function rest(): Promise<void> {
  const share = load === null ? 0 : Atomics.load(load, 0) / WHOLE;
  const ms = restAfter(performance.now() - since, share);
  await (ms < 1 ? yieldLoop() : sleep(ms));
  since = performance.now();
}
