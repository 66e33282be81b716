import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { Unmakable } from "@/server/exports/failure";
import { MAKER, noteFailure } from "@/server/exports/make-at-once";
import { giveUp, giveUpAtOnce } from "@/server/exports/make-bundle";
import { makeInThread } from "@/server/exports/make-in-thread";
import { quietMaker } from "@/server/exports/maker";
import { type ExportRow, findExport, takeLease } from "@/server/exports/store";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { defineJob } from "@/server/platform/jobs/define-job";

const LOOK_EVERY_MS = 500;
const FINAL = "It was tried several times. Ask for it again; if that fails too, tell whoever runs this server.";

/** Makes a large bundle, and a small one whose request did not come to its end. */
export const makeBundleJob = defineJob(MAKER, {
  payload: z.object({ tenant_id: z.uuid(), bundle_id: z.string() }),
  mostMs: 3_600_000,
  isOnePerTenant: true,
  async handler({ bundle_id }, { principal, signal }) {
    const row = await leaseOrOver(principal, bundle_id, signal);
    if (row === null) return;
    try {
      const of = { bundleId: row.bundleId, isDocument: row.format === "pdf" };
      await makeInThread({ tenantId: principal.tenantId, component: MAKER, ...of }, signal);
    } catch (error) {
      if (error instanceof Unmakable) return giveUpAtOnce(quietMaker(principal), bundle_id, error);
      await noteFailure(principal, bundle_id, error);
      throw error;
    }
  },
  async buried({ bundle_id }, { principal }) {
    const row = await asTenant(principal, (db) => findExport(db, bundle_id));
    const failure = row?.failure ?? "It could not be made in the time there is.";
    await giveUp(quietMaker(principal), bundle_id, `${failure} ${FINAL}`);
  },
});

/** Waits for whoever is at it: when they finish there is nothing to do, when they die their lease runs out. */
async function leaseOrOver(principal: Principal, bundleId: string, signal: AbortSignal): Promise<ExportRow | null> {
  for (;;) {
    const row = await asTenant(principal, (db) => takeLease(db, bundleId));
    if (row !== null) return row;
    const now = await asTenant(principal, (db) => findExport(db, bundleId));
    if (now?.status !== "generating") return null;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
