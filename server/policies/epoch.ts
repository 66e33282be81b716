// Every edit of policies happens under the tenant's control lock: starts share it, so none straddles an edit and none holds
// one up for long, and edits of one tenant come one after the other. The epoch tells every instance that its compiled
// policies are old.

import { sql } from "drizzle-orm";
import { tenantControls } from "@/db/schema/tenancy";
import { takeControl } from "@/server/platform/db/control-lock";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/** Takes the lock, runs the edit, counts the epoch up; all in the caller's transaction. Nothing else may be locked before. */
export async function editPolicies<T>(db: TenantDb, edit: (at: Date) => Promise<T>): Promise<T> {
  await takeControl(db);
  const control = await db.lock(tenantControls, sql`true`);
  if (control === null) throw new Error("the tenant has no control row");
  const at = await db.now();
  const result = await edit(at);
  await db.update(tenantControls, { policyEpoch: control.policyEpoch + 1, updatedAt: at }, sql`true`);
  return result;
}
