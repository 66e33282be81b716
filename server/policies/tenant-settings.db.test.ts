import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { roles } from "@/db/vocabulary";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { closePools } from "@/server/platform/db/client";
import { asTenant } from "@/server/platform/db/tenant-db";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { routerOn } from "@/server/platform/http/mount";
import { registryOf } from "@/server/platform/http/registry";
import { loadBook } from "@/server/policies/book";
import { policyHandlers } from "@/server/policies/handlers";
import { AccountSettings } from "@/server/policies/wire";

afterAll(() => closePools());

const registry = registryOf(policyHandlers);
let tenant: MintedTenant;
let owner: Principal;

beforeEach(async () => {
  tenant = await mintTenant({ settings: { timezone: "Europe/Berlin" } });
  owner = tenant.principal;
});

async function ask(principal: Principal, method: "GET" | "PUT" = "GET", body?: unknown, headers = {}) {
  const route = routerOn(registry, { resolvePrincipal: async () => principal, takeRate: () => {} });
  const request = new Request("http://localhost:3000/api/v1/accounts/settings", {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const response = await route(request);
  if (response === null) throw new Error("nothing answers");
  const value: Record<string, unknown> = JSON.parse(await response.text());
  return { status: response.status, value, slug: String(value.type ?? "").replace(/^.*\//, "") };
}

async function current() {
  const { updated_at: _at, ...settings } = AccountSettings.parse((await ask(owner)).value);
  return settings;
}

describe("the settings", () => {
  it("show what holds, also where nothing was set", async () => {
    expect(await current()).toEqual({
      ...{ name: `tenant-${tenant.tenantId.slice(-12)}`, timezone: "Europe/Berlin", version: 1 },
      ...{ step_estimate: { tokens: 0, cost_cents: 0 }, unpriced: null, failure_mode: null, near_percentage: 80 },
      ...{ step_timeout_ms: 300_000, run_timeout_ms: 900_000, pause_timeout_ms: 86_400_000 },
      sla_hours: { critical: 1, high: 4, medium: 24, low: 72 },
    });
  });

  it("are replaced whole: the gate's book and epoch follow, and both images are audited", async () => {
    const before = await current();
    const wanted = {
      ...before,
      ...{ name: "Renamed", timezone: "America/New_York", near_percentage: 90, failure_mode: "fail_warn" as const },
      ...{ unpriced: "block" as const, step_estimate: { tokens: 500, cost_cents: 1.2345 } },
      sla_hours: { ...before.sla_hours, critical: 2 },
    };
    const [{ policy_epoch: epoch } = { policy_epoch: 0 }] = await inspect()<{ policy_epoch: number }[]>`
      select policy_epoch::int from tenant_controls where tenant_id = ${tenant.tenantId}`;
    const answer = await ask(owner, "PUT", wanted);
    expect(answer.status, JSON.stringify(answer.value)).toBe(200);
    expect(await current()).toEqual({ ...wanted, version: 2 });
    const book = await asTenant(owner, loadBook);
    expect(book).toMatchObject({ epoch: epoch + 1, settings_version: 2, settings: { timezone: "America/New_York" } });
    expect(await inspect()`select name from tenants where id = ${tenant.tenantId}`).toEqual([{ name: "Renamed" }]);
    const [audit] = await inspect()`
      select action, actor_id, before, after from audit_logs where tenant_id = ${tenant.tenantId}`;
    expect(audit).toEqual({
      ...{ action: "settings.changed", actor_id: tenant.userId },
      ...{ before, after: { ...wanted, version: 2 } },
    });
  });

  it("are not changed from an old version", async () => {
    const before = await current();
    expect((await ask(owner, "PUT", { ...before, near_percentage: 70 })).status).toBe(200);
    const stale = await ask(owner, "PUT", { ...before, near_percentage: 60 });
    expect(stale).toMatchObject({ status: 409, slug: "stale-version", value: { current_version: 2 } });
    expect(await current()).toMatchObject({ near_percentage: 70, version: 2 });
  });

  it("let one of eight edits at once through", async () => {
    const before = await current();
    const edits = Array.from({ length: 8 }, (_, n) => ask(owner, "PUT", { ...before, near_percentage: 50 + n }));
    const statuses = (await Promise.all(edits)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(7).fill(409)]);
  });

  it.each([
    ["a time zone of nobody", { timezone: "Mars/Olympus" }, "#/timezone"],
    ["a time-out of no time", { step_timeout_ms: 0 }, "#/step_timeout_ms"],
    ["more than all", { near_percentage: 101 }, "#/near_percentage"],
    ["a part left out", { sla_hours: { critical: 1 } }, "#/sla_hours/high"],
    ["a fifth decimal", { step_estimate: { tokens: 0, cost_cents: 0.00001 } }, "#/step_estimate/cost_cents"],
    ["no name", { name: " " }, "#/name"],
    ["another tenant", { tenant_id: "x" }, "#/tenant_id"],
    ["no version", { version: undefined }, "#/version"],
  ])("refuse %s", async (_, change, pointer) => {
    const { status, value } = await ask(owner, "PUT", { ...(await current()), ...change });
    expect(status).toBe(422);
    expect(Object(value).errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
    expect(await current()).toMatchObject({ version: 1 });
  });

  it("are read by every member and changed by owners and admins", async () => {
    const body = await current();
    for (const role of roles) {
      const principal: Principal = { ...tenant.principal, role, permissions: rolePermissions[role] };
      expect((await ask(principal)).status, role).toBe(200);
      const { status } = await ask(principal, "PUT", { ...body, version: 99 });
      expect(status, role).toBe(role === "owner" || role === "admin" ? 409 : 403);
    }
  });
});
