// The kill-switch: nothing starves it, it says it is effective when it is, and its flag is met wherever a run is met.

import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sweepOnce } from "@/server/gate/sweeper";
import { GateWorld, together, until, used } from "@/server/gate/testing/gate-world";
import { holdRun } from "@/server/gate/testing/held-rows";
import { inspect } from "@/server/platform/db/testing/test-database";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

const target = (type: string, id: string) => ({ type, id, reason: "drill" });
const setFreeze = (type: string, id: string) => gate.manage("POST", "/policies/freezes", target(type, id));

async function keyOf(fields: object = {}) {
  const body = { name: uuidv4(), scopes: ["runs:write", "runs:read"], expires_at: null, agent_ids: [], ...fields };
  const made = await gate.manage("POST", "/connectivity/api-keys", body);
  expect(made.status, made.text).toBe(201);
  return { id: String(made.body.key_id), header: { authorization: `Bearer ${made.body.key}` } };
}

/** Starts of one agent from ten clients, as fast as they are answered, while `act` is done. */
async function underStorm<T>(act: () => Promise<T>) {
  let isOver = false;
  const statuses = new Map<number, number>();
  const storm = together(10, async () => {
    while (!isOver) {
      const { status } = await gate.send("", { agent_id: "rogue" });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  await until(async () => (statuses.get(201) ?? 0) > 20);
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("it starved")), 20_000));
  try {
    return { done: await Promise.race([act(), late]), statuses };
  } finally {
    isOver = true;
    await storm;
  }
}

describe("under a storm of starts", () => {
  test.each(["agent", "tenant"])("a freeze of the %s gets through, and leaves no run alive", async (type) => {
    const { done, statuses } = await underStorm(async () => {
      const set = await setFreeze(type, type === "agent" ? "rogue" : gate.tenant.tenantId);
      // Starts go on meanwhile, and are refused.
      await new Promise((resolve) => setTimeout(resolve, 200));
      return set;
    });
    expect(done.status, done.text).toBe(201);
    expect(done.body.effective_at).not.toBeNull();
    expect([...statuses.keys()].sort()).toEqual([201, 403]);
    expect(await gate.count("runs", "completed_at is null")).toBe(0);
    const started = await gate.count("runs", "refusal_reason is null");
    expect(started).toBe(statuses.get(201));
  });

  test("an edit of policies, a revocation and a lift get through", async () => {
    const key = await keyOf();
    const frozen = await setFreeze("agent", "another-bot");
    const rule = { name: "late", rule_type: "token_limit", metric: "run.tokens", enforcement: "stop", threshold: 1 };
    const { done } = await underStorm(async () => [
      await gate.manage("POST", "/policies/rules", rule),
      await gate.manage("DELETE", `/connectivity/api-keys/${key.id}`, {}),
      await gate.manage("DELETE", `/policies/freezes/${frozen.body.freeze_id}`, { reason: "over" }),
    ]);
    expect(done.map((sent) => sent.status)).toEqual([201, 200, 200]);
  });

  test("a kill with on_kill is answered as the kill it is", async () => {
    await gate.rule({ threshold: 100, enforcement: "kill", on_kill: "freeze_agent" });
    const run = await gate.start({ agent_id: "rogue" });
    const { done } = await underStorm(() => gate.report(run, { step_index: 1 }, used(500)));
    expect(done.decision.enforcement).toBe("kill");
    expect(await gate.rows("freezes")).toMatchObject([{ type: "agent", target_id: "rogue" }]);
    await sweepOnce();
    expect(await gate.count("runs", "completed_at is null")).toBe(0);
    const [freeze] = await gate.rows("freezes");
    expect(freeze?.effective_at).not.toBeNull();
    expect(freeze?.in_flight).not.toEqual([]);
  });
});

test("kills and freezes of the same agent at once deadlock nowhere: one of them sets it", async () => {
  await gate.rule({ threshold: 100, enforcement: "kill", on_kill: "freeze_agent" });
  for (let round = 0; round < 4; round++) {
    const runs = await together(6, () => gate.start());
    const [set, lost, ...steps] = await Promise.all([
      setFreeze("agent", "invoice-bot"),
      setFreeze("agent", "invoice-bot"),
      ...runs.map((run) => gate.step(run, { step_index: 1, status: "success", usage: used(500) })),
    ]);
    for (const { status, text } of [set, lost]) expect([201, 409], text).toContain(status);
    for (const { status, text } of steps) expect([200, 409], text).toContain(status);
    const [open, ...more] = await gate.rows("freezes", "lifted_at is null");
    expect(more).toEqual([]);
    await sweepOnce();
    expect(await gate.count("runs", "completed_at is null")).toBe(0);
    const lifted = await gate.manage("DELETE", `/policies/freezes/${open?.id}`, { reason: "next round" });
    expect(lifted.status, lifted.text).toBe(200);
  }
});

describe("a run that the sweep could not stop", () => {
  const looked = async (id: unknown) => (await gate.rows("freezes", `id = '${String(id)}'`))[0];
  const isOld = (id: unknown) =>
    inspect()`update freezes set created_at = created_at - interval '1 minute' where id = ${String(id)}`;

  test("leaves the freeze without effective_at; the sweeper finishes it and keeps what was in flight", async () => {
    const held = await gate.start();
    const free = await gate.start();
    const lock = await holdRun(held.run_id);
    const set = await setFreeze("agent", "invoice-bot");
    await lock.release();
    expect(set.status, set.text).toBe(201);
    expect(set.body.effective_at).toBeNull();
    const both = [
      { run_id: held.run_id, status: "running", last_step_index: 0, stopped_at: null },
      { run_id: free.run_id, status: "running", last_step_index: 0, stopped_at: expect.any(String) },
    ];
    expect(set.body.in_flight).toEqual(both);
    await isOld(set.body.freeze_id);
    await sweepOnce();
    const done = await looked(set.body.freeze_id);
    expect(done?.effective_at).not.toBeNull();
    expect(done?.in_flight).toEqual(both.map((run) => ({ ...run, stopped_at: expect.any(String) })));
    expect(await gate.get(held)).toMatchObject({ status: "cancelled", end_note: "frozen" });
  });

  test("goes on when the freeze is lifted before it was reached", async () => {
    const held = await gate.start();
    const lock = await holdRun(held.run_id);
    const { body } = await setFreeze("agent", "invoice-bot");
    const lifted = await gate.manage("DELETE", `/policies/freezes/${body.freeze_id}`, { reason: "a mistake" });
    await lock.release();
    expect(lifted.body).toMatchObject({ effective_at: null, in_flight: [{ run_id: held.run_id, stopped_at: null }] });
    await isOld(body.freeze_id);
    await sweepOnce();
    expect((await gate.get(held)).status).toBe("running");
  });

  test("is ended at its next post when it was frozen itself", async () => {
    const held = await gate.start();
    const lock = await holdRun(held.run_id);
    const set = await setFreeze("run", held.run_id);
    await lock.release();
    expect(set.body).toMatchObject({ effective_at: null, in_flight: [{ run_id: held.run_id, stopped_at: null }] });
    const posted = await gate.step(held, { step_index: 1 });
    expect(posted.body).toMatchObject({ status: 409, termination_reason: "user_abort" });
    expect(await gate.get(held)).toMatchObject({ status: "cancelled", end_note: "frozen" });
  });
});

test("a frozen key does nothing in runs of another key, which go on", async () => {
  const run = await gate.start();
  const key = await keyOf();
  await gate.admit(run, { step_index: 1 });
  expect((await setFreeze("key", key.id)).status).toBe(201);
  const done = { step_type: "tool_call", step_index: 2, status: "success", usage: used(1) };
  const posts = [
    ["/steps", done],
    ["/steps", { step_type: "tool_call", step_index: 2 }],
    ["/steps/1/result", { status: "success", usage: used(1) }],
    ["/heartbeat", {}],
    ["/complete", { status: "failed", abandon: true }],
    ["/cancel", {}],
  ] as const;
  for (const [path, body] of posts) {
    const sent = await gate.send(`/${run.run_id}${path}`, body, key.header);
    expect(sent.body, path).toMatchObject({ status: 403, reason: "key_frozen" });
    expect(sent.body.type).toMatch(/run-refused$/);
  }
  await gate.result(run, 1, used(1));
  expect(await gate.get(run)).toMatchObject({ status: "running", steps_completed: 1 });
});

test.each(["freeze_agent", "freeze_key"])(
  "a kill at run_start does its on_kill with the refusal: %s",
  async (on_kill) => {
    const live = await gate.start();
    const rule = await gate.condition('run.project == "secret"', {
      bind_at: "run_start",
      enforcement: "kill",
      on_kill,
    });
    const refused = await gate.send("", { agent_id: "invoice-bot", project: "secret" });
    expect(refused.body).toMatchObject({ status: 403, reason: "policy", policy_id: rule });
    const isAgent = on_kill === "freeze_agent";
    const [type, target_id] = isAgent ? ["agent", "invoice-bot"] : ["key", gate.tenant.keyId];
    expect(await gate.rows("freezes")).toMatchObject([{ type, target_id, created_by: `policy:${rule}` }]);
    const next = await gate.send("", { agent_id: "invoice-bot" });
    expect(next.body).toMatchObject({ status: 403, reason: `${type}_frozen` });
    await sweepOnce();
    expect(await gate.rows("runs", `run_id = '${live.run_id}'`)).toMatchObject([{ end_note: "frozen" }]);
  },
);

describe("check says what a start would meet", () => {
  const checked = async (body: object, headers = {}) => (await gate.send("/check", body, headers)).body;

  test("a frozen agent or key, and a condition at run_start", async () => {
    await setFreeze("agent", "a1");
    const key = await keyOf();
    await setFreeze("key", key.id);
    await gate.condition('run.project == "secret"', { bind_at: "run_start", enforcement: "stop" });
    expect(await checked({ agent_id: "a1" })).toMatchObject({
      would_start: false,
      refusal: { reason: "agent_frozen" },
    });
    const byKey = await checked({ agent_id: "a2" }, key.header);
    expect(byKey).toMatchObject({ would_start: false, refusal: { reason: "key_frozen" } });
    const secret = await checked({ agent_id: "a2", project: "secret" });
    expect(secret).toMatchObject({ would_start: false, refusal: { reason: "policy" } });
    expect(await checked({ agent_id: "a2" })).toMatchObject({ would_start: true, refusal: null });
    expect(await gate.count("runs")).toBe(0);
  });

  test("a key that may not act for the agent", async () => {
    const key = await keyOf({ agent_ids: ["a1"] });
    expect(await checked({ agent_id: "a2" }, key.header)).toMatchObject({ status: 403 });
    expect(await checked({ agent_id: "a1" }, key.header)).toMatchObject({ would_start: true });
  });
});
