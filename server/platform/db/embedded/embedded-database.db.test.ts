import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundle, root } from "@/scripts/bundle.mjs";
import { accountOf, mayEnter } from "@/server/platform/db/embedded/database-user";
import { findPostmaster, stopPostmaster } from "@/server/platform/db/embedded/postmaster";
import { isAlive } from "@/server/platform/db/embedded/process-identity";

// Each case is an app of its own in a process of its own, because what is tested is what its end leaves behind.
const program = join(root, ".build", "programs", "embedded-app.mjs");
const isRoot = process.getuid?.() === 0;
const nobody = accountOf("nobody") ?? { uid: 65_534, gid: 65_534 };
let folder: string;
let apps: ChildProcess[];

type App = { url: string; process: ChildProcess; said: string };

beforeAll(() =>
  bundle({
    outfile: program,
    stdin: {
      resolveDir: root,
      loader: "ts",
      contents: `
        import { startEmbeddedDatabase } from "@/server/platform/db/embedded/embedded-database";
        const database = await startEmbeddedDatabase(process.argv[2] ?? "");
        process.on("SIGTERM", () => void database.stop().then(() => process.exit(0)));
        setInterval(() => {}, 1000);
        console.log("ADDRESS " + database.superuserUrl);`,
    },
  }),
);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-embedded-"));
  chmodSync(folder, 0o755);
  apps = [];
});

afterEach(async () => {
  for (const app of apps) app.kill("SIGKILL");
  const survivor = homeOf(folder) === null ? null : findPostmaster(join(homeOf(folder) ?? "", "pgdata"));
  if (survivor !== null) await stopPostmaster(survivor.identity);
  rmSync(homeOf(folder) ?? folder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

function homeOf(place: string): string | null {
  const pointer = join(place, "data", "database-home");
  if (existsSync(pointer)) return readFileSync(pointer, "utf8").trim();
  return existsSync(join(place, "data", "database")) ? join(place, "data", "database") : null;
}

/** Starts an app on this test's data; rejects with all it said when it ends before its database runs. */
function start(as: { uid?: number; gid?: number } = {}): Promise<App> {
  const app = spawn(process.execPath, [program, join(folder, "data")], {
    ...as,
    cwd: root,
    env: { ...process.env, LOG_LEVEL: "info", HOME: "/" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  apps.push(app);
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString("utf8");
      const url = /ADDRESS (\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve({ url, process: app, said });
    };
    app.stdout.on("data", hear);
    app.stderr.on("data", hear);
    app.once("exit", (code) => reject(new Error(`the app ended with ${code}:\n${said}`)));
  });
}

async function end(app: App, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const ended = new Promise((resolve) => app.process.once("exit", resolve));
  app.process.kill(signal);
  await ended;
}

async function ask<T>(app: App, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(app.url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

function drafts(): string[] {
  const home = homeOf(folder);
  const folders = home === null ? [] : readdirSync(home).filter((name) => name.includes(".draft-"));
  return folders.filter((name) => existsSync(join(home ?? "", name, "PG_VERSION")));
}

const postmaster = () => findPostmaster(join(homeOf(folder) ?? "", "pgdata"));

describe("the embedded database", () => {
  it("is made at the first start, durable, closed to others, and found again at the second", async () => {
    const first = await start();
    await ask(first, (sql) => sql`create table kept as select 1 as n`);
    const [settings] = await ask(
      first,
      (sql) => sql`
      select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('listen_addresses') as listen, current_setting('data_directory_mode') as mode`,
    );
    expect(settings).toEqual({ fsync: "on", commit: "on", listen: "127.0.0.1", mode: "0700" });
    const stranger = postgres(first.url.replace(/:[^:@/]+@/, ":guess@"), { max: 1 });
    await expect(stranger`select 1`).rejects.toMatchObject({ code: "28P01" });
    await end(first, "SIGTERM");
    expect(postmaster()).toBeNull();

    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await ask(second, (sql) => sql`select n from kept`)).toHaveLength(1);
  });

  it("is adopted when it outlived a kill -9 of its app, and stops with the app that adopted it", async () => {
    const killed = await start();
    await ask(killed, (sql) => sql`create table kept as select 1 as n`);
    const before = postmaster();
    await end(killed, "SIGKILL");
    const heir = await start();
    expect(heir.said).toMatch(/Adopted PostgreSQL/);
    expect(postmaster()?.identity).toEqual(before?.identity);
    expect(await ask(heir, (sql) => sql`select n from kept`)).toHaveLength(1);
    await end(heir, "SIGTERM");
    expect(postmaster()).toBeNull();
  });

  it("refuses a second app on the same data, and one of two that start at once", async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(/Another Holdpoint \(process \d+\) is running on this data/);
    expect(await ask(first, (sql) => sql`select 1 as n`)).toHaveLength(1);
    await end(first, "SIGKILL");
    const race = await Promise.allSettled([start(), start(), start()]);
    expect(race.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("starts again when the server dies under it, on the same port", async () => {
    const app = await start();
    await ask(app, (sql) => sql`create table kept as select 1 as n`);
    const before = postmaster();
    process.kill(before?.identity.pid ?? 0, "SIGKILL");
    await expect
      .poll(() => postmaster()?.identity.pid !== before?.identity.pid && postmaster() !== null, { timeout: 20_000 })
      .toBe(true);
    await expect
      .poll(
        () =>
          ask(app, (sql) => sql`select n from kept`).then(
            (rows) => rows.length,
            () => 0,
          ),
        { timeout: 20_000 },
      )
      .toBe(1);
  });

  it("does not take a pid that was given to somebody else for its server", async () => {
    const app = await start();
    const data = join(homeOf(folder) ?? "", "pgdata");
    const server = postmaster();
    await end(app, "SIGKILL");
    if (server !== null) process.kill(server.identity.pid, "SIGKILL");
    await expect.poll(() => server !== null && isAlive(server.identity)).toBe(false);
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    writeFileSync(join(data, "postmaster.pid"), [process.pid, ...lines.slice(1)].join("\n"));
    await expect(start()).resolves.toMatchObject({ url: app.url });
  });

  it("survives a kill -9 in the middle of its first start", async () => {
    const starting = start();
    starting.catch(() => {});
    await expect.poll(drafts, { interval: 5, timeout: 20_000 }).toHaveLength(1);
    apps[0]?.kill("SIGKILL");
    await expect(start()).resolves.toBeDefined();
  });

  it("refuses data of another major version and names the commands that carry it over", async () => {
    await end(await start(), "SIGTERM");
    writeFileSync(join(homeOf(folder) ?? "", "pgdata", "PG_VERSION"), "17\n");
    await expect(start()).rejects.toThrow(/PostgreSQL 17.*PostgreSQL 18.*db:dump.*db:restore/);
  });

  it("keeps its keys in files that only the app's user may read", async () => {
    await start();
    const secrets = join(folder, "data", "secrets");
    for (const name of readdirSync(secrets)) {
      const { mode, uid } = statSync(join(secrets, name));
      expect([name, mode & 0o777, uid]).toEqual([name, 0o600, process.getuid?.()]);
    }
  });

  it.runIf(isRoot)("goes where its user can enter when the data lies in a folder only root may enter", async () => {
    chmodSync(folder, 0o700);
    const app = await start();
    expect(app.said).toMatch(/cannot enter .*: its programs and data are in \/var\/lib\/holdpoint\//);
    expect(homeOf(folder)).toMatch(/^\/var\/lib\/holdpoint\//);
    await end(app, "SIGTERM");
    await expect(start()).resolves.toMatchObject({ url: app.url });
  });

  // Only where that user can read the program, which it cannot when the clone itself lies in root's own folder.
  it.runIf(isRoot && mayEnter(nobody, root))(
    "runs as an ordinary user, and later under root as that user",
    async () => {
      chownSync(folder, nobody.uid, nobody.gid);
      const app = await start(nobody);
      await end(app, "SIGTERM");
      expect(statSync(join(folder, "data", "database", "pgdata")).uid).toBe(nobody.uid);
      await expect(start()).resolves.toMatchObject({ url: app.url });
    },
  );
});
