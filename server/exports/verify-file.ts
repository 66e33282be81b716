// Checks a file that claims to be one of ours, in a thread with a heap and a time of its own: it is somebody else's bytes.
// Nothing is looked up but the keys that are published anyway.

import type { TrustedKey } from "@/server/evidence/bundle-trust";
import { type FileVerdict, NotVerifiableHere } from "@/server/exports/contract";
import type { VerifyTask } from "@/server/exports/verify-worker";
import { once } from "@/server/platform/env/once";
import { RateLimited } from "@/server/platform/http/problem";
import { runInThread, ThreadLimit } from "@/server/platform/workers/run-in-thread";
import { keyRows } from "@/server/transparency/keys";

const HEAP_MB = 512;
const LONGEST_MS = 30_000;
/** A small document can hold a large attachment; JSON takes about ten times its length to be looked at. */
const MOST_ATTACHED = 64 * 1024 * 1024;
/** Files being checked at once in this process, one of a tenant; whoever comes then asks again. */
const AT_ONCE = 2;

/** @throws NotVerifiableHere when the file takes more memory or time than there is, RateLimited when too many are asked for. */
export async function verifyFile(tenantId: string, bytes: Uint8Array): Promise<FileVerdict> {
  const running = once("exports-verifying", () => new Set<string>());
  if (running.size >= AT_ONCE || running.has(tenantId)) {
    throw RateLimited.with({ detail: "Other files are being checked. Ask again in a moment.", retry_after: 2 });
  }
  running.add(tenantId);
  try {
    const task = { bytes: new Uint8Array(bytes), trustedKeys: await publishedKeys(), mostAttached: MOST_ATTACHED };
    return await inThread(task);
  } finally {
    running.delete(tenantId);
  }
}

async function publishedKeys(): Promise<TrustedKey[]> {
  const { keys } = await keyRows();
  return keys.map((row) => ({
    public_key: row.public_key.toString("hex"),
    retired_at: row.retired_at?.toISOString() ?? null,
  }));
}

async function inThread(task: VerifyTask): Promise<FileVerdict> {
  const limits = { heapMb: HEAP_MB, longestMs: LONGEST_MS };
  const verdict = await runInThread<FileVerdict | null>("verify", {
    ...{ data: task, transfer: [task.bytes.buffer], ...limits },
  }).catch((error: unknown) => {
    // Any other failure of the thread is a bug, whatever the file holds.
    throw error instanceof ThreadLimit ? beyond(`It takes more ${error.what} than verification may use here.`) : error;
  });
  if (verdict === null) throw beyond(`The document's attachment is longer than ${MOST_ATTACHED / 1_048_576} MiB.`);
  return verdict;
}

function beyond(why: string): Error {
  const detail = `${why} Check it with holdpoint-verify.mjs, which has no such limit.`;
  return NotVerifiableHere.with({ detail });
}
