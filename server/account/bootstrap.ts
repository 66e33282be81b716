import { OperatorTenant } from "@/server/account/contract";
import { makeTenant, type NewTenant, prepareTenant } from "@/server/account/make-tenant";
import { writeAudit } from "@/server/platform/audit/audit";
import { isApiKey } from "@/server/platform/auth/api-key";
import { issueKey, keyImage } from "@/server/platform/auth/issue-key";
import { keyScopes } from "@/server/platform/auth/principal";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { env } from "@/server/platform/env/env";
import { log } from "@/server/platform/log/log";

// Any number; two processes that start at once agree by it who makes the first tenant.
const BOOTSTRAP_LOCK = 704_012;

export interface BootstrapSettings {
  email: string | undefined;
  password: string | undefined;
  apiKey: string | undefined;
}

/**
 * Makes the first tenant "Default", its owner and its key from the BOOTSTRAP_ variables, when the database holds no
 * tenant yet. Says whether it did; doing it again does nothing. Throws on values that cannot be used.
 */
export async function bootstrap(settings: BootstrapSettings = bootstrapSettings()): Promise<boolean> {
  const wanted = wantedTenant(settings);
  if (wanted === null || (await hasTenant())) return false;
  const prepared = await prepareTenant(wanted);
  return asSystem("account: make a tenant", async (sql) => {
    await sql`select pg_advisory_xact_lock(${BOOTSTRAP_LOCK})`;
    if (await holdsTenant(sql)) return false;
    await makeTenant(sql, prepared);
    return true;
  });
}

/** Whether any tenant is there: the demo is seeded only into an empty database. */
export function hasTenant(): Promise<boolean> {
  return asSystem("account: is there any tenant", holdsTenant);
}

async function holdsTenant(sql: SystemSql): Promise<boolean> {
  const [row] = await sql<{ any: boolean }[]>`select exists (select from tenants) as any`;
  return row?.any === true;
}

function bootstrapSettings(): BootstrapSettings {
  return {
    email: env.BOOTSTRAP_ADMIN_EMAIL,
    password: env.BOOTSTRAP_ADMIN_PASSWORD,
    apiKey: env.BOOTSTRAP_API_KEY,
  };
}

function wantedTenant({ email, password, apiKey }: BootstrapSettings): NewTenant | null {
  if (email === undefined || password === undefined) {
    if (apiKey !== undefined) log.warn("BOOTSTRAP_API_KEY does nothing without BOOTSTRAP_ADMIN_EMAIL and its password");
    return null;
  }
  const parsed = OperatorTenant.safeParse({ name: "Default", email, password });
  if (!parsed.success) throw new Error("BOOTSTRAP_ADMIN_EMAIL or BOOTSTRAP_ADMIN_PASSWORD cannot be used");
  if (apiKey !== undefined && !isApiKey(apiKey)) {
    throw new Error("BOOTSTRAP_API_KEY must be hp_live_ and at least 32 (ours: 43) characters of base64url");
  }
  const { name, ...owner } = parsed.data;
  const wanted: NewTenant = { name, owner, plan: "self_hosted", through: "bootstrap" };
  return apiKey === undefined
    ? wanted
    : { ...wanted, also: (db) => issueFirstKey(db, { key: apiKey, name: "Bootstrap" }) };
}

/** Issues a key with every scope a key can have, and its audit entry. */
export async function issueFirstKey(db: TenantDb, { key, name }: { key: string; name: string }): Promise<void> {
  const row = await issueKey(db, { key, name, scopes: keyScopes, agentIds: [], expiresAt: null });
  await writeAudit(db, [
    { action: "api_key.created", entity_type: "api_key", entity_id: row.id, after: keyImage(row) },
  ]);
}
