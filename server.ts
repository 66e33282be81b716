// The process behind `npm start`: settings, database, migrations, first tenant, listener; and the same backwards at the
// end. With WORKERS=n this process owns the database and n others share the port.

import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import next from "next";
import { seedDemo } from "@/db/seed/demo";
import { bootstrap } from "@/server/account/bootstrap";
import { isStreamPath, streamFetch } from "@/server/events/front-door";
import { startRelay } from "@/server/events/relay";
import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { startSweeper } from "@/server/gate/sweeper";
import { allJobs } from "@/server/jobs/all-jobs";
import { closePools } from "@/server/platform/db/client";
import { type RunningDatabase, startDatabase } from "@/server/platform/db/embedded/start-database";
import { migrate } from "@/server/platform/db/migrate";
import { knownDemoAccess } from "@/server/platform/env/demo-access";
import { env, provideDatabase } from "@/server/platform/env/env";
import { ownAddress } from "@/server/platform/env/own-address";
import { closeListener, createListener, listen } from "@/server/platform/http/listener";
import { pathOf } from "@/server/platform/http/mount";
import { startJobs } from "@/server/platform/jobs/start-jobs";
import { log } from "@/server/platform/log/log";
import { prepareSigning } from "@/server/transparency/keys";
import { startSequencer } from "@/server/transparency/sequencer";

// An operator's stop waits ten seconds in all.
const FINISH_MS = 7_000;
const REFORK_PAUSE_MS = 1_000;
const isDevelopment = env.NODE_ENV === "development";

/** What to do at the end, in reverse order of what was done at the start. */
const undo: (() => Promise<unknown>)[] = [];
let starting: Promise<RunningDatabase> | null = null;
let stopping = false;

async function main(): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void stop(0));
  if (cluster.isWorker) {
    await serve();
    return;
  }
  starting = startDatabase();
  const database = await starting;
  undo.push(database.stop);
  if (stopping) return;
  await prepare(database);
  undo.push(() => closePools(2));
  const work = await startWork();
  undo.push(work.stop);
  const port = env.WORKERS > 1 ? await serveByWorkers() : await serve();
  // First of all at the end, and beside the requests that are still being answered: no new work begins.
  undo.push(async () => void work.stop());
  announce(port, database.mode);
}

/** Brings the database to this version and makes sure that somebody can sign in. */
async function prepare(database: RunningDatabase): Promise<void> {
  provideDatabase(database);
  await migrate(database.migrationUrl, new URL(database.url).username);
  // A key that is not the registered one would sign what nobody can check: better not to start.
  await prepareSigning();
  await bootstrap();
  // It knows by itself when there is nothing to do, and finishes what a killed first start left half made.
  if (database.mode === "embedded") await seedDemo();
}

/** What this process does without being asked. Any number of processes may do it on one database. */
async function startWork(): Promise<{ stop(): Promise<unknown> }> {
  const sweeper = startSweeper();
  const sequencer = startSequencer();
  const relay = startRelay();
  const jobs = await startJobs(allJobs);
  let stopped: Promise<unknown> | undefined;
  return {
    stop() {
      sweeper.stop();
      sequencer.stop();
      stopped ??= Promise.all([relay.stop(), jobs.stop()]);
      return stopped;
    },
  };
}

async function serve(): Promise<number> {
  const app = next({ dev: isDevelopment, ...ownAddress(env) });
  await app.prepare();
  const server = createListener({
    // In development everything goes through Next, whose route files reload when a source changes.
    answersItself: isDevelopment ? () => false : (path) => isGatePath(path) || isStreamPath(path),
    answer: (request) => (isStreamPath(pathOf(request.url)) ? streamFetch(request) : gateFetch(request)),
    rest: app.getRequestHandler(),
  });
  if (isDevelopment) server.on("upgrade", app.getUpgradeHandler());
  undo.push(() => app.close());
  if (cluster.isWorker) undo.push(() => closePools(2));
  const port = await listen(server, env.HOST, env.PORT);
  undo.push(() => closeListener(server, FINISH_MS));
  return port;
}

async function serveByWorkers(): Promise<number> {
  cluster.setupPrimary({ exec: fileURLToPath(import.meta.url) });
  const port = await new Promise<number>((resolve, reject) => {
    cluster.once("listening", (_worker, address) => resolve(address.port));
    cluster.once("exit", () => reject(new Error("a worker ended before it listened")));
    for (let i = 0; i < env.WORKERS; i++) cluster.fork();
  });
  cluster.on("exit", (worker, code, signal) => {
    if (stopping) return;
    log.error(`Worker ${worker.process.pid} ended (${signal || code}); starting another`);
    void sleep(REFORK_PAUSE_MS).then(() => stopping || cluster.fork());
  });
  undo.push(async () => {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const ended = workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
    for (const worker of workers) worker.process.kill("SIGTERM");
    await Promise.all(ended);
  });
  return port;
}

// The demo's sign-in is printed on purpose: its tenant holds invented data only, and whoever can read this output owns
// the data folder.
function announce(port: number, mode: RunningDatabase["mode"]): void {
  const shown = ["0.0.0.0", "::", "127.0.0.1"].includes(env.HOST) ? "localhost" : env.HOST;
  const demo = mode === "embedded" ? knownDemoAccess() : null;
  const lines = [`Holdpoint  ${env.PUBLIC_URL ?? `http://${shown}:${port}`}`];
  if (demo !== null) lines.push(`Sign in    ${demo.email}  ${demo.password}`, `API key    ${demo.key}`);
  console.info(`\n${lines.join("\n")}\n`);
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  // A signal during the first start: the database is let finish starting, or nobody would stop it.
  if (env.DATABASE_URL === undefined) await starting?.catch(() => null);
  for (const step of undo.reverse()) {
    await step().catch((error: unknown) => log.error({ err: error }, "a step of the shutdown failed"));
  }
  process.exit(code);
}

main().catch((error: unknown) => {
  if (stopping) return;
  console.error(`Holdpoint did not start: ${explain(error)}`);
  void stop(1);
});

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE") return `port ${env.PORT} is taken; choose another with PORT=…`;
  return env.LOG_LEVEL === "debug" ? (error.stack ?? error.message) : error.message;
}
