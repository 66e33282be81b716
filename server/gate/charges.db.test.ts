// What is charged, to whom, and once; and what is kept of an answer that may still change.

import { beforeEach, describe, expect, test } from "vitest";
import { inspect } from "@/server/platform/db/testing/test-database";
import { GateWorld, used } from "./testing/gate-world";

let gate: GateWorld;

beforeEach(async () => {
  gate = await GateWorld.mint({ pause_timeout_ms: 60_000 });
});

const anHour = 3_600_000;

describe("a price", () => {
  const million = { input_tokens: 0, output_tokens: 1_000_000, duration_ms: 5 };

  test("is that of the step's own model, also when its result does not repeat it", async () => {
    await gate.rule({ metric: "run.steps", rule_type: "step_limit", threshold: 100 });
    const run = await gate.start({ model: "ministral-3b", provider: "mistral" });
    const estimate = { output_tokens: 1_000_000 };
    const admitted = await gate.step(run, { step_index: 1, model: "claude-opus-4", estimate });
    const reserved = await gate.rows("steps", `run_id = '${run.run_id}'`);
    expect(admitted.status, admitted.text).toBe(200);
    await gate.send(`/${run.run_id}/steps/1/result`, { status: "success", usage: million });
    const [cost] = await gate.rows("cost_records", "kind = 'settled'");
    expect(cost).toMatchObject({ model: "claude-opus-4", cost_units: reserved[0]?.estimate_cost_units });
  });
});

describe("work claimed after the end", () => {
  test("is charged once per step, also when the first refused post claimed none", async () => {
    const run = await gate.start();
    await gate.complete(run);
    await gate.step(run, { step_index: 1 });
    for (let i = 0; i < 3; i++) await gate.step(run, { step_index: 1, status: "success", usage: used(300) });
    expect(await gate.rows("cost_records", "kind = 'ungoverned'")).toMatchObject([{ output_tokens: "300" }]);
    expect(await gate.count("policy_enforcements", "action = 'post_stop'")).toBe(1);
  });

  test("the result that meets a freeze is late, and charged as that alone", async () => {
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 100);
    await inspect()`insert into freezes (tenant_id, id, type, target_id, reason, created_by)
      values (${gate.tenant.tenantId}, gen_random_uuid(), 'agent', 'invoice-bot', 'test', 'policy:test')`;
    const told = await gate.send(`/${run.run_id}/steps/1/result`, { status: "success", usage: used(90) });
    expect(told.status, told.text).toBe(200);
    expect(told.body).toMatchObject({ late: true, run: { status: "cancelled" } });
    expect((await gate.rows("cost_records")).map((row) => row.kind)).toEqual(["late"]);
  });
});

describe("a pausing admission", () => {
  const body = { step_index: 1, estimate: { output_tokens: 200, cost_cents: 0 } };

  test("is not kept under an Idempotency-Key: asked again after the release it is decided again", async () => {
    await gate.rule({ threshold: 100, enforcement: "pause" });
    const run = await gate.start();
    const headers = { "idempotency-key": "ask-once" };
    const path = `/${run.run_id}/steps`;
    const paused = await gate.send(path, { step_type: "tool_call", ...body }, headers);
    expect(paused.body).toMatchObject({ decision: { enforcement: "pause" } });
    await gate.manage("POST", `/runs/${run.run_id}/release`, { decision: "approve", reason: "fine" });
    await inspect()`update runs set memory = jsonb_set(memory, '{holds}', '{"run.tokens|pause|each_step": 1000}') where run_id = ${run.run_id}`;
    const again = await gate.send(path, { step_type: "tool_call", ...body }, headers);
    expect(again.headers.get("idempotent-replayed")).toBeNull();
    expect(again.body).toMatchObject({ decision: { action: "allow" } });
  });

  test("approved after its time-out, the run is timed out all the same", async () => {
    await gate.rule({ threshold: 100, enforcement: "pause" });
    const run = await gate.start();
    await gate.step(run, body);
    await inspect()`update runs set paused_at = paused_at - make_interval(secs => ${anHour / 1000}) where run_id = ${run.run_id}`;
    const told = await gate.manage("POST", `/runs/${run.run_id}/release`, { decision: "approve", reason: "too late" });
    expect(told.status, told.text).toBe(409);
    expect(await gate.get(run)).toMatchObject({ status: "failed_policy", end_note: "timed_out" });
  });
});

describe("a decision that no post asked for", () => {
  test("a pause at the start is the first record of the chain, and is made again as it was", async () => {
    await gate.condition('run.goal == "pay"', { enforcement: "pause", bind_at: "run_start" });
    const run = await gate.start({ goal: "pay" });
    const [record] = await gate.rows("trace_records", `run_id = '${run.run_id}'`);
    expect(record).toMatchObject({
      seq: 1,
      kind: "pause",
      body: { decision: { action: "block", enforcement: "pause" } },
    });
    const replayed = await gate.manage("POST", `/traces/${run.trace_id}/replay`);
    expect(replayed.body).toMatchObject({ parity: { match: true, checked: 1 } });
  });

  test("repeats are a row that a step without a skill breaks", async () => {
    await gate.rule({ metric: "run.repeats", rule_type: "custom_rule", threshold: 1, enforcement: "warn" });
    const run = await gate.start();
    const acts = [];
    for (const [index, skill] of ["mail", null, "mail", "mail"].entries()) {
      const step = { step_index: index + 1, skill, input: { to: "a" } };
      acts.push((await gate.report(run, step, used(1))).decision.action);
    }
    expect(acts).toEqual(["allow", "allow", "allow", "warn"]);
  });
});

describe("usage without a price", () => {
  test("is flagged where no cost limit applies: stored unpriced, signalled once, its gauges unknown", async () => {
    await gate.rule({ threshold: 100_000 });
    const run = await gate.start({ model: "nobody-knows" });
    const usage = { input_tokens: 5, output_tokens: 5, duration_ms: 1 };
    const first = await gate.step(run, { step_index: 1, status: "success", usage });
    expect(first.body).toMatchObject({ signals: [{ type: "unpriced", percentage: null }] });
    const second = await gate.step(run, { step_index: 2, status: "success", usage });
    expect(second.body).toMatchObject({ signals: [] });
    expect(await gate.rows("cost_records", "cost_source = 'unpriced'")).toMatchObject([{ cost_units: null }, {}]);
    await gate.proveEvidence();
  });
});
