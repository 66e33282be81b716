import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeEach, expect, test } from "vitest";
import { Connection, watchStatements } from "@/server/platform/db/connection";
import { Connections } from "@/server/platform/db/connections";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { inTransaction, LostCommit } from "@/server/platform/db/transaction";

const pools: Connections[] = [];
const opening = { text: "select set_config('role', 'holdpoint_app', true)", parameters: [], deadlineMs: null };
const uncaught: unknown[] = [];
process.on("uncaughtException", (error) => uncaught.push(error));
process.on("unhandledRejection", (error) => uncaught.push(error));

function poolOf(max: number, waitMs = 2_000): Connections {
  const made = new Connections(testDatabase().url, { max, waitMs });
  pools.push(made);
  return made;
}

beforeEach(async () => {
  await inspect()`create table if not exists notes (n int primary key)`;
  await inspect()`grant select, insert on notes to holdpoint_app`;
  await inspect()`truncate notes`;
});

afterAll(async () => {
  await Promise.all(pools.map((made) => made.end(1)));
  expect(uncaught).toEqual([]);
});

async function notes(): Promise<number[]> {
  return (await inspect()<{ n: number }[]>`select n from notes order by n`).map((row) => row.n);
}

async function pidOf(sql: Connection["sql"]): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

async function terminate(pid: number): Promise<void> {
  await inspect()`select pg_terminate_backend(${pid})`;
  await sleep(30);
}

test("the opening stands before the first statement of the work", async () => {
  const role = await inTransaction(poolOf(1), opening, async (sql) => {
    const [row] = await sql<{ role: string }[]>`select current_user as role`;
    return row?.role;
  });
  expect(role).toBe("holdpoint_app");
});

test("what throws is rolled back, and its connection is used again", async () => {
  const pool = poolOf(1);
  const work = inTransaction(pool, opening, async (sql) => {
    await sql`insert into notes values (1)`;
    throw new Error("changed my mind");
  });
  await expect(work).rejects.toThrow("changed my mind");
  await inTransaction(pool, opening, (sql) => sql`insert into notes values (2)`);
  expect(await notes()).toEqual([2]);
});

test("a failure that the work swallowed does not commit, and is what is thrown", async () => {
  const work = inTransaction(poolOf(1), opening, async (sql) => {
    await sql`insert into notes values (1)`;
    await sql`insert into notes values (1)`.catch(() => null);
    return "done";
  });
  await expect(work).rejects.toMatchObject({ code: "23505" });
  expect(await notes()).toEqual([]);
});

test("a branch that outlives its transaction sends nothing into the next one", async () => {
  const pool = poolOf(1);
  const outcome: unknown[] = [];
  const first = inTransaction(pool, opening, async (sql) => {
    const branch = async () => {
      await sql`select pg_sleep(0.05)`;
      await sleep(20);
      await sql`insert into notes values (1)`;
    };
    branch().catch((error: unknown) => outcome.push(String(error)));
    throw new Error("the other branch failed");
  });
  await expect(first).rejects.toThrow("the other branch failed");
  await inTransaction(pool, opening, async (sql) => {
    await sleep(150);
    await sql`insert into notes values (2)`;
  });
  expect(outcome).toEqual(["Error: the transaction is over"]);
  expect(await notes()).toEqual([2]);
});

test("a statement that the server has forgotten fails its transaction; it is not sent again behind its end", async () => {
  // A login that may write outside of the transaction's role, too.
  const pool = new Connections(testDatabase().superuserUrl, { max: 1, waitMs: 1_000 });
  pools.push(pool);
  const insert = (n: number) =>
    inTransaction(pool, opening, async (sql, trailing) => {
      const sent = sql.unsafe("insert into notes values ($1)", [n], { prepare: true }).execute();
      trailing([Promise.resolve(sent)]);
    });
  await insert(1);
  const connection = await pool.take();
  await connection.sql.unsafe("deallocate all");
  pool.give(connection);
  await expect(insert(2)).rejects.toMatchObject({ code: "26000" });
  expect(await notes()).toEqual([1]);
  await insert(3);
  expect(await notes()).toEqual([1, 3]);
});

test("after a table has changed, connections that planned for the old one are not used again", async () => {
  await inspect()`create table drafts (n int)`;
  await inspect()`grant select on drafts to holdpoint_app`;
  const pool = poolOf(3);
  const text = "select n from drafts where n > $1";
  const look = () => inTransaction(pool, opening, (sql) => sql.unsafe(text, [0], { prepare: true }));
  await Promise.all([look(), look(), look()]);
  await inspect()`alter table drafts alter column n type bigint`;
  await expect(look()).rejects.toMatchObject({ code: "0A000" });
  await Promise.all([look(), look(), look()]);
});

test("A3: a backend that dies in mid-transaction fails that transaction alone, at once", async () => {
  const pool = poolOf(2);
  for (let round = 0; round < 20; round += 1) {
    const dying = inTransaction(pool, opening, async (sql) => {
      await sql`insert into notes values (${round})`;
      await terminate(await pidOf(sql));
      await sql`select 1`.catch(() => null);
      return sql`select 2`;
    });
    const living = inTransaction(pool, opening, async (sql) => {
      await sleep(20);
      await sql`insert into notes values (${1000 + round})`;
    });
    await expect(dying).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    await living;
  }
  expect(await notes()).toEqual(Array.from({ length: 20 }, (_, round) => 1000 + round));
});

test("A3: a backend that dies while idle is not used again", async () => {
  const pool = poolOf(1);
  const pid = await inTransaction(pool, opening, pidOf);
  await terminate(pid);
  expect(await inTransaction(pool, opening, pidOf)).not.toBe(pid);
});

test("A3: whoever finds no free connection hears so in time, and the pool keeps its size", async () => {
  const pool = poolOf(2, 200);
  const hold = () => inTransaction(pool, opening, () => sleep(600));
  const held = [hold(), hold()];
  await sleep(50);
  await expect(inTransaction(pool, opening, pidOf)).rejects.toMatchObject({ code: "53300" });
  await Promise.all(held);
  const pids = await Promise.all([1, 2, 3, 4].map(() => inTransaction(pool, opening, pidOf)));
  expect(new Set(pids).size).toBeLessThanOrEqual(2);
});

test("a transaction past its deadline is given up and its connection thrown away", async () => {
  const pool = poolOf(1);
  const slow = inTransaction(pool, { ...opening, deadlineMs: 150 }, async (sql) => {
    await sql`insert into notes values (1)`;
    await sql`select pg_sleep(1)`;
  });
  await expect(slow).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  expect(await inTransaction(pool, opening, async () => "next")).toBe("next");
  expect(await notes()).toEqual([]);
});

test("a connection that is lost during COMMIT is told as such", async () => {
  const pool = poolOf(1);
  const watched = watchStatements(({ text, cut }) => {
    if (text === "commit") cut();
  });
  const lost = inTransaction(pool, opening, (sql) => sql`insert into notes values (1)`);
  await expect(lost).rejects.toBeInstanceOf(LostCommit);
  watched.restore();
});

test("nothing is sent on a lost connection, and nobody waits on it", async () => {
  const connection = await Connection.open(testDatabase().url);
  await terminate(await pidOf(connection.sql));
  await expect(connection.sql`select 1`).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await expect(connection.sql.unsafe("select 1")).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await expect(connection.during(null, async () => 1)).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
});

test("a server that does not take connections is told at once, and taken again as soon as it does", async () => {
  const url = new URL(testDatabase().url);
  url.port = "1";
  const pool = new Connections(url.href, { max: 2, waitMs: 500 });
  const tries = await Promise.allSettled([1, 2, 3, 4].map(() => pool.take()));
  expect(tries.map((one) => one.status)).toEqual(Array(4).fill("rejected"));
});
