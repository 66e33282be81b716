// Who a request comes from. Any client can write X-Forwarded-For, so only as many of its entries are believed, counted
// from the right, as TRUST_PROXY says there are proxies in front. The front door puts the answer into a header of its
// own, over whatever a client sent there.

import type { IncomingMessage } from "node:http";

export const clientAddressHeader = "x-holdpoint-client-address";

/** Writes the client's address into the request, where the raw list of headers is read as well as the parsed one. */
export function stampClientAddress(request: IncomingMessage, proxies: number): void {
  const address = clientAddress(request, proxies);
  const kept: string[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const [name = "", value = ""] = request.rawHeaders.slice(i, i + 2);
    if (name.toLowerCase() !== clientAddressHeader) kept.push(name, value);
  }
  request.rawHeaders.splice(0, Infinity, ...kept, clientAddressHeader, address);
  request.headers[clientAddressHeader] = address;
}

/** The client's address as the outermost of `proxies` trusted proxies saw it; without any, the socket's other end. */
export function clientAddress(request: Pick<IncomingMessage, "headers" | "socket">, proxies: number): string {
  const socketAddress = request.socket.remoteAddress ?? "unknown";
  if (proxies === 0) return socketAddress;
  const forwarded = [request.headers["x-forwarded-for"] ?? []].flat().join(",");
  const seen = [...forwarded.split(","), socketAddress].map((entry) => entry.trim()).filter((entry) => entry !== "");
  return seen.at(-1 - proxies) ?? seen[0] ?? socketAddress;
}
