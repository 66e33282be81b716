import { answerAuth } from "@/server/account/auth-door";
import { accountHandlers } from "@/server/account/handlers";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { clientAddressHeader } from "@/server/platform/http/client-address";
import { routerOn } from "@/server/platform/http/mount";
import { registryOf } from "@/server/platform/http/registry";

const ORIGIN = "http://localhost:3000";
const route = routerOn(registryOf(accountHandlers), { resolvePrincipal, takeRate: () => {} });

export interface Seen {
  status: number;
  headers: Headers;
  value: Record<string, unknown>;
  /** The problem's slug; undefined for an answer that is none. */
  slug: string | undefined;
}

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
  async auth(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Seen> {
    return this.#keep(await answerAuth(this.request(`/api/auth${path}`, { body, headers })));
  }

  /** Sends `PUT /accounts/users/…` to the account's operations and keeps the cookies of the answer. */
  async api(line: string, body?: unknown, headers: Record<string, string> = {}): Promise<Seen> {
    const [method = "GET", path = ""] = line.split(" ");
    const sent = method === "GET" ? undefined : (body ?? {});
    const response = await route(this.request(`/api/v1${path}`, { method, body: sent, headers }));
    if (response === null) throw new Error(`nothing answers ${line}`);
    return this.#keep(response);
  }

  async #keep(response: Response): Promise<Seen> {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const at = pair.indexOf("=");
      if (/max-age=0/i.test(cookie)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const value: Record<string, unknown> = JSON.parse(await response.text());
    const slug = /\/problems\/([\w-]+)$/.exec(String(value.type ?? ""))?.[1];
    return { status: response.status, headers: response.headers, value, slug };
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
