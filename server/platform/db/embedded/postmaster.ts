// Starting, finding and stopping one PostgreSQL server process over one data folder.

import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseUser } from "@/server/platform/db/embedded/database-user";
import {
  identityOf,
  isAlive,
  type ProcessIdentity,
  workingFolderOf,
} from "@/server/platform/db/embedded/process-identity";
import { programEnvironment, type Runtime } from "@/server/platform/db/embedded/runtime";
import { log } from "@/server/platform/log/log";

export type Postmaster = { identity: ProcessIdentity; port: number };

export type Cluster = { data: string; logFile: string; runtime: Runtime; user: DatabaseUser | null };

const LOG_MAX_BYTES = 16 * 1024 * 1024;

// Given on the command line, which overrides every configuration file: an acknowledged commit is on disk, whoever edited
// postgresql.conf. Only loopback is listened on, and there a password is asked.
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // Plans made while the tables were empty last until somebody has counted their rows; by default that takes a minute.
  autovacuum_naptime: "10s",
};

/** The live server over this data folder, ready or not; null when there is none. */
export function findPostmaster(data: string): Postmaster | null {
  const file = readPidFile(data);
  if (file === null) return null;
  const identity = identityOf(file.pid);
  return identity !== null && workingFolderOf(file.pid) === data ? { identity, port: file.port } : null;
}

/** Starts the server and waits until it takes connections, recovery after a crash included. Throws with its last words. */
export async function startPostmaster(cluster: Cluster, preferredPort: number | null): Promise<Postmaster> {
  dropStalePidFile(cluster.data);
  for (let attempt = 1; ; attempt++) {
    const port = attempt === 1 && preferredPort !== null ? preferredPort : await freePort();
    try {
      return await launch(cluster, port);
    } catch (error) {
      if (attempt === 6 || !isWorthAnotherTry(error)) throw error;
      await sleep(attempt * 200);
    }
  }
}

/** Asks for a fast shutdown, which rolls back open transactions, and waits until the server is gone. */
export async function stopPostmaster(identity: ProcessIdentity): Promise<void> {
  await signalUntilGone(identity, "SIGINT", 30_000);
  if (isAlive(identity)) await signalUntilGone(identity, "SIGQUIT", 10_000);
  if (isAlive(identity)) throw new Error(`PostgreSQL (process ${identity.pid}) does not stop`);
}

/** Ends the server at once without a checkpoint, as a crash would; what was committed is recovered at the next start. */
export async function crashPostmaster(identity: ProcessIdentity, signal: "SIGQUIT" | "SIGKILL"): Promise<void> {
  await signalUntilGone(identity, signal, 10_000);
}

export async function waitUntilReady(data: string, identity: ProcessIdentity): Promise<boolean> {
  for (let waited = 0; isAlive(identity); waited += 20) {
    const file = readPidFile(data);
    if (file?.pid === identity.pid && file.status === "ready") return true;
    if (waited % 10_000 === 9_980) log.info("PostgreSQL is still recovering after a crash");
    await sleep(20);
  }
  return false;
}

async function launch(cluster: Cluster, port: number): Promise<Postmaster> {
  rotateLog(cluster.logFile);
  const output = openSync(cluster.logFile, "a", 0o600);
  const begin = statSync(cluster.logFile).size;
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(join(cluster.runtime.bin, "postgres"), ["-D", cluster.data, "-p", String(port), ...flags], {
    ...(cluster.user ?? {}),
    cwd: "/",
    env: programEnvironment,
    // Its own session: a Ctrl-C in the terminal reaches the app, which then stops the database in order.
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  child.unref();
  const identity = child.pid === undefined ? null : identityOf(child.pid);
  if (identity !== null && (await waitUntilReady(cluster.data, identity))) return { identity, port };
  throw new Error(
    `PostgreSQL did not start:\n${readFileSync(cluster.logFile).subarray(begin).toString("utf8").trim()}`,
  );
}

// A port taken between choosing and binding; or the backends of a killed server, which need a moment to notice.
function isWorthAnotherTry(error: unknown): boolean {
  return (
    error instanceof Error &&
    /could not create any TCP\/IP sockets|pre-existing shared memory block|lock file .* already exists/.test(
      error.message,
    )
  );
}

async function signalUntilGone(identity: ProcessIdentity, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (isAlive(identity)) process.kill(identity.pid, signal);
  for (let waited = 0; waited < patienceMs && isAlive(identity); waited += 20) await sleep(20);
}

// postmaster.pid, one value a line: pid, data folder, start, port, socket folder, address, shared memory, status.
function readPidFile(data: string): { pid: number; port: number; status: string } | null {
  try {
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? "").trim() };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

// PostgreSQL takes any process of its own user with the recorded pid for a running server, and then refuses to start.
// After a restarted container that pid is often somebody else's; the caller has looked and found no server.
function dropStalePidFile(data: string): void {
  if (findPostmaster(data) === null) rmSync(join(data, "postmaster.pid"), { force: true });
}

function rotateLog(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_MAX_BYTES) renameSync(logFile, `${logFile}.1`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("the system gave no port"));
      });
    });
  });
}
