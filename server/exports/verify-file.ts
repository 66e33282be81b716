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
    return await inThread({ bytes: new Uint8Array(bytes), trustedKeys: await publishedKeys() });
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
  return runInThread<FileVerdict>("verify", { data: task, transfer: [task.bytes.buffer], ...limits }).catch(
    (error: unknown) => {
      // Any other failure of the thread is a bug, whatever the file holds.
      throw error instanceof ThreadLimit ? beyond(error.what) : error;
    },
  );
}

function beyond(what: "time" | "memory"): Error {
  const detail = `It takes more ${what} than verification may use here. Check it with holdpoint-verify.mjs, which has no such limit.`;
  return NotVerifiableHere.with({ detail });
}
