// Who a request comes from, and whether it came by TLS. Any client can write X-Forwarded-For and X-Forwarded-Proto, so only
// as many of their entries are believed, counted from the right, as TRUST_PROXY says there are proxies in front. The front
// door puts both answers into headers of its own, over whatever a client sent there.

import type { IncomingMessage } from "node:http";

export const clientAddressHeader = "x-holdpoint-client-address";
/** `http` or `https`; absent where nobody can say. */
export const clientSchemeHeader = "x-holdpoint-client-scheme";

type Scheme = "http" | "https";

/** Writes what is known of the client into the request, where the raw list of headers is read as well as the parsed one. */
export function stampClient(request: IncomingMessage, proxies: number): void {
  const scheme = schemeOf(request, proxies);
  const stamps = { [clientAddressHeader]: clientAddress(request, proxies), [clientSchemeHeader]: scheme };
  const kept: string[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const [name = "", value = ""] = request.rawHeaders.slice(i, i + 2);
    if (!(name.toLowerCase() in stamps)) kept.push(name, value);
  }
  for (const [name, value] of Object.entries(stamps)) {
    delete request.headers[name];
    if (value === null) continue;
    request.headers[name] = value;
    kept.push(name, value);
  }
  request.rawHeaders.splice(0, Infinity, ...kept);
}

/** How the client reached the outermost of `proxies` trusted proxies; null where there is none, or it does not say. */
export function schemeOf(request: Pick<IncomingMessage, "headers">, proxies: number): Scheme | null {
  if (proxies === 0) return null;
  const seen = entriesOf(request.headers["x-forwarded-proto"]);
  const scheme = (seen.at(-proxies) ?? seen[0])?.toLowerCase();
  return scheme === "http" || scheme === "https" ? scheme : null;
}

/** The client's address as the outermost of `proxies` trusted proxies saw it; without any, the socket's other end. */
export function clientAddress(request: Pick<IncomingMessage, "headers" | "socket">, proxies: number): string {
  const socketAddress = request.socket.remoteAddress ?? "unknown";
  if (proxies === 0) return socketAddress;
  const seen = [...entriesOf(request.headers["x-forwarded-for"]), socketAddress];
  return seen.at(-1 - proxies) ?? seen[0] ?? socketAddress;
}

function entriesOf(header: string | string[] | undefined): string[] {
  const entries = [header ?? []].flat().join(",").split(",");
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== "");
}
