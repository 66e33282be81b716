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

/** Back under the system role, in the same transaction: for rows of nobody's tenant that follow from what was done. */
export async function leaveTenant(sql: SystemSql): Promise<void> {
  await sql`select set_config('role', 'holdpoint_system', true), set_config('app.tenant_id', '', true)`;
}
