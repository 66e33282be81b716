// Cookies travel with requests that other sites cause; API keys do not. So a write that is authorised by a cookie must
// come from our own pages. Browsers put Origin on every such request; a client that sends neither Origin nor
// Sec-Fetch-Site is no browser and cannot be tricked into it.

import { env } from "@/server/platform/env/env";
import { clientSchemeHeader } from "@/server/platform/http/client-address";
import { CrossOrigin } from "@/server/platform/http/problem";

/** Throws 403 `cross-origin` for a write that another site caused. */
export function requireSameOrigin(request: Request): void {
  const origin = request.headers.get("origin");
  if (origin === null) {
    const site = request.headers.get("sec-fetch-site");
    if (site === null || site === "same-origin" || site === "none") return;
  } else if (isOurs(origin, request.headers)) return;
  throw CrossOrigin.with({ detail: "A session cookie is accepted from this server's own pages only." });
}

// Without a proxy that says how the client came, a proxy in front may still speak TLS: then the scheme is not known, and
// hosts are all there is to compare.
function isOurs(origin: string, headers: Headers): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  if (env.PUBLIC_URL !== undefined && new URL(env.PUBLIC_URL).origin === from.origin) return true;
  const scheme = headers.get(clientSchemeHeader);
  const isSameScheme = scheme === null || from.protocol === `${scheme}:`;
  return isSameScheme && from.host === headers.get("host")?.toLowerCase();
}
