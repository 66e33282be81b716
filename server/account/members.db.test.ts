import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Role } from "@/db/vocabulary";
import { getAccount, getRoles, getUser, listUsers } from "@/server/account/contract";
import { type Browser, newBrowser, signedUp } from "@/server/account/testing/browser";
import { Member } from "@/server/account/wire";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { closePools } from "@/server/platform/db/client";
import { inspect } from "@/server/platform/db/testing/test-database";

afterAll(() => closePools());

const password = "correct horse battery";
const DAY_MS = 86_400_000;

let owner: Browser;
let ownerId: string;
let tenantId: string;
let seats = 0;

beforeEach(async () => {
  const made = await signedUp();
  [owner, tenantId] = [made.browser, made.tenantId];
  ownerId = await userIdOf(made.email);
});

async function userIdOf(email: string): Promise<string> {
  const [row] = await inspect()<{ id: string }[]>`select id from users where email = ${email}`;
  return row?.id ?? "";
}

/** Somebody who accepted an invitation to that role, in a browser of their own. */
async function seated(role: Role, more: object = {}) {
  seats += 1;
  const email = `seat-${seats}-${process.pid}@example.com`;
  const invited = await owner.api("POST /accounts/users", { email, role, ...more });
  const browser = newBrowser();
  const accepted = await browser.api(`POST /invitations/${invited.value.token}/accept`, {
    name: `Seat ${seats}`,
    password,
  });
  if (accepted.status !== 200) throw new Error(JSON.stringify([invited.value, accepted.value]));
  return { browser, email, userId: await userIdOf(email) };
}

async function auditOf(entityId: string): Promise<string[]> {
  const rows = await inspect()<{ action: string }[]>`
    select action from audit_logs where tenant_id = ${tenantId} and entity_id = ${entityId} order by recorded_at, id`;
  return rows.map((row) => row.action);
}

const change = (by: Browser, userId: string, body: object) => by.api(`PUT /accounts/users/${userId}`, body);
const remove = (by: Browser, userId: string) => by.api(`DELETE /accounts/users/${userId}`);

describe("the account", () => {
  it("says who is in it and what it has", async () => {
    const admin = await seated("admin");
    const viewer = await seated("viewer");
    await change(owner, viewer.userId, { status: "suspended" });
    await owner.api("POST /accounts/users", { email: "waits@example.com", role: "auditor" });
    const { status, value } = await admin.browser.api("GET /accounts");
    expect(status).toBe(200);
    expect(getAccount.returns.parse(value)).toMatchObject({
      entity: {
        ...{ tenant_id: tenantId, status: "active", active_api_keys: 0, agents: 0, is_demo: false },
        members: { by_role: { owner: 1, admin: 1, viewer: 0 }, active: 2, suspended: 1, expired: 0, invited: 1 },
      },
      actions: [
        { action: "change_settings", enabled: true },
        { action: "invite", enabled: true },
      ],
    });
  });
});

it("the account tells how many keys work to those alone who may read keys", async () => {
  for (const [role, told] of [
    ["admin", 0],
    ["auditor", 0],
    ["member", null],
    ["viewer", null],
  ] as const) {
    const { value } = await (await seated(role)).browser.api("GET /accounts");
    expect([role, getAccount.returns.parse(value).entity.active_api_keys]).toEqual([role, told]);
  }
});

describe("the list of members", () => {
  it("holds seats and open invitations, filtered, sorted and paged", async () => {
    const admin = await seated("admin");
    await seated("viewer");
    await owner.api("POST /accounts/users", { email: "zoe@example.com", role: "viewer" });
    const list = async (search: string) => {
      const { status, value } = await owner.api(`GET /accounts/users${search}`);
      expect(status, JSON.stringify(value)).toBe(200);
      return listUsers.returns.parse(value);
    };
    const all = await list("?sort=role");
    expect(all.items.map(({ role }) => role)).toEqual(["owner", "admin", "viewer", "viewer"]);
    expect(all.pagination).toMatchObject({ total: 4 });
    expect((await list("?status=invited")).items).toMatchObject([
      { kind: "invitation", email: "zoe@example.com", name: null },
    ]);
    expect((await list("?role=viewer")).items).toHaveLength(2);
    expect((await list(`?q=${admin.email.toUpperCase()}`)).items).toMatchObject([{ user_id: admin.userId }]);
    for (const sort of ["created_at", "-created_at", "name", "-email", "role"]) {
      const whole = (await list(`?sort=${sort}`)).items.map((item) => item.user_id);
      const pages: string[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page = await list(`?sort=${sort}&page_size=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
        pages.push(...page.items.map((item) => item.user_id));
        cursor = page.pagination.next_cursor;
      }
      expect(pages, sort).toEqual(whole);
    }
    expect((await owner.api("GET /accounts/users?cursor=abc")).status).toBe(422);
  });

  it("shows how others sign in to those alone who read the audit log", async () => {
    const viewer = await seated("viewer");
    const seen = async (browser: Browser) => {
      const { value } = await browser.api(`GET /accounts/users/${ownerId}`);
      return getUser.returns.parse(value).entity;
    };
    expect(await seen(owner)).toMatchObject({ two_factor: false, last_seen_at: expect.any(String), is_self: true });
    expect(await seen(viewer.browser)).toMatchObject({ two_factor: null, last_seen_at: null, is_self: false });
  });
});

describe("D7: a seat", () => {
  it("that is suspended is nobody's on its next request, also when it comes back", async () => {
    const member = await seated("member");
    const suspended = await change(owner, member.userId, { status: "suspended" });
    expect(Member.parse(suspended.value)).toMatchObject({ status: "suspended", last_seen_at: null });
    expect((await member.browser.api("GET /accounts")).status).toBe(401);
    const signIn = { email: member.email, password };
    expect(await newBrowser().auth("/sign-in/email", signIn)).toMatchObject({ status: 403, slug: "no-seat" });
    expect((await change(owner, member.userId, { status: "active" })).value).toMatchObject({ status: "active" });
    expect((await member.browser.api("GET /accounts")).status).toBe(401);
    expect((await newBrowser().auth("/sign-in/email", signIn)).status).toBe(200);
    expect(await auditOf(member.userId)).toEqual(["member.added", "member.suspended", "member.activated"]);
  });

  it("that is taken ends its sessions; the account stays", async () => {
    const member = await seated("member");
    expect((await remove(owner, member.userId)).value).toEqual({ user_id: member.userId, removed: true });
    expect(await resolvePrincipal(member.browser.request("/"))).toBeNull();
    expect(await inspect()`select from sessions where user_id = ${member.userId}`).toHaveLength(0);
    expect(await inspect()`select from users where id = ${member.userId}`).toHaveLength(1);
    expect((await remove(owner, member.userId)).status).toBe(404);
  });

  it("has its new role on the next request, by either door", async () => {
    const member = await seated("member");
    await change(owner, member.userId, { role: "admin" });
    expect(await resolvePrincipal(member.browser.request("/"))).toMatchObject({ role: "admin" });
    const role = await owner.api(`PUT /accounts/users/${member.userId}/roles`, { role: "auditor" });
    expect(getRoles.returns.parse(role.value)).toMatchObject({ role: "auditor", roles: { length: 5 } });
    expect(await resolvePrincipal(member.browser.request("/"))).toMatchObject({ role: "auditor" });
    expect(await auditOf(member.userId)).toEqual(["member.added", "member.role_changed", "member.role_changed"]);
  });

  it("ends by itself when its end has come", async () => {
    const end = new Date(Date.now() + DAY_MS).toISOString();
    const auditor = await seated("auditor", { expires_at: end });
    expect((await auditor.browser.api(`GET /accounts/users/${auditor.userId}`)).value).toMatchObject({
      entity: { expires_at: end, status: "active", role: "auditor" },
    });
    await inspect()`
      update memberships set expires_at = clock_timestamp() - interval '1 ms' where user_id = ${auditor.userId}`;
    expect((await auditor.browser.api("GET /accounts")).status).toBe(401);
    expect((await owner.api("GET /accounts/users?status=expired")).value).toMatchObject({
      items: [{ user_id: auditor.userId }],
    });
    expect((await change(owner, auditor.userId, { expires_at: null })).value).toMatchObject({ status: "active" });
  });
});

describe("who may change whom", () => {
  it("keeps admins from owners and from making any", async () => {
    const admin = await seated("admin");
    const member = await seated("member");
    for (const body of [
      { role: "member" },
      { status: "suspended" },
      { expires_at: new Date(Date.now() + DAY_MS).toISOString() },
    ]) {
      expect(await change(admin.browser, ownerId, body)).toMatchObject({ status: 403, slug: "owners-only" });
    }
    expect((await remove(admin.browser, ownerId)).slug).toBe("owners-only");
    expect((await change(admin.browser, member.userId, { role: "owner" })).slug).toBe("owners-only");
    expect((await change(admin.browser, admin.userId, { role: "owner" })).slug).toBe("owners-only");
    const roles = await admin.browser.api(`PUT /accounts/users/${admin.userId}/roles`, { role: "owner" });
    expect(roles).toMatchObject({ status: 403, value: { permission: "account:own" } });
    expect((await change(admin.browser, member.userId, { role: "viewer" })).status).toBe(200);
    expect((await owner.api("GET /accounts")).value).toMatchObject({
      entity: { members: { by_role: { owner: 1, admin: 1 } } },
    });
  });

  it("keeps the last owner, whatever would take them", async () => {
    await seated("owner", { expires_at: new Date(Date.now() + DAY_MS).toISOString() });
    for (const body of [{ role: "admin" }])
      expect(await change(owner, ownerId, body)).toMatchObject({ status: 409, slug: "last-owner" });
    expect(await owner.api(`PUT /accounts/users/${ownerId}/roles`, { role: "viewer" })).toMatchObject({
      slug: "last-owner",
    });
    expect(await remove(owner, ownerId)).toMatchObject({ status: 409, slug: "last-owner" });
    expect((await owner.api("GET /accounts")).status).toBe(200);
    const lasting = await seated("owner");
    expect((await remove(lasting.browser, ownerId)).status).toBe(200);
    expect((await owner.api("GET /accounts")).status).toBe(401);
  });

  it("leaves the own seat's end and suspension to others", async () => {
    const admin = await seated("admin");
    expect((await change(admin.browser, admin.userId, { status: "suspended" })).slug).toBe("own-seat");
    expect((await change(admin.browser, admin.userId, { role: "viewer" })).status).toBe(200);
    expect((await change(admin.browser, admin.userId, { role: "admin" })).status).toBe(403);
  });

  it("takes no end in the past, no empty change and nobody of another tenant", async () => {
    const member = await seated("member");
    const past = await change(owner, member.userId, { expires_at: "2020-01-01T00:00:00Z" });
    expect(past).toMatchObject({ status: 422, value: { errors: [{ pointer: "#/expires_at" }] } });
    expect((await change(owner, member.userId, {})).status).toBe(422);
    const other = await signedUp();
    const theirs = await userIdOf(other.email);
    for (const answer of [
      await change(owner, theirs, { role: "viewer" }),
      await remove(owner, theirs),
      await owner.api(`GET /accounts/users/${theirs}`),
      await owner.api(`PUT /accounts/users/${theirs}/roles`, { role: "viewer" }),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect((await other.browser.api("GET /accounts")).status).toBe(200);
  });

  it("undoes all of a change that is refused: the sessions too", async () => {
    const second = await seated("admin");
    const before = await inspect()`select id from sessions where active_tenant_id = ${tenantId} order by id`;
    expect((await remove(second.browser, ownerId)).slug).toBe("owners-only");
    expect((await change(second.browser, ownerId, { status: "suspended" })).slug).toBe("owners-only");
    expect(await inspect()`select id from sessions where active_tenant_id = ${tenantId} order by id`).toEqual(before);
  });

  it("does a change once for its Idempotency-Key, and gives the same answer again", async () => {
    const member = await seated("member");
    const suspend = () =>
      owner.api(`PUT /accounts/users/${member.userId}`, { status: "suspended" }, { "idempotency-key": "s" });
    const first = await suspend();
    await change(owner, member.userId, { status: "active" });
    await member.browser.auth("/sign-in/email", { email: member.email, password });
    const again = await suspend();
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.value).toEqual(first.value);
    expect((await member.browser.api("GET /accounts")).status).toBe(200);
    const take = () => owner.api(`DELETE /accounts/users/${member.userId}`, {}, { "idempotency-key": "d" });
    expect((await take()).value).toEqual((await take()).value);
    expect((await remove(owner, member.userId)).status).toBe(404);
  });
});
