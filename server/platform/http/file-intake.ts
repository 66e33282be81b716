// A file is held whole while it comes in, and taking in megabytes is work of the loop that the gate runs in: few at a time.
// Whoever has to wait hears so before the first byte is read.

import { once } from "@/server/platform/env/once";
import { RateLimited } from "@/server/platform/http/problem";

/** In this process, and of one tenant. */
const MOST = 6;
const MOST_OF_TENANT = 2;
const RETRY_S = 2;

/** Throws RateLimited when too many files are coming in. */
export async function takeIn<T>(tenantId: string, read: () => Promise<T>): Promise<T> {
  const coming = once("files-coming-in", () => new Map<string, number>());
  const mine = coming.get(tenantId) ?? 0;
  const all = [...coming.values()].reduce((sum, count) => sum + count, 0);
  if (mine >= MOST_OF_TENANT || all >= MOST) {
    throw RateLimited.with({ detail: "Other files are coming in. Ask again in a moment.", retry_after: RETRY_S });
  }
  coming.set(tenantId, mine + 1);
  try {
    return await read();
  } finally {
    const left = (coming.get(tenantId) ?? 1) - 1;
    if (left > 0) coming.set(tenantId, left);
    else coming.delete(tenantId);
  }
}
