import { AttemptFailed, Unmakable } from "@/server/exports/failure";
import { tellLoad } from "@/server/platform/workers/pace";
import { runInThread, ThreadLimit } from "@/server/platform/workers/run-in-thread";

export type ThreadTask = {
  tenantId: string;
  component: string;
  bundleId: string;
  isDocument: boolean;
  /** How busy the loop is that starts the thread; without it the thread does not rest. */
  load?: SharedArrayBuffer;
};
/** `failure` is in plain words; null: the bundle is ready. `isCertain`: another attempt would end the same. */
export type ThreadResult = { failure: string | null; isCertain: boolean };

/** A document stands in memory whole: measured, one of 10 000 steps takes a third of it. Text passes through in pages. */
const HEAP_MB = { document: 640, text: 256 } as const;
/** What text leaves behind is collected soon, before it is spread over more memory. */
const YOUNG_MB = 8;
/** Within `mostMs` of the job. A million steps take minutes, and many more beside a busy gate. */
const LONGEST_MS = 3_540_000;

/** Makes a bundle beside the gate and not in its loop. Throws Unmakable or AttemptFailed with the words for whoever waits. */
export async function makeInThread(task: Omit<ThreadTask, "load">, signal: AbortSignal): Promise<void> {
  const load = tellLoad();
  const room = task.isDocument ? { heapMb: HEAP_MB.document } : { heapMb: HEAP_MB.text, youngMb: YOUNG_MB };
  const { failure, isCertain } = await runInThread<ThreadResult>("make-bundle", {
    ...{ ...room, data: { ...task, load: load.shared }, longestMs: LONGEST_MS, signal },
  })
    .catch((error: unknown) => {
      // How much a thread takes is also a matter of what runs beside it.
      if (error instanceof ThreadLimit)
        throw new AttemptFailed(`The bundle takes more ${error.what} than there is for one.`);
      throw error;
    })
    .finally(load.stop);
  if (failure !== null) throw isCertain ? new Unmakable(failure) : new AttemptFailed(failure);
}
