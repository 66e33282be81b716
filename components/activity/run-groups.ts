import type { RunSummary } from "@/server/activity/contract";

export const groupings = ["agent", "provider", "source", "status"] as const;
export type Grouping = (typeof groupings)[number];

export function groupOf(run: RunSummary, grouping: Grouping): string {
  const value = grouping === "agent" ? run.agent_id : run[grouping];
  return value ?? `No ${grouping}`;
}

/** Rows of one group side by side, groups by name, each in the order it came. */
export function grouped(runs: readonly RunSummary[], grouping: Grouping): RunSummary[] {
  return [...runs].sort((a, b) => groupOf(a, grouping).localeCompare(groupOf(b, grouping), "en"));
}
