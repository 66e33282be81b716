// Numbers under load and in trouble: nothing is lost, nothing has two numbers, and what one entity goes through keeps its
// order, however many commit, however many number, whatever breaks in between.

import { v4 as uuidv4 } from "uuid";
import { describe, expect, it } from "vitest";
import { outbox } from "@/db/schema/audit";
import { writeOutbox } from "@/server/platform/audit/audit";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { watchStatements } from "@/server/platform/db/connection";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { numberEvents } from "./numbering";

const WRITERS = 8;

type Numbered = { tenant_id: string; seq: number; entity_id: string; n: number };

const inTenant = (tenantId: string, work: (db: TenantDb) => Promise<void>) =>
  asTenant(systemPrincipal(tenantId, "test"), work);

// As processes whose clocks differ write within one millisecond: neither times nor ids tell what came first.
const sameMoment = { recordedAt: new Date(), topic: "prices.changed" };

/** One deed on an entity, under the entity's lock: its events say in which order the deeds were. */
async function deed(tenantId: string, keyId: string, counts: Map<string, number>, size = 1): Promise<void> {
  let at = 0;
  await inTenant(tenantId, async (db) => {
    await db.sql`select id from api_keys where ${db.mine()} and id = ${keyId} for no key update`;
    at = counts.get(keyId) ?? 0;
    await db.insert(
      outbox,
      Array.from({ length: size }, (_, i) => ({
        ...sameMoment,
        id: uuidv4(),
        entityId: keyId,
        payload: { n: at + i },
      })),
    );
    // Before the commit lets the next one go on.
    counts.set(keyId, at + size);
  });
}

async function numberAll(): Promise<void> {
  for (let left = 1; left > 0; ) {
    await numberEvents();
    left = (await inspect()<{ n: number }[]>`select count(*)::int as n from outbox`)[0]?.n ?? 0;
  }
}

async function numbered(tenantIds: readonly string[]): Promise<Numbered[]> {
  return await inspect()<Numbered[]>`
    select tenant_id, seq::int, entity_id, (payload->>'n')::int as n from events
    where tenant_id = any(${[...tenantIds]}::uuid[]) order by tenant_id, seq`;
}

function faultsOf(rows: readonly Numbered[], counts: ReadonlyMap<string, number>): string[] {
  const faults: string[] = [];
  const [seqs, entities] = [new Map<string, number>(), new Map<string, number>()];
  for (const { tenant_id, seq, entity_id, n } of rows) {
    if (seq !== (seqs.get(tenant_id) ?? 0) + 1) faults.push(`${tenant_id}: ${seq} after ${seqs.get(tenant_id)}`);
    seqs.set(tenant_id, seq);
    if (n !== (entities.get(entity_id) ?? 0)) faults.push(`${entity_id}: ${n} in place of ${entities.get(entity_id)}`);
    entities.set(entity_id, n + 1);
  }
  for (const [entity, count] of counts) {
    if ((entities.get(entity) ?? 0) !== count) faults.push(`${entity}: ${entities.get(entity)} of ${count}`);
  }
  return faults;
}

async function entitiesOf(tenantId: string, count: number): Promise<string[]> {
  const [key] = await inspect()`select * from api_keys where tenant_id = ${tenantId}`;
  const made = await inspect()`
    insert into api_keys (tenant_id, id, name, prefix, key_hash, scopes, agent_ids, lineage_id, created_by)
    select ${tenantId}, gen_random_uuid(), 'k', 'p', sha256(gen_random_uuid()::text::bytea), '{}', '{}', gen_random_uuid(), ${key?.created_by}
    from generate_series(1, ${count}) returning id`;
  return made.map(({ id }) => id);
}

describe("numbering", () => {
  it("loses none of 10 000 events of concurrent committers, doubles none, and keeps each entity's order; two number at once", async () => {
    const tenants = [await mintTenant(), await mintTenant()];
    const entities = (
      await Promise.all(
        tenants.map(async ({ tenantId }) => (await entitiesOf(tenantId, 5)).map((id) => ({ tenantId, id }))),
      )
    ).flat();
    const counts = new Map<string, number>();
    let left = 1_000;
    let isWriting = true;
    const write = async () => {
      while (left-- > 0) {
        const entity = entities[left % entities.length];
        if (entity !== undefined) await deed(entity.tenantId, entity.id, counts, 10);
      }
    };
    const relay = async () => {
      while (isWriting) await numberEvents();
    };
    const relays = [relay(), relay()];
    await Promise.all(Array.from({ length: WRITERS }, write));
    isWriting = false;
    await Promise.all(relays);
    await numberAll();
    const rows = await numbered(tenants.map(({ tenantId }) => tenantId));
    expect(rows).toHaveLength(10_000);
    expect(faultsOf(rows, counts)).toEqual([]);
  }, 120_000);

  it("keeps order across a backlog that takes many turns, and lets a quiet tenant not wait for a loud one", async () => {
    const [loud, quiet] = [await mintTenant(), await mintTenant()];
    const counts = new Map<string, number>();
    for (let n = 0; n < 12; n += 1) await deed(loud.tenantId, loud.keyId, counts, 100);
    await deed(quiet.tenantId, quiet.keyId, counts);
    const first = await numberEvents();
    expect(first.isMore).toBe(true);
    expect(first.tenantIds.sort()).toEqual([loud.tenantId, quiet.tenantId].sort());
    await numberAll();
    expect(faultsOf(await numbered([loud.tenantId, quiet.tenantId]), counts)).toEqual([]);
  });

  it("does not number what was rolled back, and numbers a late commit behind an early one", async () => {
    const tenant = await mintTenant();
    const [slow, quick] = await entitiesOf(tenant.tenantId, 2);
    const counts = new Map<string, number>();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isWritten = false;
    const late = inTenant(tenant.tenantId, async (db) => {
      await writeOutbox(db, [{ topic: "prices.changed", entity_id: slow ?? "", payload: { n: 0 } }]);
      isWritten = true;
      await released;
    });
    while (!isWritten) await new Promise((resolve) => setTimeout(resolve, 5));
    const torn = inTenant(tenant.tenantId, async (db) => {
      await writeOutbox(db, [{ topic: "prices.changed", entity_id: "torn", payload: { n: 0 } }]);
      throw new Error("torn");
    });
    await expect(torn).rejects.toThrow("torn");
    await deed(tenant.tenantId, quick ?? "", counts);
    await numberAll().catch(() => {});
    release();
    await late;
    await numberAll();
    expect((await numbered([tenant.tenantId])).map(({ entity_id }) => entity_id)).toEqual([quick, slow]);
  });

  it.each([
    ["before", /insert into events/],
    ["at COMMIT", /^commit$/],
  ])("survives the loss of its connection in the middle of a move: %s", async (_when, text) => {
    const tenant = await mintTenant();
    const counts = new Map<string, number>();
    await deed(tenant.tenantId, tenant.keyId, counts, 50);
    let cuts = 0;
    const watched = watchStatements((passing) => {
      if (cuts < 3 && text.test(passing.text)) {
        cuts += 1;
        passing.cut();
      }
    });
    try {
      for (let n = 0; n < 6; n += 1) await numberEvents().catch(() => {});
    } finally {
      watched.restore();
    }
    expect(cuts).toBe(3);
    await numberAll();
    expect(faultsOf(await numbered([tenant.tenantId]), counts)).toEqual([]);
  });

  it("has numbers that stand: nobody changes an event or takes one away, and the app's role cannot write one", async () => {
    const tenant = await mintTenant();
    await deed(tenant.tenantId, tenant.keyId, new Map());
    await numberAll();
    for (const change of [
      inspect()`update events set seq = seq + 1 where tenant_id = ${tenant.tenantId}`,
      inspect()`delete from events where tenant_id = ${tenant.tenantId}`,
    ])
      await expect(change).rejects.toThrow(/append-only/);
    const writing = inTenant(tenant.tenantId, async (db) => {
      await db.sql`insert into events select ${tenant.tenantId}, 99, id, now(), 'x', 'x', '{}' from api_keys where ${db.mine()}`;
    });
    await expect(writing).rejects.toMatchObject({ code: "42501" });
  });
});
