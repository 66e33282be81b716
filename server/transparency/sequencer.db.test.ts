// The log as a whole: what goes in, in which order, what is signed, and that a proof of it holds.

import { beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint } from "@/server/evidence/checkpoint";
import { leafBytes } from "@/server/evidence/leaf";
import { leafHash, rootOf, verifyConsistency, verifyInclusion } from "@/server/evidence/merkle";
import { isSignedBy, openNote } from "@/server/evidence/signed-note";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { noteKeys } from "./keys";
import { consistencyOf, findLeaf, firstCheckpointCovering, inclusionOf, latestCheckpoint } from "./proofs";
import { sequenceNow, signCheckpoint, startSequencer } from "./sequencer";
import { actAs, asIntruder, leavesOf, putAudits, putDeeds, stateOf, waiting } from "./testing/log-world";

let tenantId: string;
beforeAll(async () => {
  tenantId = (await mintTenant()).tenantId;
});

describe("the sequencer", () => {
  it("puts what was committed into the log, in the order of its time, once", async () => {
    const deeds = await putDeeds(tenantId, 5);
    expect(await sequenceNow(tenantId)).toEqual({ size: 5 });
    expect(await sequenceNow(tenantId)).toEqual({ size: 5 });
    const leaves = await leavesOf(tenantId);
    expect(leaves.map((leaf) => leaf.source_id)).toEqual(deeds.map((deed) => deed.id));
    const [deed] = deeds;
    if (deed === undefined) throw new Error("no deed");
    const source = { tenant_id: tenantId, kind: deed.kind, id: deed.id, at: deed.at.toISOString() };
    const bytes = leafBytes({ ...source, hash: `sha256:${deed.hash.toString("hex")}` });
    expect(leaves[0]?.leaf_hash).toEqual(leafHash(bytes));
    expect(await waiting(tenantId)).toBe(0);
  });

  it("signs over all of it at once, and the note is the deployment's", async () => {
    await putDeeds(tenantId, 6);
    const signed = await signCheckpoint(tenantId);
    const hashes = (await leavesOf(tenantId)).map((leaf) => leaf.leaf_hash);
    expect(signed).toMatchObject({ size: 11, root: rootOf(hashes) });
    const [key] = await noteKeys(tenantId);
    if (key === undefined) throw new Error("no key");
    expect(isSignedBy(signed.note, key)).toBe(true);
    expect(readCheckpoint(openNote(signed.note)?.text ?? "")).toMatchObject({ size: 11, origin: key.name });
    expect(await signCheckpoint(tenantId)).toEqual(signed);
  });

  it("numbers audit entries without a gap", async () => {
    await putAudits(tenantId, 7);
    await sequenceNow(tenantId);
    await putAudits(tenantId, 3);
    await sequenceNow(tenantId);
    const chain = await inspect()`
      select c.seq::int from audit_chain c join audit_logs a on a.tenant_id = c.tenant_id and a.id = c.audit_id
      where c.tenant_id = ${tenantId} order by 1`;
    expect(chain.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await stateOf(tenantId)).toMatchObject({ audit_seq: 10, size: 21 });
  });

  it("C4: proofs from the rows hold for every leaf and every pair of checkpoints", async () => {
    const { size, root } = await signCheckpoint(tenantId);
    const leaves = await leavesOf(tenantId);
    await actAs(tenantId, async (db) => {
      for (const { leaf_index, leaf_hash } of leaves) {
        const path = await inclusionOf(db, leaf_index, size);
        expect(verifyInclusion({ leafHash: leaf_hash, index: leaf_index, size, path, root })).toBe(true);
      }
      for (let from = 0; from <= size; from += 1) {
        const fromRoot = rootOf(leaves.slice(0, from).map((leaf) => leaf.leaf_hash));
        const path = await consistencyOf(db, from, size);
        expect(verifyConsistency({ from, to: size, fromRoot, toRoot: root, path }), `from ${from}`).toBe(true);
      }
      const first = leaves[5];
      expect((await firstCheckpointCovering(db, 5))?.size).toBe(11);
      expect((await latestCheckpoint(db))?.size).toBe(size);
      expect((await findLeaf(db, "bundle", first?.source_id ?? ""))?.leafIndex).toBe(5);
    });
  });

  it("takes a backlog in batches, many tenants at once, by itself, and signs it", async () => {
    const others = await Promise.all([1, 2, 3].map(() => mintTenant()));
    await putDeeds(others[0]?.tenantId ?? "", 2_500);
    await putDeeds(others[1]?.tenantId ?? "", 10);
    await putAudits(others[2]?.tenantId ?? "", 20);
    const sequencer = startSequencer();
    const sizes = async () => Promise.all(others.map(async (one) => (await stateOf(one.tenantId))?.size));
    await expect.poll(sizes, { timeout: 20_000 }).toEqual([2_500, 10, 20]);
    // 1 000 leaves are signed for without waiting for the minute.
    const signed = async () => (await stateOf(others[0]?.tenantId ?? ""))?.checkpoint_size;
    await expect.poll(signed, { timeout: 20_000 }).toBeGreaterThan(1_500);
    // A minute has passed for the first of these leaves.
    await asIntruder("update log_leaves set appended_at = appended_at - interval '51 seconds' where tenant_id = $1", [
      others[1]?.tenantId,
    ]);
    const late = async () => (await stateOf(others[1]?.tenantId ?? ""))?.checkpoint_size;
    await expect.poll(late, { timeout: 20_000 }).toBe(10);
    sequencer.stop();
    await signCheckpoint(others[0]?.tenantId ?? "");
    const hashes = (await leavesOf(others[0]?.tenantId ?? "")).map((leaf) => leaf.leaf_hash);
    const latest = await actAs(others[0]?.tenantId ?? "", latestCheckpoint);
    expect(latest?.rootHash).toEqual(rootOf(hashes));
  });

  it("two at once: the same size always has the same root", async () => {
    const { tenantId: busy } = await mintTenant();
    const found: { size: number; root: Buffer }[] = [];
    const signer = async () => {
      for (let n = 0; n < 12; n += 1) {
        await putDeeds(busy, 3);
        found.push(await signCheckpoint(busy));
      }
    };
    await Promise.all([signer(), signer(), signer()]);
    const leaves = (await leavesOf(busy)).map((leaf) => leaf.leaf_hash);
    expect(leaves).toHaveLength(108);
    for (const { size, root } of found) expect(root, `size ${size}`).toEqual(rootOf(leaves.slice(0, size)));
  });
});
