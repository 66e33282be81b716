// A server of a test's own, on data of its own: what is done to its database meets nobody else.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { findRunningDatabase } from "@/server/platform/db/embedded/embedded-database";
import { openHome } from "@/server/platform/db/embedded/home";
import { findPostmaster } from "@/server/platform/db/embedded/postmaster";

export interface OwnServer {
  address: string;
  boss: { email: string; password: string };
  key: string;
  /** All that it has written to its log. */
  log(): string;
  /** The database takes connections and answers none, as a machine that hangs. */
  hangDatabase(): Promise<void>;
  wakeDatabase(): void;
  /** Done to the database by its superuser. */
  asSuperuser(statement: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnServer(port: number): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-e2e-own-"));
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  const boss = { email: "boss@holdpoint.local", password: "a-password-of-its-own" };
  const key = `hp_live_${"a-server-of-its-own-for-what-may-go-wrong-with-it".slice(0, 43)}`;
  const first = { BOOTSTRAP_ADMIN_EMAIL: boss.email, BOOTSTRAP_ADMIN_PASSWORD: boss.password, BOOTSTRAP_API_KEY: key };
  const own = spawn(process.execPath, ["scripts/start.mjs"], {
    env: { ...process.env, ...first, PORT: String(port), HOLDPOINT_DATA_DIR: data, LOG_LEVEL: "warn" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  for (const stream of [own.stdout, own.stderr]) stream.on("data", (bytes) => (written += String(bytes)));
  const address = `http://localhost:${port}`;
  await untilReady(own, address);
  const superuserUrl = String(await findRunningDatabase(data));
  return {
    ...{ address, boss, key },
    log: () => written,
    hangDatabase: () => hang(postmasterOf(data)),
    wakeDatabase: () => void process.kill(postmasterOf(data), "SIGCONT"),
    async asSuperuser(statement) {
      const sql = postgres(superuserUrl, { max: 1 });
      await sql.unsafe(statement);
      await sql.end();
    },
    async stop() {
      own.kill("SIGTERM");
      await once(own, "exit");
      const pointer = join(data, "database-home");
      if (existsSync(pointer)) rmSync(readFileSync(pointer, "utf8").trim(), { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(own: ChildProcess, address: string): Promise<void> {
  const until = Date.now() + 200_000;
  while (Date.now() < until && own.exitCode === null) {
    const answer = await fetch(`${address}/api/health`).catch(() => null);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error("the server did not start");
}

function postmasterOf(data: string): number {
  const found = findPostmaster(openHome(data).data);
  if (found === null) throw new Error("the database does not run");
  return found.identity.pid;
}

// A stopped postmaster lets nobody in, but sessions that are open would go on.
async function hang(postmaster: number): Promise<void> {
  process.kill(postmaster, "SIGSTOP");
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (parentOf(pid) === postmaster && commandOf(pid).includes("127.0.0.1(")) process.kill(Number(pid), "SIGTERM");
  }
  await sleep(500);
}

function parentOf(pid: string): number | null {
  return Number(/^PPid:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? Number.NaN);
}

function commandOf(pid: string): string {
  return textOf(`/proc/${pid}/cmdline`);
}

// Processes come and go meanwhile.
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
