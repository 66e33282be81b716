// What the operations of the sign-in door share: the call as they see it, and how it reaches the auth library.

import { isIP } from "node:net";
import { normalizeIP } from "@better-auth/core/utils/ip";
import { writeAudit } from "@/server/platform/audit/audit";
import type { Principal } from "@/server/platform/auth/principal";
import { ADDRESS_HEADER, AUTH_BASE_PATH, answerByLibrary } from "@/server/platform/auth/session";
import { asTenant } from "@/server/platform/db/tenant-db";
import { clientAddressHeader } from "@/server/platform/http/client-address";
import { Internal } from "@/server/platform/http/problem";

export interface AuthCall {
  request: Request;
  requestId: string;
  /** As the front door saw it; null when unknown. */
  address: string | null;
}

export function authCall(request: Request, requestId: string): AuthCall {
  const stamped = request.headers.get(clientAddressHeader) ?? "";
  return { request, requestId, address: isIP(stamped) === 0 ? null : stamped };
}

/** What attempts are counted by: of IPv6 the /64, which one client owns whole. */
export function countedAddress({ address }: AuthCall): string {
  return address === null ? "unknown" : normalizeIP(address, { ipv6Subnet: 64 });
}

export interface LibraryAnswer {
  status: number;
  /** The cookies to set, one entry each. */
  cookies: readonly string[];
  body: Readonly<Record<string, unknown>>;
}

/** Sends checked input on to the library, with the caller's cookies and nothing else of what it sent. */
export async function askLibrary(call: AuthCall, path: string, body: object): Promise<LibraryAnswer> {
  const headers = new Headers({ "content-type": "application/json" });
  for (const name of ["cookie", "user-agent"]) {
    const value = call.request.headers.get(name);
    if (value !== null) headers.set(name, value.slice(0, 4096));
  }
  if (call.address !== null) headers.set(ADDRESS_HEADER, call.address);
  const url = `http://auth.invalid${AUTH_BASE_PATH}${path}`;
  const response = await answerByLibrary(new Request(url, { method: "POST", headers, body: JSON.stringify(body) }));
  const text = await response.text();
  if (response.status >= 500)
    throw Internal.with({}, { cause: new Error(`the auth library answered ${response.status}`) });
  return { status: response.status, cookies: response.headers.getSetCookie(), body: recordOf(text) };
}

function recordOf(text: string): Record<string, unknown> {
  const value: unknown = text === "" ? {} : JSON.parse(text);
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** An answer of the door; `cookies` are set. */
export function answerWith(value: object, { status = 200, cookies = [] as readonly string[] } = {}): Response {
  const headers = new Headers({ "content-type": "application/json" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(JSON.stringify(value), { status, headers });
}

interface Deed {
  action: string;
  entity_type: "session" | "user";
  entity_id: string;
  detail?: object;
}

/** Writes what happened into the principal's tenant, with the address it came from. */
export async function auditAuth(call: AuthCall, principal: Principal, deed: Deed): Promise<void> {
  const from = { ip_address: call.address, user_agent: call.request.headers.get("user-agent")?.slice(0, 512) ?? null };
  const entry = { ...deed, detail: { ...from, ...deed.detail } };
  await asTenant(principal, (db) => writeAudit(db, [entry], { requestId: call.requestId }));
}
