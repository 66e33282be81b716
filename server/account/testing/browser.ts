import { answerAuth } from "@/server/account/auth-door";
import { clientAddressHeader } from "@/server/platform/http/client-address";

const ORIGIN = "http://localhost:3000";

/** A browser on one of our own pages: it keeps cookies and says where it is. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** Headers of every request; a test may change them. */
  readonly headers: Record<string, string>;

  constructor(address: string) {
    this.headers = { host: "localhost:3000", origin: ORIGIN, [clientAddressHeader]: address };
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  request(path: string, init: { method?: string; body?: unknown; headers?: Record<string, string> } = {}): Request {
    const headers = new Headers({ ...this.headers, ...init.headers });
    if (this.cookies.size > 0 && !headers.has("cookie")) headers.set("cookie", this.cookieHeader);
    if (init.body === undefined) return new Request(ORIGIN + path, { method: init.method ?? "GET", headers });
    headers.set("content-type", "application/json");
    return new Request(ORIGIN + path, { method: init.method ?? "POST", headers, body: JSON.stringify(init.body) });
  }

  /** Sends to /api/auth and keeps the cookies of the answer. */
  async auth(path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await answerAuth(this.request(`/api/auth${path}`, { body, headers }));
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const at = pair.indexOf("=");
      if (/max-age=0/i.test(cookie)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const value: Record<string, unknown> = JSON.parse(await response.text());
    return { status: response.status, headers: response.headers, value };
  }
}

let visitors = 0;

/** A browser at an address of its own, so that tests do not use up each other's attempts. */
export function newBrowser(): Browser {
  visitors += 1;
  return new Browser(`10.${(visitors >> 16) & 255}.${(visitors >> 8) & 255}.${visitors & 255}`);
}

/** A browser whose user has just signed up: owner of a new tenant. */
export async function signedUp(password = "correct horse battery") {
  const browser = newBrowser();
  const email = `owner-${visitors}-${process.pid}@example.com`;
  const answer = await browser.auth("/sign-up/email", { tenant_name: `Tenant ${visitors}`, email, password });
  if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status}: ${JSON.stringify(answer.value)}`);
  return {
    browser,
    email,
    password,
    tenantId: String(answer.value.tenant_id),
    sessionId: String(answer.value.session_id),
  };
}
