// The embedded PostgreSQL: one server per data folder, owned by one app. It is started or, when it outlived a kill -9 of
// the app, adopted; restarted when it dies; and stopped with the app. It refuses data of another major version.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import {
  clusterMajor,
  createCluster,
  ensureDatabase,
  type RoleAndPassword,
  removeDrafts,
  SUPERUSER,
} from "@/server/platform/db/embedded/cluster";
import { DataInUse, lockHolder, takeDataLock } from "@/server/platform/db/embedded/data-lock";
import { type Home, openHome } from "@/server/platform/db/embedded/home";
import {
  type Cluster,
  findPostmaster,
  type Postmaster,
  startPostmaster,
  stopPostmaster,
  waitUntilReady,
} from "@/server/platform/db/embedded/postmaster";
import { identityOf, isAlive } from "@/server/platform/db/embedded/process-identity";
import { dropSupersededRuntimes, keptRuntime, packagedRuntime } from "@/server/platform/db/embedded/runtime";
import { newSecret, secretFile } from "@/server/platform/env/secrets";
import { log } from "@/server/platform/log/log";

/** The app signs in at `url`, migrations at `migrationUrl`; `superuserUrl` sees past row security and serves dumps alone. */
export type EmbeddedDatabase = { url: string; migrationUrl: string; superuserUrl: string; stop(): Promise<void> };

class MajorVersionDiffers extends Error {
  constructor(data: string, written: number, brought: number) {
    super(
      `The data in ${data} was written by PostgreSQL ${written}; this version of Holdpoint brings PostgreSQL ${brought}. ` +
        "Carry it over with: npm run db:dump -- upgrade.dump && npm run db:restore -- upgrade.dump --replace",
    );
    this.name = "MajorVersionDiffers";
  }
}

const DATABASE = "holdpoint";
const WATCH_MS = 500;
const RESTART_PAUSE_MAX_MS = 5_000;
const SESSION_PATIENCE_MS = 3_000;

// Any constant will do; it has to be the same in every version, since it keeps two versions off one database as well.
const ONE_APP_LOCK = 4_807_001;

/**
 * Starts or adopts the database below `dataDir`. With `keptPrograms`, data of an older major version is opened with the
 * programs that wrote it. Throws DataInUse beside a running app and MajorVersionDiffers on data of another version.
 */
export async function startEmbeddedDatabase(dataDir: string, keptPrograms = false): Promise<EmbeddedDatabase> {
  const home = openHome(dataDir);
  const lock = await takeDataLock(home.lock);
  try {
    const superuser = { role: SUPERUSER, password: secretFile("database-superuser", newSecret, dataDir) };
    const owner = { role: "holdpoint_owner", password: secretFile("database-owner", newSecret, dataDir) };
    const login = { role: "holdpoint", password: secretFile("database-login", newSecret, dataDir) };
    const cluster = await openCluster(home, superuser.password, keptPrograms);
    const running = await runOrAdopt(home, cluster);
    const address = ({ role, password }: RoleAndPassword, database = DATABASE) =>
      `postgres://${role}:${password}@127.0.0.1:${running.port}/${database}`;
    const admin = address(superuser, "postgres");
    const watch = new Supervisor(cluster, running, admin);
    await watch.begin(home.lock);
    await ensureDatabase(admin, { name: DATABASE, owner, login });
    return {
      url: address(login),
      migrationUrl: address(owner),
      superuserUrl: address(superuser),
      stop: async () => {
        await watch.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The superuser's address of a database whose app is running; null when no app runs on this data. */
export async function findRunningDatabase(dataDir: string): Promise<string | null> {
  const home = openHome(dataDir);
  const running = findPostmaster(home.data);
  if (running === null || (await lockHolder(home.lock)) === null) return null;
  const password = secretFile("database-superuser", newSecret, dataDir);
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${running.port}/${DATABASE}`;
}

/**
 * Moves the data below `dataDir` aside, so that the next start makes a new database, and says where it went; null when
 * there was none. Throws DataInUse beside a running app.
 */
export async function setDataAside(dataDir: string): Promise<string | null> {
  const home = openHome(dataDir);
  const lock = await takeDataLock(home.lock);
  try {
    const survivor = findPostmaster(home.data);
    if (survivor !== null) await stopPostmaster(survivor.identity);
    if (clusterMajor(home.data) === null) return null;
    const aside = `${home.data}.${new Date().toISOString().replace(/\W/g, "")}`;
    renameSync(home.data, aside);
    return aside;
  } finally {
    lock.release();
  }
}

async function openCluster(home: Home, password: string, keptPrograms: boolean): Promise<Cluster> {
  removeDrafts(home.data);
  const written = clusterMajor(home.data);
  const kept = keptPrograms && written !== null ? keptRuntime(home.runtimes, written) : null;
  const runtime = kept ?? packagedRuntime(home.runtimes);
  if (written === null) {
    await createCluster({ data: home.data, runtime, user: home.user, password });
    log.info(`Made a new PostgreSQL ${runtime.major} database in ${home.folder}`);
  } else if (written !== runtime.major) {
    throw new MajorVersionDiffers(home.data, written, runtime.major);
  }
  return { data: home.data, logFile: join(home.folder, "postgresql.log"), runtime, user: home.user };
}

async function runOrAdopt(home: Home, cluster: Cluster): Promise<Postmaster> {
  const survivor = findPostmaster(cluster.data);
  if (survivor !== null && (await waitUntilReady(cluster.data, survivor.identity))) {
    log.info(`Adopted PostgreSQL (process ${survivor.identity.pid}), which had outlived its app`);
    return survivor;
  }
  const portFile = join(home.folder, "port");
  const lastPort = existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : null;
  const started = await startPostmaster(cluster, lastPort);
  writeFileSync(portFile, `${started.port}\n`);
  dropSupersededRuntimes(home.runtimes, cluster.runtime);
  log.info(`Started PostgreSQL ${cluster.runtime.major} on 127.0.0.1:${started.port}, data in ${home.folder}`);
  return started;
}

/** Keeps one server running until told to stop, always on the same port so that open pools find it again. */
class Supervisor {
  #session: postgres.Sql | null = null;
  #watching = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly cluster: Cluster,
    private running: Postmaster,
    private readonly adminUrl: string,
  ) {}

  async begin(lockPath: string): Promise<void> {
    if (!(await this.#holdSession())) {
      const self = identityOf(process.pid) ?? this.running.identity;
      throw new DataInUse(lockPath, self);
    }
    this.#watching = true;
    this.#loop = this.#watch();
  }

  async stop(): Promise<void> {
    this.#watching = false;
    await this.#loop;
    await this.#session?.end({ timeout: 1 });
    await stopPostmaster(this.running.identity);
    log.info("Stopped PostgreSQL");
  }

  // The lock file can be taken over wrongly where processes cannot see each other; a lock held by an open session cannot.
  // The session of an app that was just killed may live on for a moment.
  async #holdSession(): Promise<boolean> {
    await this.#session?.end({ timeout: 0 });
    this.#session = postgres(this.adminUrl, { max: 1, max_lifetime: null, idle_timeout: 0, onnotice: () => {} });
    for (let waited = 0; waited <= SESSION_PATIENCE_MS; waited += 100) {
      const [row] = await this.#session<{ held: boolean }[]>`select pg_try_advisory_lock(${ONE_APP_LOCK}) as held`;
      if (row?.held === true) return true;
      await sleep(100);
    }
    return false;
  }

  async #watch(): Promise<void> {
    for (let pauseMs = 100; this.#watching; ) {
      await sleep(this.#watching ? WATCH_MS : 0);
      if (!this.#watching || isAlive(this.running.identity)) continue;
      log.error(`PostgreSQL (process ${this.running.identity.pid}) died; starting it again`);
      try {
        this.running = await startPostmaster(this.cluster, this.running.port);
        if (!(await this.#holdSession())) log.error("Another Holdpoint has taken this database");
        pauseMs = 100;
      } catch (error) {
        log.error({ error }, "PostgreSQL did not start again");
        await sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, RESTART_PAUSE_MAX_MS);
      }
    }
  }
}
