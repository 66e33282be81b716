// From a request to who makes it. Status, expiry and seat are read with every request, so what is revoked is refused
// from the next request on, on every instance.

import { timingSafeEqual } from "node:crypto";
import { hashApiKey, isApiKey } from "@/server/platform/auth/api-key";
import { findSession, permittedIn } from "@/server/platform/auth/find-session";
import { noteKeyUse } from "@/server/platform/auth/key-use";
import { keyScopes, type Permission, type Principal } from "@/server/platform/auth/principal";
import { sessionTokenOf } from "@/server/platform/auth/session-cookie";
import { asSystem } from "@/server/platform/db/system-db";

export type KeyPrincipal = Extract<Principal, { kind: "key" }>;

/** What a key's hash stands for. Tenant, id, scopes and agents never change and may be kept; status and expiry do. */
export interface KeyIdentity {
  tenantId: string;
  keyId: string;
  scopes: readonly Permission[];
  /** null: not bound to agents. */
  agentIds: readonly string[] | null;
  tenantStatus: string;
}

/** The API key or, without one, the session that came along. A Bearer that is no valid key is nobody. */
export async function resolvePrincipal(request: Request): Promise<Principal | null> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null && /^bearer\b/i.test(authorization)) return principalOfBearer(authorization);
  const token = sessionTokenOf(request);
  return token === null ? null : findSession(token);
}

async function principalOfBearer(authorization: string): Promise<KeyPrincipal | null> {
  const parsed = parseApiKey(authorization);
  const identity = parsed && (await findKey(parsed.hash));
  if (identity === null) return null;
  noteKeyUse(identity);
  return principalOfKey(identity);
}

/** The hash of the key in an Authorization header; null when there is none that looks like ours. */
export function parseApiKey(authorization: string | null): { hash: Buffer } | null {
  const key = /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
  return key !== undefined && isApiKey(key) ? { hash: hashApiKey(key) } : null;
}

interface KeyRow {
  tenant_id: string;
  id: string;
  key_hash: Buffer;
  scopes: string[];
  agent_ids: string[];
  tenant_status: string;
}

/** The key of that hash if it may be used now: active, not expired (rotation's grace included), tenant not closed. */
export async function findKey(hash: Buffer): Promise<KeyIdentity | null> {
  const [row] = await asSystem(
    "auth: find the api key",
    (sql) => sql<KeyRow[]>`
      select k.tenant_id, k.id, k.key_hash, k.scopes, k.agent_ids, t.status as tenant_status
      from api_keys k join tenants t on t.id = k.tenant_id
      where k.key_hash = ${hash} and k.status = 'active' and t.status <> 'closed'
        and (k.expires_at is null or k.expires_at > clock_timestamp())`,
  );
  if (row === undefined || !timingSafeEqual(row.key_hash, hash)) return null;
  return {
    tenantId: row.tenant_id,
    keyId: row.id,
    scopes: keyScopes.filter((scope) => row.scopes.includes(scope)),
    agentIds: row.agent_ids.length === 0 ? null : row.agent_ids,
    tenantStatus: row.tenant_status,
  };
}

export function principalOfKey(identity: KeyIdentity): KeyPrincipal {
  const { tenantId, keyId, agentIds, scopes, tenantStatus } = identity;
  return { kind: "key", tenantId, keyId, agentIds, permissions: permittedIn(tenantStatus, new Set(scopes)) };
}
