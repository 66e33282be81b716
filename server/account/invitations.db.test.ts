import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { findOpenInvitation } from "@/server/account/invitations";
import { type Browser, newBrowser, signedUp } from "@/server/account/testing/browser";
import { IssuedInvitation, SessionView } from "@/server/account/wire";
import { SESSION_COOKIE } from "@/server/platform/auth/session-cookie";
import { closePools } from "@/server/platform/db/client";
import { inspect } from "@/server/platform/db/testing/test-database";

afterAll(() => closePools());

const password = "correct horse battery";

let owner: Browser;
let tenantId: string;
let guests = 0;
let email: string;

beforeEach(async () => {
  const made = await signedUp();
  [owner, tenantId] = [made.browser, made.tenantId];
  guests += 1;
  email = `guest-${guests}-${process.pid}@example.com`;
});

async function invited(more: object = {}) {
  const answer = await owner.api("POST /accounts/users", { email, role: "member", ...more });
  expect(answer.status, JSON.stringify(answer.value)).toBe(201);
  return IssuedInvitation.parse(answer.value);
}

const accept = (browser: Browser, token: string, body: object = {}) =>
  browser.api(`POST /invitations/${token}/accept`, body);

describe("inviting", () => {
  it("answers the link once and stores its hash alone", async () => {
    const { token, link, user_id, ...shown } = await invited({ email: email.toUpperCase() });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(link).toBe(`http://localhost:3000/invitations/${token}`);
    expect(shown).toMatchObject({ kind: "invitation", status: "invited", email, name: null, expires_at: null });
    const days = (Date.parse(shown.invitation_expires_at ?? "") - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
    for (const table of ["invitations", "audit_logs", "outbox", "idempotency_keys"]) {
      expect(JSON.stringify(await inspect()`select * from ${inspect()(table)}`)).not.toContain(token);
    }
    expect((await owner.api(`GET /accounts/users/${user_id}`)).value).toMatchObject({
      actions: [{ action: "revoke", enabled: true }],
    });
  });

  it("shows the same link to the same Idempotency-Key and stores none of it", async () => {
    const headers = { "idempotency-key": "k-1" };
    const once = () => owner.api("POST /accounts/users", { email, role: "viewer" }, headers);
    const [first, second] = [await once(), await once()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.value).toEqual(first.value);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    const stored =
      await inspect()`select convert_from(answer, 'utf8') as text from idempotency_keys where tenant_id = ${tenantId}`;
    expect(JSON.stringify(stored)).not.toContain(String(first.value.token));
    expect(await inspect()`select from invitations where tenant_id = ${tenantId}`).toHaveLength(1);
  });

  it("refuses who is a member or invited already, but says nothing of other tenants", async () => {
    const elsewhere = await signedUp();
    await invited({ email: elsewhere.email });
    expect(await owner.api("POST /accounts/users", { email: elsewhere.email, role: "viewer" })).toMatchObject({
      status: 409,
      slug: "already-invited",
    });
    const { token } = await invited();
    await accept(newBrowser(), token, { name: "Guest", password });
    expect(await owner.api("POST /accounts/users", { email, role: "viewer" })).toMatchObject({
      status: 409,
      slug: "already-member",
    });
  });

  it("makes one of eight at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => owner.api("POST /accounts/users", { email, role: "viewer" })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect(new Set(answers.filter(({ status }) => status === 409).map(({ slug }) => slug))).toEqual(
      new Set(["already-invited"]),
    );
  });

  it("gives way to the next once its seven days are over", async () => {
    const old = await invited();
    await inspect()`alter table invitations disable trigger ends_once`;
    await inspect()`update invitations set expires_at = clock_timestamp() where id = ${old.user_id}`;
    await inspect()`alter table invitations enable trigger ends_once`;
    expect(await findOpenInvitation(old.token)).toBeNull();
    expect((await accept(newBrowser(), old.token, { name: "Guest", password })).status).toBe(404);
    const next = await invited();
    expect((await accept(newBrowser(), next.token, { name: "Guest", password })).status).toBe(200);
  });

  it("is for admins too, but owners are made by owners", async () => {
    const { token } = await invited({ role: "admin" });
    const admin = newBrowser();
    await accept(admin, token, { name: "Admin", password });
    const body = { email: `second-${email}`, role: "owner" };
    expect(await admin.api("POST /accounts/users", body)).toMatchObject({ status: 403, slug: "owners-only" });
    const byOwner = await owner.api("POST /accounts/users", body);
    expect(byOwner.status).toBe(201);
    expect(await admin.api(`DELETE /accounts/users/${byOwner.value.user_id}`)).toMatchObject({ slug: "owners-only" });
    expect((await admin.api("POST /accounts/users", { ...body, role: "admin" })).slug).toBe("already-invited");
  });

  it("ends a link that is revoked, with an audit entry", async () => {
    const { token, user_id } = await invited();
    expect((await owner.api(`PUT /accounts/users/${user_id}`, { role: "viewer" })).slug).toBe("invitation-open");
    expect((await owner.api(`DELETE /accounts/users/${user_id}`)).status).toBe(200);
    expect((await accept(newBrowser(), token, { name: "Guest", password })).status).toBe(404);
    const audit = await inspect()`select action from audit_logs where entity_id = ${user_id} order by recorded_at, id`;
    expect(audit.map(({ action }) => action)).toEqual(["member.invited", "member.invitation_revoked"]);
  });
});

describe("accepting", () => {
  it("makes a new person's account and seat, signs them in, and works once", async () => {
    const end = new Date(Date.now() + 86_400_000).toISOString();
    const { token } = await invited({ role: "auditor", expires_at: end });
    expect(await findOpenInvitation(token)).toMatchObject({
      email,
      role: "auditor",
      has_account: false,
      seat_expires_at: end,
    });
    const browser = newBrowser();
    const accepted = await accept(browser, token, { name: "Audrey", password });
    expect(accepted.status).toBe(200);
    expect(SessionView.parse(accepted.value)).toMatchObject({
      tenant_id: tenantId,
      role: "auditor",
      user: { name: "Audrey", email },
    });
    const [cookie, ...more] = accepted.headers.getSetCookie();
    expect(more).toEqual([]);
    expect(cookie).toMatch(new RegExp(`^${SESSION_COOKIE}=.*HttpOnly; Secure; SameSite=Lax`));
    expect((await browser.auth("/get-session")).value).toMatchObject({ tenant_id: tenantId });
    const again = await accept(newBrowser(), token, { name: "Mallory", password });
    const unknown = await accept(newBrowser(), "A".repeat(43), { name: "Mallory", password });
    expect(again.status).toBe(404);
    const { instance: _one, request_id: _two, ...said } = again.value;
    expect(unknown.value).toMatchObject(said);
    const userId = accepted.value.user;
    const [audit] = await inspect()`
      select actor_id, after, detail from audit_logs where tenant_id = ${tenantId} and action = 'member.added'
        and entity_id = ${String(Object(userId).user_id)}`;
    expect(audit).toMatchObject({ after: { role: "auditor", expires_at: end }, detail: { invitation: { email } } });
  });

  it("makes one account of eight at once", async () => {
    const { token } = await invited();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => accept(newBrowser(), token, { name: "Guest", password })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(404)]);
    expect(await inspect()`select from users where email = ${email}`).toHaveLength(1);
  });

  it.each([
    ["no name", { password }, ["#/name"]],
    ["no password", { name: "G" }, ["#/password"]],
    ["a short password", { name: "G", password: "elevenchars" }, ["#/password"]],
    ["nothing", {}, ["#/name", "#/password"]],
  ])("refuses a new person with %s", async (_, body, pointers) => {
    const { token } = await invited();
    const answer = await accept(newBrowser(), token, body);
    expect(answer.status).toBe(422);
    expect(Object(answer.value).errors.map((one: { pointer: string }) => one.pointer)).toEqual(pointers);
    expect(await findOpenInvitation(token)).not.toBeNull();
  });

  it("takes an account's password, and lets nobody guess it", async () => {
    const guest = await signedUp();
    const { token } = await invited({ email: guest.email });
    expect(await findOpenInvitation(token)).toMatchObject({ has_account: true });
    const thief = newBrowser();
    expect((await accept(thief, token, {})).status).toBe(422);
    const tries: number[] = [];
    for (let n = 0; n < 12; n += 1)
      tries.push((await accept(thief, token, { name: "T", password: `wrong ${n}` })).status);
    expect(tries).toEqual([...Array(10).fill(401), 429, 429]);
    await inspect()`delete from rate_limits`;
    const browser = newBrowser();
    const accepted = await accept(browser, token, { password: guest.password });
    expect(accepted.value).toMatchObject({ tenant_id: tenantId, role: "member" });
    expect((await browser.auth("/tenants")).value).toMatchObject({ items: { length: 2 } });
  });

  it("takes the session of that account without a word, and of no other", async () => {
    const guest = await signedUp();
    const other = await signedUp();
    const { token } = await invited({ email: guest.email });
    expect((await accept(other.browser, token)).status).toBe(422);
    const accepted = await accept(guest.browser, token);
    expect(accepted.value).toMatchObject({ tenant_id: tenantId, session_id: guest.sessionId });
    expect((await guest.browser.auth("/get-session")).value).toMatchObject({ tenant_id: tenantId });
  });

  it("does not let an account's second factor be walked around", async () => {
    const guest = await signedUp();
    await inspect()`update users set two_factor_enabled = true where email = ${guest.email}`;
    const { token } = await invited({ email: guest.email });
    const answer = await accept(newBrowser(), token, { password: guest.password });
    expect(answer).toMatchObject({ status: 401, slug: "second-factor-required" });
    expect(await findOpenInvitation(token)).not.toBeNull();
    expect((await accept(guest.browser, token)).status).toBe(200);
  });

  it("comes from our own pages alone", async () => {
    const guest = await signedUp();
    const { token } = await invited({ email: guest.email });
    const foreign = await guest.browser.api(
      `POST /invitations/${token}/accept`,
      {},
      { origin: "https://evil.example" },
    );
    expect(foreign).toMatchObject({ status: 403, slug: "cross-origin" });
  });

  it("is closed in a tenant that is not in use", async () => {
    const { token } = await invited();
    await inspect()`update tenants set status = 'suspended' where id = ${tenantId}`;
    expect((await accept(newBrowser(), token, { name: "G", password })).status).toBe(404);
  });
});

describe("the tenants of one account", () => {
  it("are listed, and the session moves between them at once, unknown to each other", async () => {
    const guest = await signedUp();
    const { token } = await invited({ email: guest.email, role: "viewer" });
    await accept(guest.browser, token);
    const seats = (await guest.browser.auth("/tenants")).value.items;
    expect(seats).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ tenant_id: tenantId, role: "viewer", current: true }),
        expect.objectContaining({ tenant_id: guest.tenantId, role: "owner", current: false }),
      ]),
    );
    const moved = await guest.browser.auth("/switch-tenant", { tenant_id: guest.tenantId });
    expect(SessionView.parse(moved.value)).toMatchObject({ tenant_id: guest.tenantId, role: "owner" });
    expect((await guest.browser.api("GET /accounts")).value).toMatchObject({ entity: { tenant_id: guest.tenantId } });
    const entries = await inspect()`
      select tenant_id, action, detail from audit_logs where action in ('session.left_tenant', 'session.entered_tenant')`;
    const mine = entries.filter((entry) => [tenantId, guest.tenantId].includes(String(entry.tenant_id)));
    expect(mine.map(({ tenant_id, action }) => [tenant_id, action])).toEqual(
      expect.arrayContaining([
        [tenantId, "session.left_tenant"],
        [guest.tenantId, "session.entered_tenant"],
      ]),
    );
    const left = mine.find(({ action }) => action === "session.left_tenant");
    expect(JSON.stringify(left)).not.toContain(guest.tenantId);
  });

  it("are only those with a seat that lets in", async () => {
    const stranger = await signedUp();
    const guest = await signedUp();
    const to = (tenant_id: string) => guest.browser.auth("/switch-tenant", { tenant_id });
    expect((await to(stranger.tenantId)).status).toBe(404);
    const { token } = await invited({ email: guest.email });
    await accept(guest.browser, token);
    await to(guest.tenantId);
    await inspect()`update memberships set status = 'suspended' where tenant_id = ${tenantId} and created_by <> 'sign-up'`;
    expect((await to(tenantId)).status).toBe(404);
    expect((await guest.browser.auth("/tenants")).value).toMatchObject({ items: { length: 1 } });
    expect((await guest.browser.auth("/get-session")).value).toMatchObject({ tenant_id: guest.tenantId });
  });
});

it("an invitation is worth what its inviter still may: nothing once they are demoted, suspended or gone", async () => {
  const admin = newBrowser();
  const first = await invited({ role: "admin" });
  expect((await accept(admin, first.token, { name: "Admin", password })).status).toBe(200);
  const [row] = await inspect()`
    select user_id from memberships where tenant_id = ${tenantId} and role = 'admin'`;
  email = `later-${email}`;
  const answer = await admin.api("POST /accounts/users", { email, role: "admin" });
  const { token } = IssuedInvitation.parse(answer.value);
  expect(await findOpenInvitation(token)).not.toBeNull();
  await owner.api(`PUT /accounts/users/${row?.user_id}`, { role: "viewer" });
  expect(await findOpenInvitation(token)).toBeNull();
  expect((await accept(newBrowser(), token, { name: "Late", password })).status).toBe(404);
  await owner.api(`PUT /accounts/users/${row?.user_id}`, { role: "admin" });
  expect(await findOpenInvitation(token)).not.toBeNull();
  await owner.api(`DELETE /accounts/users/${row?.user_id}`);
  expect((await accept(newBrowser(), token, { name: "Late", password })).status).toBe(404);
});
