import type { Principal } from "@/server/platform/auth/principal";
import type { SystemSql } from "./system-db";
import { TenantDb } from "./tenant-db";

/**
 * Goes on within one tenant, in the same transaction and from here on under the app role: a tenant and what it begins
 * with are made together or not at all.
 */
export async function enterTenant<T>(
  sql: SystemSql,
  principal: Principal,
  work: (db: TenantDb) => Promise<T>,
): Promise<T> {
  await sql`select set_config('role', 'holdpoint_app', true), set_config('app.tenant_id', ${principal.tenantId}, true)`;
  return work(new TenantDb(sql, principal));
}
