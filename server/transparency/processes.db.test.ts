// Several processes on one log, and processes that die in the middle of it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { beforeEach, describe, expect, it } from "vitest";
import { rootOf } from "@/server/evidence/merkle";
import { checkIntegrity } from "@/server/logs/audit-integrity";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { sequenceNow, signCheckpoint } from "./sequencer";
import { leavesOf, putAudits, putDeeds, stateOf, waiting } from "./testing/log-world";

let tenant: MintedTenant;
beforeEach(async () => {
  tenant = await mintTenant();
});

type Sequencing = { child: ChildProcess; said: string[]; kill(): Promise<void> };

/** Resolves when the process has begun. */
async function sequencing(): Promise<Sequencing> {
  const args = ["scripts/run-ts.mjs", "server/transparency/testing/sequencer-process.ts", tenant.tenantId];
  // A group of its own: the program that reads TypeScript is the parent of the one that works.
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  const said: string[] = [];
  child.stdout?.on("data", (bytes: Buffer) => said.push(...bytes.toString("utf8").trim().split("\n")));
  const kill = async () => {
    const ended = once(child, "exit");
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  await expect.poll(() => said.length, { timeout: 30_000 }).toBeGreaterThan(0);
  return { child, said, kill };
}

describe("two processes", () => {
  it("never sign two roots of one size, and number every deed once", async () => {
    const both = await Promise.all([sequencing(), sequencing()]);
    for (let n = 0; n < 30; n += 1) {
      await Promise.all([putDeeds(tenant.tenantId, 5), putAudits(tenant.tenantId, 5)]);
    }
    await expect.poll(() => waiting(tenant.tenantId), { timeout: 20_000 }).toBe(0);
    await Promise.all(both.map((one) => one.kill()));
    const leaves = (await leavesOf(tenant.tenantId)).map((leaf) => leaf.leaf_hash);
    expect(leaves).toHaveLength(300);
    const roots = new Set(both.flatMap(({ said }) => said.filter((line) => /^\d+ [0-9a-f]{64}$/.test(line))));
    expect(roots.size).toBeGreaterThan(2);
    for (const line of roots) {
      const [size, root] = line.split(" ");
      expect(root, `size ${size}`).toBe(rootOf(leaves.slice(0, Number(size))).toString("hex"));
    }
    await signCheckpoint(tenant.tenantId);
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ status: "verified", log: { size: 300 } });
  });
});

describe("a process that is killed", () => {
  it.each(["log_leaves", "log_nodes", "audit_chain"])(
    "in the middle of a batch, at %s: nothing of the batch is there, and the next one does it whole",
    async (table) => {
      await putAudits(tenant.tenantId, 10);
      await sequenceNow(tenant.tenantId);
      const before = await stateOf(tenant.tenantId);
      const sql = inspect();
      await sql.begin(async (held) => {
        // Whoever writes to the table waits; the batch stands there with everything before it done.
        await held.unsafe(`lock table ${table} in share mode`);
        const process = await sequencing();
        await putAudits(tenant.tenantId, 10);
        await new Promise((resolve) => setTimeout(resolve, 700));
        await process.kill();
      });
      // Whether it has signed what was there before hangs on how long all of this takes.
      expect(await stateOf(tenant.tenantId)).toMatchObject({ size: before?.size, audit_seq: before?.audit_seq });
      expect([await waiting(tenant.tenantId), (await leavesOf(tenant.tenantId)).length]).toEqual([10, 10]);
      expect(await sequenceNow(tenant.tenantId)).toEqual({ size: 20 });
      await signCheckpoint(tenant.tenantId);
      expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ status: "verified", log: { size: 20 } });
    },
  );

  it("wherever it stands: sixfold, at any moment", async () => {
    for (let n = 0; n < 6; n += 1) {
      const process = await sequencing();
      await Promise.all([putDeeds(tenant.tenantId, 400), putAudits(tenant.tenantId, 100)]);
      await new Promise((resolve) => setTimeout(resolve, 15 * n));
      await process.kill();
    }
    await signCheckpoint(tenant.tenantId);
    expect(await waiting(tenant.tenantId)).toBe(0);
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ status: "verified", log: { size: 3_000 } });
  });
});
