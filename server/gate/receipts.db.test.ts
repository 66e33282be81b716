// What a runner can keep: a signed note in the answers of a start, a block and an end, over the very record it is about.

import { expect, test } from "vitest";
import { verifyRunById } from "@/server/activity/verify-run";
import { writeHash } from "@/server/evidence/hash";
import { readReceipt } from "@/server/evidence/receipt";
import { isSignedBy, openNote } from "@/server/evidence/signed-note";
import { decided, GateWorld, type Sent, used } from "@/server/gate/testing/gate-world";
import { asTenant } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { signers } from "@/server/transparency/keys";

/** What a receipt says, once its signature has been found good; null for an answer without one. */
async function receiptIn(world: GateWorld, sent: Sent) {
  const note = sent.body.receipt;
  if (note === undefined) return null;
  expect(Object.keys(sent.body).at(-1)).toBe("receipt");
  const keys = await signers(world.tenant.tenantId);
  expect(keys.map((key) => isSignedBy(String(note), key))).toEqual([true]);
  const says = readReceipt(openNote(String(note))?.text ?? "");
  expect(says?.origin).toBe(keys[0]?.name);
  expect(says?.origin.endsWith(`/${world.tenant.tenantId}`)).toBe(true);
  return says;
}

type Stored = { seq: number; hash: Buffer; recorded_at: Date; answer: Buffer | null };

async function stored(world: GateWorld, runId: string, seq: number): Promise<Stored> {
  const [row] = await inspect()<Stored[]>`
    select seq, hash, recorded_at, answer from trace_records
    where tenant_id = ${world.tenant.tenantId} and run_id = ${runId} and seq = ${seq}`;
  if (row === undefined) throw new Error(`there is no record ${seq}`);
  return row;
}

/** What a receipt of that record must say. */
async function recordOf(world: GateWorld, runId: string, seq: number) {
  const { hash, recorded_at } = await stored(world, runId, seq);
  return { run_id: runId, seq, hash: writeHash(hash), recorded_at: recorded_at.toISOString() };
}

test("a start's is over the genesis, and comes back with the stored answer", async () => {
  const world = await GateWorld.mint();
  const body = { run_id: "0197a2b4-0000-7000-8000-00000000000a", agent_id: "invoice-bot" };
  const first = await world.send("", body);
  const [trace] = await world.rows("traces");
  expect(await receiptIn(world, first)).toMatchObject({
    run_id: body.run_id,
    seq: 0,
    hash: writeHash(trace?.genesis_hash as Buffer),
    recorded_at: first.body.started_at,
  });
  const again = await world.send("", body);
  expect([again.status, again.text]).toEqual([200, first.text]);
});

test("a block's is over its record; allowed, warned and refused steps have none", async () => {
  const world = await GateWorld.mint();
  await world.rule({ threshold: 100 });
  await world.rule({ threshold: 50, enforcement: "warn" });
  await world.limit({ max_value: 70, enforcement: "refuse" });
  const run = await world.start();
  const post = (step_index: number, more: object) => world.step(run, { step_index, ...more });
  const allowed = await post(1, { status: "success", usage: used(10) });
  const warned = await post(2, { status: "success", usage: used(50) });
  const refused = await post(3, { estimate: { output_tokens: 20, cost_cents: 0 } });
  expect([allowed, warned, refused].map((sent) => decided(sent).decision.enforcement)).toEqual([
    "none",
    "none",
    "refuse",
  ]);
  expect([allowed, warned, refused].map(({ body }) => "receipt" in body)).toEqual([false, false, false]);
  const stopping = { status: "success", usage: used(500) };
  const stopped = await post(3, stopping);
  expect(decided(stopped).decision.enforcement).toBe("stop");
  const says = await receiptIn(world, stopped);
  expect(says).toMatchObject(await recordOf(world, run.run_id, Number(stopped.body.seq)));
  expect(says?.hash).toBe(stopped.body.content_hash);
  expect((await post(3, stopping)).text).toBe(stopped.text);
  await world.proveEvidence();
});

test("a pausing admission's is over the pause", async () => {
  const world = await GateWorld.mint();
  await world.rule({ threshold: 100, enforcement: "pause" });
  const run = await world.start();
  const paused = await world.step(run, { step_index: 1, estimate: { output_tokens: 500, cost_cents: 0 } });
  expect(decided(paused).decision.enforcement).toBe("pause");
  expect(await receiptIn(world, paused)).toMatchObject(await recordOf(world, run.run_id, 1));
});

test("an end's is over the closing record, and comes back with the stored answer", async () => {
  const world = await GateWorld.mint();
  const run = await world.start();
  await world.report(run, { step_index: 1 }, used(5));
  const ended = await world.complete(run);
  expect(await receiptIn(world, ended)).toMatchObject(await recordOf(world, run.run_id, 2));
  expect((await world.complete(run)).text).toBe(ended.text);
  expect("receipt" in (await world.send(`/${run.run_id}`)).body).toBe(false);
});

/** Changes the stored answer of the run's first record, past every trigger. */
async function tamper(world: GateWorld, runId: string, change: (answer: string) => string): Promise<void> {
  const { answer } = await stored(world, runId, 1);
  const changed = Buffer.from(change(String(answer)), "utf8");
  await inspect().begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`update trace_records set answer = ${changed} where tenant_id = ${world.tenant.tenantId} and run_id = ${runId} and seq = 1`;
  });
}

const flipped = (text: string, at: number) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

test.each<[string, (answer: string, other: string) => string]>([
  ["another signature", (answer) => flipped(answer, answer.lastIndexOf(" ") + 20)],
  ["another seq", (answer) => answer.replace(/\\nseq \d+/, "\\nseq 7")],
  ["another name", (answer) => answer.replace(/"receipt"/, '"receipu"')],
  [
    "another record's receipt",
    (answer, other) => answer.replace(/,"receipt":"[^"]*"/, `,"receipt":${JSON.stringify(other)}`),
  ],
])("verify finds a stored receipt that was changed: %s", async (_, change) => {
  const world = await GateWorld.mint();
  await world.rule({ threshold: 100 });
  const run = await world.start();
  await world.report(run, { step_index: 1 }, used(500));
  await tamper(world, run.run_id, (answer) => change(answer, run.receipt));
  const keys = await signers(world.tenant.tenantId);
  const verified = await asTenant(world.tenant.principal, (db) => verifyRunById(db, run.run_id, keys));
  expect(verified).toMatchObject({ verified: false, reason: "answer_changed", first_bad_seq: 1 });
});
