// Somebody with SQL past every trigger changes rows that audit entries speak of: what a row says, and the hash it keeps of it.

import { beforeAll, expect, it } from "vitest";
import { openIncident } from "@/server/incidents/open";
import { asTenant } from "@/server/platform/db/tenant-db";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { defaultGateSettings } from "@/server/policies/settings";
import { policyClient } from "@/server/policies/testing/policy-client";
import { sequenceNow } from "@/server/transparency/sequencer";
import { asIntruder, keepRows } from "@/server/transparency/testing/log-world";
import { checkIntegrity } from "./audit-integrity";

let tenant: MintedTenant;
const ids: Record<string, string> = {};

beforeAll(async () => {
  tenant = await mintTenant();
  const call = policyClient(tenant.principal);
  const created = await call("POST", "/rules", {
    ...{ name: "tokens", rule_type: "token_limit", metric: "run.tokens", threshold: 10_000, enforcement: "stop" },
    severity: "high",
  });
  const counted = await call("POST", "/limits", {
    ...{ name: "Daily spend", limit_category: "BUDGET", limit_type: "COST_CENTS", max_value: 50_000 },
    ...{ reset_period: "daily", scope: { type: "agent", ids: ["invoice-bot"] } },
  });
  expect([created.status, counted.status]).toEqual([201, 201]);
  const { incident_id } = await asTenant(tenant.principal, (db) =>
    openIncident(db, {
      ...{ run: null, source: "system", type: "integrity_failure", severity: "high", title: "A fault", at: new Date() },
      sla_hours: defaultGateSettings.sla_hours,
    }),
  );
  Object.assign(ids, { policy: created.body.policy_id, limit: counted.body.limit_id, incident: incident_id });
  await sequenceNow(tenant.tenantId);
});

const check = () => checkIntegrity(tenant.principal, {});

it("what nobody touched is verified", async () => {
  expect(await check()).toMatchObject({ status: "verified", entities: { compared: 3, changed: 0 } });
});

const limit = (column: string, value: string) => ["limit", "limits", column, value] as const;
const rule = (column: string, value: string) => ["policy", "policy_rules", column, value] as const;
const incident = (column: string, value: string) => ["incident", "incidents", column, value] as const;

it.each([
  rule("content_hash", "sha256('x')"),
  rule("content_hash", "set_byte(content_hash, 31, get_byte(content_hash, 31) # 1)"),
  rule("content_hash", "''::bytea"),
  rule("metric", "'run.nothing'"),
  rule("severity", "'x'"),
  rule("enforcement", "''"),
  rule("threshold", "'NaN'"),
  rule("version", "version + 1"),
  limit("content_hash", "sha256('x')"),
  limit("limit_type", "'x'"),
  limit("scope_ids", "array[null]"),
  incident("violation_at", "'infinity'"),
  incident("created_at", "'20000-01-01'"),
])("C1: %s: %s.%s = %s", async (type, table, column, value) => {
  const kept = await keepRows(tenant.tenantId, [table]);
  await asIntruder(`update ${table} set ${column} = ${value} where tenant_id = $1`, [tenant.tenantId]);
  const found = await check().finally(kept.back);
  expect(found).toMatchObject({
    ...{ status: "broken", bad_entries: 0, entities: { compared: 3, changed: 1 } },
    first_bad: { fault: "entity_changed", entity_type: type, entity_id: ids[type] },
  });
});

it.each(["policy_versions", "policy_precedence", "limit_versions"])(
  "C1: %s: gone, or with another hash",
  async (table) => {
    const kept = await keepRows(tenant.tenantId, [table]);
    const change =
      table === "policy_precedence" ? `delete from ${table}` : `update ${table} set content_hash = sha256('x')`;
    for (const text of [change, `delete from ${table}`]) {
      await asIntruder(`${text} where tenant_id = $1`, [tenant.tenantId]);
      const found = await check();
      await kept.back();
      expect(found).toMatchObject({
        status: "broken",
        entities: { changed: 1 },
        first_bad: { fault: "entity_changed" },
      });
    }
  },
);
