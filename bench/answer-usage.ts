// The measured side of `startServer`: says where it listens, what it has used when asked, and ends with whoever asks.

import type { Usage } from "@/bench/children";
import { forgetPeak, peakMemory } from "@/bench/peak-memory.mjs";

export function answerUsage(port: number): void {
  process.on("message", (question: "usage" | "usage from now") => {
    const { user, system } = process.cpuUsage();
    const usage: Usage = { cpu: user + system, memory: process.memoryUsage.rss(), peak: peakMemory() };
    if (question === "usage from now") forgetPeak();
    process.send?.(usage);
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.({ port });
}
