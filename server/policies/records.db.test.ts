import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { canonicalBytes } from "@/server/evidence/canonical";
import { H, writeHash } from "@/server/evidence/hash";
import { asTenant } from "@/server/platform/db/tenant-db";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { currentPrices, publicListPrices } from "@/server/policies/price-list";
import { policyClient } from "@/server/policies/testing/policy-client";

describe("snapshots", () => {
  async function frozen() {
    const tenant = await mintTenant();
    const [id, runId, createdAt] = [uuidv7(), uuidv7(), "2026-03-05T10:00:00.123Z"];
    const policyId = uuidv7();
    const set = canonicalBytes({ v: 1, rules: [{ policy_id: policyId }], strategy: "most_restrictive" });
    const setHash = H("policy-set", set);
    const content = canonicalBytes({
      v: 1,
      tenant_id: tenant.tenantId,
      run_id: runId,
      snapshot_id: id,
      policy_set_hash: writeHash(setHash),
      context: { agent_id: "bot" },
      created_at: createdAt,
    });
    await inspect()`
      insert into policy_sets (tenant_id, set_hash, canonical) values (${tenant.tenantId}, ${setHash}, ${set})`;
    await inspect()`
      insert into policy_snapshots (tenant_id, id, run_id, set_hash, canonical, content_hash, policy_count, strategy, ambiguous, created_at)
      values (${tenant.tenantId}, ${id}, ${runId}, ${setHash}, ${content}, ${H("snapshot", content)}, 0, 'most_restrictive', false, ${createdAt})`;
    return { tenant, call: policyClient(tenant.principal), id, runId, policyId };
  }

  /** As an attacker past the triggers would. */
  async function tamper(statement: string): Promise<void> {
    await inspect().begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql.unsafe(statement);
    });
  }

  it("are found by a rule they hold, within the tenant", async () => {
    const [own, other] = [await frozen(), await frozen()];
    const found = async ({ call }: typeof own, policyId: string) =>
      (await call("GET", `/snapshots?policy_id=${policyId}`)).body.pagination;
    expect(await found(own, own.policyId)).toMatchObject({ total: 1 });
    expect(await found(own, uuidv7())).toMatchObject({ total: 0 });
    expect(await found(other, own.policyId)).toMatchObject({ total: 0 });
  });

  it("are listed and shown parsed, verified", async () => {
    const { call, id, runId } = await frozen();
    expect((await call("GET", `/snapshots?run_id=${runId}&ambiguous=false`)).body).toMatchObject({
      items: [{ snapshot_id: id, run_id: runId, policy_count: 0 }],
      filters_applied: { run_id: runId, ambiguous: false },
    });
    expect(await call("GET", `/snapshots/${id}`)).toMatchObject({
      status: 200,
      body: {
        entity: {
          snapshot_id: id,
          content: { context: { agent_id: "bot" } },
          policy_set: { strategy: "most_restrictive" },
          integrity: { status: "VERIFIED" },
        },
      },
    });
  });

  it.each([
    [
      "its bytes",
      "update policy_snapshots set canonical = convert_to(replace(convert_from(canonical, 'utf8'), 'bot', 'bob'), 'utf8')",
      "content_hash",
    ],
    ["its run", "update policy_snapshots set run_id = gen_random_uuid()", "content_columns"],
    ["its set", "update policy_sets set canonical = convert_to('{}', 'utf8')", "policy_set_hash"],
  ])("show FAILED when somebody changed %s", async (_what, statement, check) => {
    const { call, id, tenant } = await frozen();
    await tamper(`${statement} where tenant_id = '${tenant.tenantId}'`);
    expect((await call("GET", `/snapshots/${id}`)).body.entity).toMatchObject({
      integrity: { status: "FAILED", checks: expect.arrayContaining([{ name: check, ok: false }]) },
    });
  });

  it("of another tenant do not exist", async () => {
    const { id } = await frozen();
    expect(await policyClient((await mintTenant()).principal)("GET", `/snapshots/${id}`)).toMatchObject({
      status: 404,
    });
  });
});

describe("violations", () => {
  it("are what blocked or warned, not what shadow rules would have done", async () => {
    const tenant = await mintTenant();
    const write = (action: string, isShadow: boolean) => inspect()`
      insert into policy_enforcements (tenant_id, id, source, action, violation_type, severity, shadow, reason, recorded_at)
      values (${tenant.tenantId}, ${uuidv7()}, 'default', ${action}, 'token_limit', 'high', ${isShadow}, 'because', now())`;
    await write("stopped", false);
    await write("warned", false);
    await write("would_stop", true);
    await write("post_stop", false);
    await write("failure_open", false);
    const call = policyClient(tenant.principal);
    const { body } = await call("GET", "/violations?sort=recorded_at");
    expect(body).toMatchObject({
      items: [{ action: "stopped", reason: "because" }, { action: "warned" }],
      pagination: { total: 2 },
    });
    expect((await call("GET", "/violations?action=warned&severity=high")).body).toMatchObject({
      pagination: { total: 1 },
    });
    expect((await call("GET", `/violations?policy_id=${uuidv7()}`)).body).toMatchObject({ items: [] });
    expect(await call("GET", "/violations?action=would_stop")).toMatchObject({ status: 422 });
    expect((await policyClient((await mintTenant()).principal)("GET", "/violations")).body).toMatchObject({
      items: [],
    });
  });
});

describe("prices", () => {
  it("start with the public list, once, whoever looks first", async () => {
    const tenant = await mintTenant({ role: "viewer" });
    const call = policyClient(tenant.principal);
    const looks = await Promise.all([1, 2, 3].map(() => call("GET", "/prices")));
    for (const look of looks) {
      expect(look).toMatchObject({
        status: 200,
        body: { version: 1, created_by: "system:price-list", integrity: { status: "VERIFIED" } },
      });
      expect(look.body.entries).toHaveLength(publicListPrices.length);
    }
    const rows = await inspect()`select version from price_tables where tenant_id = ${tenant.tenantId}`;
    expect(rows).toHaveLength(1);
  });

  it("are replaced whole, as a new version", async () => {
    const tenant = await mintTenant();
    const call = policyClient(tenant.principal);
    const entry = { model: "own", input_cents_per_million: 0.0001, output_cents_per_million: 12 };
    expect(await call("PUT", "/prices", { entries: [entry], version: 1 })).toMatchObject({
      status: 200,
      body: { version: 2, entries: [entry], created_by: `user:${tenant.userId}`, integrity: { status: "VERIFIED" } },
    });
    expect(await call("PUT", "/prices", { entries: [], version: 1 })).toMatchObject({
      status: 409,
      body: { current_version: 2 },
    });
    expect(await call("PUT", "/prices", { entries: [], version: 2 }, { "If-Match": '"2"' })).toMatchObject({
      status: 200,
    });
    expect(await asTenant(tenant.principal, currentPrices)).toEqual({ version: 3, entries: [] });
    const [row] = await inspect()`
      select policy_epoch::int as epoch, (select array_agg(action) from audit_logs a where a.tenant_id = c.tenant_id) as actions
      from tenant_controls c where tenant_id = ${tenant.tenantId}`;
    expect(row).toEqual({ epoch: 3, actions: ["prices.changed", "prices.changed"] });
  });

  it("are refused with more than 4 decimals, twice for a model, or with unknown fields", async () => {
    const call = policyClient((await mintTenant()).principal);
    const entry = { model: "m", input_cents_per_million: 1, output_cents_per_million: 1 };
    for (const entries of [
      [{ ...entry, input_cents_per_million: 0.00001 }],
      [{ ...entry, output_cents_per_million: -1 }],
      [entry, { ...entry, model: "M" }],
      [{ ...entry, currency: "EUR" }],
    ]) {
      expect(await call("PUT", "/prices", { entries, version: 1 })).toMatchObject({ status: 422 });
    }
    expect((await call("GET", "/prices")).body).toMatchObject({ version: 1 });
  });
});
