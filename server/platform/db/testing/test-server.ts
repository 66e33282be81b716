// A PostgreSQL of the tests' own: made in the temporary folder, stopped and deleted at the end. A test run that was
// killed leaves one behind; the next run finds it by its dead lock and removes it.

import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCluster, SUPERUSER } from "@/server/platform/db/embedded/cluster";
import { lockHolder, takeDataLock } from "@/server/platform/db/embedded/data-lock";
import { databaseUser } from "@/server/platform/db/embedded/database-user";
import {
  type Cluster,
  crashPostmaster,
  findPostmaster,
  startPostmaster,
  stopPostmaster,
} from "@/server/platform/db/embedded/postmaster";
import { packagedRuntime, type Runtime, runtimeAt } from "@/server/platform/db/embedded/runtime";

export type TestServer = {
  superuserUrl: string;
  /** Ends it without a checkpoint: "immediate" as pg_ctl does (SIGQUIT), or the postmaster alone by SIGKILL. */
  crash(how?: "immediate" | "kill"): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

const PREFIX = "holdpoint-test-";

/** Starts a server with the programs in TEST_POSTGRES_BIN, or else with the embedded ones. */
export async function startTestServer(): Promise<TestServer> {
  await removeLeftovers();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), PREFIX)));
  chmodSync(folder, 0o711);
  const lock = await takeDataLock(join(folder, "app.lock"));
  const password = randomBytes(16).toString("hex");
  const cluster = await makeCluster(folder, password);
  let running = await startPostmaster(cluster, null);
  return {
    superuserUrl: `postgres://${SUPERUSER}:${password}@127.0.0.1:${running.port}/postgres`,
    crash: (how = "immediate") => crashPostmaster(running.identity, how === "kill" ? "SIGKILL" : "SIGQUIT"),
    async start() {
      running = await startPostmaster(cluster, running.port);
    },
    async stop() {
      await stopPostmaster(running.identity);
      lock.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makeCluster(folder: string, password: string): Promise<Cluster> {
  const bin = process.env.TEST_POSTGRES_BIN;
  const runtime: Runtime = bin ? runtimeAt(bin) : packagedRuntime(join(folder, "programs"));
  const user = databaseUser(join(folder, "pgdata"));
  const data = join(folder, "pgdata");
  await createCluster({ data, runtime, user, password });
  return { data, logFile: join(folder, "postgresql.log"), runtime, user };
}

async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(realpathSync(tmpdir()), name);
    const isOwn = readdirSync(folder).includes("app.lock");
    if (!isOwn || (await lockHolder(join(folder, "app.lock"))) !== null) continue;
    const survivor = findPostmaster(join(folder, "pgdata"));
    if (survivor !== null) await stopPostmaster(survivor.identity);
    rmSync(folder, { recursive: true, force: true });
  }
}
