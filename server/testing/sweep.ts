// Every operation × every kind of caller × every kind of id, and what must not come of it.

import { registry } from "@/server/endpoints";
import { rolePermissions } from "@/server/platform/auth/principal";
import { inspect } from "@/server/platform/db/testing/test-database";
import type { Endpoint } from "@/server/platform/http/contract";
import { parameterNames } from "@/server/platform/http/registry";
import { absentIdOf } from "@/server/platform/http/testing/operation-calls";
import { answerOf, type Headers, host } from "@/server/testing/callers";
import { goodBodies } from "@/server/testing/good-bodies";
import type { World } from "@/server/testing/tenant-world";

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

export type Caller = {
  name: string;
  headers: Headers;
  expects: 401 | "by permission";
  may(permission: string): boolean;
};

/** The callers of a tenant, from nobody to its admin; the key that was revoked and the key of one scope among them. */
export function callersOf(world: World): Caller[] {
  const member = (role: "viewer" | "auditor" | "member" | "admin"): Caller => ({
    name: role,
    headers: world.seats[role].headers,
    expects: "by permission",
    may: (permission) => [...rolePermissions[role]].some((held) => held === permission),
  });
  const nobody = { expects: 401, may: () => false } as const;
  return [
    { name: "anon", headers: {}, ...nobody },
    { name: "revoked key", headers: world.revokedKey.headers, ...nobody },
    {
      name: "key without the scope",
      headers: world.narrowKey.headers,
      expects: "by permission",
      may: (p) => p === "runs:read",
    },
    member("viewer"),
    member("auditor"),
    member("member"),
    member("admin"),
  ];
}

export const operations = registry.all
  .map(({ endpoint }) => endpoint)
  .filter(({ permission }) => !permission.startsWith("platform:"));

export type Ids = (name: string) => string;
export const ownIds =
  (world: World): Ids =>
  (name) =>
    world.ids[name] ?? absentIdOf(name);
export const nobodysIds: Ids = absentIdOf;

export type Seen = { status: number; text: string };

/** Calls an operation with a good body; `text` is every byte of the answer but for what always differs. */
export async function callAs(
  headers: Headers,
  endpoint: Endpoint,
  { ids, search = "", body }: { ids: Ids; search?: string; body?: unknown },
): Promise<Seen> {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) => (name === "step_index" ? "1" : ids(name)));
  const gone = new AbortController();
  const request = new Request(`${host}${path}${search}`, {
    method: endpoint.method,
    headers: { "content-type": "application/json", ...headers },
    ...(endpoint.method === "GET" ? {} : { body: JSON.stringify(body ?? goodBodies[endpoint.id]?.(ids) ?? {}) }),
    signal: gone.signal,
  });
  const response = await answerOf(request);
  const seen = await wholeOf(endpoint.id === "events.stream" ? await untilQuiet(response) : response);
  gone.abort();
  return seen;
}

const QUIET_MS = 300;

/** What a stream that does not end by itself says before it has nothing more to say. */
async function untilQuiet(response: Response): Promise<Response> {
  const reader = response.headers.get("content-type") === "text/event-stream" ? response.body?.getReader() : undefined;
  if (reader === undefined) return response;
  const chunks: Uint8Array[] = [];
  const quiet = () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), QUIET_MS));
  const next = async () => (await Promise.race([reader.read(), quiet()]))?.value;
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) chunks.push(chunk);
  await reader.cancel();
  return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
}

/** Status, headers and body as text, without request id and Date (D1). */
export async function wholeOf(response: Response): Promise<Seen> {
  const requestId = response.headers.get("x-request-id") ?? "-";
  const headers = [...response.headers].filter(([name]) => name !== "date").join("\n");
  const text = `${response.status}\n${headers}\n${await response.text()}`.replaceAll(requestId, "<request id>");
  return { status: response.status, text };
}

/** What of `other` must never be in an answer to anybody else: its words, its secrets, its ids. */
export async function foreignMarks(mine: World, other: World): Promise<(text: string) => string[]> {
  const [own, theirs] = [await uuidsOf(mine.tenantId), await uuidsOf(other.tenantId)];
  const foreign = new Set([...theirs].filter((id) => !own.has(id)));
  const words = [
    other.canary,
    other.key.key,
    other.tenantId,
    ...Object.values(other.seats).map(({ userId }) => userId),
  ];
  return (text) => [
    ...words.filter((word) => text.includes(word)),
    ...(text.match(UUID) ?? []).filter((id) => foreign.has(id.toLowerCase())),
  ];
}

async function uuidsOf(tenantId: string): Promise<Set<string>> {
  const found = (await rowsOf(tenantId)).flatMap((row) => row.match(UUID) ?? []);
  return new Set(found.map((id) => id.toLowerCase()));
}

/** Every row of the tenant in any table, as JSON text. */
export async function rowsOf(tenantId: string): Promise<string[]> {
  const sql = inspect();
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'tenant_id' order by 1`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql`select to_jsonb(t)::text as row from ${sql(name)} t where tenant_id = ${tenantId}`;
    found.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return found;
}

export function hasIds(endpoint: Endpoint): boolean {
  return parameterNames(endpoint.path).some((name) => name.endsWith("_id"));
}

/** The problem's slug of an answer that is one. */
export function slugOf({ text }: Seen): string | undefined {
  return /"type":"[^"]*\/problems\/([\w-]+)"/.exec(text)?.[1];
}
