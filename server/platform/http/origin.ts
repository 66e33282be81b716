// Cookies travel with requests that other sites cause; API keys do not. So a write that is authorised by a cookie must
// come from our own pages. Browsers put Origin on every such request; a client that sends neither Origin nor
// Sec-Fetch-Site is no browser and cannot be tricked into it.

import { env } from "@/server/platform/env/env";
import { CrossOrigin } from "@/server/platform/http/problem";

/** Throws 403 `cross-origin` for a write that another site caused. */
export function requireSameOrigin(request: Request): void {
  const origin = request.headers.get("origin");
  if (origin === null) {
    const site = request.headers.get("sec-fetch-site");
    if (site === null || site === "same-origin" || site === "none") return;
  } else if (isOurs(origin, request.headers.get("host"))) return;
  throw CrossOrigin.with({ detail: "A session cookie is accepted from this server's own pages only." });
}

function isOurs(origin: string, host: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  if (env.PUBLIC_URL !== undefined && new URL(env.PUBLIC_URL).origin === from.origin) return true;
  return host !== null && from.host === host.toLowerCase();
}
