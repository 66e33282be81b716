// A whole database, put back from yesterday's copy: the processes that work on it find out by the checkpoint file.

import { execFile } from "node:child_process";
import postgres from "postgres";
import { afterAll, expect, it } from "vitest";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { putAudits } from "./testing/log-world";

const today = testDatabase();
const yesterday = `${today.name}_yesterday`;

function addressOf(url: string, name: string): string {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

async function asSuperuser(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(addressOf(today.superuserUrl, "postgres"), { max: 1, onnotice: () => {} });
  await work(sql).finally(() => sql.end());
}

/** Copies the database as it stands; whoever is connected is thrown out, because a copy is made of a quiet one. */
const copyAway = () =>
  asSuperuser(async (sql) => {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${today.name}`;
    await sql`create database ${sql(yesterday)} template ${sql(today.name)}`;
  });

afterAll(() => asSuperuser((sql) => sql`drop database if exists ${sql(yesterday)} with (force)`));

/** As on the machine of this deployment: its keys, its checkpoint file, and the database that is there now. */
function run(database: string, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL: addressOf(today.url, database) };
  const settings = { ...env, DATABASE_MIGRATION_URL: addressOf(today.migrationUrl, database) };
  return new Promise((resolve) => {
    execFile(process.execPath, ["scripts/run-ts.mjs", ...args], { env: settings }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

it("C2: the whole database rolled back to yesterday is found, and goes on when it is acknowledged", async () => {
  const [active, idle] = [await mintTenant(), await mintTenant()];
  const sign = (database: string, tenantId: string) =>
    run(database, ["server/transparency/testing/sign-process.ts", tenantId]);
  await putAudits(active.tenantId, 4);
  await putAudits(idle.tenantId, 4);
  for (const { tenantId } of [active, idle]) expect((await sign(today.name, tenantId)).stderr).toBe("");
  await copyAway();
  await expect.poll(() => inspect()`select 1`.then(() => true).catch(() => false)).toBe(true);
  await putAudits(active.tenantId, 3);
  expect((await sign(today.name, active.tenantId)).stderr).toBe("");
  // Whoever did nothing since has lost nothing.
  expect((await sign(yesterday, idle.tenantId)).stderr).toBe("");
  const refused = await sign(yesterday, active.tenantId);
  expect(refused.code).toBe(1);
  const restored = postgres(addressOf(today.superuserUrl, yesterday), { max: 1 });
  const found = await restored`
    select i.error_message from incidents i where i.tenant_id = ${active.tenantId} and i.type = 'integrity_failure'`;
  await restored.end();
  expect(found).toEqual([{ error_message: "The log has 4 leaves, fewer than the 7 of the checkpoint file" }]);
  const done = await run(yesterday, ["scripts/admin.ts", "acknowledge-log-break", active.tenantId]);
  expect([done.code, done.stderr]).toEqual([0, ""]);
  expect(await sign(yesterday, active.tenantId)).toMatchObject({ code: 0, stderr: "" });
});
