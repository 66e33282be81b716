// When a log may not be signed: what was never written by the application, what a row contradicts, a database that was put
// back. It is said once, as an incident, and goes on when an owner has it acknowledged.

import { readFileSync } from "node:fs";
import { v7 as uuidv7 } from "uuid";
import { beforeEach, describe, expect, it } from "vitest";
import { putTenant, putWritten } from "@/server/activity/testing/world";
import { isSignedBy } from "@/server/evidence/signed-note";
import { RunWriter, TENANT } from "@/server/evidence/testing/run-writer";
import { checkIntegrity } from "@/server/logs/audit-integrity";
import { writeLeafSources } from "@/server/platform/audit/leaf-sources";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { env } from "@/server/platform/env/env";
import { acknowledgeLogBreak } from "./acknowledgement";
import { CheckpointFile } from "./checkpoint-file";
import { noteKeys } from "./keys";
import { sequenceNow, signCheckpoint, startSequencer } from "./sequencer";
import { actAs, asIntruder, keepRows, leavesOf, putAudits, putDeeds, stateOf, waiting } from "./testing/log-world";
import { verifyRunInLog } from "./verify-in-log";

const incidentsOf = (tenantId: string) => inspect()`
  select id, type, source, severity, status, error_message from incidents where tenant_id = ${tenantId} order by id`;

let tenant: MintedTenant;
let tenantId: string;
beforeEach(async () => {
  tenant = await mintTenant();
  tenantId = tenant.tenantId;
});

/** A source that only looks like one. */
async function forgeSource(id = uuidv7(), at = new Date()): Promise<void> {
  await asIntruder(
    "insert into leaf_sources (tenant_id, id, kind, source_id, hash, at, mac) values ($1, $2, 'seal', $3, $4, $5, $6)",
    [tenantId, uuidv7(), id, Buffer.alloc(32, 7), at, Buffer.alloc(32, 9)],
  );
}

describe("a source that must not become a leaf", () => {
  it("forged: it stays out, the others go in, signing stops and one incident says so", async () => {
    await putDeeds(tenantId, 3);
    await forgeSource(undefined, new Date(0));
    await putAudits(tenantId, 2);
    expect(await sequenceNow(tenantId)).toEqual({ size: 5 });
    await forgeSource();
    await putDeeds(tenantId, 1);
    await sequenceNow(tenantId);
    expect(await incidentsOf(tenantId)).toMatchObject([
      { type: "integrity_failure", source: "system", severity: "critical", status: "active" },
    ]);
    expect(await stateOf(tenantId)).toMatchObject({
      halt_reason: expect.stringContaining("not written by the application"),
    });
    await expect(signCheckpoint(tenantId)).rejects.toMatchObject({ definition: { slug: "log-halted", status: 409 } });
    expect(await waiting(tenantId)).toBe(2);
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ status: "partial", log: { faults: 0 } });
  });

  it("no number of them keeps good ones out", async () => {
    await asIntruder(
      `insert into leaf_sources select $1, gen_random_uuid(), 'seal', n::text, sha256('x'), '2026-01-01', sha256('y')
      from generate_series(1, 2500) n`,
      [tenantId],
    );
    await putDeeds(tenantId, 4);
    const sequencer = startSequencer();
    await expect.poll(async () => (await stateOf(tenantId))?.size, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
    sequencer.stop();
    expect(await incidentsOf(tenantId)).toHaveLength(1);
  });

  it.each([
    [
      "an audit entry changed before it was numbered",
      "update audit_logs set entry_hash = sha256('x') where tenant_id = $1",
    ],
    ["an audit entry deleted before it was numbered", "delete from audit_logs where tenant_id = $1"],
    ["a source changed", "update leaf_sources set hash = sha256('x') where tenant_id = $1"],
    ["a source's time changed", "update leaf_sources set at = at - interval '1 day' where tenant_id = $1"],
    ["a source of another kind", "update leaf_sources set kind = 'bundle' where tenant_id = $1"],
    ["a source under another name", "update leaf_sources set source_id = 'x' where tenant_id = $1"],
    ["a MAC changed", "update leaf_sources set mac = sha256('x') where tenant_id = $1"],
  ])("C1: %s", async (_, deed) => {
    await putAudits(tenantId, 1);
    await asIntruder(deed, [tenantId]);
    expect(await sequenceNow(tenantId)).toEqual({ size: 0 });
    expect(await incidentsOf(tenantId)).toHaveLength(1);
  });

  it("a source of another tenant", async () => {
    const other = await mintTenant();
    await putDeeds(other.tenantId, 1);
    await asIntruder("update leaf_sources set tenant_id = $1 where tenant_id = $2", [tenantId, other.tenantId]);
    expect(await sequenceNow(tenantId)).toEqual({ size: 0 });
    expect(await incidentsOf(tenantId)).toHaveLength(1);
  });

  it("one that is a leaf already does no harm, and with another hash is refused", async () => {
    const [deed] = await putDeeds(tenantId, 1);
    if (deed === undefined) throw new Error("no deed");
    await sequenceNow(tenantId);
    await actAs(tenantId, (db) => writeLeafSources(db, [deed]));
    expect(await sequenceNow(tenantId)).toEqual({ size: 1 });
    expect([await waiting(tenantId), await incidentsOf(tenantId)]).toEqual([0, []]);
    await actAs(tenantId, (db) => writeLeafSources(db, [{ ...deed, hash: Buffer.alloc(32, 1) }]));
    expect(await sequenceNow(tenantId)).toEqual({ size: 1 });
    expect((await stateOf(tenantId))?.halt_reason).toContain("the log has another hash for it");
  });
});

describe("an owner acknowledges", () => {
  it("what was forged is dropped, what a row contradicts is kept, and both are on record", async () => {
    await putAudits(tenantId, 1);
    await forgeSource();
    await asIntruder("update audit_logs set entry_hash = sha256('x') where tenant_id = $1", [tenantId]);
    await sequenceNow(tenantId);
    const done = await acknowledgeLogBreak(tenantId);
    expect(done).toMatchObject({ tenant_id: tenantId, kept: 1, dropped: 1 });
    const signed = await signCheckpoint(tenantId);
    const [entry] = await inspect()`
      select id, detail from audit_logs where tenant_id = ${tenantId} and action = 'log.break_acknowledged'`;
    expect(entry?.detail).toMatchObject({
      reason: done.reason,
      kept: [expect.any(String)],
      dropped: [expect.any(String)],
    });
    const leaves = await leavesOf(tenantId);
    expect(leaves.map((leaf) => leaf.source_id)).toContain(entry?.id);
    expect(signed.size).toBe(leaves.length);
    // The row that was changed is found still: the leaf says what it was.
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({
      status: "broken",
      log: { faults: 0, halted: null },
    });
  });

  it("a later failure is an incident of its own", async () => {
    await forgeSource();
    await sequenceNow(tenantId);
    await acknowledgeLogBreak(tenantId);
    await forgeSource();
    await sequenceNow(tenantId);
    expect(await incidentsOf(tenantId)).toHaveLength(2);
  });

  it("nothing where nothing is halted, and nobody where there is no such tenant", async () => {
    await putDeeds(tenantId, 1);
    await expect(acknowledgeLogBreak(tenantId)).rejects.toThrow(/not halted/);
    await expect(acknowledgeLogBreak(uuidv7())).rejects.toThrow(/no such tenant/);
  });
});

describe("C2: a database that was put back", () => {
  const tables = [
    ...["log_leaves", "log_nodes", "log_states", "checkpoints", "audit_chain", "audit_logs", "leaf_sources"],
    ...["incident_events", "incidents"],
  ];

  it("to before the last checkpoint: signing stops until it is acknowledged", async () => {
    await putAudits(tenantId, 5);
    await signCheckpoint(tenantId);
    const yesterday = await keepRows(tenantId, tables);
    await putAudits(tenantId, 5);
    const lost = await signCheckpoint(tenantId);
    await yesterday.back();
    // By itself the database is as sound as it was yesterday.
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ status: "verified" });
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/5 leaves, fewer than the 10 of the checkpoint file/);
    expect(await incidentsOf(tenantId)).toHaveLength(1);
    // As long as the lost one and longer, but not the same.
    await putAudits(tenantId, 20);
    await expect(signCheckpoint(tenantId)).rejects.toThrow();
    await acknowledgeLogBreak(tenantId);
    const signed = await signCheckpoint(tenantId);
    expect(signed.size).toBeGreaterThan(lost.size);
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ status: "verified", log: { halted: null } });
  });

  it("and filled up again to the same size with other deeds", async () => {
    await putDeeds(tenantId, 3);
    await signCheckpoint(tenantId);
    const yesterday = await keepRows(tenantId, tables);
    await putDeeds(tenantId, 4);
    await signCheckpoint(tenantId);
    await yesterday.back();
    await putDeeds(tenantId, 4);
    await expect(signCheckpoint(tenantId)).rejects.toThrow(
      /first 7 leaves of the log are not those of the checkpoint file/,
    );
  });

  it("the tail cut off, with every trace of it", async () => {
    await putDeeds(tenantId, 8);
    await signCheckpoint(tenantId);
    await putDeeds(tenantId, 1);
    await signCheckpoint(tenantId);
    await asIntruder("delete from log_leaves where tenant_id = $1 and leaf_index = 8", [tenantId]);
    await asIntruder("delete from checkpoints where tenant_id = $1 and size = 9", [tenantId]);
    await asIntruder(
      `update log_states s set size = 8, checkpoint_size = 8, checkpoint_at = c.signed_at, checkpoint_count = 1
      from checkpoints c where s.tenant_id = $1 and c.tenant_id = s.tenant_id`,
      [tenantId],
    );
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ log: { faults: 0 } });
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/fewer than the 9 of the checkpoint file/);
  });

  it("rows that contradict each other are not acknowledged away", async () => {
    await putDeeds(tenantId, 5);
    await signCheckpoint(tenantId);
    await asIntruder("delete from log_leaves where tenant_id = $1 and leaf_index = 4", [tenantId]);
    await putDeeds(tenantId, 1);
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/4 leaves where 5 were written/);
    await expect(acknowledgeLogBreak(tenantId)).rejects.toThrow(/restore the database/);
  });

  it("a checkpoint whose row was changed or taken away", async () => {
    await putDeeds(tenantId, 5);
    await signCheckpoint(tenantId);
    await asIntruder("update checkpoints set root_hash = sha256('x') where tenant_id = $1", [tenantId]);
    await putDeeds(tenantId, 1);
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/newest checkpoint in the database is not what was signed/);
    await asIntruder("update log_states set halted_at = null, halt_reason = null where tenant_id = $1", [tenantId]);
    await asIntruder("delete from checkpoints where tenant_id = $1", [tenantId]);
    await expect(signCheckpoint(tenantId)).rejects.toThrow(/newest checkpoint is not in the database/);
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ status: "broken" });
    await acknowledgeLogBreak(tenantId);
    expect(await signCheckpoint(tenantId)).toMatchObject({ size: expect.any(Number) });
    // What is gone was acknowledged too, and is on record.
    expect(await checkIntegrity(tenant.principal, {})).toMatchObject({ status: "verified" });
    const [entry] = await inspect()`
      select detail from audit_logs where tenant_id = ${tenantId} and action = 'log.break_acknowledged'`;
    expect(entry?.detail).toMatchObject({ checkpoints_signed: 1, checkpoints_left: 0 });
  });
});

describe("the checkpoint file", () => {
  it("has every note, and another process that reads it sees the newest", async () => {
    await putDeeds(tenantId, 2);
    const first = await signCheckpoint(tenantId);
    const path = env.CHECKPOINT_FILE ?? "";
    const fresh = new CheckpointFile(path);
    expect(await fresh.headOf(tenantId)).toMatchObject({ size: 2, root: first.root });
    await putDeeds(tenantId, 2);
    const second = await signCheckpoint(tenantId);
    expect(await fresh.headOf(tenantId)).toMatchObject({ size: 4, root: second.root });
    const text = readFileSync(path, "utf8");
    expect(text).toContain(JSON.stringify(second.note));
    const [key] = await noteKeys(tenantId);
    if (key === undefined) throw new Error("no key");
    expect(isSignedBy(second.note, key)).toBe(true);
    expect(await fresh.headOf(uuidv7())).toBeNull();
  });
});

/** Ended with a step open, whose result came after the seal. */
function lateRun(tokens = 5, { isEnded = true, isLate = true } = {}): RunWriter {
  const writer = new RunWriter();
  const step = { stepIndex: 1, stepType: "tool_call" };
  writer.admit(step, { input_tokens: tokens, output_tokens: 6, cost_units: 7 });
  if (isEnded) writer.complete("succeeded", "completed");
  if (!isEnded || !isLate) return writer;
  const usage = { input_tokens: tokens, output_tokens: 5, duration_ms: 3, cost_source: "unpriced" } as const;
  writer.result({ ...step, step: { status: "success", retry_count: 0 } }, usage, "late");
  return writer;
}

describe("C2: a run that a superuser made up", () => {
  it("verifies by itself and fails in the log", async () => {
    await putTenant(TENANT);
    const writer = lateRun();
    const began = new Date(writer.rows.run.startedAt.getTime() - 60_000);
    await actAs(TENANT, (db) =>
      writeLeafSources(db, [{ kind: "bundle", id: "first", hash: Buffer.alloc(32, 1), at: began }]),
    );
    await signCheckpoint(TENANT);
    await putWritten(writer.rows);
    const { runId, snapshotId } = writer.rows.run;
    const verify = () => verifyRunInLog(systemPrincipal(TENANT, "test"), runId);
    expect(await verify()).toMatchObject({ verified: false, reason: "not_in_log", checkpoint_size: null });
    // As the gate would have written it: then it is on its way, and then it is there.
    const { trace, snapshot } = writer.rows;
    if (!trace.sealHash || !trace.completedAt || !snapshot || !snapshotId) throw new Error("no seal");
    const late = writer.rows.records.filter((row) => row.kind === "late");
    const deeds = [
      { kind: "seal" as const, id: runId, hash: Buffer.from(trace.sealHash), at: trace.completedAt },
      { kind: "snapshot" as const, id: snapshotId, hash: Buffer.from(snapshot.contentHash), at: snapshot.createdAt },
      ...late.map((row) => {
        return {
          kind: "addendum" as const,
          id: `${runId}/${row.seq}`,
          hash: Buffer.from(row.hash),
          at: row.recordedAt,
        };
      }),
    ];
    await actAs(TENANT, (db) => writeLeafSources(db, deeds));
    expect(await verify()).toMatchObject({ verified: true, checkpoint_size: null });
    await sequenceNow(TENANT);
    expect(await verify()).toMatchObject({ verified: true, checkpoint_size: null });
    const { size } = await signCheckpoint(TENANT);
    expect(await verify()).toMatchObject({ verified: true, reason: null, checkpoint_size: size });
    await putDeeds(TENANT, 1);
    await signCheckpoint(TENANT);
    expect(await verify()).toMatchObject({ checkpoint_size: size });
    for (const [kind, reason] of [
      ["seal", null],
      ["snapshot", null],
      ["addendum", late[0]?.seq ?? 0],
    ] as const) {
      const kept = await keepRows(TENANT, ["log_leaves"]);
      await asIntruder("update log_leaves set hash = sha256('x') where tenant_id = $1 and kind = $2", [TENANT, kind]);
      expect(await verify()).toMatchObject({ verified: false, reason: "leaf_changed", first_bad_seq: reason });
      await kept.back();
    }
    const kept = await keepRows(TENANT, ["checkpoints"]);
    await asIntruder("update checkpoints set note = note || 'x' where tenant_id = $1 and size = $2", [TENANT, size]);
    expect(await verify()).toMatchObject({ verified: false, reason: "checkpoint_changed" });
    await kept.back();
    const made = ["cost_records", "record_payloads", "trace_records", "steps", "traces", "policy_snapshots"];
    const putInstead = async (other: RunWriter) => {
      for (const table of [...made, "policy_sets", "runs"]) {
        await asIntruder(`delete from ${table} where tenant_id = $1`, [TENANT]);
      }
      await putWritten(other.rows);
    };
    // C3: the whole run made again, with other figures and everything a stranger can compute.
    await putInstead(lateRun(6));
    expect(await verify()).toMatchObject({ verified: false, reason: "leaf_changed" });
    // Taken back to before its end, or without what came after it: what is left agrees with itself.
    await putInstead(lateRun(5, { isEnded: false }));
    expect(await verify()).toMatchObject({ verified: false, sealed: false, reason: "leaf_changed" });
    await putInstead(lateRun(5, { isLate: false }));
    expect(await verify()).toMatchObject({ verified: false, sealed: true, reason: "leaf_changed" });
    await putInstead(lateRun());
    expect(await verify()).toMatchObject({ verified: true });
  });
});
