// How every answer leaves: the same three headers on each, problems as application/problem+json.

import { env } from "@/server/platform/env/env";
import type { Endpoint } from "@/server/platform/http/contract";
import { Reply } from "@/server/platform/http/handle";
import { type Problem, problemBody } from "@/server/platform/http/problem";

/** What will be sent, before it is a Response: idempotent answers are stored in this form. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array | string | null;
  contentType: string;
}

export const typeBase = (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, "");

function alwaysHeaders(requestId: string): Record<string, string> {
  return {
    "X-Request-Id": requestId,
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
  };
}

/** The answer to a handler's result. In development and tests it is first held against the contract's `returns`. */
export function renderAnswer(endpoint: Endpoint, result: unknown): Answer {
  const given = result instanceof Reply ? result : new Reply<unknown>({ value: result });
  const status = given.status ?? endpoint.status;
  const contentType = endpoint.media;
  if (given.bytes !== undefined) return { status, headers: given.headers, bytes: given.bytes, contentType };
  if (env.NODE_ENV !== "production") requireConformance(endpoint, given.value);
  const bytes = given.value === undefined ? null : JSON.stringify(given.value);
  return { status, headers: { ...entityTag(given.value), ...given.headers }, bytes, contentType };
}

/** The bytes of an answer as a Response. */
export function respond(answer: Answer, requestId: string): Response {
  const headers = { ...alwaysHeaders(requestId), ...answer.headers };
  if (answer.bytes === null || answer.status === 204) return new Response(null, { status: answer.status, headers });
  return new Response(bodyOf(answer.bytes), {
    status: answer.status,
    headers: { ...headers, "Content-Type": answer.contentType },
  });
}

// The DOM's BodyInit wants an ArrayBuffer behind the view and Node's Buffer may sit on a shared one; copying settles it.
function bodyOf(bytes: Uint8Array | string): BodyInit {
  return typeof bytes === "string" ? bytes : new Uint8Array(bytes);
}

/** A Response that a handler made itself (stream, file, text) with our headers on it. */
export function adopt(response: Response, requestId: string): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(alwaysHeaders(requestId))) headers.set(name, value);
  // A digest and a strong ETag are of the bytes as they are: nothing on the way may compress them.
  if (headers.has("Repr-Digest")) headers.set("Cache-Control", "private, no-store, no-transform");
  return new Response(response.body, { status: response.status, headers });
}

/** The RFC 9457 answer of a failure. */
export function respondProblem(failure: Problem, requestId: string, extra: Record<string, string> = {}): Response {
  const body = problemBody(failure, { requestId, typeBase });
  const headers: Record<string, string> = { ...alwaysHeaders(requestId), ...extra };
  if (failure.members.retry_after !== undefined) headers["Retry-After"] = String(failure.members.retry_after);
  if (failure.definition.status === 401) headers["WWW-Authenticate"] = 'Bearer realm="holdpoint"';
  headers["Content-Type"] = "application/problem+json";
  return new Response(JSON.stringify(body), { status: failure.definition.status, headers });
}

function entityTag(value: unknown): Record<string, string> {
  const version = versionOf(value) ?? versionOf(member(value, "entity"));
  return version === null ? {} : { ETag: `"${version}"` };
}

function versionOf(value: unknown): number | null {
  const version = member(value, "version");
  return typeof version === "number" ? version : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

// A field that the contract does not name would be dropped by the schema and show as a difference.
function requireConformance(endpoint: Endpoint, value: unknown): void {
  const sent: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  const parsed = endpoint.returns.safeParse(sent);
  if (!parsed.success)
    throw new Error(`${endpoint.id} answers what its contract does not say: ${parsed.error.message}`);
  const difference = firstDifference(sent, parsed.data, "#");
  if (difference) throw new Error(`${endpoint.id} answers a field that its contract does not name: ${difference}`);
}

function firstDifference(sent: unknown, parsed: unknown, path: string): string | null {
  if (typeof sent !== "object" || sent === null) return Object.is(sent, parsed) ? null : path;
  for (const key of Object.keys(sent)) {
    const found = firstDifference(member(sent, key), member(parsed, key), `${path}/${key}`);
    if (found) return found;
  }
  return null;
}
