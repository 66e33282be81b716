import { afterAll, describe, expect, it } from "vitest";
import { resetPassword, resetSecondFactor } from "@/server/account/reset-password";
import { codeOf } from "@/server/account/testing/authenticator";
import { newBrowser, signedUp } from "@/server/account/testing/browser";
import { SessionView } from "@/server/account/wire";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { SESSION_COOKIE } from "@/server/platform/auth/session-cookie";
import { closePools } from "@/server/platform/db/client";
import { inspect } from "@/server/platform/db/testing/test-database";

afterAll(() => closePools());

const WRONG = "000000";

/** Somebody with a second factor, in a browser that is signed in. */
async function guarded() {
  const owner = await signedUp();
  const begun = await owner.browser.auth("/two-factor/enable", { password: owner.password });
  const secret = String(begun.value.secret);
  const confirmed = await owner.browser.auth("/two-factor/confirm", { code: codeOf(secret) });
  expect(confirmed).toMatchObject({ status: 200, value: { two_factor: true } });
  const signIn = { email: owner.email, password: owner.password };
  return { ...owner, secret, codes: begun.value.backup_codes as string[], signIn };
}

async function auditOf(tenantId: string): Promise<string[]> {
  const rows = await inspect()<{ action: string }[]>`
    select action from audit_logs where tenant_id = ${tenantId} order by recorded_at, id`;
  return rows.map((row) => row.action);
}

describe("setting up a second factor", () => {
  it("asks for the password, shows secret and codes once, and is on with the first code alone", async () => {
    const { browser, email, password } = await signedUp();
    expect(await browser.auth("/two-factor/enable", { password: "not the password" })).toMatchObject({
      status: 403,
      slug: "wrong-password",
    });
    const begun = await browser.auth("/two-factor/enable", { password });
    expect(begun.status).toBe(200);
    expect(begun.value.totp_uri).toMatch(/^otpauth:\/\/totp\/Holdpoint/);
    expect(begun.value.backup_codes).toHaveLength(10);
    expect((await browser.auth("/get-session")).value.two_factor).toBe(false);
    expect((await newBrowser().auth("/sign-in/email", { email, password })).status).toBe(200);
    expect(await browser.auth("/two-factor/confirm", { code: WRONG })).toMatchObject({
      status: 403,
      slug: "wrong-code",
    });
    const code = codeOf(String(begun.value.secret));
    expect((await browser.auth("/two-factor/confirm", { code })).status).toBe(200);
    const session = await browser.auth("/get-session");
    expect(SessionView.parse(session.value)).toMatchObject({ two_factor: true });
    expect(await browser.auth("/two-factor/enable", { password })).toMatchObject({
      status: 409,
      slug: "two-factor-on",
    });
  });

  it("ends the sessions that began without it and keeps this one, in its tenant", async () => {
    const owner = await signedUp();
    const elsewhere = newBrowser();
    await elsewhere.auth("/sign-in/email", { email: owner.email, password: owner.password });
    const begun = await owner.browser.auth("/two-factor/enable", { password: owner.password });
    await owner.browser.auth("/two-factor/confirm", { code: codeOf(String(begun.value.secret)) });
    expect(await resolvePrincipal(elsewhere.request("/"))).toBeNull();
    expect(await resolvePrincipal(owner.browser.request("/"))).toMatchObject({ tenantId: owner.tenantId });
    expect(await auditOf(owner.tenantId)).toContain("user.two_factor_enabled");
  });

  it("stores neither the secret nor a code", async () => {
    const { secret, codes } = await guarded();
    for (const table of ["two_factors", "verifications", "users", "rate_limits", "audit_logs"]) {
      const text = JSON.stringify(await inspect()`select * from ${inspect()(table)}`);
      for (const shown of [secret, ...codes]) expect(text).not.toContain(shown);
    }
  });

  it("cannot be confirmed before it was begun, nor by nobody", async () => {
    const { browser } = await signedUp();
    const early = await browser.auth("/two-factor/confirm", { code: WRONG });
    expect(early).toMatchObject({ status: 409, slug: "two-factor-off" });
    expect((await newBrowser().auth("/two-factor/confirm", { code: WRONG })).status).toBe(401);
  });
});

describe("signing in with a second factor", () => {
  it("makes no session before the code", async () => {
    const { signIn, secret, tenantId } = await guarded();
    const browser = newBrowser();
    const first = await browser.auth("/sign-in/email", signIn);
    expect(first).toMatchObject({ status: 401, slug: "second-factor-required" });
    expect(browser.cookies.has(SESSION_COOKIE)).toBe(false);
    expect((await browser.auth("/get-session")).status).toBe(401);
    const cookie = first.headers.getSetCookie().find((one) => one.startsWith("__Host-holdpoint.two_factor="));
    expect(cookie).toMatch(/; Path=\/;/);
    expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Lax/);
    expect(cookie).not.toMatch(/Domain/i);
    const second = await browser.auth("/two-factor/verify", { code: codeOf(secret, 1) });
    expect(second.status).toBe(200);
    expect(SessionView.parse(second.value)).toMatchObject({ tenant_id: tenantId, two_factor: true });
    expect(await resolvePrincipal(browser.request("/"))).toMatchObject({ tenantId });
    expect((await auditOf(tenantId)).at(-1)).toBe("session.signed_in");
  });

  it("takes a code once, and refuses one that was typed before", async () => {
    const { signIn, secret } = await guarded();
    const [one, other] = [newBrowser(), newBrowser()];
    const code = codeOf(secret, 1);
    await one.auth("/sign-in/email", signIn);
    await other.auth("/sign-in/email", signIn);
    expect((await one.auth("/two-factor/verify", { code })).status).toBe(200);
    expect(await other.auth("/two-factor/verify", { code })).toMatchObject({ status: 403, slug: "wrong-code" });
  });

  it("takes each backup code once", async () => {
    const { signIn, codes } = await guarded();
    const [code = ""] = codes;
    const verify = async () => {
      const browser = newBrowser();
      await browser.auth("/sign-in/email", signIn);
      return (await browser.auth("/two-factor/verify", { code })).status;
    };
    expect(await verify()).toBe(200);
    await inspect()`delete from rate_limits where key like 'two-factor/spent/%'`;
    expect(await verify()).toBe(403);
  });

  it("lets nobody guess: wrong codes are counted over all sign-ins of the account", async () => {
    const { signIn, tenantId, secret } = await guarded();
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const browser = newBrowser();
      await browser.auth("/sign-in/email", signIn);
      statuses.push((await browser.auth("/two-factor/verify", { code: `00000${n % 10}` })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(403), 429, 429]);
    const browser = newBrowser();
    await browser.auth("/sign-in/email", signIn);
    expect((await browser.auth("/two-factor/verify", { code: codeOf(secret, 1) })).status).toBe(429);
    const failed = (await auditOf(tenantId)).filter((action) => action === "session.second_factor_failed");
    expect(failed).toHaveLength(10);
  });

  it("goes by the cookie of the sign-in, never by another session beside it", async () => {
    const [victim, thief] = [await guarded(), await guarded()];
    const browser = newBrowser();
    await browser.auth("/sign-in/email", victim.signIn);
    const own = thief.browser.cookies.get(SESSION_COOKIE) ?? "";
    browser.cookies.set(SESSION_COOKIE, own);
    const code = codeOf(thief.secret, 1);
    expect(await browser.auth("/two-factor/verify", { code })).toMatchObject({ status: 403, slug: "wrong-code" });
  });

  it("forgets a sign-in that waits when the password changes, is reset, or all sessions end", async () => {
    const { browser, email, password, signIn, codes } = await guarded();
    const next = "another right password";
    const change = (from: string, to: string) =>
      browser.auth("/change-password", { current_password: from, new_password: to });
    const deeds: [string, () => Promise<unknown>][] = [
      [password, () => change(password, next)],
      [next, () => browser.auth("/revoke-other-sessions", {})],
      [next, () => resetPassword(email, "a third right password")],
    ];
    for (const [place, [known, deed]] of deeds.entries()) {
      const waiting = newBrowser();
      expect((await waiting.auth("/sign-in/email", { ...signIn, password: known })).slug).toBe(
        "second-factor-required",
      );
      await deed();
      const late = await waiting.auth("/two-factor/verify", { code: codes[place] });
      expect(late).toMatchObject({ status: 401, slug: "second-factor-expired" });
    }
  });

  it("asks anew without a sign-in that waits, or with a forged one", async () => {
    const { secret } = await guarded();
    const browser = newBrowser();
    const asked = await browser.auth("/two-factor/verify", { code: codeOf(secret, 1) });
    expect(asked).toMatchObject({ status: 401, slug: "second-factor-expired" });
    browser.cookies.set("__Host-holdpoint.two_factor", "2fa-forged.AAAA");
    expect((await browser.auth("/two-factor/verify", { code: codeOf(secret, 1) })).status).toBe(401);
  });
});

it("a second factor goes with the password alone, and its secret with it", async () => {
  const { browser, password, signIn, tenantId } = await guarded();
  expect((await browser.auth("/two-factor/disable", { password: "not the password" })).slug).toBe("wrong-password");
  expect((await browser.auth("/two-factor/disable", { password })).value).toEqual({ two_factor: false });
  expect(await browser.auth("/two-factor/disable", { password })).toMatchObject({ slug: "two-factor-off" });
  expect((await newBrowser().auth("/sign-in/email", signIn)).status).toBe(200);
  const rows = await inspect()`
    select from two_factors f join users u on u.id = f.user_id where u.email = ${signIn.email}`;
  expect(rows).toHaveLength(0);
  expect(await auditOf(tenantId)).toContain("user.two_factor_disabled");
});

it("an operator lets somebody in who lost authenticator and codes", async () => {
  const { browser, signIn, tenantId } = await guarded();
  expect(await resetSecondFactor(signIn.email.toUpperCase())).not.toBeNull();
  expect(await resetSecondFactor("nobody@example.com")).toBeNull();
  expect(await resolvePrincipal(browser.request("/"))).toBeNull();
  expect((await newBrowser().auth("/sign-in/email", signIn)).status).toBe(200);
  expect(await auditOf(tenantId)).toContain("user.two_factor_reset");
});
