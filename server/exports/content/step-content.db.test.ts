import { beforeAll, expect, it } from "vitest";
import { type RecordPage, stepPages, stepsAt } from "@/server/exports/content/step-content";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { asTenant } from "@/server/platform/db/tenant-db";

let gate: GateWorld;
let run: { runId: string; startedAt: Date };

beforeAll(async () => {
  gate = await GateWorld.mint();
  const { run_id } = await gate.start();
  for (const step_index of [1, 2, 3]) await gate.admit({ run_id }, { step_index, input: { n: step_index } });
  for (const index of [3, 1]) await gate.result({ run_id }, index, used(10), { output: { n: index } });
  run = { runId: run_id, startedAt: new Date(0) };
});

async function recordsOfRun(): Promise<RecordPage> {
  const rows = await gate.rows("trace_records", `run_id = '${run.runId}'`);
  const records = rows.map(({ step_index, seq, hash, body }) => ({
    ...{ step_index: Number(step_index), seq: Number(seq), hash: Buffer.from(hash as Uint8Array) },
    commitments: (body as { commitments: Record<string, unknown> }).commitments,
  }));
  return records.sort((one, other) => one.seq - other.seq);
}

it.each([
  ["all their records", 0, 5],
  ["only the records that they begin with", 0, 3],
  ["a record in the middle", 1, 2],
])("steps read beside a page that holds %s are those of the whole list", async (_what, from, to) => {
  const page = (await recordsOfRun()).slice(from, to);
  const [whole, beside] = await asTenant(gate.tenant.principal, async (db) => {
    const pages = [];
    for await (const some of stepPages(db, run)) pages.push(...some);
    return [pages, await stepsAt(db, run, { indexes: [1, 2, 3], page })];
  });
  expect([...beside.values()].sort((one, other) => one.step_index - other.step_index)).toEqual(whole);
  expect(whole.map((step) => step.records)).toEqual([[1, 5], [2], [3, 4]]);
  expect(whole.map((step) => [step.input_commit !== null, step.output_commit !== null])).toEqual([
    [true, true],
    [true, false],
    [true, true],
  ]);
});
