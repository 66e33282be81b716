// Catalogue B over several app processes that share one PostgreSQL: nothing a process remembers may let a limit be passed.

import { randomBytes } from "node:crypto";
import { v4 as uuidv4 } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GateProcess } from "@/server/gate/testing/gate-process";
import { decided, GateWorld, type Sent, together, used } from "@/server/gate/testing/gate-world";
import type { StepAnswer } from "@/server/gate/wire";
import { testDatabase } from "@/server/platform/db/testing/test-database";

const processes: GateProcess[] = [];
let gate: GateWorld;

beforeAll(async () => {
  const settings = { HOLDPOINT_MAC_KEY: randomBytes(32).toString("hex") };
  for (let i = 0; i < 4; i++) processes.push(await GateProcess.start(testDatabase().url, settings));
}, 60_000);
afterAll(async () => {
  await Promise.all(processes.map((process) => process.end("SIGTERM")));
});
beforeEach(async () => {
  gate = await GateWorld.mint();
  let turn = 0;
  // Every call goes to the next process. A machine that is too slow for its locks may say "not now": then as any runner
  // does, the same call again.
  gate.door = async (request) => {
    const { pathname } = new URL(request.url);
    const body = request.method === "POST" ? await request.text() : null;
    for (;;) {
      const { port } = processes[turn++ % processes.length] ?? { port: 0 };
      const url = `http://127.0.0.1:${port}${pathname}`;
      const response = await fetch(url, { method: request.method, headers: request.headers, body });
      if (response.status !== 503) return response;
      await response.body?.cancel();
    }
  };
});

/** A start by its id, so that it may be asked for again. */
function started(): Promise<Sent> {
  return gate.send("", { run_id: uuidv4(), agent_id: "invoice-bot" });
}

const isAllowed = (step: StepAnswer) => step.decision.action === "allow";

describe("B2: 4 processes, one database", () => {
  test("64 admissions at once on one run near its budget: exactly what fits, in order, without a gap", async () => {
    await gate.rule({ threshold: 10_000 });
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(9_000));
    const asked = await together(64, () => gate.admit(run, { step_id: uuidv4() }, 100));
    expect(asked.filter(isAllowed)).toHaveLength(10);
    expect(asked.filter(({ decision }) => decision.enforcement === "refuse")).toHaveLength(54);
    await Promise.all(asked.filter(isAllowed).map((step) => gate.result(run, step.step_index, used(50))));
    expect((await together(64, () => gate.admit(run, { step_id: uuidv4() }, 100))).filter(isAllowed)).toHaveLength(5);
    const records = await gate.rows("trace_records");
    expect(records.map(({ seq }) => Number(seq)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 26 }, (_, i) => i + 1),
    );
    await gate.proveEvidence();
  });

  test("64 admissions at once over 8 runs that share a budget; the same key posted to all four is one step", async () => {
    const limit = await gate.limit({ max_value: 2_000 });
    const runs = await together(8, () => gate.start({ run_id: uuidv4() }));
    const asked = await together(64, (i) => gate.admit(runs[i % 8] ?? { run_id: "" }, { step_id: uuidv4() }, 100));
    expect(asked.filter(isAllowed)).toHaveLength(20);
    expect(await gate.rows("limit_counters", `limit_id = '${limit}'`)).toMatchObject([{ used: "0", reserved: "2000" }]);
    const [run = { run_id: "" }] = runs;
    const body = { step_id: uuidv4(), status: "success", usage: used(0) };
    const same = await together(16, () => gate.step(run, body));
    expect(new Set(same.map(({ text }) => text)).size).toBe(1);
    await gate.proveEvidence();
  });

  test("reports of one run are serialised over all processes: at most one takes the limit over", async () => {
    await gate.rule({ threshold: 1_000 });
    const run = await gate.start();
    const sent = await together(64, () => gate.step(run, { step_id: uuidv4(), status: "success", usage: used(70) }));
    const done = sent.filter(({ status }) => status === 200).map(decided);
    expect(done).toHaveLength(15);
    expect(await gate.get(run)).toMatchObject({ tokens_used: 1_050, status: "failed_policy" });
    await gate.proveEvidence();
  });
});

test("B4: 8 starts with one id over 4 processes make one run", async () => {
  const body = { run_id: uuidv4(), agent_id: "never-seen" };
  const sent = await together(8, () => gate.send("", body));
  expect(sent.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201]);
  expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
  expect(await gate.count("runs")).toBe(1);
});

test("B5: N + 64 at once over 4 processes: exactly N pass, for steps and for starts", async () => {
  const rate = { limit_category: "RATE", reset_period: null, window_seconds: 600 };
  await gate.limit({ ...rate, limit_type: "STEPS", max_value: 30 });
  await gate.limit({ ...rate, limit_type: "RUNS", max_value: 12 });
  const sent = await together(76, started);
  const runs = sent.filter(({ status }) => status === 201).map(({ body }) => ({ run_id: String(body.run_id) }));
  expect(runs).toHaveLength(12);
  expect(sent.filter(({ status }) => status === 429)).toHaveLength(64);
  const asked = await together(94, (i) => gate.admit(runs[i % 12] ?? { run_id: "" }, { step_id: uuidv4() }));
  expect(asked.filter(isAllowed)).toHaveLength(30);
});

test("CONCURRENT_RUNS holds over 4 processes", async () => {
  await gate.limit({ limit_category: "THRESHOLD", limit_type: "CONCURRENT_RUNS", reset_period: null, max_value: 7 });
  const sent = await together(48, started);
  expect(sent.filter(({ status }) => status === 201)).toHaveLength(7);
  expect(sent.filter(({ status }) => status === 429)).toHaveLength(41);
});

test("B6: 64 in flight when one blocks: no allow after the block's commit, exactly one incident", async () => {
  await gate.rule({ threshold: 1_000 });
  const run = await gate.start();
  const open = await together(32, () => gate.admit(run, { step_id: uuidv4() }, 1));
  const blocking = () => gate.step(run, { step_id: uuidv4(), status: "success", usage: used(2_000) });
  const sent: Sent[] = await Promise.all([
    ...open.slice(0, 16).map((step) => result(step)),
    ...Array.from({ length: 32 }, () =>
      gate.step(run, { step_id: uuidv4(), estimate: { output_tokens: 1, cost_cents: 0 } }),
    ),
    blocking(),
    blocking(),
    ...open.slice(16).map((step) => result(step)),
  ]);
  const told = sent.filter(({ status }) => status === 200).map(decided);
  const blocks = told.filter(({ decision }) => decision.action === "block");
  expect(blocks).toHaveLength(1);
  const seq = blocks[0]?.seq ?? 0;
  const after = told.filter((step) => Number(step.seq) > seq);
  expect(after.every((step) => step.late === true)).toBe(true);
  const records = await gate.rows("trace_records", `seq > ${seq}`);
  expect(new Set(records.map(({ kind }) => kind))).toEqual(
    new Set(["violation", "stopped", ...(after.length > 0 ? ["late"] : [])]),
  );
  for (const one of sent.filter(({ status }) => status !== 200))
    expect(one.body).toMatchObject({ status: 409, run_status: "failed_policy" });
  expect(await gate.count("incidents")).toBe(1);
  await gate.proveEvidence();

  function result(step: StepAnswer): Promise<Sent> {
    return gate.send(`/${run.run_id}/steps/${step.step_index}/result`, { status: "success", usage: used(1) });
  }
});

test("B7: 64 clients of one run over 4 processes, cold runs beside it: seq has no gap, nothing counts twice", async () => {
  const hot = await gate.start();
  const cold = await together(8, () => gate.start({ run_id: uuidv4() }));
  await together(64, async () => {
    for (let i = 0; i < 5; i++) await gate.report(hot, { step_id: uuidv4() }, used(1));
  });
  await Promise.all(cold.map((run) => gate.report(run, { step_index: 1 }, used(1))));
  const seqs = (await gate.rows("trace_records", `run_id = '${hot.run_id}'`)).map(({ seq }) => Number(seq));
  expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 320 }, (_, i) => i + 1));
  expect(await gate.get(hot)).toMatchObject({ tokens_used: 320, steps_completed: 320 });
  await gate.proveEvidence();
});

test("B8: a policy edited under load: every decision names one version, its run's; the next start has the new one", async () => {
  const name = "edited";
  // The threshold says which version it is.
  const policy = await gate.rule({ name, metric: "step.tokens", threshold: 1, enforcement: "warn" });
  let version = 1;
  let isOver = false;
  const wrong: string[] = [];
  const client = async () => {
    while (!isOver) {
      const inForce = version;
      const run = await gate.start({ run_id: uuidv4() });
      const frozen = run.policy_snapshot.policies[0]?.version ?? 0;
      if (frozen < inForce) wrong.push(`a run that started after version ${inForce} froze ${frozen}`);
      for (let i = 1; i <= 3; i++) {
        const { decision } = await gate.report(run, { step_index: i }, used(1_000));
        if (decision.policy_id !== policy || decision.threshold_value !== String(frozen))
          wrong.push(JSON.stringify(decision));
      }
    }
  };
  const clients = together(8, () => client().catch((error: unknown) => wrong.push(String(error))));
  for (let edit = 2; edit <= 12; edit++) {
    const body = {
      name,
      rule_type: "token_limit",
      metric: "step.tokens",
      enforcement: "warn",
      threshold: edit,
      version,
    };
    const sent = await gate.manage("PUT", `/policies/rules/${policy}`, body);
    expect(sent.status, sent.text).toBe(200);
    version = edit;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  isOver = true;
  await clients;
  expect(wrong).toEqual([]);
  const decisions = await gate.rows("trace_records", "kind = 'report'");
  const named = decisions.map(
    ({ body }) => (body as { decision: { policy_version: number; threshold_value: string } }).decision,
  );
  for (const decision of named) expect(decision.threshold_value).toBe(String(decision.policy_version));
  expect(new Set(named.map((decision) => decision.policy_version)).size).toBeGreaterThan(3);
});
