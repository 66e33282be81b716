// Somebody with the database in hand writes what the product never could: an instant that is none, a number that no log
// reaches. That too is an answer of the check, and not an error of it.

import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { checkIntegrity } from "@/server/logs/audit-integrity";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { signCheckpoint } from "./sequencer";
import { asIntruder, columnsOf, type Kept, keepRows, logTables, putAudits, putDeeds } from "./testing/log-world";

const impossible: Readonly<Record<string, readonly string[]>> = {
  integer: ["2147483647", "-2147483648", "1024"],
  bigint: ["9223372036854775807", "-9223372036854775808", "-1"],
  "timestamp with time zone": ["infinity", "-infinity", "0044-03-15 00:00:00 BC", "20000-01-01"],
  jsonb: ['{"version": "x"}', '{"version": 1e30}', "[null]"],
};
/** When the sequencer got to it; evidence is the deed's own time. */
const uncovered = ["log_leaves.appended_at"];

let tenant: MintedTenant;
let kept: Kept;
beforeAll(async () => {
  tenant = await mintTenant();
  await putAudits(tenant.tenantId, 5);
  await putDeeds(tenant.tenantId, 6);
  await signCheckpoint(tenant.tenantId);
});
beforeEach(async () => {
  kept = await keepRows(tenant.tenantId, [...logTables, "incidents", "incident_events", "leaf_sources"]);
});
afterEach(() => kept.back());

const check = () => checkIntegrity(tenant.principal, {});

/** False where a constraint of the database stands even against a superuser. */
async function put(table: string, column: string, value: string, type: string): Promise<boolean> {
  const text = `update ${table} set ${column} = $2::text::${type} where ctid =
    (select ctid from ${table} where tenant_id = $1 order by ctid limit 1)`;
  return asIntruder(text, [tenant.tenantId, value]).then(
    () => true,
    (error: { code?: string }) => {
      expect(error.code).toMatch(/^23/);
      return false;
    },
  );
}

it.each(logTables)("C1: %s: a value that nothing can have is found", async (table) => {
  let changes = 0;
  const missed: string[] = [];
  for (const { name, type } of await columnsOf(table)) {
    if (uncovered.includes(`${table}.${name}`)) continue;
    for (const value of impossible[type] ?? []) {
      if (!(await put(table, name, value, type))) continue;
      changes += 1;
      if ((await check()).status !== "broken") missed.push(`${name} = ${value}`);
      await kept.back();
    }
  }
  expect(missed).toEqual([]);
  expect(changes).toBeGreaterThan(2);
});

it("C1: a whole page of entries of no instant", async () => {
  await putAudits(tenant.tenantId, 1_100);
  await signCheckpoint(tenant.tenantId);
  await asIntruder("update audit_logs set recorded_at = '-infinity' where tenant_id = $1", [tenant.tenantId]);
  expect(await check()).toMatchObject({ status: "broken", checked: 1_105, bad_entries: 1_105 });
});

it("C1: a halt of no instant", async () => {
  await asIntruder("update log_states set halted_at = 'infinity', halt_reason = 'x' where tenant_id = $1", [
    tenant.tenantId,
  ]);
  const first_fault = { table: "log_states", key: "halted_at", fault: "of no incident" };
  expect(await check()).toMatchObject({ status: "broken", log: { first_fault } });
});
