import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";

// A run that is locked is somebody's, who says himself when it is due next.
const POSTPONE = `update runs r set due_at = clock_timestamp() + make_interval(secs => x.ms / 1000.0)
  from json_to_recordset($2::json) x(run_id uuid, ms int), (
    select w.run_id from runs w where w.tenant_id = $1 and w.run_id = any($3::uuid[]) and w.due_at <= clock_timestamp()
    order by w.run_id for no key update skip locked) free
  where r.tenant_id = $1 and r.run_id = free.run_id and x.run_id = free.run_id`;

/** Puts runs off that could not be swept, so that they do not stand before those that can. */
export async function postpone(tenantId: string, runs: readonly { run_id: string; ms: number }[]): Promise<void> {
  const ids = runs.map((run) => run.run_id);
  await asTenant(systemPrincipal(tenantId, "sweeper"), (db) => db.prepared(POSTPONE, [JSON.stringify(runs), ids]));
}
