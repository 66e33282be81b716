import { eq } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { runs, steps, traceRecords } from "@/db/schema/activity";
import { RunWriter, TENANT } from "@/server/evidence/testing/run-writer";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { putTenant, putWritten } from "./testing/world";
import { verifyRunById } from "./verify-run";

const system = systemPrincipal(TENANT, "test");
const writer = new RunWriter();
const { runId } = writer.rows.run;
const usage = { input_tokens: 10, output_tokens: 5, duration_ms: 1, cost_units: 7, cost_source: "computed" } as const;

/** Posts the next step as the gate does: the run's lock first, then record, step and run in one transaction. */
async function post(): Promise<void> {
  writer.report({ stepIndex: writer.rows.steps.length + 1, stepType: "tool_call" }, usage);
  const [record, step] = [writer.rows.records.at(-1), writer.rows.steps.at(-1)];
  if (record === undefined || step === undefined) throw new Error("nothing was written");
  const { seq, headHash, inputTokens, outputTokens, costUnits, stepsCompleted } = writer.rows.run;
  const totals = { inputTokens, outputTokens, costUnits, stepsCompleted };
  await asTenant(system, async (db) => {
    await db.lock(runs, eq(runs.runId, runId));
    const bytes = { canonical: Buffer.from(record.canonical), hash: Buffer.from(record.hash) };
    const asked = { requestHash: Buffer.from(record.requestHash ?? []), answer: Buffer.from(record.answer ?? []) };
    await db.insert(traceRecords, { ...record, ...bytes, ...asked });
    await db.insert(steps, step);
    await db.update(
      runs,
      { seq, ...totals, headHash: Buffer.from(headHash), lastStepIndex: step.stepIndex },
      eq(runs.runId, runId),
    );
  });
}

const atOnce = <T>(work: (db: TenantDb) => Promise<T>) => asTenant(system, work, { isSnapshot: true });
const verify = () => atOnce((db) => verifyRunById(db, runId));

beforeAll(async () => {
  await putTenant(TENANT);
  await putWritten(writer.rows);
});

it("verifies a run that has only begun", async () => {
  expect(await verify()).toMatchObject({ verified: true, sealed: false, checked: 0 });
});

it("never takes a run that moves for one that was changed", async () => {
  const isDone = { writing: false };
  const writing = (async () => {
    for (let n = 0; n < 150; n += 1) await post();
    isDone.writing = true;
  })();
  const answers = [];
  while (!isDone.writing) answers.push(await verify());
  await writing;
  expect(answers.length).toBeGreaterThan(5);
  expect(answers.filter((answer) => answer?.verified !== true)).toEqual([]);
  expect(await verify()).toMatchObject({ verified: true, checked: 150 });
});

it("holds up nobody: steps go on while a verification is under way, and it sees none of them", async () => {
  await atOnce(async (db) => {
    expect(await verifyRunById(db, runId)).toMatchObject({ verified: true, checked: 150 });
    await post();
    expect(await verifyRunById(db, runId)).toMatchObject({ verified: true, checked: 150 });
  });
  expect(await verify()).toMatchObject({ verified: true, checked: 151 });
});

it("cannot write", async () => {
  const written = atOnce((db) => db.update(runs, { seq: 9_999 }, eq(runs.runId, runId)));
  await expect(written).rejects.toMatchObject({ cause: { code: "25006" } });
});

it.each([
  ["a record taken out of the middle", "delete from trace_records where seq = 70", "gap", 70],
  ["the newest record taken away", "delete from trace_records where seq = 151", "missing_tail", 151],
])("finds %s", async (_, deed, reason, seq) => {
  const sql = inspect();
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`create table kept as select * from trace_records`;
    await tx.unsafe(deed);
  });
  expect(await verify()).toMatchObject({ verified: false, reason, first_bad_seq: seq });
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`insert into trace_records select * from kept on conflict do nothing`;
    await tx`drop table kept`;
  });
  expect(await verify()).toMatchObject({ verified: true });
});
