import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { roles } from "@/db/vocabulary";
import { asTenant } from "@/server/platform/db/tenant-db";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { loadBook } from "@/server/policies/book";
import { policyClient } from "@/server/policies/testing/policy-client";

const dailySpend = {
  name: "Daily spend",
  limit_category: "BUDGET",
  limit_type: "COST_CENTS",
  max_value: 50_000,
  reset_period: "daily",
};

async function tenantWithLimit(fields: object = {}, settings: object = {}) {
  const tenant = await mintTenant({ settings });
  const call = policyClient(tenant.principal);
  const created = await call("POST", "/limits", { ...dailySpend, ...fields });
  expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 });
  return { tenant, call, id: String(created.body.limit_id), created: created.body };
}

interface Counted {
  scope: string;
  start: string;
  used?: number;
  reserved?: number;
  presumed?: number;
  unpriced?: boolean;
}

async function count({ tenantId }: { tenantId: string }, limitId: string, counted: Counted): Promise<void> {
  const { scope, start, used = 0, reserved = 0, presumed = 0, unpriced = false } = counted;
  await inspect()`
    insert into limit_counters (tenant_id, limit_id, scope_key, window_start, scope_rank, used, reserved, presumed, unpriced, last_at)
    values (${tenantId}, ${limitId}, ${scope}, ${start}, 5, ${used}, ${reserved}, ${presumed}, ${unpriced}, now())`;
}

const startOfToday = () => `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`;

describe("a new limit", () => {
  it("is answered whole, with the defaults and an empty counter", async () => {
    const { created, tenant } = await tenantWithLimit();
    expect(created).toMatchObject({
      ...dailySpend,
      scope: { type: "tenant", ids: [] },
      window_seconds: null,
      per: null,
      enforcement: "refuse",
      near_percentage: 80,
      status: "active",
      version: 1,
      created_by: `user:${tenant.userId}`,
      used: 0,
      reserved: 0,
      remaining: 50_000,
      resets_at: expect.stringMatching(/T00:00:00\.000Z$/),
      state: "ok",
      integrity: { status: "VERIFIED" },
    });
  });

  it("leaves an audit entry, a version and a new epoch; one that is refused leaves nothing", async () => {
    const { tenant, call } = await tenantWithLimit();
    const facts = async () => {
      const [row] = await inspect()`
        select (select policy_epoch::int from tenant_controls where tenant_id = ${tenant.tenantId}) as epoch,
          (select count(*)::int from limit_versions where tenant_id = ${tenant.tenantId}) as versions,
          (select array_agg(action) from audit_logs where tenant_id = ${tenant.tenantId}) as actions`;
      return { ...row };
    };
    const before = await facts();
    expect(before).toEqual({ epoch: 2, versions: 1, actions: ["limit.created"] });
    for (const wrong of [
      { name: "x", reset_period: null },
      { name: "x", max_value: -1 },
      { name: "x", max_value: 0.00001 },
      { name: "x", enforcement: "kill" },
      { name: "x", used: 5 },
      { name: "x", tenant_id: uuidv7() },
      { name: "x", scope: { type: "api_key", ids: [uuidv7()] } },
      { name: "x", scope: { type: "tenant", ids: ["t"] } },
    ]) {
      expect(await call("POST", "/limits", { ...dailySpend, ...wrong }), JSON.stringify(wrong)).toMatchObject({
        status: 422,
      });
    }
    expect(await call("POST", "/limits", dailySpend)).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining("limit-name-taken"), errors: [{ pointer: "#/name" }] },
    });
    expect(await facts()).toEqual(before);
  });
});

describe("an edit of a limit", () => {
  it("replaces it, but not what it counts", async () => {
    const { call, id } = await tenantWithLimit();
    expect(await call("PUT", `/limits/${id}`, { ...dailySpend, max_value: 1.25, version: 1 })).toMatchObject({
      status: 200,
      body: { version: 2, max_value: 1.25, remaining: 1.25, integrity: { status: "VERIFIED" } },
    });
    expect(await call("PUT", `/limits/${id}`, { ...dailySpend, version: 1 })).toMatchObject({ status: 409 });
    expect(await call("PUT", `/limits/${id}`, { ...dailySpend, limit_type: "TOKENS", version: 2 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "#/limit_type", code: "immutable" }] },
    });
  });

  it("DELETE disables, once; a PUT enables again", async () => {
    const { call, id, tenant } = await tenantWithLimit();
    expect(await call("DELETE", `/limits/${id}`)).toMatchObject({
      status: 200,
      body: { status: "disabled", version: 2 },
    });
    expect(await call("DELETE", `/limits/${id}`)).toMatchObject({ status: 409 });
    expect((await asTenant(tenant.principal, loadBook)).windows).toEqual([]);
    expect(await call("POST", "/limits", dailySpend)).toMatchObject({ status: 201 });
    expect(await call("PUT", `/limits/${id}`, { ...dailySpend, version: 2 })).toMatchObject({ status: 409 });
    expect(await call("PUT", `/limits/${id}`, { ...dailySpend, name: "Again", version: 2 })).toMatchObject({
      status: 200,
      body: { status: "active", version: 3 },
    });
    const rows = await inspect()`
      select action from audit_logs where tenant_id = ${tenant.tenantId} and entity_id = ${id} order by recorded_at, id`;
    expect(rows.map((row) => row.action)).toEqual(["limit.created", "limit.disabled", "limit.changed"]);
  });

  it("shows when a row was changed behind our back", async () => {
    const { call, id, tenant } = await tenantWithLimit();
    await inspect()`update limits set max_value = 99999999 where id = ${id}`;
    expect((await call("GET", `/limits/${id}`)).body.entity).toMatchObject({ integrity: { status: "FAILED" } });
    expect((await asTenant(tenant.principal, loadBook)).tampered).toEqual([id]);
  });
});

describe("how full a limit is", () => {
  it("in cents, of the window that is open now", async () => {
    const { call, id, tenant } = await tenantWithLimit();
    await count(tenant, id, { scope: "tenant:", start: "2020-01-01T00:00:00Z", used: 1 });
    await count(tenant, id, {
      scope: "tenant:",
      start: startOfToday(),
      used: 400_000_001,
      reserved: 5_000,
      presumed: 4_999,
    });
    const usage = { used: 40_000.0001, reserved: 0.5, presumed: 0.4999, remaining: 9_999, state: "near" };
    expect((await call("GET", `/limits/${id}`)).body.entity).toMatchObject({
      ...usage,
      counters: [{ scope_id: null, ...usage }],
    });
    expect((await call("GET", "/limits")).body).toMatchObject({ items: [usage] });
  });

  it("is that of the fullest counter where every value has its own", async () => {
    const agents = { scope: { type: "agent", ids: [] }, limit_type: "TOKENS" };
    const { call, id, tenant } = await tenantWithLimit(agents);
    await count(tenant, id, { scope: "agent:a", start: startOfToday(), used: 10 });
    await count(tenant, id, { scope: "agent:b", start: startOfToday(), used: 60_000 });
    await count(tenant, id, { scope: "project:a", start: startOfToday(), used: 90_000 });
    expect((await call("GET", `/limits/${id}`)).body.entity).toMatchObject({
      used: 60_000,
      remaining: 0,
      state: "breach",
      counters: [
        { scope_id: "b", used: 60_000 },
        { scope_id: "a", used: 10, remaining: 49_990 },
      ],
    });
  });

  it("is unknown, not 0, where a step had no price", async () => {
    const { call, id, tenant } = await tenantWithLimit();
    await count(tenant, id, { scope: "tenant:", start: startOfToday(), unpriced: true });
    expect((await call("GET", `/limits/${id}`)).body.entity).toMatchObject({ remaining: null, state: "unknown" });
  });

  it("of a RATE is what its log holds of the last seconds", async () => {
    const rate = { limit_category: "RATE", limit_type: "STEPS", reset_period: null, window_seconds: 60, max_value: 10 };
    const { call, id, tenant } = await tenantWithLimit(rate);
    const entry = (secondsAgo: number, amount: number) => inspect()`
      insert into limit_entries (tenant_id, id, limit_id, scope_key, at, amount) values
        (${tenant.tenantId}, ${uuidv7()}, ${id}, 'tenant:', now() - make_interval(secs => ${secondsAgo}), ${amount})`;
    await entry(90, 5);
    await entry(50, 3);
    await entry(10, 1);
    const { body } = await call("GET", `/limits/${id}`);
    expect(body.entity).toMatchObject({ used: 4, reserved: 0, remaining: 6, state: "ok" });
    const resets = Date.parse(String((body.entity as { resets_at: string }).resets_at));
    expect(resets - Date.now()).toBeGreaterThan(2_000);
    expect(resets - Date.now()).toBeLessThan(11_000);
  });

  it("of a THRESHOLD is counted by each run or step itself", async () => {
    const perRun = { limit_category: "THRESHOLD", limit_type: "STEPS", reset_period: null, per: "run", max_value: 10 };
    const { call, id } = await tenantWithLimit(perRun);
    expect((await call("GET", `/limits/${id}`)).body.entity).toMatchObject({
      used: null,
      remaining: null,
      counters: [],
    });
  });

  it("follows the tenant's zone", async () => {
    const { created } = await tenantWithLimit({}, { timezone: "Asia/Kathmandu" });
    expect(created.resets_at).toMatch(/T18:15:00\.000Z$/);
  });
});

describe("who may", () => {
  it("change limits: owners and admins; nobody of another tenant", async () => {
    for (const role of roles) {
      const tenant = await mintTenant({ role });
      const call = policyClient(tenant.principal);
      const made = await policyClient(tenant.keyPrincipal)("POST", "/limits", dailySpend);
      const path = `/limits/${String(made.body.limit_id)}`;
      const isAllowed = role === "owner" || role === "admin";
      expect(await call("GET", path)).toMatchObject({ status: 200 });
      for (const [method, at, body, status] of [
        ["POST", "/limits", { ...dailySpend, name: "Mine" }, 201],
        ["PUT", path, { ...dailySpend, version: 1 }, 200],
        ["DELETE", path, {}, 200],
      ] as const) {
        expect(await call(method, at, body), `${role} ${method}`).toMatchObject({ status: isAllowed ? status : 403 });
      }
      const stranger = policyClient((await mintTenant()).principal);
      expect(await stranger("GET", path)).toMatchObject({ status: 404 });
      expect(await stranger("PUT", path, { ...dailySpend, version: 1 })).toMatchObject({ status: 404 });
      expect(await stranger("DELETE", path)).toMatchObject({ status: 404 });
    }
  });
});

it("the book holds thresholds and windows as the gate counts them", async () => {
  const tenant = await mintTenant();
  const call = policyClient(tenant.principal);
  const perStep = {
    limit_category: "THRESHOLD",
    limit_type: "COST_CENTS",
    per: "step",
    max_value: 2.5,
    enforcement: "stop",
  };
  const bodies = [
    { ...dailySpend, max_value: 12.3456, scope: { type: "project", ids: ["b", "a"] } },
    { ...perStep, name: "A step" },
    { name: "At once", limit_category: "THRESHOLD", limit_type: "CONCURRENT_RUNS", max_value: 3 },
    { name: "Fast", limit_category: "RATE", limit_type: "TOKENS", window_seconds: 60, max_value: 100 },
  ];
  for (const body of bodies) expect(await call("POST", "/limits", body)).toMatchObject({ status: 201 });
  const book = await asTenant(tenant.principal, loadBook);
  expect(book).toMatchObject({ epoch: 5, settings_version: 1, tampered: [], rules: [], prices: { version: 1 } });
  expect(book.settings).toMatchObject({ timezone: "UTC", run_timeout_ms: 900_000, unpriced: null });
  expect(book.thresholds).toMatchObject([{ name: "A step", per: "step", max_value: "2.5", scope_type: "tenant" }]);
  expect(book.windows.map(({ name, max, scope_rank }) => [name, max, scope_rank]).sort()).toEqual([
    ["At once", 3, 5],
    ["Daily spend", 123_456, 3],
    ["Fast", 100, 5],
  ]);
});
