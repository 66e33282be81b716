// Whoever makes a bundle, and how it tells how far it is.

import type { ExportRow } from "@/server/exports/store";
import { changeExport, renewLease } from "@/server/exports/store";
import { announcement } from "@/server/exports/wire";
import { writeOutbox } from "@/server/platform/audit/audit";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";

export type Maker = {
  readonly principal: Principal;
  /** Aborts when the making has taken too long, or the process stops. */
  readonly signal: AbortSignal;
  /** Progress in per cent, and what is being done now. */
  say(progress: number, stage: string): Promise<void>;
};

/** Somebody waits for the answer, which says all there is to say. */
export function quietMaker(principal: Principal): Maker {
  return { principal, signal: new AbortController().signal, say: async () => undefined };
}

const SAY_EVERY_MS = 1_000;

/** Tells everybody who looks: in the export itself and on the event stream, at most once a second. */
export function tellingMaker(principal: Principal, signal: AbortSignal, bundleId: string): Maker {
  let told = Number.NEGATIVE_INFINITY;
  return {
    principal,
    signal,
    async say(progress, stage) {
      const now = performance.now();
      if (now - told < SAY_EVERY_MS) return;
      told = now;
      await asTenant(principal, async (db) => {
        const row = await changeExport(db, bundleId, { progress, stage });
        if (row !== null)
          await writeOutbox(db, [{ topic: "export.progress", entity_id: bundleId, payload: announcement(row) }]);
      });
    },
  };
}

const RENEW_MS = 10_000;

/** Does `work` while the lease on the bundle is kept; without that, somebody else would begin the same. */
export async function underLease<T>({ principal }: Maker, row: ExportRow, work: () => Promise<T>): Promise<T> {
  const renew = () => asTenant(principal, (db) => renewLease(db, row.bundleId)).catch(() => undefined);
  const timer = setInterval(() => void renew(), RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
