import { createHash, randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { Role } from "@/db/vocabulary";
import { keyScopes, type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { inspect } from "@/server/platform/db/testing/test-database";

export type MintedTenant = {
  tenantId: string;
  /** A member of the wanted role, as a request with a session would have it. */
  principal: Extract<Principal, { kind: "user" }>;
  userId: string;
  /** A whole API key, as a runner would send it, and the principal it stands for. */
  key: string;
  keyId: string;
  keyPrincipal: Extract<Principal, { kind: "key" }>;
};

/** A new tenant with one member of `role` (owner unless said) and one unbound API key of every scope. */
export async function mintTenant({
  role = "owner",
  settings = {},
}: {
  role?: Role;
  settings?: object;
} = {}): Promise<MintedTenant> {
  const [tenantId, userId, keyId, sessionId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const name = `tenant-${tenantId.slice(-12)}`;
  const key = `hp_live_${randomBytes(24).toString("base64url")}`;
  const keyHash = createHash("sha256").update(key).digest();
  await inspect().begin(async (sql) => {
    await sql`insert into tenants (id, name, slug) values (${tenantId}, ${name}, ${name})`;
    await sql`insert into tenant_controls (tenant_id, settings) values (${tenantId}, ${sql.json({ ...settings })})`;
    await sql`insert into users (id, name, email) values (${userId}, ${role}, ${`${userId}@example.com`})`;
    await sql`insert into memberships (tenant_id, id, user_id, role) values (${tenantId}, ${uuidv7()}, ${userId}, ${role})`;
    await sql`
      insert into api_keys (tenant_id, id, name, prefix, key_hash, scopes, agent_ids, lineage_id, created_by)
      values (${tenantId}, ${keyId}, 'test', ${key.slice(0, 12)}, ${keyHash}, ${[...keyScopes]}, ${[]}, ${keyId}, ${userId})`;
  });
  return {
    tenantId,
    userId,
    principal: { kind: "user", tenantId, userId, sessionId, role, permissions: rolePermissions[role] },
    key,
    keyId,
    keyPrincipal: { kind: "key", tenantId, keyId, agentIds: null, permissions: new Set(keyScopes) },
  };
}
