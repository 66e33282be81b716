// The measured side of `startServer`: says where it listens, what it has used when asked, and ends with whoever asks.

import type { Usage } from "@/bench/children";
import { peakMemory } from "@/bench/peak-memory.mjs";

export function answerUsage(port: number): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    const usage: Usage = { cpu: user + system, memory: process.memoryUsage.rss(), peak: peakMemory() };
    process.send?.(usage);
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.({ port });
}
