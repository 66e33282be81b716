// A database from before checkpoints were counted: those that were signed by then count too.

import { readFile } from "node:fs/promises";
import postgres from "postgres";
import { expect, it } from "vitest";
import { checkIntegrity } from "@/server/logs/audit-integrity";
import { migrate } from "@/server/platform/db/migrate";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { signCheckpoint } from "./sequencer";
import { putAudits } from "./testing/log-world";

it("counts the checkpoints that were signed before, of every tenant", async () => {
  const tenants = [await mintTenant(), await mintTenant()];
  for (const { tenantId } of [...tenants, ...tenants.slice(1)]) {
    await putAudits(tenantId, 1);
    await signCheckpoint(tenantId);
  }
  await inspect()`alter table log_states drop column checkpoint_count`;
  const { migrationUrl, url } = testDatabase();
  // By the owner, whom row security binds.
  const owner = postgres(migrationUrl, { max: 1 });
  await owner.unsafe(await readFile("db/migrations/0008_checkpoint_count.sql", "utf8")).simple();
  await owner.end();
  await migrate(migrationUrl, new URL(url).username);
  for (const { principal } of tenants) {
    expect(await checkIntegrity(principal, {})).toMatchObject({ status: "verified", log: { faults: 0 } });
  }
  const [bound] = await inspect()`select bool_and(relforcerowsecurity) as all from pg_class
    where relname in ('log_states', 'checkpoints')`;
  expect(bound).toEqual({ all: true });
});
