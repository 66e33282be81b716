import { v7 as uuidv7 } from "uuid";
import { beforeAll, expect, it } from "vitest";
import { incidentImage } from "@/server/incidents/image";
import { openIncident } from "@/server/incidents/open";
import { categoryOf } from "@/server/incidents/rules";
import { findIncident } from "@/server/incidents/store";
import { openStopped, putPolicy, putRun, stoppedRun, traces } from "@/server/incidents/testing/world";
import { type Principal, systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";

let gate: Principal;

beforeAll(async () => {
  const { tenantId } = await mintTenant();
  gate = systemPrincipal(tenantId, "gate");
});

it("writes row, timeline event, audit entry and outbox event together", async () => {
  const { incidentId, facts, run, policyId } = await openStopped(gate);
  const row = await asTenant(gate, (db) => findIncident(db, incidentId));
  expect(row).toMatchObject({
    sourceRunId: run.run_id,
    traceId: run.trace_id,
    agentId: "invoice-bot",
    policyId,
    category: categoryOf("token_limit_exceeded"),
    causeType: "LLM_RUN",
    status: "active",
    createdBy: "system:gate",
    createdAt: facts.at,
    slaDueAt: new Date(facts.at.getTime() + 4 * 3_600_000),
    version: 1,
  });
  expect(await traces(gate.tenantId, incidentId)).toEqual({
    events: ["created"],
    audit: ["incident.created"],
    outbox: ["incident.created"],
  });
});

it("takes the id that the caller has named, and gives the existing one's where there is one", async () => {
  const incident_id = uuidv7();
  const { incidentId, facts } = await openStopped(gate, { incident_id });
  expect(incidentId).toBe(incident_id);
  const again = await asTenant(gate, (db) => openIncident(db, { ...facts, incident_id: uuidv7() }));
  expect(again).toEqual({ incident_id, created: false });
});

it("leaves nothing when the caller's transaction fails afterwards", async () => {
  const [run, policyId] = [await putRun(gate.tenantId), await putPolicy(gate.tenantId)];
  let incidentId = "";
  const failing = asTenant(gate, async (db) => {
    incidentId = (await openIncident(db, stoppedRun(run, policyId))).incident_id;
    throw new Error("the seal failed");
  });
  await expect(failing).rejects.toThrow("the seal failed");
  expect(await asTenant(gate, (db) => findIncident(db, incidentId))).toBeNull();
  expect(await traces(gate.tenantId, incidentId)).toEqual({ events: [], audit: [], outbox: [] });
});

it("finds the one that is there for the same run, type, source and source id, also without a run", async () => {
  const { incidentId, facts } = await openStopped(gate);
  const again = await asTenant(gate, (db) => openIncident(db, { ...facts, title: "another title" }));
  expect(again).toEqual({ incident_id: incidentId, created: false });
  expect(await traces(gate.tenantId, incidentId)).toMatchObject({ events: ["created"] });

  const unbound = { source: "system", type: "cost_anomaly", severity: "high", title: "t" } as const;
  const anomaly = { ...unbound, run: null, at: new Date(), sla_hours: facts.sla_hours };
  const first = await asTenant(gate, (db) => openIncident(db, anomaly));
  expect(await asTenant(gate, (db) => openIncident(db, anomaly))).toEqual({ ...first, created: false });
});

it("tells apart what differs in type, source or source id", async () => {
  const { incidentId, facts } = await openStopped(gate);
  const other = await putPolicy(gate.tenantId);
  const opened = await asTenant(gate, async (db) => [
    await openIncident(db, { ...facts, policy_id: other, source_id: other }),
    await openIncident(db, { ...facts, type: "cost_limit_exceeded" }),
    await openIncident(db, { ...facts, source: "failure_mode" }),
    await openIncident(db, { ...facts, source: "manual", type: "manual" }),
    await openIncident(db, { ...facts, source: "manual", type: "manual" }),
  ]);
  expect(opened.every(({ created }) => created)).toBe(true);
  expect(new Set([incidentId, ...opened.map(({ incident_id }) => incident_id)]).size).toBe(6);
});

it("opens one incident for 16 concurrent transactions, whether the first commits or not", async () => {
  const [run, policyId] = [await putRun(gate.tenantId), await putPolicy(gate.tenantId)];
  const attempts = await Promise.allSettled(
    Array.from({ length: 16 }, (_, i) =>
      asTenant(gate, async (db) => {
        const opened = await openIncident(db, stoppedRun(run, policyId));
        await new Promise((resume) => setTimeout(resume, 5));
        if (i % 4 === 0) throw new Error("rolled back");
        return opened;
      }),
    ),
  );
  const opened = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
  expect(opened).toHaveLength(12);
  expect(opened.filter(({ created }) => created)).toHaveLength(1);
  const [only] = new Set(opened.map(({ incident_id }) => incident_id));
  expect(new Set(opened.map(({ incident_id }) => incident_id)).size).toBe(1);
  expect((await traces(gate.tenantId, only ?? "")).events).toEqual(["created"]);
});

it("refuses a run or a policy that does not exist, and leaves nothing", async () => {
  const { facts, run, policyId } = await openStopped(gate);
  const nobody = "0197a000-0000-7000-8000-000000000001";
  const opening = (over: object) => asTenant(gate, (db) => openIncident(db, { ...facts, type: "timeout", ...over }));
  await expect(opening({ run: { ...run, run_id: nobody } })).rejects.toThrow();
  await expect(opening({ policy_id: nobody })).rejects.toThrow();
  const elsewhere = await mintTenant();
  await expect(opening({ run: await putRun(elsewhere.tenantId) })).rejects.toThrow();
  await expect(opening({ policy_id: await putPolicy(elsewhere.tenantId) })).rejects.toThrow();
  const rows = await inspect()`select from incidents where policy_id = ${policyId} and type = 'timeout'`;
  expect(rows).toHaveLength(0);
});

it("keeps the whole row in the audit entry, so that no column can change unseen", async () => {
  const { incidentId } = await openStopped(gate);
  const row = await asTenant(gate, (db) => findIncident(db, incidentId));
  if (row === null) throw new Error("no incident");
  const [columns] = await inspect()<{ names: string[] }[]>`
    select array_agg(attname::text) as names from pg_attribute
    where attrelid = 'incidents'::regclass and attnum > 0 and not attisdropped`;
  const full = { ...row, ...Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? "set"])) };
  expect(Object.keys(incidentImage(full)).sort()).toEqual([...(columns?.names ?? [])].sort());
  const [entry] = await inspect()`select after from audit_logs where entity_id = ${incidentId}`;
  expect(entry?.after).toEqual(incidentImage(row));
});
