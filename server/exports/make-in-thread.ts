import { Unmakable } from "@/server/exports/failure";
import { runInThread, ThreadLimit } from "@/server/platform/workers/run-in-thread";

export type ThreadTask = { tenantId: string; component: string; bundleId: string };
/** `failure` is in plain words; null: the bundle is ready. */
export type ThreadResult = { failure: string | null };

/** Measured: 10 000 steps take a third of it. */
const HEAP_MB = 640;
const LONGEST_MS = 840_000;

/** Makes a bundle beside the gate and not in its loop. Throws Unmakable with the words for whoever waits. */
export async function makeInThread(task: ThreadTask, signal: AbortSignal): Promise<void> {
  const { failure } = await runInThread<ThreadResult>("make-bundle", {
    ...{ data: task, heapMb: HEAP_MB, longestMs: LONGEST_MS, signal },
  }).catch((error: unknown) => {
    if (error instanceof ThreadLimit) throw new Unmakable(`The bundle takes more ${error.what} than there is for one.`);
    throw error;
  });
  if (failure !== null) throw new Unmakable(failure);
}
