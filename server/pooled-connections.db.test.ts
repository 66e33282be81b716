// D4: a connection serves one tenant after the other, and some of its transactions are torn. Ten thousand requests over
// three connections, without the tenant predicate: what keeps tenants apart here is what each transaction says of itself.

import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runs, steps } from "@/db/schema/activity";
import { incidents } from "@/db/schema/incidents";
import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { Connections } from "@/server/platform/db/connections";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { removeTenantPredicate } from "@/server/platform/db/tenant-predicate";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { once } from "@/server/platform/env/once";
import { closeListener, createListener, listen } from "@/server/platform/http/listener";
import { send } from "@/server/testing/callers";
import { foreignMarks } from "@/server/testing/sweep";
import { makeWorld, sharedRuns, type World } from "@/server/testing/tenant-world";

const REQUESTS = 10_000;
const AT_ONCE = 12;
const SMALL = { max: 3, waitMs: 20_000 };

let pair: [World, World];
let leaked: (world: World, text: string) => string[];
const server = createListener({
  answersItself: isGatePath,
  answer: gateFetch,
  rest: async (_request, response) => void response.writeHead(404).end(),
});
let port: number;

beforeAll(async () => {
  once("pool", () => new Connections(testDatabase().url, SMALL));
  once("gate-pool", () => new Connections(testDatabase().url, SMALL));
  pair = [
    await makeWorld("canaryleft", "0197e300-0000-7000-8000-000000000001"),
    await makeWorld("canaryright", "0197e300-0000-7000-8000-000000000002"),
  ];
  const [left, right] = [await foreignMarks(pair[0], pair[1]), await foreignMarks(pair[1], pair[0])];
  leaked = (world, text) => (world === pair[0] ? left : right)(text);
  port = await listen(server, "127.0.0.1", 0);
});
afterAll(() => closeListener(server, 1_000));

class Torn extends Error {}

/** Every row any table lets this transaction see belongs to its tenant. */
async function look(db: TenantDb, world: World): Promise<string[]> {
  const seen = [...(await db.rows(runs)), ...(await db.rows(steps)), ...(await db.rows(incidents))];
  if (seen.length === 0) return ["saw nothing of its own"];
  return seen.filter((row) => row.tenantId !== world.tenantId).map((row) => `saw a row of ${row.tenantId}`);
}

const inWorld = <T>(world: World, work: (db: TenantDb) => Promise<T>) =>
  asTenant(systemPrincipal(world.tenantId, "test"), work);

/** Ways a transaction ends that nobody planned. */
const tears: ((world: World) => Promise<unknown>)[] = [
  (world) =>
    inWorld(world, async (db) => {
      await db.rows(runs, { limit: 1 });
      throw new Torn();
    }),
  (world) => inWorld(world, (db) => db.sql`select 1 / 0 from runs where ${db.mine()}`),
  (world) =>
    inWorld(world, (db) => db.sql`select pg_terminate_backend(pg_backend_pid()) from runs where ${db.mine()} limit 1`),
  (world) =>
    inWorld(world, async (db) => {
      await db.sql`select set_config('statement_timeout', '1ms', true) from tenant_controls where ${db.mine()}`;
      await db.sql`select pg_sleep(1) from tenant_controls where ${db.mine()}`;
    }),
  (world) => hangUp(world, `/runs/${sharedRuns.idle}`),
  (world) => hangUp(world, `/runs/${sharedRuns.stopped}/events`),
];

/** A client that asks and is gone before the answer. */
function hangUp(world: World, path: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`GET /api/v1${path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${world.key.key}\r\n\r\n`, () => {
        setTimeout(() => socket.destroy(), Math.random() * 3);
      });
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

const reads = [
  `/runs/${sharedRuns.stopped}`,
  `/runs/${sharedRuns.failed}/verify`,
  "/incidents?page_size=3",
  "/activity?page_size=3",
  "/policies/violations?page_size=3",
];

/** One request of that tenant; what it saw of the other's. */
async function one(n: number, world: World): Promise<string[]> {
  if (n % 20 === 7) {
    await tears[Math.floor(n / 20) % tears.length]?.(world).catch(() => {});
    return [];
  }
  if (n % 5 === 0) return inWorld(world, (db) => look(db, world));
  const isPost = n % 5 === 1;
  const path = isPost ? `/runs/${sharedRuns.idle}/heartbeat` : (reads[n % reads.length] ?? "");
  const answer = await send(world.key.headers, path, isPost ? { body: {} } : {});
  const words = leaked(world, answer.text);
  return answer.status === 200 && words.length === 0 ? [] : [`${path}: ${answer.status} ${words} ${answer.text}`];
}

test(`D4: ${REQUESTS} requests of two tenants in turns over three connections, one in twenty torn: 0 rows of the other`, async () => {
  const removed = removeTenantPredicate();
  const faults: string[] = [];
  let next = 0;
  const work = async () => {
    while (next < REQUESTS && faults.length < 10) {
      const n = next++;
      const found = await one(n, n % 2 === 0 ? pair[0] : pair[1]).catch((error: unknown) => [`#${n}: ${error}`]);
      faults.push(...found);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    removed.restore();
  }
  expect(faults).toEqual([]);
}, 300_000);

test("D4: nothing of a tenant stays on a connection when its transaction is over", async () => {
  const left = await inspect()`
    select pid, state from pg_stat_activity
    where datname = current_database() and usename <> current_user and state <> 'idle' and backend_type = 'client backend'`;
  expect(left).toEqual([]);
  const connections = new Connections(testDatabase().url, { max: 1, waitMs: 5_000 });
  const connection = await connections.take();
  try {
    const ask = async (text: string) => await connection.sql.unsafe(text);
    await ask("begin");
    await ask(
      `select set_config('role', 'holdpoint_app', true), set_config('app.tenant_id', '${pair[0].tenantId}', true)`,
    );
    expect((await ask("select count(*)::int as n from runs"))[0]?.n).toBeGreaterThan(0);
    await ask("commit");
    // The setting reads '' now, the login has no grant of its own, and under the app role no row is anybody's.
    expect((await ask("select current_setting('app.tenant_id', true) as is"))[0]?.is).toBe("");
    await expect(ask("select count(*) from runs")).rejects.toMatchObject({ code: "42501" });
    await ask("begin");
    await ask("set local role holdpoint_app");
    expect((await ask("select count(*)::int as n from runs"))[0]?.n).toBe(0);
    await ask("rollback");
  } finally {
    connections.give(connection);
    await connections.end(1);
  }
});
