// Whatever is evidence leaves its source for the tenant's log in its own transaction: exactly once, authenticated, and gone
// with the deed when the deed is rolled back. That a batch is all or nothing with it is A9's matter.

import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { incidents } from "@/db/schema/incidents";
import { writeHash } from "@/server/evidence/hash";
import { incidentEventHash } from "@/server/evidence/incident-event-hash";
import { isSourceMac } from "@/server/evidence/mac";
import { decided, GateWorld, used } from "@/server/gate/testing/gate-world";
import { insertEvents } from "@/server/incidents/store";
import { writeAudit } from "@/server/platform/audit/audit";
import { evidenceKey } from "@/server/platform/audit/leaf-sources";
import { asTenant } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";

type Source = { kind: string; source_id: string; hash: Buffer; at: Date; mac: Buffer };
type EventRow = Parameters<typeof incidentEventHash>[0];

async function sourcesOf(world: GateWorld): Promise<Source[]> {
  return inspect()<
    Source[]
  >`select kind, source_id, hash, at, mac from leaf_sources where tenant_id = ${world.tenant.tenantId}`;
}

const line = (kind: string, id: string, hash: Buffer) => `${kind} ${id} ${hash.toString("hex")}`;

/** What the log must come to have, worked out from the deeds' own rows. */
async function deedsOf({ tenant }: GateWorld): Promise<string[]> {
  const rows = await inspect()<{ kind: string; id: string; hash: Buffer }[]>`
    select 'snapshot' as kind, id::text, content_hash as hash from policy_snapshots where tenant_id = ${tenant.tenantId}
    union all select 'seal', run_id::text, seal_hash from traces where tenant_id = ${tenant.tenantId} and seal_hash is not null
    union all select 'addendum', run_id || '/' || seq, hash from trace_records where tenant_id = ${tenant.tenantId} and kind = 'late'
    union all select 'audit', id::text, entry_hash from audit_logs where tenant_id = ${tenant.tenantId}`;
  const events = await inspect()<EventRow[]>`
    select tenant_id as "tenantId", id, incident_id as "incidentId", type, actor_type as "actorType", actor_id as "actorId", detail,
      recorded_at as "recordedAt" from incident_events where tenant_id = ${tenant.tenantId}`;
  return [
    ...rows.map(({ kind, id, hash }) => line(kind, id, hash)),
    ...events.map((event) => line("incident_event", event.id, incidentEventHash(event))),
  ].sort();
}

/** A world in which everything that becomes a leaf has happened. */
async function eventful(): Promise<GateWorld> {
  const world = await GateWorld.mint();
  await world.rule({ threshold: 100 });
  const run = await world.start();
  await world.admit(run, { step_index: 1 }, 10);
  const stopped = await world.report(run, { step_index: 2 }, used(500));
  expect(stopped.decision.action).toBe("block");
  await world.result(run, 1, used(3));
  await world.complete(await world.start({ agent_id: "mail-bot" }));
  await world.manage("POST", "/policies/freezes", { type: "agent", id: "mail-bot", reason: "a drill" });
  await world.send("", { agent_id: "mail-bot" });
  const incident = `/incidents/${stopped.incident_id}`;
  expect((await world.manage("POST", `${incident}/acknowledge`, {})).status).toBe(200);
  expect((await world.manage("POST", `${incident}/comments`, { content: "looking" })).status).toBe(201);
  return world;
}

test("each deed has its source exactly once, with the application's MAC", async () => {
  const world = await eventful();
  const sources = await sourcesOf(world);
  expect(sources.map((one) => line(one.kind, one.source_id, one.hash)).sort()).toEqual(await deedsOf(world));
  const kinds = new Set(sources.map((one) => one.kind));
  expect([...kinds].sort()).toEqual(["addendum", "audit", "incident_event", "seal", "snapshot"]);
  const wrong = sources.filter((one) => {
    const { kind, source_id: id, hash, at, mac } = one;
    const source = { tenant_id: world.tenant.tenantId, kind, id, hash: writeHash(hash), at: at.toISOString() };
    return !isSourceMac(evidenceKey(), source, mac);
  });
  expect(wrong).toEqual([]);
});

test("a refused start is sealed and has its leaf; it has no snapshot and none for one", async () => {
  const world = await GateWorld.mint();
  await world.manage("POST", "/policies/freezes", { type: "agent", id: "mail-bot", reason: "a drill" });
  const before = await sourcesOf(world);
  expect((await world.send("", { agent_id: "mail-bot" })).status).toBe(403);
  const gained = (await sourcesOf(world)).slice(before.length);
  expect(gained.map((one) => one.kind).sort()).toEqual(["audit", "seal"]);
});

test("a step that just goes on writes none", async () => {
  const world = await GateWorld.mint();
  const run = await world.start();
  const before = await sourcesOf(world);
  await world.report(run, { step_index: 1 }, used(5));
  await world.admit(run, { step_index: 2 }, 5);
  expect(await sourcesOf(world)).toEqual(before);
});

test("a refusal that is repeated is audited once and has one source", async () => {
  const world = await GateWorld.mint();
  await world.limit({ max_value: 10, enforcement: "refuse" });
  const run = await world.start();
  for (const _ of [1, 2, 3]) {
    const answer = decided(await world.step(run, { step_index: 1, estimate: { output_tokens: 50, cost_cents: 0 } }));
    expect(answer.decision.enforcement).toBe("refuse");
  }
  expect((await sourcesOf(world)).map((one) => line(one.kind, one.source_id, one.hash)).sort()).toEqual(
    await deedsOf(world),
  );
});

test("a deed that is rolled back leaves neither its row nor its source", async () => {
  const world = await eventful();
  const before = { deeds: await deedsOf(world), sources: await sourcesOf(world) };
  const [incident] = await world.rows("incidents");
  const undone = asTenant(world.tenant.principal, async (db) => {
    const id = String(incident?.id);
    await writeAudit(db, [{ action: "incident.commented", entity_type: "incident", entity_id: id }]);
    await insertEvents(db, [
      {
        id,
        incidentId: id,
        type: "commented",
        actorType: "system",
        actorId: "test",
        detail: {},
        recordedAt: new Date(),
      },
    ]);
    expect(await db.count(incidents, eq(incidents.id, id))).toBe(1);
    throw new Error("changed our mind");
  });
  await expect(undone).rejects.toThrow("changed our mind");
  expect({ deeds: await deedsOf(world), sources: await sourcesOf(world) }).toEqual(before);
});
