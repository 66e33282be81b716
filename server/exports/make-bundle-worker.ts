// The program of the thread that makes a large bundle: ids in, why it failed out. Its connections are its own and end with it.

import { parentPort, workerData } from "node:worker_threads";
import { failureText, Unmakable } from "@/server/exports/failure";
import { makeBundle } from "@/server/exports/make-bundle";
import type { ThreadResult, ThreadTask } from "@/server/exports/make-in-thread";
import { tellingMaker } from "@/server/exports/maker";
import { findExport } from "@/server/exports/store";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { log } from "@/server/platform/log/log";
import { standBehind } from "@/server/platform/workers/behind-the-gate";
import { paceBy } from "@/server/platform/workers/pace";
import { keepGarbageBelow } from "@/server/platform/workers/small-garbage";

const GARBAGE_BYTES = 8 * 1_048_576;

standBehind();
const { tenantId, component, bundleId, isDocument, load }: ThreadTask = workerData;
if (load !== undefined) paceBy(load);
if (!isDocument) keepGarbageBelow(GARBAGE_BYTES);
const principal = systemPrincipal(tenantId, component);

async function made(): Promise<ThreadResult> {
  try {
    const row = await asTenant(principal, (db) => findExport(db, bundleId));
    if (row === null) throw new Error("there is no such bundle");
    await makeBundle(tellingMaker(principal, new AbortController().signal, bundleId), row);
    return { failure: null, isCertain: false };
  } catch (error) {
    log.warn({ err: error, bundle_id: bundleId }, "a bundle could not be made");
    return { failure: failureText(error), isCertain: error instanceof Unmakable };
  }
}

parentPort?.postMessage(await made());
