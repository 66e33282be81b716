// npm run seed:large -- [--runs <count>]: makes a tenant of two months, with an owner and an API key, on the PostgreSQL of
// DATABASE_URL or on the embedded one. For looking at the console and measuring it with much data; its rows do not verify.

import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { fillTenant } from "@/scripts/large-tenant";
import { issueFirstKey } from "@/server/account/bootstrap";
import { createTenant } from "@/server/account/make-tenant";
import { mintApiKey } from "@/server/platform/auth/api-key";
import { closePools } from "@/server/platform/db/client";
import { findRunningDatabase, startEmbeddedDatabase } from "@/server/platform/db/embedded/embedded-database";
import { migrate } from "@/server/platform/db/migrate";
import { asSystem } from "@/server/platform/db/system-db";
import { env, provideDatabase } from "@/server/platform/env/env";
import { log } from "@/server/platform/log/log";

const RUNS = 100_000;
const MOST_RUNS = 10_000_000;

async function main(): Promise<void> {
  log.level = "warn";
  const { values } = parseArgs({ options: { runs: { type: "string", default: String(RUNS) } } });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) {
    throw new Error(`--runs is a whole number from 1 to ${MOST_RUNS}`);
  }
  const given = env.DATABASE_URL ?? (await findRunningDatabase(env.HOLDPOINT_DATA_DIR));
  const database = given === null ? await startEmbeddedDatabase(env.HOLDPOINT_DATA_DIR) : null;
  const url = database?.url ?? given ?? "";
  const migrationUrl = database?.migrationUrl ?? env.DATABASE_MIGRATION_URL ?? url;
  try {
    provideDatabase({ url, migrationUrl });
    if (!(await isMigrated())) await migrate(migrationUrl, new URL(url).username);
    console.info(JSON.stringify(await makeLargeTenant(runs, migrationUrl)));
  } finally {
    await closePools();
    await database?.stop();
  }
}

// Migrating takes heavy locks, which an app that runs on the same server would feel.
async function isMigrated(): Promise<boolean> {
  try {
    await asSystem("account: is there any tenant", (sql) => sql`select from tenants limit 1`);
    return true;
  } catch {
    return false;
  }
}

async function makeLargeTenant(runs: number, migrationUrl: string): Promise<object> {
  const begun = performance.now();
  const [key, password] = [mintApiKey(), randomBytes(12).toString("base64url")];
  const name = `Large ${randomBytes(3).toString("hex")}`;
  const email = `${name.replace(" ", "-").toLowerCase()}@example.com`;
  const { tenantId } = await createTenant({
    ...{ name, owner: { email, password }, through: "admin" },
    also: (db) => issueFirstKey(db, { key, name: "First key" }),
  });
  await fillTenant(tenantId, runs, (done) => console.info(`${done} of ${runs} runs`));
  await settle(migrationUrl);
  const seconds = Math.round((performance.now() - begun) / 1_000);
  return { tenant_id: tenantId, email, password, api_key: key, runs, seconds };
}

/** What autovacuum would do in a while: without it plans are those of an empty database. Where it may not, autovacuum does. */
async function settle(migrationUrl: string): Promise<void> {
  const sql = postgres(migrationUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`vacuum (analyze)`;
  } finally {
    await sql.end();
  }
}

await main();
