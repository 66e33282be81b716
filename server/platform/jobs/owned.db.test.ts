// Where one role is both: DATABASE_URL owns the tables that it signs in for. Jobs run there as elsewhere.

import { expect, it } from "vitest";
import { z } from "zod";
import { migrate } from "@/server/platform/db/migrate";
import { asTenant } from "@/server/platform/db/tenant-db";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { provideDatabase } from "@/server/platform/env/env";
import { defineJob } from "@/server/platform/jobs/define-job";
import { enqueue } from "@/server/platform/jobs/enqueue";
import { startJobs } from "@/server/platform/jobs/start-jobs";

it("runs a job over a login that owns the tables, still under the roles that do not", async () => {
  const { migrationUrl } = testDatabase();
  await migrate(migrationUrl);
  provideDatabase({ url: migrationUrl, migrationUrl });
  const tenant = await mintTenant();
  const seen: string[] = [];
  const job = defineJob("test.owned", {
    payload: z.strictObject({ tenant_id: z.string() }),
    async handler(_ids, { principal }) {
      const [row] = await asTenant(
        principal,
        (db) => db.sql`select current_user as role from tenant_controls where ${db.mine()}`,
      );
      seen.push(row?.role);
    },
  });
  await asTenant(tenant.principal, (db) => enqueue(db, job, { tenant_id: tenant.tenantId }));
  const jobs = await startJobs([job]);
  try {
    while ((await inspect()`select from job_requests`).length > 0) await new Promise((go) => setTimeout(go, 20));
  } finally {
    await jobs.stop();
  }
  expect(seen).toEqual(["holdpoint_app"]);
});
