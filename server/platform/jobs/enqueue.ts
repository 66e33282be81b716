import { v7 as uuidv7 } from "uuid";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Job, JobIds } from "./define-job";

const REQUEST = `insert into job_requests (tenant_id, id, job, payload, requested_at)
  select own.tenant_id, $2::uuid, $3, $4::jsonb, date_trunc('milliseconds', clock_timestamp())
  from (select $1::uuid as tenant_id) own where own.tenant_id = $1`;

/** Asks for a job in the caller's transaction: it is there when that commits, and never was when it does not. */
export async function enqueue<P extends JobIds>(db: TenantDb, job: Job<P>, payload: P): Promise<void> {
  if (payload.tenant_id !== db.tenantId)
    throw new Error(`${job.name}: the tenant of a job is the one that asks for it`);
  const ids = job.payload.parse(payload);
  await db.prepared(REQUEST, [uuidv7(), job.name, JSON.stringify(ids)]);
}
