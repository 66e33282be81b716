import { createHash, randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Role } from "@/db/vocabulary";
import { bootstrap, hasTenant } from "@/server/account/bootstrap";
import { changeSeat, removeMember } from "@/server/account/commands";
import { LastOwner } from "@/server/account/contract";
import { createTenant } from "@/server/account/make-tenant";
import { resetPassword } from "@/server/account/reset-password";
import { newBrowser, signedUp } from "@/server/account/testing/browser";
import { keyScopes, type Principal } from "@/server/platform/auth/principal";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { closePools } from "@/server/platform/db/client";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { NotFound } from "@/server/platform/http/problem";

afterAll(() => closePools());

async function addMember(tenantId: string, role: Role): Promise<string> {
  const userId = uuidv7();
  await inspect()`insert into users (id, name, email) values (${userId}, ${role}, ${`${userId}@example.com`})`;
  await inspect()`
    insert into memberships (tenant_id, id, user_id, role) values (${tenantId}, ${uuidv7()}, ${userId}, ${role})`;
  return userId;
}

function bearer(key: string): Request {
  return new Request("http://localhost:3000/", { headers: { authorization: `Bearer ${key}` } });
}

// Runs first, while this file's database holds no tenant.
describe("bootstrap", () => {
  const apiKey = `hp_live_${randomBytes(32).toString("base64url")}`;
  const settings = { email: "Admin@Example.com", password: "bootstrap-pass", apiKey };

  it("does nothing without an owner, and refuses what is no key or password", async () => {
    expect(await bootstrap({ email: undefined, password: undefined, apiKey })).toBe(false);
    await expect(bootstrap({ ...settings, apiKey: "hp_live_short" })).rejects.toThrow("BOOTSTRAP_API_KEY");
    await expect(bootstrap({ ...settings, password: "short" })).rejects.toThrow("BOOTSTRAP_ADMIN_PASSWORD");
    expect(await hasTenant()).toBe(false);
  });

  it("makes one tenant of four processes at once, with its owner and that key, and nothing the next time", async () => {
    const done = await Promise.all(Array.from({ length: 4 }, () => bootstrap(settings)));
    expect(done.sort()).toEqual([false, false, false, true]);
    expect(await bootstrap(settings)).toBe(false);
    const tenants = await inspect()`select name, plan, status from tenants`;
    expect(tenants).toEqual([{ name: "Default", plan: "self_hosted", status: "active" }]);
    const principal = await resolvePrincipal(bearer(apiKey));
    expect([...(principal?.permissions ?? [])].sort()).toEqual([...keyScopes].sort());
    const signIn = await newBrowser().auth("/sign-in/email", { email: settings.email, password: settings.password });
    expect(signIn).toMatchObject({ status: 200, value: { role: "owner", tenant_id: principal?.tenantId } });
  });

  it("stores neither the key nor the password, in no table", async () => {
    const [keys] =
      await inspect()`select count(*)::int as n from api_keys where key_hash = ${createHash("sha256").update(apiKey).digest()}`;
    expect(keys?.n).toBe(1);
    for (const table of ["api_keys", "accounts", "audit_logs", "outbox", "users"]) {
      const rows = await inspect()`select * from ${inspect()(table)}`;
      const text = JSON.stringify(rows);
      expect(text).not.toContain(apiKey.slice(12));
      expect(text).not.toContain(settings.password);
    }
  });
});

describe("a tenant of somebody who has an account", () => {
  it("gets that account as its owner; its sessions stay in the tenant they began in", async () => {
    const { browser, email, tenantId } = await signedUp();
    const [user] = await inspect()<{ id: string }[]>`select id from users where email = ${email}`;
    const made = await createTenant({ name: "Second", owner: { userId: user?.id ?? "" }, through: "admin" });
    expect(made.userId).toBe(user?.id);
    expect(await resolvePrincipal(browser.request("/"))).toMatchObject({ tenantId });
  });

  it("is not made at all when what belongs to it fails", async () => {
    const owner = { email: "halfway@example.com", password: "correct horse battery" };
    const also = () => Promise.reject(new Error("no"));
    await expect(createTenant({ name: "Halfway", owner, through: "admin", also })).rejects.toThrow("no");
    expect(await inspect()`select from users where email = ${owner.email}`).toHaveLength(0);
    expect(await inspect()`select from tenants where name = 'Halfway'`).toHaveLength(0);
  });
});

describe("the last owner", () => {
  let principal: Principal;
  let owner: string;
  let tenantId: string;

  beforeEach(async () => {
    const minted = await mintTenant();
    [principal, owner, tenantId] = [minted.principal, minted.userId, minted.tenantId];
  });

  const roles = () =>
    inspect()<{ role: Role }[]>`select role from memberships where tenant_id = ${tenantId} order by role`;

  it("can neither go nor take a lesser role", async () => {
    await addMember(tenantId, "admin");
    await expect(asTenant(principal, (db) => removeMember(db, owner))).rejects.toSatisfy(LastOwner.matches);
    await expect(asTenant(principal, (db) => changeSeat(db, owner, { role: "admin" }))).rejects.toSatisfy(
      LastOwner.matches,
    );
    expect((await roles()).map((row) => row.role)).toEqual(["admin", "owner"]);
  });

  it("is still there when two owners remove each other, or step down, at once", async () => {
    const steps: ((db: TenantDb, id: string) => Promise<unknown>)[] = [
      (db, id) => removeMember(db, id),
      (db, id) => changeSeat(db, id, { role: "viewer" }),
    ];
    for (const step of steps) {
      await inspect()`update memberships set role = 'owner' where tenant_id = ${tenantId} and user_id = ${owner}`;
      const second = await addMember(tenantId, "owner");
      const done = await Promise.allSettled([owner, second].map((id) => asTenant(principal, (db) => step(db, id))));
      expect(done.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
      const owners = (await roles()).filter((row) => row.role === "owner");
      expect(owners).toHaveLength(1);
      await inspect()`delete from memberships where tenant_id = ${tenantId}`;
      await inspect()`insert into memberships (tenant_id, id, user_id, role) values (${tenantId}, ${uuidv7()}, ${owner}, 'owner')`;
    }
  });

  it("changes other seats, with an audit entry each, and knows nobody of another tenant", async () => {
    const member = await addMember(tenantId, "member");
    await asTenant(principal, (db) => changeSeat(db, member, { role: "viewer" }));
    await asTenant(principal, (db) => removeMember(db, member));
    const audit = await inspect()<{ action: string }[]>`
      select action from audit_logs where tenant_id = ${tenantId} and entity_id = ${member} order by recorded_at, id`;
    expect(audit.map((row) => row.action)).toEqual(["member.role_changed", "member.removed"]);
    const other = await mintTenant();
    await expect(asTenant(principal, (db) => removeMember(db, other.userId))).rejects.toSatisfy(NotFound.matches);
  });
});

describe("an operator's password reset", () => {
  it("lets the user in with the new password only and ends the sessions", async () => {
    const { browser, email } = await signedUp();
    expect(await resetPassword(email.toUpperCase(), "operators-choice")).not.toBeNull();
    expect(await resolvePrincipal(browser.request("/"))).toBeNull();
    expect((await newBrowser().auth("/sign-in/email", { email, password: "operators-choice" })).status).toBe(200);
    expect(await resetPassword("nobody@example.com", "operators-choice")).toBeNull();
  });
});
