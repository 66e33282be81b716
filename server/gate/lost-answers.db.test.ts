// A5: connections that break between COMMIT and its answer, on either side of the gate.

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gateFetch, isGatePath } from "@/server/gate/front-door";
import { CuttingProxy, isCommit } from "@/server/gate/testing/cutting-proxy";
import { diceOf } from "@/server/gate/testing/dice";
import { bindPolicies } from "@/server/gate/testing/drills";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { Ledger } from "@/server/gate/testing/ledger";
import { faultsOf } from "@/server/gate/testing/ledger-check";
import { LoadRunners } from "@/server/gate/testing/load-runner";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { provideDatabase } from "@/server/platform/env/env";
import { closeListener, createListener, listen } from "@/server/platform/http/listener";

const server = createListener({
  answersItself: isGatePath,
  answer: gateFetch,
  rest: async (_request, response) => void response.writeHead(404).end(),
});
const uncaught: unknown[] = [];
process.on("unhandledRejection", (error) => uncaught.push(error));
process.on("uncaughtException", (error) => uncaught.push(error));

let port = 0;
let database: CuttingProxy;
/** What becomes of the next COMMITs; nothing left: they pass. */
const commits: ("before" | "answer")[] = [];
let dice: ReturnType<typeof diceOf> | null = null;

beforeAll(async () => {
  const url = new URL(testDatabase().url);
  const fateOf = new WeakMap<Buffer, string>();
  database = await CuttingProxy.open(
    { host: url.hostname, port: Number(url.port) },
    {
      up(bytes) {
        if (!isCommit(bytes)) return "pass";
        const fate = commits.shift() ?? (dice?.oneIn(8) === true ? dice.pick(["before", "answer"] as const) : "pass");
        fateOf.set(bytes, fate);
        return fate === "before" ? "cut" : "pass";
      },
      down: (_bytes, sent) => (fateOf.get(sent) === "answer" ? "cut" : "pass"),
    },
  );
  url.port = String(database.port);
  provideDatabase({ ...testDatabase(), url: url.href });
  port = await listen(server, "127.0.0.1", 0);
});

afterAll(async () => {
  await closeListener(server, 1_000);
  await database.close();
  expect(uncaught).toEqual([]);
});

async function storedAnswers(runId: string): Promise<string[]> {
  const rows = await inspect()<{ answer: Buffer }[]>`
    select answer from trace_records where run_id = ${runId} and answer is not null order by seq`;
  return rows.map((row) => row.answer.toString("utf8"));
}

test.each(["cut", "half"] as const)(
  "A5: the answer was lost (%s); the replay is the stored answer, byte for byte, counted once",
  async (fate) => {
    const world = await GateWorld.mint();
    const run = await world.start();
    const isStep = (sent: Buffer) => sent.includes("/steps");
    const fates: ("cut" | "half")[] = [fate];
    const proxy = await CuttingProxy.open(
      { host: "127.0.0.1", port },
      {
        down: (_bytes, sent) => (isStep(sent) ? (fates.shift() ?? "pass") : "pass"),
      },
    );
    const body = JSON.stringify({ step_index: 1, step_type: "llm_call", status: "success", usage: used(70) });
    const post = async () => {
      const response = await fetch(`http://127.0.0.1:${proxy.port}/api/v1/runs/${run.run_id}/steps`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${world.key}`,
          "content-type": "application/json",
          "idempotency-key": "step-1",
        },
        body,
      });
      return {
        text: await response.text(),
        status: response.status,
        replayed: response.headers.get("idempotent-replayed"),
      };
    };
    await expect(post()).rejects.toThrow();
    const [again, oncemore] = [await post(), await post()];
    expect(proxy.cuts).toBe(1);
    const [stored] = await storedAnswers(run.run_id);
    expect(again).toEqual({ text: stored, status: 200, replayed: "true" });
    expect(oncemore).toEqual(again);
    expect(await world.get(run)).toMatchObject({ tokens_used: 70, steps_completed: 1 });
    await proxy.close();
  },
);

test.each(["before", "answer"] as const)(
  "A5: the gate lost its connection at COMMIT (%s): decided once, answered once",
  async (fate) => {
    const world = await GateWorld.mint();
    await world.rule({ threshold: 100, enforcement: "stop" });
    // The key is known and its use noted, so that the next COMMITs are the gate's own.
    await world.start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    commits.push(fate);
    const started = await world.send("", { agent_id: "invoice-bot", run_id: randomUUID() });
    expect(started.status, started.text).toBe(fate === "answer" ? 200 : 201);
    const run = { run_id: String(started.body.run_id) };
    await world.report(run, { step_index: 1 }, used(60));
    commits.push(fate);
    const first = await world.step(run, { step_index: 2, status: "success", usage: used(20) });
    expect(first.status, first.text).toBe(200);
    expect(first.headers.get("idempotent-replayed")).toBe(fate === "answer" ? "true" : null);
    commits.push(fate);
    const blocked = await world.step(run, { step_index: 3, status: "success", usage: used(40) });
    expect(blocked.body).toMatchObject({ decision: { action: "block", enforcement: "stop" } });
    expect(await storedAnswers(run.run_id)).toHaveLength(3);
    const [counts] = await inspect()`
    select (select count(*)::int from incidents where source_run_id = ${run.run_id}) as incidents,
      (select count(*)::int from policy_enforcements where run_id = ${run.run_id}) as enforcements,
      (select count(*)::int from cost_records where run_id = ${run.run_id}) as costs`;
    expect(counts).toEqual({ incidents: 1, enforcements: 1, costs: 3 });
    const other = await world.start();
    commits.push(fate);
    const ended = await world.send(`/${other.run_id}/complete`, { status: "succeeded" });
    expect(ended.status, ended.text).toBe(200);
    expect(await world.get(other)).toMatchObject({ status: "succeeded" });
  },
);

test.each([
  ["before", "approve"],
  ["answer", "approve"],
  ["before", "deny"],
  ["answer", "deny"],
] as const)(
  "A5: the connection was lost at the COMMIT (%s) of a release (%s): done once, answered as done",
  async (fate, decision) => {
    const world = await GateWorld.mint();
    await world.rule({ threshold: 50, enforcement: "pause" });
    const run = await world.start();
    await world.report(run, { step_index: 1 }, used(60));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const release = () => world.manage("POST", `/runs/${run.run_id}/release`, { decision, reason: "looked at" });
    commits.push(fate);
    const first = await release();
    const status = decision === "approve" ? "running" : "failed_policy";
    expect([first.status, first.body.status], first.text).toEqual([200, status]);
    const again = await release();
    expect([again.status, again.text, again.headers.get("idempotent-replayed")]).toEqual([200, first.text, "true"]);
    expect(await world.count("trace_records", "kind = 'release'")).toBe(1);
  },
);

test("A5: a lost look-up of the key or of an earlier answer is looked up again", async () => {
  const world = await GateWorld.mint();
  commits.push("answer", "answer", "before");
  const sent = await world.send("", { agent_id: "invoice-bot" }, { "idempotency-key": "start-1" });
  expect([200, 201]).toContain(sent.status);
  const again = await world.send("", { agent_id: "invoice-bot" }, { "idempotency-key": "start-1" });
  expect(again.text).toBe(sent.text);
  const [{ n } = { n: 0 }] = await inspect()<{ n: number }[]>`
    select count(*)::int as n from runs where tenant_id = ${world.tenant.tenantId}`;
  expect(n).toBe(1);
});

test("A5: every eighth COMMIT cut, every tenth answer dropped, 32 clients: all acknowledged, each counted once", async () => {
  const tenant = await mintTenant();
  await bindPolicies(tenant);
  const seed = 20_260_505;
  const answers = diceOf(seed);
  const proxy = await CuttingProxy.open(
    { host: "127.0.0.1", port },
    {
      down: () => (answers.oneIn(10) ? answers.pick(["cut", "half"] as const) : "pass"),
    },
  );
  const ledger = new Ledger();
  const load = { port: () => proxy.port, key: tenant.key, seed, clients: 32, runs: 40, pauseMs: 10, timeoutMs: 15_000 };
  const runners = new LoadRunners(load, ledger);
  dice = diceOf(seed + 1);
  const cutBefore = database.cuts;
  await runners.start();
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  await runners.finish();
  dice = null;
  expect(await faultsOf({ sql: inspect(), tenantId: tenant.tenantId, ledger })).toEqual([]);
  expect(proxy.cuts).toBeGreaterThan(20);
  expect(database.cuts - cutBefore).toBeGreaterThan(5);
  expect(ledger.replays).toBeGreaterThan(10);
  console.info(
    JSON.stringify({
      acks: ledger.acks,
      replays: ledger.replays,
      cuts: [proxy.cuts, database.cuts],
      slowestMs: ledger.slowestMs,
    }),
  );
  await proxy.close();
}, 60_000);

test("the account finds what is missing, what is there twice, and what was answered otherwise", async () => {
  const tenant = await mintTenant();
  await bindPolicies(tenant);
  const ledger = new Ledger();
  const load = { port: () => port, key: tenant.key, seed: 7, clients: 4, runs: 3, pauseMs: 5, timeoutMs: 5_000 };
  const runners = new LoadRunners(load, ledger);
  await runners.start();
  await new Promise((resolve) => setTimeout(resolve, 500));
  await runners.finish();
  const check = () => faultsOf({ sql: inspect(), tenantId: tenant.tenantId, ledger });
  expect(await check()).toEqual([]);
  const [key, told] = [...ledger.told].find(([, one]) => one.phase === "result") ?? [];
  if (key === undefined || told === undefined) throw new Error("the load did nothing");
  ledger.told.delete(key);
  expect(await check()).not.toEqual([]);
  ledger.told.set(`${key}x`, told).set(key, told);
  expect(await check()).toContainEqual(expect.stringContaining("acknowledged and lost"));
  ledger.told.delete(`${key}x`);
  ledger.told.set(key, { ...told, answer: "another" });
  expect(await check()).toEqual([`${key}: another answer is stored`]);
  ledger.told.set(key, told);
  await inspect()`update limit_counters set used = used + 1 where tenant_id = ${tenant.tenantId}`;
  expect((await check()).length).toBeGreaterThan(0);
});
