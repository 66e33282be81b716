import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { roles } from "@/db/vocabulary";
import { asTenant } from "@/server/platform/db/tenant-db";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { loadBook } from "@/server/policies/book";
import { policyClient } from "@/server/policies/testing/policy-client";

const tokenRule = {
  name: "Token Limit Policy",
  rule_type: "token_limit",
  metric: "run.tokens",
  threshold: 10_000,
  enforcement: "stop",
};

async function tenantWithRule(fields: object = {}) {
  const tenant = await mintTenant();
  const call = policyClient(tenant.principal);
  const created = await call("POST", "/rules", { ...tokenRule, ...fields });
  expect(created.status).toBe(201);
  return { tenant, call, id: String(created.body.policy_id), created: created.body };
}

async function epochOf({ tenantId }: MintedTenant): Promise<number> {
  const [row] = await inspect()<{ epoch: number }[]>`
    select policy_epoch::int as epoch from tenant_controls where tenant_id = ${tenantId}`;
  return row?.epoch ?? Number.NaN;
}

describe("a new rule", () => {
  it("is answered whole, with the defaults", async () => {
    const { created, id, tenant } = await tenantWithRule();
    expect(created).toMatchObject({
      ...tokenRule,
      rule_id: id,
      description: null,
      category: "OPERATIONAL",
      near_percentage: 80,
      condition: null,
      severity: null,
      on_kill: "none",
      scope: { type: "all_runs", ids: [] },
      bound: true,
      precedence: 100,
      conflict_strategy: "most_restrictive",
      bind_at: "each_step",
      failure_mode: "fail_closed",
      rollout: "active",
      status: "active",
      version: 1,
      created_by: `user:${tenant.userId}`,
      integrity: { status: "VERIFIED", content_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    });
  });

  it("takes nulls for what a metric rule does not have, and thresholds with decimals", async () => {
    const { created } = await tenantWithRule({
      metric: "run.cost_cents",
      threshold: 12.3456,
      condition: null,
      severity: null,
    });
    expect(created).toMatchObject({ threshold: 12.3456, integrity: { status: "VERIFIED" } });
  });

  it("may be a condition", async () => {
    const condition = 'step.model.startsWith("gpt-") && tags["env"] == "prod"';
    const { created } = await tenantWithRule({ rule_type: "custom_rule", metric: null, threshold: null, condition });
    expect(created).toMatchObject({ condition, metric: null, threshold: null });
  });

  it("with a wrong condition is refused with its place", async () => {
    const call = policyClient((await mintTenant()).principal);
    const body = { ...tokenRule, metric: null, threshold: null, condition: "run.tokns > 5" };
    const answer = await call("POST", "/rules", body);
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "#/condition", code: "unknown_field", span: { from: 0, to: 9 } }] },
    });
  });

  it("leaves a version, an audit entry and a new epoch, together", async () => {
    const tenant = await mintTenant();
    const before = await epochOf(tenant);
    const { body } = await policyClient(tenant.principal)("POST", "/rules", tokenRule);
    expect(await epochOf(tenant)).toBe(before + 1);
    const [audit] = await inspect()`
      select action, entity_id, actor_id, after, encode(after_hash, 'hex') as hash from audit_logs
      where tenant_id = ${tenant.tenantId}`;
    expect(audit).toMatchObject({ action: "policy.created", entity_id: body.policy_id, actor_id: tenant.userId });
    expect(body.integrity).toMatchObject({ content_hash: `sha256:${audit?.hash}` });
  });

  it("that is refused leaves nothing", async () => {
    const tenant = await mintTenant();
    const call = policyClient(tenant.principal);
    const before = await epochOf(tenant);
    const wrong = [
      { ...tokenRule, threshold: -1 },
      { ...tokenRule, threshold: 1.5 },
      { ...tokenRule, name: " " },
      { ...tokenRule, enforcement: "refuse" },
      { ...tokenRule, tenant_id: uuidv7() },
      { ...tokenRule, version: 7 },
      { ...tokenRule, status: "retired" },
      { ...tokenRule, created_by: "user:somebody" },
      { ...tokenRule, scope: { type: "all_runs", ids: [], tenant_id: "x" } },
      { ...tokenRule, scope: { type: "all_runs", ids: ["a"] } },
      { ...tokenRule, scope: { type: "agent", ids: [] } },
      { ...tokenRule, scope: { type: "api_key", ids: [uuidv7()] } },
    ];
    for (const body of wrong)
      expect(await call("POST", "/rules", body), JSON.stringify(body)).toMatchObject({ status: 422 });
    expect(await epochOf(tenant)).toBe(before);
    for (const table of ["policy_rules", "policy_scopes", "policy_precedence", "policy_versions", "audit_logs"]) {
      const rows = await inspect()`select 1 from ${inspect()(table)} where tenant_id = ${tenant.tenantId}`;
      expect(rows, table).toHaveLength(0);
    }
  });

  it("has a name of its own among active ones; a race gives the same answer", async () => {
    const { call, id } = await tenantWithRule();
    expect(await call("POST", "/rules", tokenRule)).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining("policy-name-taken"), errors: [{ pointer: "#/name" }] },
    });
    const both = await Promise.all([1, 2].map(() => call("POST", "/rules", { ...tokenRule, name: "Other" })));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await call("DELETE", `/${id}`, { reason: "replaced" })).toMatchObject({ status: 200 });
    expect(await call("POST", "/rules", tokenRule)).toMatchObject({ status: 201 });
  });

  it("binds to the tenant's own keys only", async () => {
    const { tenant, call } = await tenantWithRule();
    const stranger = await mintTenant();
    const scope = (id: string) => ({ ...tokenRule, name: "Keyed", scope: { type: "api_key", ids: [id] } });
    expect(await call("POST", "/rules", scope(stranger.keyId))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "#/scope/ids/0", code: "unknown_api_key" }] },
    });
    expect(await call("POST", "/rules", scope(tenant.keyId.toUpperCase()))).toMatchObject({
      status: 201,
      body: { scope: { type: "api_key", ids: [tenant.keyId] } },
    });
  });
});

describe("an edit", () => {
  it("replaces everything, makes a new version and keeps the old", async () => {
    const { call, id } = await tenantWithRule({ severity: "high", description: "first" });
    const changed = await call("PUT", `/rules/${id}`, { ...tokenRule, threshold: 5_000, version: 1 });
    expect(changed).toMatchObject({
      status: 200,
      body: { version: 2, threshold: 5_000, severity: null, description: null, integrity: { status: "VERIFIED" } },
    });
    const versions = await call("GET", `/${id}/versions`);
    expect(versions.body).toMatchObject({
      items: [
        { version: 2, change: "changed", definition: { threshold: 5_000 }, integrity: { status: "VERIFIED" } },
        {
          version: 1,
          change: "created",
          definition: { threshold: 10_000, severity: "high" },
          integrity: { status: "VERIFIED" },
        },
      ],
      pagination: { total: 2 },
    });
  });

  it("through either door, by version in the body or If-Match; a stale one is refused", async () => {
    const { call, id } = await tenantWithRule();
    expect(await call("PUT", `/${id}`, { ...tokenRule, threshold: 1 }, { "If-Match": '"1"' })).toMatchObject({
      status: 200,
    });
    expect(await call("PUT", `/rules/${id}`, { ...tokenRule, version: 1 })).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining("stale-version"), current_version: 2 },
    });
    expect(await call("PUT", `/${id}`, tokenRule)).toMatchObject({ status: 422 });
    const door = await Promise.all([call("GET", `/${id}`), call("GET", `/rules/${id}`)]);
    expect(door[0]).toEqual(door[1]);
    const raced = await Promise.all(
      [1, 2, 3].map((n) => call("PUT", `/${id}`, { ...tokenRule, threshold: n, version: 2 })),
    );
    expect(raced.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it("of a retired rule is refused; retiring asks for a reason and keeps the rule", async () => {
    const { call, id } = await tenantWithRule();
    expect(await call("DELETE", `/${id}`, {})).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "#/reason" }] },
    });
    expect(await call("DELETE", `/rules/${id}`, { reason: "no longer needed" })).toMatchObject({
      status: 200,
      body: { status: "retired", version: 2, retirement_reason: "no longer needed", integrity: { status: "VERIFIED" } },
    });
    for (const [method, path, body] of [
      ["PUT", "", { ...tokenRule, version: 2 }],
      ["DELETE", "", { reason: "again" }],
      ["PUT", "/scopes", { scopes: [], version: 2 }],
      ["PUT", "/precedence", { precedence: 1, version: 2 }],
    ] as const) {
      expect(await call(method, `/${id}${path}`, body)).toMatchObject({
        status: 409,
        body: { type: expect.stringContaining("policy-retired") },
      });
    }
    const shown = await call("GET", `/${id}`);
    expect(shown.body).toMatchObject({
      entity: { status: "retired" },
      actions: [{ action: "edit", enabled: false }, {}],
    });
  });

  it("of scopes and precedence is a version of the rule too", async () => {
    const { call, id, tenant } = await tenantWithRule();
    const scopes = [
      { type: "human_actor", ids: ["u-2", "u-1", "u-2"] },
      { type: "agent", ids: ["bot"] },
    ];
    expect(await call("PUT", `/${id}/scopes`, { scopes, version: 1 })).toMatchObject({
      status: 200,
      body: {
        version: 2,
        bound: true,
        scopes: [
          { type: "agent", ids: ["bot"] },
          { type: "human_actor", ids: ["u-1", "u-2"] },
        ],
      },
    });
    expect(await call("PUT", `/${id}/precedence`, { precedence: 5, bind_at: "run_start", version: 2 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "#/bind_at" }] },
    });
    const precedence = { precedence: 5, conflict_strategy: "fail_closed", bind_at: "step_end", failure_mode: null };
    expect(await call("PUT", `/${id}/precedence`, { ...precedence, version: 2 })).toMatchObject({
      status: 200,
      body: { ...precedence, version: 3 },
    });
    expect((await call("GET", `/${id}/precedence`)).body).toMatchObject(precedence);
    expect(await call("PUT", `/${id}/scopes`, { scopes: [], version: 3 })).toMatchObject({
      body: { bound: false, scopes: [] },
    });
    expect((await call("GET", `/${id}`)).body).toMatchObject({
      entity: { scope: null, bound: false, version: 4, integrity: { status: "VERIFIED" } },
    });
    const actions = await inspect()`
      select action from audit_logs where tenant_id = ${tenant.tenantId} order by recorded_at, id`;
    expect(actions.map((row) => row.action)).toEqual([
      "policy.created",
      "policy.scopes_changed",
      "policy.precedence_changed",
      "policy.scopes_changed",
    ]);
  });
});

describe("integrity", () => {
  it("FAILED when a column was changed behind our back, also when the row's hash was changed with it", async () => {
    const { call, id } = await tenantWithRule();
    const statusOf = async () => (await call("GET", `/${id}`)).body.entity;
    await inspect()`update policy_rules set threshold = 99999 where id = ${id}`;
    expect(await statusOf()).toMatchObject({ integrity: { status: "FAILED" } });
    await inspect()`update policy_rules set threshold = 10000, content_hash = decode(repeat('00', 32), 'hex') where id = ${id}`;
    expect(await statusOf()).toMatchObject({ integrity: { status: "FAILED" } });
  });

  it("FAILED when a scope was taken away, DEGRADED when the precedence is gone; the book knows both", async () => {
    const { call, id, tenant } = await tenantWithRule({ conflict_strategy: "fail_closed" });
    await inspect()`delete from policy_precedence where policy_id = ${id}`;
    expect((await call("GET", `/${id}`)).body.entity).toMatchObject({ integrity: { status: "DEGRADED" } });
    const book = await asTenant(tenant.principal, loadBook);
    expect(book.rules).toMatchObject([{ policy_id: id, precedence: 100, precedence_missing: true }]);
    const other = await tenantWithRule();
    await inspect()`delete from policy_scopes where policy_id = ${other.id}`;
    expect((await other.call("GET", `/${other.id}`)).body.entity).toMatchObject({ integrity: { status: "FAILED" } });
    expect((await asTenant(other.tenant.principal, loadBook)).tampered).toEqual([other.id]);
  });
});

describe("who may", () => {
  it("read: all roles; change: owners, admins and keys", async () => {
    for (const role of roles) {
      const tenant = await mintTenant({ role });
      const call = policyClient(tenant.principal);
      const owner = policyClient({ ...tenant.keyPrincipal });
      const made = await owner("POST", "/rules", tokenRule);
      const id = String(made.body.policy_id);
      const may = role === "owner" || role === "admin";
      for (const path of [
        "",
        "/rules",
        `/${id}`,
        `/rules/${id}`,
        `/${id}/scopes`,
        `/${id}/precedence`,
        `/${id}/versions`,
        "/violations",
        "/snapshots",
        "/prices",
        "/limits",
      ]) {
        expect(await call("GET", path), `${role} GET ${path}`).toMatchObject({ status: 200 });
      }
      const writes = [
        ["POST", "/rules", { ...tokenRule, name: "Mine" }, 201],
        ["PUT", `/${id}`, { ...tokenRule, version: 1 }, 200],
        ["PUT", `/rules/${id}`, { ...tokenRule, version: 2 }, 200],
        ["PUT", `/${id}/scopes`, { scopes: [], version: 3 }, 200],
        ["PUT", `/${id}/precedence`, { version: 4 }, 200],
        ["DELETE", `/${id}`, { reason: "r" }, 200],
        ["PUT", "/prices", { entries: [], version: 1 }, 200],
      ] as const;
      for (const [method, path, body, status] of writes) {
        expect(await call(method, path, body), `${role} ${method} ${path}`).toMatchObject({
          status: may ? status : 403,
        });
      }
      const shown = await call("GET", `/${id}`);
      if (!may) {
        expect(shown.body.actions).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ enabled: false, reason: expect.stringContaining("policies:manage") }),
          ]),
        );
      }
    }
  });

  it("nobody of another tenant: its ids do not exist", async () => {
    const { id } = await tenantWithRule();
    const call = policyClient((await mintTenant()).principal);
    const attempts = [
      ["GET", `/${id}`],
      ["GET", `/rules/${id}`],
      ["GET", `/${id}/scopes`],
      ["GET", `/${id}/precedence`],
      ["GET", `/${id}/versions`],
      ["PUT", `/${id}`, { ...tokenRule, version: 1 }],
      ["PUT", `/${id}/scopes`, { scopes: [], version: 1 }],
      ["PUT", `/${id}/precedence`, { version: 1 }],
      ["DELETE", `/${id}`, { reason: "not mine" }],
      ["GET", `/snapshots/${id}`],
    ] as const;
    for (const [method, path, body] of attempts)
      expect(await call(method, path, body), path).toMatchObject({ status: 404 });
    expect((await call("GET", "")).body).toMatchObject({ items: [], pagination: { total: 0 } });
  });
});

describe("the list", () => {
  it("filters, searches literally, sorts and pages by cursor", async () => {
    const call = policyClient((await mintTenant()).principal);
    const names = ["alpha", "beta 100%", "gamma", "delta"];
    for (const name of names) {
      await call("POST", "/rules", { ...tokenRule, name, rollout: name === "gamma" ? "shadow" : "active" });
    }
    const shown = async (path: string) => {
      const { body } = await call("GET", path);
      const items: readonly { name: string }[] = Array.isArray(body.items) ? body.items : [];
      return items.map((item) => item.name);
    };
    expect(await shown("?sort=name")).toEqual(["alpha", "beta 100%", "delta", "gamma"]);
    expect(await shown("/rules?sort=-created_at")).toEqual([...names].reverse());
    expect(await shown("?rollout=shadow")).toEqual(["gamma"]);
    expect(await shown("?q=100%25")).toEqual(["beta 100%"]);
    expect(await shown("?q=_")).toEqual([]);
    const first = await call("GET", "?sort=name&page_size=3");
    expect(first.body).toMatchObject({
      pagination: { total: 4, page_size: 3 },
      sort: { field: "name", direction: "asc" },
    });
    const cursor = (first.body.pagination as { next_cursor: string }).next_cursor;
    expect(await shown(`?sort=name&page_size=3&cursor=${cursor}`)).toEqual(["gamma"]);
    expect(await call("GET", "?status=unknown")).toMatchObject({ status: 422 });
  });
});
