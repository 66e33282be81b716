// F7: a run that is longer than a thread's memory is exported all the same: nothing of it is ever held whole.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifierPath } from "@/scripts/verifier.mjs";
import type { ThreadResult, ThreadTask } from "@/server/exports/make-in-thread";
import { ask, detailOf, download } from "@/server/exports/testing/exports-world";
import { fillRun } from "@/server/exports/testing/fill-run";
import { runInThread } from "@/server/platform/workers/run-in-thread";
import { type KeySeat, newKey, newSeat, newTenant, type Seat, sent } from "@/server/testing/callers";
import { keyHistory } from "@/server/transparency/keys";

const STEPS = 50_000;
/** A third of what the JSON comes to. */
const HEAP_MB = 48;

let tenantId: string;
let key: KeySeat;
let member: Seat;
let incidentId: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-export-"));
  tenantId = await newTenant(`streaming-${uuidv7().slice(-6)}`);
  [key, member] = [await newKey(tenantId, { name: "runner" }), await newSeat(tenantId, "member")];
  const rule = { name: "limit", rule_type: "token_limit", metric: "run.tokens", enforcement: "stop" };
  const owner = await newSeat(tenantId, "owner");
  await sent(owner.headers, "/policies/rules", { body: { ...rule, threshold: STEPS * 100 + 50 } });
  // A change of the rules holds for runs that start a second later.
  await sleep(1_100);
  const run_id = uuidv7();
  await sent(key.headers, "/runs", { body: { run_id, agent_id: "invoice-bot" } });
  await step(run_id, 1);
  await fillRun(run_id, STEPS);
  incidentId = String((await step(run_id, STEPS + 1)).incident_id);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

function step(runId: string, step_index: number): Promise<Record<string, unknown>> {
  const usage = { input_tokens: 60, output_tokens: 40, cost_cents: 0.25, duration_ms: 12 };
  const told = { input: { page: step_index, of: "invoices" }, output: { rows: 20 } };
  return sent(key.headers, `/runs/${runId}/steps`, {
    body: { step_index, step_type: "llm_call", status: "success", usage, ...told },
  });
}

async function madeInSmallThread(format: string) {
  const { status, body } = await ask(member, incidentId, "evidence", { body: { format } });
  expect(status).toBe(202);
  const data: ThreadTask = { tenantId, component: "exports.make", bundleId: String(body.bundle_id), isDocument: false };
  const limits = { heapMb: HEAP_MB, youngMb: 8, longestMs: 600_000 };
  expect(await runInThread<ThreadResult>("make-bundle", { data, ...limits })).toMatchObject({ failure: null });
  expect(await detailOf(member, data.bundleId)).toMatchObject({ status: "ready", attempts: 0 });
  return download(member, data.bundleId);
}

describe("F7: a run of more steps than a thread can hold", () => {
  it("as JSON Lines is made in a small heap, and verified in a smaller one", { timeout: 600_000 }, async () => {
    const { bytes } = await madeInSmallThread("json");
    const path = join(folder, "bundle.jsonl");
    writeFileSync(path, bytes);
    expect(statSync(path).size).toBeGreaterThan(2 * HEAP_MB * 1_048_576);
    const lines = bytes.toString("utf8", 0, 20_000).split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ bundle: { steps_included: true, total_steps: STEPS + 3 } });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      ...{ record: { seq: 1 }, salts: { input_salt: expect.any(String) }, step: { step_index: 1, records: [1] } },
    });
    const keys = (await keyHistory()).flatMap(({ public_key }) => ["--key", public_key]);
    const args = ["--max-old-space-size=40", verifierPath, path, ...keys];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stdout).toContain(`${STEPS + 3} records, each hashed with the one before it`);
    expect(status).toBe(0);
  });

  it("as CSV is a line a record, made in a small heap", { timeout: 600_000 }, async () => {
    const { bytes } = await madeInSmallThread("csv");
    const count = bytes.toString("latin1").split("\r\n").length - 1;
    expect(count).toBe(STEPS + 4);
  });
});
