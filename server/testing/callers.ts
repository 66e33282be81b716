// Who sends, in tests that go through the whole pipeline: real sessions and real keys of a tenant, and the door that
// server.ts puts in front (the gate's paths answered by the gate, the rest by the router).

import { createHmac, randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { Role } from "@/db/vocabulary";
import { route } from "@/server/endpoints";
import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { hashApiKey, mintApiKey, shownPrefix } from "@/server/platform/auth/api-key";
import { keyScopes, type Permission } from "@/server/platform/auth/principal";
import { SESSION_COOKIE } from "@/server/platform/auth/session-cookie";
import { inspect } from "@/server/platform/db/testing/test-database";
import { authSecret } from "@/server/platform/env/secrets";
import { pathOf } from "@/server/platform/http/mount";

export const host = "http://holdpoint.test";

export type Headers = Readonly<Record<string, string>>;
export type Seat = { userId: string; sessionId: string; headers: Headers };
export type KeySeat = { keyId: string; key: string; headers: Headers };

/** Answers as the server's front door does. Throws for an address that no operation has. */
export async function answerOf(request: Request): Promise<Response> {
  const path = pathOf(request.url);
  const response = isGatePath(path) ? await gateFetch(request) : await route(request);
  if (response === null) throw new Error(`nothing answers ${request.method} ${path}`);
  return response;
}

/** A tenant without anybody in it. */
export async function newTenant(name: string, settings: object = {}): Promise<string> {
  const tenantId = uuidv7();
  const sql = inspect();
  await sql`insert into tenants (id, name, slug) values (${tenantId}, ${name}, ${`${name}-${tenantId}`})`;
  await sql`insert into tenant_controls (tenant_id, settings) values (${tenantId}, ${sql.json({ ...settings })})`;
  return tenantId;
}

/** A member of the tenant with a session of its own. */
export async function newSeat(tenantId: string, role: Role, name: string = role): Promise<Seat> {
  const [userId, sessionId, token] = [uuidv7(), uuidv7(), randomBytes(24).toString("base64url")];
  const sql = inspect();
  await sql`insert into users (id, name, email) values (${userId}, ${name}, ${`${userId}@example.com`})`;
  await sql`
    insert into memberships (tenant_id, id, user_id, role) values (${tenantId}, ${uuidv7()}, ${userId}, ${role})`;
  await sql`
    insert into sessions (id, user_id, token, active_tenant_id, expires_at)
    values (${sessionId}, ${userId}, ${token}, ${tenantId}, clock_timestamp() + interval '20 minutes')`;
  return { userId, sessionId, headers: { cookie: cookieOf(token) } };
}

function cookieOf(token: string): string {
  const signature = createHmac("sha256", authSecret()).update(token).digest("base64");
  return `${SESSION_COOKIE}=${encodeURIComponent(`${token}.${signature}`)}`;
}

/** An API key of the tenant, with every scope a key can have unless said. */
export async function newKey(
  tenantId: string,
  { scopes = keyScopes, name = "key" }: { scopes?: readonly Permission[]; name?: string } = {},
): Promise<KeySeat> {
  const [keyId, key] = [uuidv7(), mintApiKey()];
  await inspect()`
    insert into api_keys (tenant_id, id, name, prefix, key_hash, scopes, agent_ids, lineage_id, created_by)
    values (${tenantId}, ${keyId}, ${name}, ${shownPrefix(key)}, ${hashApiKey(key)}, ${[...scopes]}, ${[]}, ${keyId}, 'test')`;
  return { keyId, key, headers: { authorization: `Bearer ${key}` } };
}

export type Answered = { status: number; headers: globalThis.Headers; text: string; body: Record<string, unknown> };

/** One request below /api/v1; a body makes it a POST unless `method` says otherwise. */
export async function send(
  headers: Headers,
  path: string,
  { method, body }: { method?: string; body?: unknown } = {},
): Promise<Answered> {
  const response = await answerOf(
    new Request(`${host}/api/v1${path}`, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
}

/** As `send`, and the answer must be one of 2xx. */
export async function sent(
  headers: Headers,
  path: string,
  call: { method?: string; body?: unknown } = {},
): Promise<Record<string, unknown>> {
  const answer = await send(headers, path, call);
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
  return answer.body;
}
