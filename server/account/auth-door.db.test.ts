import { afterAll, describe, expect, it } from "vitest";
import { answerAuth } from "@/server/account/auth-door";
import { newBrowser, signedUp } from "@/server/account/testing/browser";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { SESSION_COOKIE } from "@/server/platform/auth/session-cookie";
import { closePools } from "@/server/platform/db/client";
import { inspect } from "@/server/platform/db/testing/test-database";

afterAll(() => closePools());

const password = "correct horse battery";

function principalOf(browser: Awaited<ReturnType<typeof signedUp>>["browser"]) {
  return resolvePrincipal(browser.request("/api/v1/runs"));
}

async function auditOf(tenantId: string): Promise<string[]> {
  const rows = await inspect()<{ action: string }[]>`
    select action from audit_logs where tenant_id = ${tenantId} order by recorded_at, id`;
  return rows.map((row) => row.action);
}

describe("sign-up", () => {
  it("makes a tenant with its controls and its owner, and signs the owner in", async () => {
    const { browser, tenantId } = await signedUp();
    expect(await principalOf(browser)).toMatchObject({ kind: "user", tenantId, role: "owner" });
    const [controls] =
      await inspect()`select settings, policy_epoch from tenant_controls where tenant_id = ${tenantId}`;
    expect(controls?.settings).toEqual({});
    expect(await auditOf(tenantId)).toEqual(["tenant.created", "member.added", "session.signed_in"]);
  });

  it("refuses an email that has an account and leaves no half tenant", async () => {
    const { email } = await signedUp();
    const [before] = await inspect()`select count(*)::int as n from tenants`;
    const again = await newBrowser().auth("/sign-up/email", {
      tenant_name: "Other",
      email: email.toUpperCase(),
      password,
    });
    expect(again).toMatchObject({ status: 409, value: { type: expect.stringMatching(/\/problems\/email-taken$/) } });
    expect((await inspect()`select count(*)::int as n from tenants`)[0]).toEqual(before);
  });

  it("makes one account of eight sign-ups at once with one email", async () => {
    const body = { tenant_name: "Race", email: `race-${process.pid}@example.com`, password };
    const answers = await Promise.all(Array.from({ length: 8 }, () => newBrowser().auth("/sign-up/email", body)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect((await inspect()`select count(*)::int as n from tenants where name = 'Race'`)[0]?.n).toBe(1);
  });

  it.each([
    ["a short password", { password: "elevenchars" }, "#/password"],
    ["no tenant name", { tenant_name: undefined }, "#/tenant_name"],
    ["no email address", { email: "nobody" }, "#/email"],
    ["an unknown field", { role: "owner" }, "#/role"],
    ["a control character", { tenant_name: "a\u0007b" }, "#/tenant_name"],
  ])("refuses %s with a pointer", async (_, change, pointer) => {
    const good = { tenant_name: "Good", email: "good@example.com", password };
    const answer = await newBrowser().auth("/sign-up/email", { ...good, ...change });
    expect(answer).toMatchObject({ status: 422, value: { errors: [{ pointer }] } });
  });
});

describe("sign-in", () => {
  it("sets a __Host- cookie that scripts, other sites and plain http cannot have", async () => {
    const { email } = await signedUp();
    const { headers } = await newBrowser().auth("/sign-in/email", { email, password });
    const [cookie = "", ...others] = headers.getSetCookie();
    expect(others).toEqual([]);
    const [pair = "", ...attributes] = cookie.split("; ");
    expect(pair.startsWith(`${SESSION_COOKIE}=`)).toBe(true);
    expect(SESSION_COOKIE.startsWith("__Host-")).toBe(true);
    expect(attributes.map((attribute) => attribute.toLowerCase()).sort()).toEqual([
      "httponly",
      "max-age=43200",
      "path=/",
      "samesite=lax",
      "secure",
    ]);
    expect(headers.get("cache-control")).toBe("private, no-store");
  });

  it("leaves the cookie to the browser's run with remember_me false, and the session to the same time-outs", async () => {
    const { email } = await signedUp();
    const browser = newBrowser();
    const { headers, value } = await browser.auth("/sign-in/email", { email, password, remember_me: false });
    expect(headers.getSetCookie().some((cookie) => /max-age/i.test(cookie))).toBe(false);
    const [session] = await inspect()`
      select extract(epoch from expires_at - created_at)::int as seconds from sessions
      where id = ${String(value.session_id)}`;
    expect(session?.seconds).toBe(1800);
  });

  it("answers the same to a wrong password and to an unknown email, and audits what it can", async () => {
    const { email, tenantId } = await signedUp();
    const wrong = await newBrowser().auth("/sign-in/email", { email, password: "not the password" });
    const unknown = await newBrowser().auth("/sign-in/email", { email: "nobody@example.com", password });
    expect(wrong.status).toBe(401);
    expect({ ...wrong.value, instance: 0, request_id: 0 }).toEqual({ ...unknown.value, instance: 0, request_id: 0 });
    expect(await auditOf(tenantId)).toContain("session.sign_in_failed");
  });

  it("lets exactly ten of sixteen wrong passwords at once be tried for one account, from any address", async () => {
    const { email } = await signedUp();
    const tries = Array.from({ length: 16 }, () => newBrowser().auth("/sign-in/email", { email, password: "wrong" }));
    const answers = await Promise.all(tries);
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(10);
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused).toHaveLength(6);
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    const right = await newBrowser().auth("/sign-in/email", { email, password });
    expect(right.status).toBe(429);
  });

  it("counts no attempt that was rightful", async () => {
    const { email } = await signedUp();
    for (let i = 0; i < 12; i++) {
      expect((await newBrowser().auth("/sign-in/email", { email, password })).status).toBe(200);
    }
  });

  it("ends the session the browser had before", async () => {
    const { browser, email } = await signedUp();
    const before = browser.cookieHeader;
    await browser.auth("/sign-in/email", { email, password });
    expect(await principalOf(browser)).not.toBeNull();
    expect(await resolvePrincipal(browser.request("/", { headers: { cookie: before } }))).toBeNull();
  });

  it("refuses somebody without a seat and keeps no session", async () => {
    const { email, tenantId, sessionId } = await signedUp();
    await inspect()`delete from memberships where tenant_id = ${tenantId}`;
    const answer = await newBrowser().auth("/sign-in/email", { email, password });
    expect(answer).toMatchObject({ status: 403, value: { type: expect.stringMatching(/no-seat$/) } });
    const kept = await inspect()`
      select s.id from sessions s join users u on u.id = s.user_id where u.email = ${email} and s.id <> ${sessionId}`;
    expect(kept).toHaveLength(0);
  });

  it.each(["http://evil.test", "null", "http://localhost:3001", "http://localhost.evil.test:3000"])(
    "is refused from the origin %s, with and without a cookie",
    async (origin) => {
      const { browser, email } = await signedUp();
      const plain = await newBrowser().auth("/sign-in/email", { email, password }, { origin });
      expect(plain).toMatchObject({ status: 403, value: { type: expect.stringMatching(/cross-origin$/) } });
      expect((await browser.auth("/sign-out", {}, { origin })).status).toBe(403);
      expect(await principalOf(browser)).not.toBeNull();
    },
  );
});

describe("a session", () => {
  it("D7: ends with the request after sign-out, and the cookie is taken back", async () => {
    const { browser, tenantId } = await signedUp();
    const kept = browser.cookieHeader;
    expect((await browser.auth("/sign-out", {})).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    expect(await resolvePrincipal(browser.request("/", { headers: { cookie: kept } }))).toBeNull();
    expect(await auditOf(tenantId)).toContain("session.signed_out");
  });

  it("D7: is listed and ended by its user, effective on the next request", async () => {
    const { browser, email, sessionId } = await signedUp();
    const other = newBrowser();
    await other.auth("/sign-in/email", { email, password });
    const { value } = await browser.auth("/list-sessions");
    const items = value.items as { session_id: string; current: boolean }[];
    expect(items.map((item) => item.current).sort()).toEqual([false, true]);
    expect(items.find((item) => item.current)?.session_id).toBe(sessionId);
    expect(JSON.stringify(value)).not.toMatch(/token/);
    const otherId = items.find((item) => !item.current)?.session_id;
    expect((await browser.auth("/revoke-session", { session_id: otherId })).value).toEqual({ revoked: 1 });
    expect(await principalOf(other)).toBeNull();
    expect(await principalOf(browser)).not.toBeNull();
  });

  it("cannot end somebody else's session", async () => {
    const [mine, theirs] = [await signedUp(), await signedUp()];
    expect((await mine.browser.auth("/revoke-session", { session_id: theirs.sessionId })).status).toBe(404);
    expect(await principalOf(theirs.browser)).not.toBeNull();
  });

  it("ends all others, or all", async () => {
    const { browser, email } = await signedUp();
    const other = newBrowser();
    await other.auth("/sign-in/email", { email, password });
    expect((await browser.auth("/revoke-other-sessions", {})).value).toEqual({ revoked: 1 });
    expect(await principalOf(other)).toBeNull();
    expect((await browser.auth("/revoke-sessions", {})).value).toEqual({ revoked: 1 });
    expect(await principalOf(browser)).toBeNull();
    expect((await browser.auth("/get-session")).status).toBe(401);
  });

  it("ends after 30 minutes without use and, however much it is used, after 12 hours", async () => {
    const { browser, sessionId } = await signedUp();
    const lifetime = () => inspect()<{ idle: number }[]>`
      select round(extract(epoch from expires_at - clock_timestamp()))::int as idle from sessions where id = ${sessionId}`;
    await inspect()`update sessions set updated_at = updated_at - interval '2 minutes',
      expires_at = expires_at - interval '2 minutes' where id = ${sessionId}`;
    expect(await principalOf(browser)).not.toBeNull();
    expect((await lifetime())[0]?.idle).toBeGreaterThan(1795);
    await inspect()`update sessions set created_at = clock_timestamp() - interval '11 hours 55 minutes',
      updated_at = updated_at - interval '2 minutes' where id = ${sessionId}`;
    expect(await principalOf(browser)).not.toBeNull();
    expect((await lifetime())[0]?.idle).toBeLessThanOrEqual(300);
    await inspect()`update sessions set created_at = clock_timestamp() - interval '12 hours',
      expires_at = clock_timestamp() + interval '10 minutes' where id = ${sessionId}`;
    expect(await principalOf(browser)).toBeNull();
    await inspect()`update sessions set created_at = clock_timestamp() - interval '1 hour',
      expires_at = clock_timestamp() - interval '1 second' where id = ${sessionId}`;
    expect(await principalOf(browser)).toBeNull();
  });

  it("cannot be made from a leaked database: the stored token without its signature opens nothing", async () => {
    const { browser, sessionId } = await signedUp();
    const [row] = await inspect()<{ token: string }[]>`select token from sessions where id = ${sessionId}`;
    const token = row?.token ?? "";
    const value = decodeURIComponent(browser.cookies.get(SESSION_COOKIE) ?? "");
    expect(value.startsWith(`${token}.`)).toBe(true);
    const forged = [token, `${token}.`, `${token}.${Buffer.alloc(32).toString("base64")}`, `${token}.${token}`];
    for (const attempt of [...forged, `x${value}`, value.replace(/.(?==$)/, (c) => (c === "A" ? "Q" : "A"))]) {
      const cookie = `${SESSION_COOKIE}=${encodeURIComponent(attempt)}`;
      expect(await resolvePrincipal(browser.request("/", { headers: { cookie } }))).toBeNull();
      const response = await answerAuth(browser.request("/api/auth/get-session", { headers: { cookie } }));
      expect(response.status).toBe(401);
    }
    const bearer = { authorization: `Bearer ${token}`, cookie: "" };
    expect(await resolvePrincipal(browser.request("/", { headers: bearer }))).toBeNull();
    const besides = { authorization: `Bearer ${token}` };
    expect(await resolvePrincipal(browser.request("/", { headers: besides }))).toBeNull();
    const twice = { cookie: `${browser.cookieHeader}; ${SESSION_COOKIE}=other` };
    expect(await resolvePrincipal(browser.request("/", { headers: twice }))).toBeNull();
  });

  it("D7: follows the seat: role, expiry and removal hold from the next request on", async () => {
    const { browser, tenantId } = await signedUp();
    await inspect()`update memberships set role = 'auditor' where tenant_id = ${tenantId}`;
    const auditor = await principalOf(browser);
    expect(auditor).toMatchObject({ role: "auditor" });
    expect(auditor?.permissions.has("runs:write")).toBe(false);
    await inspect()`update memberships set expires_at = clock_timestamp() where tenant_id = ${tenantId}`;
    expect(await principalOf(browser)).toBeNull();
    await inspect()`update memberships set expires_at = null where tenant_id = ${tenantId}`;
    expect(await principalOf(browser)).not.toBeNull();
    await inspect()`delete from memberships where tenant_id = ${tenantId}`;
    expect(await principalOf(browser)).toBeNull();
  });

  it("only reads in a suspended tenant and is nobody in a closed one", async () => {
    const { browser, tenantId } = await signedUp();
    await inspect()`update tenants set status = 'suspended' where id = ${tenantId}`;
    const permissions = [...((await principalOf(browser))?.permissions ?? [])];
    expect(permissions).toContain("runs:read");
    expect(permissions.every((permission) => permission.endsWith(":read"))).toBe(true);
    await inspect()`update tenants set status = 'closed' where id = ${tenantId}`;
    expect(await principalOf(browser)).toBeNull();
  });

  it("changes its user's password, which ends all others", async () => {
    const { browser, email, tenantId } = await signedUp();
    const other = newBrowser();
    await other.auth("/sign-in/email", { email, password });
    const wrong = await browser.auth("/change-password", {
      current_password: "wrong",
      new_password: "a new long password",
    });
    expect(wrong).toMatchObject({ status: 403, value: { type: expect.stringMatching(/wrong-password$/) } });
    const right = await browser.auth("/change-password", {
      current_password: password,
      new_password: "a new long password",
    });
    expect(right).toMatchObject({ status: 200, value: { changed: true, revoked: 1 } });
    expect(await principalOf(other)).toBeNull();
    expect(await principalOf(browser)).not.toBeNull();
    expect((await newBrowser().auth("/sign-in/email", { email, password })).status).toBe(401);
    expect(await auditOf(tenantId)).toEqual(
      expect.arrayContaining(["user.password_changed", "user.password_change_failed"]),
    );
  });
});

describe("the door", () => {
  it.each(["/ok", "/error", "/sign-in/social", "/update-user", "/delete-user", "/reset-password", "/", ""])(
    "has no address %s",
    async (path) => {
      expect((await newBrowser().auth(path, {})).status).toBe(404);
      expect((await newBrowser().auth(path)).status).toBe(404);
    },
  );

  it("takes one method per address, JSON alone and no more than it can hold", async () => {
    const browser = newBrowser();
    const wrongMethod = await browser.auth("/sign-in/email");
    expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "POST"]);
    const form = browser.request("/api/auth/sign-in/email", { body: {} });
    form.headers.set("content-type", "application/x-www-form-urlencoded");
    expect((await answerAuth(form)).status).toBe(415);
    const large = browser.request("/api/auth/sign-in/email", { body: { email: "x".repeat(1_100_000) } });
    expect((await answerAuth(large)).status).toBe(413);
    expect((await browser.auth("/sign-in/email/", {})).status).toBe(422);
  });
});
