import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { policyClient } from "@/server/policies/testing/policy-client";

type Tenant = Awaited<ReturnType<typeof mintTenant>>;

async function rule(tenant: Tenant, name: string): Promise<string> {
  const { body } = await policyClient(tenant.principal)("POST", "/rules", {
    ...{ name, rule_type: "token_limit", metric: "run.tokens", threshold: 1_000, enforcement: "stop" },
  });
  return String(body.policy_id);
}

function acted(tenant: Tenant, policyId: string, facts: { action?: string; at: string; shadow?: boolean }) {
  return inspect()`
    insert into policy_enforcements (tenant_id, id, source, policy_id, action, violation_type, severity, shadow, reason, recorded_at)
    values (${tenant.tenantId}, ${uuidv7()}, 'rule', ${policyId}, ${facts.action ?? "stopped"}, 'token_limit', 'high',
      ${facts.shadow ?? false}, 'because', ${facts.at})`;
}

it("counts for each rule asked what its list would count, in the order asked", async () => {
  const tenant = await mintTenant();
  const call = policyClient(tenant.principal);
  const [busy, quiet] = [await rule(tenant, "Busy"), await rule(tenant, "Quiet")];
  await acted(tenant, busy, { at: "2026-03-01T00:00:00Z" });
  await acted(tenant, busy, { at: "2026-03-03T00:00:00Z", action: "warned" });
  await acted(tenant, busy, { at: "2026-03-04T00:00:00Z", action: "would_stop", shadow: true });
  await acted(tenant, busy, { at: "2026-03-05T00:00:00Z", action: "post_stop" });
  const { body } = await call("GET", `/violations/stats?policy_id=${quiet},${busy}`);
  expect(body).toEqual({
    items: [
      { policy_id: quiet, violations: 0, is_lower_bound: false, incidents: 0, last_recorded_at: null },
      {
        policy_id: busy,
        violations: 2,
        is_lower_bound: false,
        incidents: 0,
        last_recorded_at: "2026-03-03T00:00:00.000Z",
      },
    ],
  });
  const all = await call("GET", "/violations/stats");
  expect(all.body).toMatchObject({ items: [{ policy_id: quiet }, { policy_id: busy, violations: 2 }] });
  expect((await call("GET", `/violations?policy_id=${busy}`)).body).toMatchObject({ pagination: { total: 2 } });
});

it("counts nothing of another tenant, and at most as many rules as a list has on a page", async () => {
  const [own, other] = [await mintTenant(), await mintTenant()];
  const theirs = await rule(other, "Theirs");
  await acted(other, theirs, { at: "2026-03-01T00:00:00Z" });
  const call = policyClient(own.principal);
  expect((await call("GET", `/violations/stats?policy_id=${theirs}`)).body).toMatchObject({
    items: [{ policy_id: theirs, violations: 0, last_recorded_at: null }],
  });
  const many = Array.from({ length: 101 }, () => uuidv7()).join();
  expect(await call("GET", `/violations/stats?policy_id=${many}`)).toMatchObject({ status: 422 });
});

it("stops counting at ten thousand and says so", async () => {
  const tenant = await mintTenant();
  const id = await rule(tenant, "Very busy");
  await inspect()`
    insert into policy_enforcements (tenant_id, id, source, policy_id, action, violation_type, severity, reason, recorded_at)
    select ${tenant.tenantId}, gen_random_uuid(), 'rule', ${id}, 'stopped', 'token_limit', 'high', 'because', now()
    from generate_series(1, 10001)`;
  const { body } = await policyClient(tenant.principal)("GET", `/violations/stats?policy_id=${id}`);
  expect(body).toMatchObject({ items: [{ violations: 10_000, is_lower_bound: true }] });
});
