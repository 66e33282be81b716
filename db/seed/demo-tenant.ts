import { eq } from "drizzle-orm";
import { v5 as uuidv5 } from "uuid";
import { memberships } from "@/db/schema/tenancy";
import { issueFirstKey } from "@/server/account/bootstrap";
import { makeTenant, prepareTenant } from "@/server/account/make-tenant";
import { hashApiKey } from "@/server/platform/auth/api-key";
import { type Principal, rolePermissions, systemPrincipal } from "@/server/platform/auth/principal";
import { findKey, principalOfKey } from "@/server/platform/auth/resolve";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import { asTenant } from "@/server/platform/db/tenant-db";
import type { DemoAccess } from "@/server/platform/env/demo-access";

// Any number; two processes that start at once agree by it who makes the tenant.
const DEMO_LOCK = 704_013;

export interface DemoTenant {
  tenantId: string;
  /** When it was made, which a second attempt finds again: the history is counted back from here. */
  madeAt: Date;
}

/** The demo tenant with those who act in it. */
export interface Crew extends DemoTenant {
  owner: Principal;
  /** The demo key, as a runner would use it. */
  runner: Principal;
}

interface TenantRow {
  id: string;
  created_at: Date;
  is_demo: number;
}

/** Null in an empty database; "other" where the first tenant is nobody's demo. */
export async function findDemoTenant(): Promise<DemoTenant | "other" | null> {
  return asSystem("account: is there any tenant", readDemoTenant);
}

async function readDemoTenant(sql: SystemSql): Promise<DemoTenant | "other" | null> {
  const [row] = await sql<TenantRow[]>`
    select id, created_at, is_demo from tenants order by is_demo desc, created_at limit 1`;
  if (row === undefined) return null;
  return row.is_demo === 1 ? { tenantId: row.id, madeAt: row.created_at } : "other";
}

/** Tenant, owner and key in one transaction, unless there is a tenant by now. */
export async function makeDemoTenant({ email, password, key }: DemoAccess): Promise<void> {
  const prepared = await prepareTenant({
    name: "Demo",
    owner: { email, password, name: "Demo Owner" },
    isDemo: true,
    through: "demo",
    also: (db) => issueFirstKey(db, { key, name: "Demo key" }),
  });
  await asSystem("account: make a tenant", async (sql) => {
    await sql`select pg_advisory_xact_lock(${DEMO_LOCK})`;
    if ((await readDemoTenant(sql)) === null) await makeTenant(sql, prepared);
  });
}

/** Throws when the key the tenant was begun with is not the one in `access`. */
export async function crewOf(tenant: DemoTenant, access: DemoAccess): Promise<Crew> {
  const { tenantId } = tenant;
  const identity = await findKey(hashApiKey(access.key));
  if (identity === null || identity.tenantId !== tenantId) {
    throw new Error(
      "the demo tenant is half made, and its key is not the one in the file secrets/demo-access of the data folder: " +
        "bring that file back, or delete the data folder to begin anew",
    );
  }
  const userId = await asTenant(systemPrincipal(tenantId, "demo"), async (db) => {
    const owner = await db.first(memberships, eq(memberships.role, "owner"));
    if (owner === null) throw new Error("the demo tenant has no owner");
    return owner.userId;
  });
  return {
    ...tenant,
    owner: { kind: "user", tenantId, userId, sessionId: "", role: "owner", permissions: rolePermissions.owner },
    runner: principalOfKey(identity),
  };
}

/** The same name gives the same id in the same tenant: what a first attempt made, a second one finds. */
export function demoId(tenant: DemoTenant, name: string): string {
  return uuidv5(name, tenant.tenantId);
}
