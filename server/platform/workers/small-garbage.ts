// V8 lets 64 MiB of dead buffers stand before it looks for them, in every thread, however small its heap may be.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const LOOK_EVERY_MS = 50;

/** Collects the calling thread's garbage whenever its buffers have grown by so many bytes since the last time. */
export function keepGarbageBelow(bytes: number): void {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  let least = buffers();
  setInterval(() => {
    least = Math.min(least, buffers());
    if (buffers() - least < bytes) return;
    collect();
    least = buffers();
  }, LOOK_EVERY_MS).unref();
}

function buffers(): number {
  const { external } = process.memoryUsage();
  return external;
}
