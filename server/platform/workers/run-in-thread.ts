// Work that would keep the loop from the gate, or that is about somebody else's bytes: a thread with a heap of its own, gone
// when it is over.

import { type Transferable, Worker } from "node:worker_threads";
import { workerFile } from "@/server/platform/workers/worker-file";

/** The thread took more memory or time than it was given. */
export class ThreadLimit extends Error {
  override readonly name = "ThreadLimit";
  readonly what: "memory" | "time";

  constructor(what: "memory" | "time") {
    super(`the thread took more ${what} than it was given`);
    this.what = what;
  }
}

export type ThreadTask = {
  data: unknown;
  transfer?: readonly Transferable[];
  heapMb: number;
  /** Of the heap's young part, of which a thread takes three times as much at most as it has use for. */
  youngMb?: number;
  longestMs: number;
  signal?: AbortSignal;
};

/** The first message of the program `name` (scripts/workers.mjs). Throws ThreadLimit, the signal's reason, or what the thread threw. */
export async function runInThread<Answer>(name: string, task: ThreadTask): Promise<Answer> {
  const { data, transfer = [], heapMb, youngMb, longestMs, signal } = task;
  const worker = new Worker(await workerFile(name), {
    workerData: data,
    transferList: [...transfer],
    resourceLimits: {
      maxOldGenerationSizeMb: heapMb,
      ...(youngMb === undefined ? {} : { maxYoungGenerationSizeMb: youngMb }),
    },
  });
  let late: NodeJS.Timeout | undefined;
  let cut = () => {};
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", (error) => reject(isOutOfMemory(error) ? new ThreadLimit("memory") : error));
      worker.once("exit", (code) => reject(new Error(`the thread ended with ${code} and no answer`)));
      late = setTimeout(() => reject(new ThreadLimit("time")), longestMs);
      cut = () => reject(signal?.reason);
      signal?.addEventListener("abort", cut);
      if (signal?.aborted) cut();
    });
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", cut);
    await worker.terminate();
  }
}

function isOutOfMemory(error: Error): boolean {
  return "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}
