// What somebody with the database in hand, but without the keys, can do to the log, and that each of it is named.

import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { H } from "@/server/evidence/hash";
import { leafBytes } from "@/server/evidence/leaf";
import { sourceMac } from "@/server/evidence/mac";
import { leafHash, newNodes, rootOf } from "@/server/evidence/merkle";
import { checkIntegrity } from "@/server/logs/audit-integrity";
import { evidenceKey } from "@/server/platform/audit/leaf-sources";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { latestCheckpoint } from "./proofs";
import { sequenceNow, signCheckpoint } from "./sequencer";
import {
  actAs,
  another,
  asIntruder,
  type Column,
  columnsOf,
  type Kept,
  keepRows,
  leavesOf,
  logTables,
  putAudits,
  putDeeds,
  STOLEN,
} from "./testing/log-world";

/** What no hash covers, and why it may be so. */
const uncovered: Readonly<Record<string, string>> = {
  "log_leaves.appended_at": "when the sequencer got to it; evidence is the deed's own time",
  "checkpoints.id": "a name for the row that nothing refers to",
};

let tenant: MintedTenant;
let kept: Kept;
beforeAll(async () => {
  tenant = await mintTenant();
  await putAudits(tenant.tenantId, 7);
  await putDeeds(tenant.tenantId, 6);
  await signCheckpoint(tenant.tenantId);
  await putAudits(tenant.tenantId, 4);
  await putDeeds(tenant.tenantId, 5);
  await signCheckpoint(tenant.tenantId);
});
beforeEach(async () => {
  kept = await keepRows(tenant.tenantId, logTables);
});
afterEach(() => kept.back());

const check = () => checkIntegrity(tenant.principal, {});

it("C1: what nobody touched is verified", async () => {
  expect(await check()).toMatchObject({ status: "verified", last_seq: 11, log: { size: 22, checked: 22, faults: 0 } });
});

describe.each(logTables)("C1: %s", (table) => {
  const rows = () => inspect()<Record<string, unknown>[]>`
    select ctid::text as place, t.* from ${inspect()(table)} t where tenant_id = ${tenant.tenantId} order by ctid`;

  /** The oldest, the newest and one between, as places in the table's order. */
  async function rowsToChange(): Promise<number[]> {
    const last = (await rows()).length - 1;
    return [...new Set([0, Math.floor(last / 2), last])];
  }

  it("every column, changed in one row, is found and the row is named", async () => {
    const missed: string[] = [];
    const wrong: string[] = [];
    for (const column of await columnsOf(table)) {
      if (`${table}.${column.name}` in uncovered) continue;
      for (const n of await rowsToChange()) {
        const changed = await change(column, n);
        const found = await check();
        const first = JSON.stringify([found.first_bad, found.log?.first_fault]);
        if (found.status !== "broken") missed.push(`${column.name} of row ${n}`);
        else if (!names(found, changed)) wrong.push(`${column.name} of row ${n}: ${first}`);
        await kept.back();
      }
    }
    expect(missed).toEqual([]);
    expect(wrong).toEqual([]);
  });

  /** The row as it was. */
  async function change(column: Column, n: number): Promise<Record<string, unknown>> {
    const row = (await rows())[n];
    if (row === undefined) throw new Error(`${table} has no row ${n}`);
    await asIntruder(`update ${table} set ${column.name} = ${another(column)} where ctid = $1::tid`, [row.place]);
    return row;
  }

  type Found = Awaited<ReturnType<typeof check>>;

  function names(found: Found, row: Record<string, unknown>): boolean {
    const entry = found.first_bad?.log_id;
    // An entry whose id was changed is named by the id it has now.
    if (table === "audit_logs") return entry === row.id || entry === STOLEN || found.first_bad?.fault === "missing";
    // The link after the changed one does not follow either; of the two the older is told first.
    if (table === "audit_chain") return found.first_bad !== null || found.log?.first_fault?.table === table;
    const { first_fault } = found.log ?? {};
    if (first_fault === undefined || first_fault === null) return false;
    if (table === "log_leaves") return first_fault.table === table || first_fault.table === "log_states";
    return first_fault.table === table || first_fault.table === "log_states";
  }
});

describe("C2: rows that go, come or change places", () => {
  const lastLeaf = 21;

  it.each([0, 9, lastLeaf])("leaf %i deleted", async (leaf) => {
    await asIntruder("delete from log_leaves where tenant_id = $1 and leaf_index = $2", [tenant.tenantId, leaf]);
    const { status, log } = await check();
    expect([status, log?.first_fault?.table]).toEqual(["broken", "log_states"]);
    expect(log?.faults).toBeGreaterThan(1);
  });

  it.each([1, 5, 11])("audit entry %i deleted", async (seq) => {
    await asIntruder(
      "delete from audit_logs a using audit_chain c where c.tenant_id = $1 and c.seq = $2 and a.id = c.audit_id",
      [tenant.tenantId, seq],
    );
    expect(await check()).toMatchObject({ status: "broken", first_bad: { seq, fault: "missing" } });
  });

  it.each([1, 5, 11])("audit entry %i deleted with its number", async (seq) => {
    await asIntruder(
      "delete from audit_logs a using audit_chain c where c.tenant_id = $1 and c.seq = $2 and a.id = c.audit_id",
      [tenant.tenantId, seq],
    );
    await asIntruder("delete from audit_chain where tenant_id = $1 and seq = $2", [tenant.tenantId, seq]);
    expect(await check()).toMatchObject({ status: "broken" });
  });

  it("two leaves change places", async () => {
    const swap = "update log_leaves set leaf_index = case leaf_index when 3 then 4 else 3 end where tenant_id = $1";
    await asIntruder("alter table log_leaves drop constraint log_leaves_tenant_id_leaf_index_pk");
    await asIntruder(`${swap} and leaf_index in (3, 4)`, [tenant.tenantId]);
    const { status, log } = await check();
    await kept.back();
    await asIntruder(
      "alter table log_leaves add constraint log_leaves_tenant_id_leaf_index_pk primary key (tenant_id, leaf_index)",
    );
    expect([status, log?.first_fault?.table]).toEqual(["broken", "log_nodes"]);
  });

  it("two audit entries change numbers", async () => {
    await asIntruder("alter table audit_chain drop constraint audit_chain_tenant_id_seq_pk");
    await asIntruder(
      "update audit_chain set seq = case seq when 3 then 4 else 3 end where tenant_id = $1 and seq in (3, 4)",
      [tenant.tenantId],
    );
    const found = await check();
    await kept.back();
    await asIntruder(
      "alter table audit_chain add constraint audit_chain_tenant_id_seq_pk primary key (tenant_id, seq)",
    );
    expect(found).toMatchObject({ status: "broken", first_bad: { fault: "chain" } });
  });

  it("a forged leaf at the end, with the state to match", async () => {
    await asIntruder(
      `insert into log_leaves select tenant_id, 22, kind, 'forged', hash, at, mac, leaf_hash, appended_at
      from log_leaves where tenant_id = $1 and leaf_index = 21`,
      [tenant.tenantId],
    );
    await asIntruder("update log_states set size = 23 where tenant_id = $1", [tenant.tenantId]);
    const { status, log } = await check();
    expect([status, log?.first_fault]).toEqual(["broken", { table: "log_leaves", key: "22", fault: "leaf_hash" }]);
  });
});

it.each([13, 22])("C2: the checkpoint of %i leaves taken away", async (size) => {
  await asIntruder("delete from checkpoints where tenant_id = $1 and size = $2", [tenant.tenantId, size]);
  const { status, log } = await check();
  expect([status, log?.first_fault?.table]).toEqual(["broken", "log_states"]);
});

it("C2: a forged checkpoint beside the others, of more leaves than there are", async () => {
  await asIntruder(
    `insert into checkpoints select tenant_id, gen_random_uuid(), 1000, root_hash, note, signed_at + interval '1 hour'
    from checkpoints where tenant_id = $1 and size = 22`,
    [tenant.tenantId],
  );
  const { status, log } = await check();
  expect([status, log?.first_fault]).toEqual(["broken", { table: "checkpoints", key: "1000", fault: "columns" }]);
  expect((await actAs(tenant.tenantId, latestCheckpoint))?.size).toBe(22);
});

describe("C3: somebody makes the whole log again", () => {
  /** With everything an outsider can compute, and with the application's own key where `hasMacKey`. */
  async function rewriteAll(hasMacKey: boolean): Promise<void> {
    const { tenantId } = tenant;
    await asIntruder("update audit_logs set actor_id = 'somebody else' where tenant_id = $1", [tenantId]);
    const leaves = await inspect()`select * from log_leaves where tenant_id = ${tenantId} order by leaf_index`;
    const hashes: Buffer[] = [];
    for (const leaf of leaves) {
      const hash = leaf.leaf_index === "3" ? H("bundle", "forged") : leaf.hash;
      const written = `sha256:${hash.toString("hex")}`;
      const source = {
        tenant_id: tenantId,
        kind: leaf.kind,
        id: leaf.source_id,
        hash: written,
        at: leaf.at.toISOString(),
      };
      const mac = hasMacKey ? sourceMac(evidenceKey(), source) : sourceMac(Buffer.from("guessed"), source);
      hashes.push(leafHash(leafBytes(source)));
      await asIntruder(
        "update log_leaves set hash = $3, mac = $4, leaf_hash = $5 where tenant_id = $1 and leaf_index = $2",
        [tenantId, leaf.leaf_index, hash, mac, hashes.at(-1)],
      );
    }
    for (const node of await newNodes(0, hashes, () => Buffer.alloc(32))) {
      await asIntruder("update log_nodes set hash = $4 where tenant_id = $1 and level = $2 and node_index = $3", [
        ...[tenantId, node.level, node.index, node.hash],
      ]);
    }
    for (const {
      size,
      note,
    } of await inspect()`select size::int, note from checkpoints where tenant_id = ${tenantId}`) {
      const root = rootOf(hashes.slice(0, size));
      const forged = note.replace(/^[A-Za-z0-9+/]{43}=$/m, root.toString("base64"));
      await asIntruder("update checkpoints set root_hash = $3, note = $4 where tenant_id = $1 and size = $2", [
        ...[tenantId, size, root, forged],
      ]);
    }
  }

  it("without the application's key: every leaf's MAC is wrong", async () => {
    await rewriteAll(false);
    const { status, log } = await check();
    expect([status, log?.first_fault]).toEqual(["broken", { table: "log_leaves", key: "0", fault: "leaf_mac" }]);
  });

  it("with the application's key, but not the signing key: no checkpoint is signed", async () => {
    await rewriteAll(true);
    const { status, log } = await check();
    expect([status, log?.first_fault]).toEqual(["broken", { table: "checkpoints", key: "22", fault: "signature" }]);
  });

  it("and the log does not go on from there", async () => {
    await rewriteAll(true);
    await putDeeds(tenant.tenantId, 1);
    await expect(signCheckpoint(tenant.tenantId)).rejects.toThrow(/not those of the checkpoint file/);
    await sequenceNow(tenant.tenantId);
    expect((await leavesOf(tenant.tenantId)).length).toBeGreaterThan(22);
  });
});
