// V8 lets 64 MiB of dead buffers stand before it looks for them, in every thread, however small its heap may be.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const LOOK_EVERY_MS = 50;

/**
 * Collects the calling thread's garbage whenever its buffers have grown by so many bytes. What died young costs a tenth of what
 * a look through the whole heap does, so that look comes only when the other leaves twice as many.
 */
export function keepGarbageBelow(bytes: number): void {
  setFlagsFromString("--expose-gc");
  const collect: (how?: { type: "minor" }) => void = runInNewContext("gc");
  let least = buffers();
  setInterval(() => {
    least = Math.min(least, buffers());
    if (buffers() - least < bytes) return;
    collect({ type: "minor" });
    if (buffers() - least < 2 * bytes) return;
    collect();
    least = buffers();
  }, LOOK_EVERY_MS).unref();
}

function buffers(): number {
  const { external } = process.memoryUsage();
  return external;
}
