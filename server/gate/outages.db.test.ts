import { afterAll, beforeAll, expect, test } from "vitest";
import { postgresDrill } from "@/server/gate/testing/drills";
import { inGate } from "@/server/gate/transaction";
import { closePools } from "@/server/platform/db/client";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import {
  adoptTestDatabase,
  closeInspections,
  inspect,
  startOwnPostgres,
  testDatabase,
} from "@/server/platform/db/testing/test-database";
import { provideDatabase } from "@/server/platform/env/env";

const load = { seed: 20_260_202, clients: 64, runs: 100, pauseMs: 60 };
let own: Awaited<ReturnType<typeof startOwnPostgres>>;

beforeAll(async () => {
  own = await startOwnPostgres();
  adoptTestDatabase(own.database);
  provideDatabase(own.database);
});

afterAll(async () => {
  await closePools(1);
  await closeInspections();
  await own.stop();
});

test("A11: an acknowledged commit is on disk, in the running database and for the gate's own transactions", async () => {
  const wanted = { fsync: "on", full_page_writes: "on", synchronous_commit: "on" };
  const [server] = await inspect()<object[]>`
    select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit`;
  expect(server).toEqual(wanted);
  const overridden =
    await inspect()`select setconfig from pg_db_role_setting where setconfig::text ~ 'synchronous_commit'`;
  expect(overridden).toEqual([]);
  const { tenantId } = await mintTenant();
  const [gate] = await inGate(
    tenantId,
    (db) => db.sql<{ synchronous_commit: string }>`
    select current_setting('synchronous_commit') as synchronous_commit from tenant_controls c where ${db.mine("c")}`,
  );
  expect(gate).toEqual({ synchronous_commit: "on" });
});

test("A2, A11: five crashes of PostgreSQL under load lose nothing; the gate says 503 meanwhile and recovers by itself", async () => {
  const report = await postgresDrill({ ...load, databaseUrl: testDatabase().url, stops: 5, downMs: 1_000 }, own);
  console.info(JSON.stringify(report));
  expect(report.faults).toEqual([]);
  expect(Object.keys(report.whileDown)).toEqual(["503"]);
  expect(report.recoveredInMs).toHaveLength(5);
  // The line is 5 s; a loaded machine gets twice that.
  expect(Math.max(...report.recoveredInMs)).toBeLessThan(10_000);
}, 240_000);
