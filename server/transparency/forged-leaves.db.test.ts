// Somebody with the database, but without the keys, who does the sequencer's work himself: leaves, nodes and state all fit.

import { beforeEach, describe, expect, it } from "vitest";
import { H } from "@/server/evidence/hash";
import { leafBytes } from "@/server/evidence/leaf";
import { leafHash, newNodes, rootOf } from "@/server/evidence/merkle";
import { checkIntegrity } from "@/server/logs/audit-integrity";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { acknowledgeLogBreak } from "./acknowledgement";
import { sequenceNow, signCheckpoint } from "./sequencer";
import { asIntruder, leavesOf, putDeeds, stateOf } from "./testing/log-world";

const AT = "2026-01-22T09:30:07.500Z";

let tenantId: string;
let integrity: () => ReturnType<typeof checkIntegrity>;
beforeEach(async () => {
  const tenant = await mintTenant();
  tenantId = tenant.tenantId;
  integrity = () => checkIntegrity(tenant.principal, {});
});

/** Appends the seal of a run that never was, as the sequencer would have, but for the MAC. */
async function forgeLeaf(): Promise<void> {
  const hashes = (await leavesOf(tenantId)).map((leaf) => leaf.leaf_hash);
  const hash = H("seal", "never");
  const source = { tenant_id: tenantId, kind: "seal", id: "never", hash: `sha256:${hash.toString("hex")}`, at: AT };
  const forged = leafHash(leafBytes(source));
  await asIntruder(
    `insert into log_leaves (tenant_id, leaf_index, kind, source_id, hash, at, mac, leaf_hash, appended_at)
    values ($1, $2, 'seal', 'never', $3, $4, $5, $6, now())`,
    [tenantId, hashes.length, hash, AT, Buffer.alloc(32, 9), forged],
  );
  await asIntruder("delete from log_nodes where tenant_id = $1", [tenantId]);
  for (const node of await newNodes(0, [...hashes, forged], () => Buffer.alloc(32))) {
    const values = [tenantId, node.level, node.index, node.hash];
    await asIntruder("insert into log_nodes (tenant_id, level, node_index, hash) values ($1, $2, $3, $4)", values);
  }
  await asIntruder("update log_states set size = size + 1 where tenant_id = $1", [tenantId]);
}

describe("C2: a leaf that the sequencer did not append", () => {
  it.each([0, 3])("is not signed, with %i leaves signed before", async (signed) => {
    await putDeeds(tenantId, signed);
    if (signed > 0) await signCheckpoint(tenantId);
    await putDeeds(tenantId, 2);
    await sequenceNow(tenantId);
    await forgeLeaf();
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/Leaf \d+ of the log was not written by the application/);
    expect(await stateOf(tenantId)).toMatchObject({ checkpoint_size: signed, halted_at: expect.any(Date) });
    await expect(acknowledgeLogBreak(tenantId)).rejects.toThrow(/restore the database from a backup/);
  });

  it("is not signed because a forged checkpoint says that it has been", async () => {
    await putDeeds(tenantId, 3);
    const { note } = await signCheckpoint(tenantId);
    await forgeLeaf();
    const root = rootOf((await leavesOf(tenantId)).map((leaf) => leaf.leaf_hash));
    const forged = note.replace(/\n3\n.*\n/, `\n4\n${root.toString("base64")}\n`);
    await asIntruder(
      `insert into checkpoints (tenant_id, id, size, root_hash, note, signed_at)
      values ($1, gen_random_uuid(), 4, $2, $3, $4)`,
      [tenantId, root, forged, AT],
    );
    await asIntruder("update log_states set checkpoint_size = 4, checkpoint_at = $2 where tenant_id = $1", [
      ...[tenantId, AT],
    ]);
    await putDeeds(tenantId, 1);
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/Leaf 3 of the log was not written/);
  });

  it("nor does a source of no instant hold up the others", async () => {
    await putDeeds(tenantId, 1);
    await asIntruder(
      `insert into leaf_sources (tenant_id, id, kind, source_id, hash, at, mac)
      select $1, gen_random_uuid(), 'seal', at, sha256('x'), at::timestamptz, sha256('y')
      from unnest(array['infinity', '-infinity']) at`,
      [tenantId],
    );
    expect(await sequenceNow(tenantId)).toEqual({ size: 1 });
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/infinity was not put into the log/);
    expect(await acknowledgeLogBreak(tenantId)).toMatchObject({ dropped: 2 });
  });

  it.each(["incident_events", "none"])("rows that a leaf names and that are gone are told: %s", async (table) => {
    await asIntruder(
      `insert into leaf_sources (tenant_id, id, kind, source_id, hash, at, mac)
      values ($1, gen_random_uuid(), 'seal', 'x', sha256('x'), now(), sha256('y'))`,
      [tenantId],
    );
    // The halt opens an incident, whose first event becomes a leaf.
    await sequenceNow(tenantId);
    await acknowledgeLogBreak(tenantId);
    expect((await leavesOf(tenantId)).map(({ kind }) => kind)).toContain("incident_event");
    if (table === "none") expect((await integrity()).log).toMatchObject({ faults: 0 });
    else {
      await asIntruder(`delete from ${table} where tenant_id = $1`, [tenantId]);
      const first_fault = { table: "log_leaves", fault: "of a row that is gone" };
      expect(await integrity()).toMatchObject({ status: "broken", log: { first_fault } });
    }
  });

  it("nor is a root that the stored nodes have and the leaves have not", async () => {
    await putDeeds(tenantId, 2);
    await signCheckpoint(tenantId);
    await putDeeds(tenantId, 2);
    await sequenceNow(tenantId);
    await asIntruder("update log_nodes set hash = sha256('x') where tenant_id = $1 and node_index > 0", [tenantId]);
    await asIntruder("update log_nodes set hash = sha256('y') where tenant_id = $1 and level = 2", [tenantId]);
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/nodes/);
  });
});
