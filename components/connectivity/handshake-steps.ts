// How far a first run has come, from what is known of the key and of the run. Pure.

import type { BarStep } from "@/components/data/step-bar";
import type { RunSummary } from "@/server/activity/contract";

type Run = Pick<RunSummary, "started_at" | "completed_at" | "last_step_index" | "status">;

/** Authenticated, started, asked, ended; the first that has not happened is the current one. */
export function handshakeSteps(run: Run | null, lastUsedAt: string | null): BarStep[] {
  const isIn = run !== null || lastUsedAt !== null;
  const happened = [
    { id: "key", label: "Key used", isDone: isIn, at: run?.started_at ?? lastUsedAt },
    { id: "run", label: "Run started", isDone: run !== null, at: run?.started_at ?? null },
    { id: "step", label: "Step asked", isDone: run !== null && run.last_step_index > 0, at: null },
    { id: "end", label: "Run ended", isDone: run?.completed_at != null, at: run?.completed_at ?? null },
  ];
  const current = happened.findIndex(({ isDone }) => !isDone);
  return happened.map(({ id, label, isDone, at }, index) => ({
    ...{ id, label },
    state: isDone ? "done" : index === current ? "current" : "todo",
    ...(isDone && at !== null ? { at } : {}),
  }));
}
