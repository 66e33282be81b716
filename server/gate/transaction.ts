// The gate's transactions: begin, tenant and role go out together with the first locks, and nothing is answered before
// COMMIT has come back as COMMIT. Every wait in them ends: a post is told 503 rather than left waiting.

import { systemPrincipal } from "@/server/platform/auth/principal";
import { gatePool } from "@/server/platform/db/client";
import { TenantDb } from "@/server/platform/db/tenant-db";
import { inTransaction, type Trailing } from "@/server/platform/db/transaction";

// Planning the first look anew takes longer than running it, and PostgreSQL does so for ever where it believes that to pay.
const OPEN = `select set_config('role', 'holdpoint_app', true), set_config('app.tenant_id', $1, true),
  set_config('lock_timeout', '2s', true), set_config('statement_timeout', '4s', true),
  set_config('plan_cache_mode', 'force_generic_plan', true)`;
/** Longer than its slowest statement may take: then the server is not slow but gone. */
const DEADLINE_MS = 8_000;

/** Runs `work` in one transaction of the tenant; commits what it returns from, rolls back what it throws from. */
export function inGate<T>(tenantId: string, work: (db: TenantDb, trailing: Trailing) => Promise<T>): Promise<T> {
  const opening = { text: OPEN, parameters: [tenantId], deadlineMs: DEADLINE_MS };
  const principal = systemPrincipal(tenantId, "gate");
  return inTransaction(gatePool(), opening, (sql, trailing) => work(new TenantDb(sql, principal), trailing));
}
