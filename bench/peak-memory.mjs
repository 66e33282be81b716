// The most memory that this process ever held, with all its threads. A program of its own as well: whoever is started with
// `--import` of `tellingPeak` writes it to standard error when it ends.

import { readFileSync, writeFileSync } from "node:fs";

const KIB = 1024;

/**
 * Bytes of resident memory. Where the kernel tells it by itself it is read there: what getrusage says begins, after a fork,
 * with what the parent had.
 */
export function peakMemory() {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(status()) ?? [];
  return (kib === undefined ? process.resourceUsage().maxRSS : Number(kib)) * KIB;
}

/** From now on `peakMemory` tells of what comes. Where the kernel cannot do that it goes on telling of all. */
export function forgetPeak() {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {}
}

function status() {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}

/** @param {string} file This file's address. */
export function tellingPeak(file) {
  const program = `import { peakMemory } from ${JSON.stringify(file)};
    process.on("exit", () => process.stderr.write(\`peak \${peakMemory()}\\n\`));`;
  return `data:text/javascript,${encodeURIComponent(program)}`;
}
