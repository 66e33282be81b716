import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { incidentStatuses } from "@/db/vocabulary";
import { incidentActions, transition } from "@/server/incidents/rules";
import { openStopped } from "@/server/incidents/testing/world";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";

// What the database itself permits to the app role, past all code of ours.

type Status = (typeof incidentStatuses)[number];
type Setting = Readonly<Record<string, unknown>>;

let principal: Principal;

beforeAll(async () => {
  principal = (await mintTenant()).principal;
});

const now = new Date();
const enter: Readonly<Record<Status, Setting>> = {
  active: { status: "active", resolved_at: null },
  acknowledged: { status: "acknowledged", acknowledged_at: now, acknowledged_by: "user:x", resolved_at: null },
  resolved: { status: "resolved", resolved_at: now, resolved_by: "user:x", resolution_method: "rollback" },
};

/** An update as the app role; the version rises by one unless `set` says otherwise. */
async function update(incidentId: string, set: Setting): Promise<void> {
  await asTenant(principal, async (db) => {
    const [row] = await db.sql<{
      version: number;
    }>`select version from incidents where ${db.mine()} and id = ${incidentId}`;
    const changes = { version: (row?.version ?? 0) + 1, ...set };
    const columns = Object.entries(changes).map(([name, value]) => db.fragment`${inspect()(name)} = ${value}`);
    const list = columns.reduce((all, one) => db.fragment`${all}, ${one}`);
    const changed = await db.sql`update incidents set ${list} where ${db.mine()} and id = ${incidentId} returning 1`;
    if (changed.length === 0) throw new Error("not visible");
  });
}

/** What comes with entering `to`, besides the status: a reopening is counted. */
function entering(from: Status, to: Status): Setting {
  return from === "resolved" && to === "active" ? { ...enter.active, reopen_count: 1 } : enter[to];
}

async function incidentIn(status: Status): Promise<string> {
  const { incidentId } = await openStopped(principal);
  if (status !== "active") await update(incidentId, enter[status]);
  return incidentId;
}

const pairs = incidentStatuses.flatMap((from) => incidentStatuses.map((to) => ({ from, to })));

/** Whether the code's machine has any way from one status to another, or stays with a change. Comments change no row. */
function isPermitted(from: Status, to: Status): boolean {
  return incidentActions.some((action) => {
    if (action === "comment") return false;
    const step = transition(from, action);
    return step.outcome === "changed" && step.next === to;
  });
}

describe("status", () => {
  it.each(pairs)("from $from to $to: the database decides as the code does", async ({ from, to }) => {
    const change = update(await incidentIn(from), entering(from, to));
    if (isPermitted(from, to)) await change;
    else await expect(change).rejects.toMatchObject({ code: "23001" });
  });

  it.each(["closed", "ACTIVE", "", "Resolved"])("is never %j", async (status) => {
    await expect(update(await incidentIn("active"), { status })).rejects.toThrow();
  });

  it.each([
    ["acknowledged without a time", { status: "acknowledged" }],
    ["resolved without a time", { status: "resolved" }],
    ["active with a time of resolution", { resolved_at: now }],
    ["of an unknown severity", { severity: "grave" }],
  ])("is never %s", async (_, set) => {
    await expect(update(await incidentIn("active"), set)).rejects.toMatchObject({ code: "23514" });
  });
});

describe("version", () => {
  it.each(incidentStatuses)("rises with every change of an incident that is %s", async (status) => {
    const id = await incidentIn(status);
    const [row] = await inspect()`select version from incidents where id = ${id}`;
    for (const version of [row?.version, row?.version - 1, row?.version + 2, 0]) {
      await expect(update(id, { version, escalated_to: "role:admin" })).rejects.toMatchObject({ code: "23001" });
    }
  });
});

describe("what an incident is about", () => {
  it.each([
    { id: uuidv7() },
    { type: "cost_limit_exceeded" },
    { source: "limit" },
    { source_id: uuidv7() },
    { source_id: null },
    { source_run_id: null },
    { policy_id: null },
    { limit_id: uuidv7() },
    { violation_step_index: 4 },
    { violation_step_index: null },
    { threshold_value: "20000" },
    { actual_value: "1" },
    { created_at: new Date(0) },
    { created_by: "user:somebody" },
    { trace_id: null },
    { agent_id: "another" },
    { is_synthetic: true },
    { category: "MANUAL" },
    { cause_type: "HUMAN" },
    { violation_at: new Date(0) },
    { violation_reason: "another" },
    { title: "another" },
    { description: null },
    { error_code: "AGENT_CRASH" },
    { error_message: "another" },
    { acknowledged_by: "user:somebody" },
    { severity: "medium" },
    { sla_due_at: new Date("2100-01-01") },
    { escalation_level: 4 },
    { escalation_level: -1 },
    { reopen_count: 7 },
  ])("does not change: %o", async (set) => {
    for (const status of incidentStatuses) {
      await expect(update(await incidentIn(status), set)).rejects.toMatchObject({ code: "23001" });
    }
  });

  it("does not move to another tenant", async () => {
    const { tenantId } = await mintTenant();
    await expect(update(await incidentIn("active"), { tenant_id: tenantId })).rejects.toThrow();
  });

  it("does not fall back in escalation", async () => {
    const id = await incidentIn("active");
    await update(id, { escalation_level: 2 });
    await expect(update(id, { escalation_level: 1 })).rejects.toMatchObject({ code: "23001" });
    await update(id, enter.acknowledged);
    await expect(update(id, { escalation_level: 1 })).rejects.toMatchObject({ code: "23001" });
  });
});

describe("removal", () => {
  it("is nobody's right: incidents, their events and their comments stay", async () => {
    const { incidentId } = await openStopped(principal);
    for (const table of ["incidents", "incident_events", "incident_comments"]) {
      const name = inspect()(table);
      const asApp = asTenant(principal, (db) => db.sql`delete from ${name} where ${db.mine()}`);
      await expect(asApp).rejects.toMatchObject({ code: "42501" });
      await expect(inspect()`truncate ${name} cascade`).rejects.toMatchObject({ code: "23001" });
    }
    await expect(inspect()`delete from incidents where id = ${incidentId}`).rejects.toMatchObject({ code: "23001" });
  });

  it("is not had by rewriting either", async () => {
    const { incidentId } = await openStopped(principal);
    const asApp = asTenant(
      principal,
      (db) => db.sql`update incident_events set detail = '{}' where ${db.mine()} and incident_id = ${incidentId}`,
    );
    await expect(asApp).rejects.toMatchObject({ code: "42501" });
    const asOwner = inspect()`update incident_events set detail = '{}' where incident_id = ${incidentId}`;
    await expect(asOwner).rejects.toMatchObject({ code: "23001" });
  });
});
