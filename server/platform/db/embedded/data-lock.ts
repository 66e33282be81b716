// One app per data folder. The lock is a file that names its holder; it counts only while that very process lives, so a
// kill -9 leaves nothing to clean up. A holder that cannot be looked up (another container, another boot) is judged by
// its heartbeat, the file's modification time.

import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  identityOf,
  isAlive,
  isOfThisNamespace,
  type ProcessIdentity,
} from "@/server/platform/db/embedded/process-identity";
import { log } from "@/server/platform/log/log";

const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 3 * HEARTBEAT_MS;

export type DataLock = { release(): void };

export class DataInUse extends Error {
  constructor(path: string, holder: ProcessIdentity) {
    super(
      `Another Holdpoint (process ${holder.pid}) is running on this data (${path}). Stop it, or give this one its own ` +
        "HOLDPOINT_DATA_DIR and PORT.",
    );
    this.name = "DataInUse";
  }
}

/**
 * Takes the lock file at `path`. Throws DataInUse while another live process holds it. One that cannot be looked up
 * counts as gone when its heart has not beaten for `silenceMs`.
 */
export async function takeDataLock(path: string, silenceMs = SILENCE_MS): Promise<DataLock> {
  const own = identityOf(process.pid);
  if (own === null) throw new Error("this process cannot be looked up in the process table");
  for (;;) {
    if (createLock(path, own)) return keep(path, own);
    const holder = readHolder(path);
    if (holder !== null && (await holds(path, holder, silenceMs))) throw new DataInUse(path, holder);
    setAside(path, holder);
  }
}

/** The live holder of the lock at `path`, if there is one. */
export async function lockHolder(path: string): Promise<ProcessIdentity | null> {
  const holder = readHolder(path);
  return holder !== null && (await holds(path, holder, SILENCE_MS)) ? holder : null;
}

// A link fails when the name is taken, and what it makes visible is complete.
function createLock(path: string, own: ProcessIdentity): boolean {
  const draft = `${path}.${own.pid}.draft`;
  writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(path: string): ProcessIdentity | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isIdentity(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "started" in value &&
    "boot" in value &&
    "namespace" in value
  );
}

async function holds(path: string, holder: ProcessIdentity, silenceMs: number): Promise<boolean> {
  if (isOfThisNamespace(holder)) return isAlive(holder);
  const beat = heartbeat(path);
  if (beat === null || Date.now() - beat > 5 * silenceMs) return false;
  await sleep(silenceMs);
  return heartbeat(path) !== beat;
}

function heartbeat(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

// Race: between judging the lock stale and moving it, another process may have replaced it with its own. What was moved
// is therefore looked at again, and put back when it is not what was judged.
function setAside(path: string, judged: ProcessIdentity | null): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  const moved = readHolder(aside);
  const isAnother = moved !== null && (moved.pid !== judged?.pid || moved.started !== judged.started);
  if (isAnother) linkSync(aside, path);
  rmSync(aside);
}

function keep(path: string, own: ProcessIdentity): DataLock {
  const timer = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch (error) {
      log.warn({ err: error }, "the lock on the data folder is gone");
    }
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      const holder = readHolder(path);
      if (holder?.pid === own.pid && holder.started === own.started) rmSync(path, { force: true });
    },
  };
}
