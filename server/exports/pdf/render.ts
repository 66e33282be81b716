// A bundle as a document. React-PDF lays out for a second or more without giving way, so it works in a thread of its
// own with a heap of its own, one document at a time: the gate's loop and cores go first.

import { Worker } from "node:worker_threads";
import type { PdfModel } from "@/server/exports/pdf/pdf-model";
import { workerFile } from "@/server/platform/workers/worker-file";

/** Measured: 10 000 steps stay below half of it. */
const HEAP_MB = 768;
const LONGEST_MS = 120_000;

let last: Promise<unknown> = Promise.resolve();

/** Same model, same bytes. Without the seal line. Throws when the thread fails, or takes longer than two minutes. */
export function renderPdf(model: PdfModel): Promise<Uint8Array> {
  const mine = last.then(() => renderInThread(model));
  last = mine.catch(() => undefined);
  return mine;
}

async function renderInThread(model: PdfModel): Promise<Uint8Array> {
  const worker = new Worker(await workerFile("pdf"), {
    workerData: model,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const tooLong = setTimeout(() => void worker.terminate(), LONGEST_MS);
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.once("message", (bytes: Uint8Array) => resolve(bytes));
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`the document's thread ended with ${code} and no document`)));
    });
  } finally {
    clearTimeout(tooLong);
    await worker.terminate();
  }
}
