// PostgreSQL has instants that no evidence can name: infinity, and years of more than four digits. Written into a run past
// every trigger they are a finding, and not an error of verification.

import { beforeAll, expect, test } from "vitest";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { inspect } from "@/server/platform/db/testing/test-database";

let gate: GateWorld;
let run: { run_id: string; trace_id: string };

beforeAll(async () => {
  gate = await GateWorld.mint();
  await gate.rule({ threshold: 100 });
  run = await gate.start();
  await gate.report(run, { step_index: 1 }, used(60));
  await gate.report(run, { step_index: 2 }, used(60));
});

type Place = { table: string; column: string; at: string };

/** Puts the instant there, past every trigger; where the row stands then. */
async function put({ table, column, at }: Place, instant: string): Promise<string> {
  return inspect().begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    const text = `update ${table} set ${column} = $2::text::timestamptz where ctid = $1::text::tid returning ctid::text as at`;
    const [moved] = await tx.unsafe(text, [at, instant]);
    return String(moved?.at);
  });
}

const verdict = () => gate.send(`/${run.run_id}/verify`);

test.each([
  ["runs", "started_at", "trace_changed"],
  ["runs", "completed_at", "run_changed"],
  ["traces", "started_at", "trace_changed"],
  ["traces", "completed_at", "trace_changed"],
  ["traces", "violation_timestamp", "trace_changed"],
  ["policy_snapshots", "created_at", "snapshot_changed"],
  ["trace_records", "recorded_at", "record_changed"],
  ["steps", "recorded_at", "step_changed"],
  ["steps", "settled_at", "step_changed"],
])("C1: %s.%s", async (table, column, reason) => {
  expect((await verdict()).body).toMatchObject({ verified: true, sealed: true });
  const [row] = await inspect().unsafe(
    `select ctid::text as at, ${column}::text as kept from ${table} where run_id = $1 limit 1`,
    [run.run_id],
  );
  let at = String(row?.at);
  for (const instant of ["infinity", "-infinity", "20000-01-01", "0044-03-15 BC"]) {
    at = await put({ table, column, at }, instant);
    const { status, body } = await verdict();
    expect([instant, status, body]).toMatchObject([instant, 200, { verified: false, reason }]);
  }
  await put({ table, column, at }, String(row?.kept));
});
