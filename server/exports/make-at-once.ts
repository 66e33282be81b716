// A small bundle is made while its request waits, by the same steps as a job's. Whatever goes wrong here is the job's to mend.

import { setTimeout as sleep } from "node:timers/promises";
import { failureText, Unmakable } from "@/server/exports/failure";
import { giveUpAtOnce, makeBundle } from "@/server/exports/make-bundle";
import { quietMaker } from "@/server/exports/maker";
import { changeExport, type ExportRow, findExport, takeLease } from "@/server/exports/store";
import { type Principal, systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { once } from "@/server/platform/env/once";
import { log } from "@/server/platform/log/log";

/** The name under which the product itself makes bundles. */
export const MAKER = "exports.make";

const AT_ONCE = 2;
/** So long a request waits for its bundle; after that the answer says that it is being made. */
const PATIENCE_MS = 6_000;
const LOOK_EVERY_MS = 100;

/** Makes it, or waits until the job that was faster has; not longer than a request may take. The row says how it went. */
export async function makeAtOnce(asker: Principal, bundleId: string): Promise<void> {
  const principal = systemPrincipal(asker.tenantId, MAKER);
  const until = Date.now() + PATIENCE_MS;
  const making = inTurn(until, async () => {
    const row = await asTenant(principal, (db) => takeLease(db, bundleId));
    if (row !== null) return attempt(principal, row);
    await waitUntilOver(principal, bundleId, until);
  }).catch((error: unknown) => log.warn({ err: error, bundle_id: bundleId }, "a bundle is left to its job"));
  const waited = new AbortController();
  // What has begun goes on behind the answer.
  await Promise.race([making, sleep(PATIENCE_MS, undefined, { signal: waited.signal })]);
  waited.abort();
}

async function attempt(principal: Principal, row: ExportRow): Promise<void> {
  try {
    await makeBundle(quietMaker(principal), row);
  } catch (error) {
    // Its job finds it failed, and has nothing left to do.
    if (error instanceof Unmakable) return giveUpAtOnce(quietMaker(principal), row.bundleId, error);
    await noteFailure(principal, row.bundleId, error);
  }
}

/** The last attempt failed and another will come: the row says so, and nobody holds it any more. */
export async function noteFailure(principal: Principal, bundleId: string, error: unknown): Promise<void> {
  log.warn({ err: error, bundle_id: bundleId }, "a bundle could not be made; it is tried again");
  const failure = failureText(error);
  await asTenant(principal, (db) => changeExport(db, bundleId, { failure, leaseUntil: null })).catch(() => null);
}

async function waitUntilOver(principal: Principal, bundleId: string, until: number): Promise<void> {
  while (Date.now() < until) {
    const row = await asTenant(principal, (db) => findExport(db, bundleId));
    if (row?.status !== "generating") return;
    await sleep(LOOK_EVERY_MS);
  }
}

type Turns = { free: number; waiting: Set<() => void> };

// Each holds a connection to read and one to write; the pool is the gate's as well. Who gets no turn in time leaves it to the job.
async function inTurn(until: number, work: () => Promise<void>): Promise<void> {
  const turns = once("exports-at-once", (): Turns => ({ free: AT_ONCE, waiting: new Set() }));
  if (turns.free > 0) turns.free -= 1;
  else if (!(await turnOf(turns, until))) return;
  try {
    await work();
  } finally {
    const [next] = turns.waiting;
    if (next === undefined) turns.free += 1;
    else next();
  }
}

function turnOf(turns: Turns, until: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isMine: boolean) => {
      clearTimeout(late);
      turns.waiting.delete(come);
      resolve(isMine);
    };
    const come = () => settle(true);
    const late = setTimeout(() => settle(false), Math.max(0, until - Date.now()));
    turns.waiting.add(come);
  });
}
