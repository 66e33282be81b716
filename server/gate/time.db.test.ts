// runner-api.md on what time alone brings about: lapses, idleness, run.duration_ms.

import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateWorld, until, used } from "@/server/gate/testing/gate-world";
import { startSweeper, sweepOnce } from "./sweeper";

let gate: GateWorld;
let sweeper: { stop(): void };
beforeEach(() => {
  sweeper = startSweeper();
});
afterEach(async () => {
  sweeper.stop();
  await gate.proveEvidence();
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("reservations", () => {
  beforeEach(async () => {
    gate = await GateWorld.mint({ step_timeout_ms: 1_000 });
  });

  test("lapse: tokens stay counted as presumed, concurrency is freed, the run shows unsettled; a result settles them", async () => {
    await gate.rule({ threshold: 100 });
    await gate.rule({ metric: "run.steps", rule_type: "step_limit", threshold: 3 });
    const budget = await gate.limit({ max_value: 1_000 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 60);
    await until(async () => (await gate.get(run)).unsettled_steps[0]?.state === "lapsed", 3_000);
    const lapsed = await gate.get(run);
    expect(lapsed).toMatchObject({ status: "running", unsettled: 1, presumed_tokens: 60 });
    expect(lapsed.limits[0]).toMatchObject({ metric: "run.tokens", reserved: 0, presumed: 60, remaining: 40 });
    expect(await gate.rows("limit_counters", `limit_id = '${budget}'`)).toMatchObject([
      { reserved: "0", presumed: "60" },
    ]);
    expect((await gate.rows("trace_records")).map(({ kind }) => kind)).toEqual(["admission", "lapse"]);
    // A lapse returns no room: beside what is presumed this can never fit.
    const fits = await gate.admit(run, { step_index: 2 }, 40);
    expect(fits.decision.action).toBe("allow");
    const settled = await gate.result(run, 1, used(10));
    expect(settled).toMatchObject({ phase: "result", run: { tokens_used: 10 } });
    expect(settled.run.limits[0]).toMatchObject({ presumed: 0, reserved: 40 });
    expect(await gate.rows("limit_counters", `limit_id = '${budget}'`)).toMatchObject([
      { used: "10", reserved: "40", presumed: "0" },
    ]);
  });

  test("presumed tokens violate a limit where reserved ones would only refuse", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 60);
    expect((await gate.admit(run, { step_id: uuidv4() }, 41)).decision.enforcement).toBe("refuse");
    await until(async () => (await gate.get(run)).unsettled_steps[0]?.state === "lapsed", 3_000);
    expect((await gate.admit(run, { step_index: 2 }, 41)).decision).toMatchObject({
      enforcement: "stop",
      actual_value: "101",
    });
  });

  test("a heartbeat extends all open reservations of its run", async () => {
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 60);
    await gate.admit(run, { step_index: 2 }, 60);
    for (let i = 0; i < 5; i++) {
      await wait(400);
      expect((await gate.send(`/${run.run_id}/heartbeat`, {})).status).toBe(200);
    }
    expect((await gate.get(run)).unsettled_steps.map(({ state }) => state)).toEqual(["open", "open"]);
    await until(async () => (await gate.get(run)).unsettled_steps.every(({ state }) => state === "lapsed"), 3_000);
    expect((await gate.complete(run)).body).toMatchObject({
      ...{ status: 409, type: expect.stringContaining("steps-in-flight") },
      steps: [{ step_index: 1 }, { step_index: 2 }],
    });
  });
});

describe("idleness", () => {
  test("without a sign of life for run_timeout_ms the run fails as timeout, with its incident; a heartbeat keeps it", async () => {
    gate = await GateWorld.mint({ run_timeout_ms: 1_000 });
    const [quiet, kept] = [await gate.start(), await gate.start()];
    await gate.report(quiet, { step_index: 1 }, used(5));
    for (let i = 0; i < 6; i++) {
      await wait(300);
      await gate.send(`/${kept.run_id}/heartbeat`, {});
    }
    expect(await gate.get(quiet)).toMatchObject({
      status: "failed",
      termination_reason: "timeout",
      stopped_at_step: 1,
      end_note: "idle",
    });
    expect((await gate.get(kept)).status).toBe("running");
    expect(await gate.rows("incidents")).toMatchObject([
      { type: "timeout", category: "EXECUTION_FAILURE", source_run_id: quiet.run_id },
    ]);
    await gate.complete(kept);
  });
});

describe("run.duration_ms", () => {
  beforeEach(async () => {
    gate = await GateWorld.mint();
  });
  const limit = (fields: object = {}) =>
    gate.rule({ metric: "run.duration_ms", rule_type: "time_limit", threshold: 600, ...fields });

  test("is enforced by the sweeper, at most 1 s late (guard: tenfold), at the last index; 0 where there is none", async () => {
    const policy = await limit();
    const [none, two] = [await gate.start(), await gate.start()];
    await gate.report(two, { step_index: 1 }, used(1));
    await gate.admit(two, { step_index: 2 }, 10);
    await until(
      async () => (await gate.get(two)).completed_at !== null && (await gate.get(none)).completed_at !== null,
    );
    const stopped = { status: "failed_policy", termination_reason: "policy_block", end_note: "duration" };
    expect(await gate.get(none)).toMatchObject({ ...stopped, stopped_at_step: 0 });
    const ended = await gate.get(two);
    expect(ended).toMatchObject({ ...stopped, stopped_at_step: 2 });
    const late = Date.parse(ended.completed_at ?? "") - Date.parse(ended.started_at) - 600;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(10_000);
    // A run that is over has its duration; it does not go on growing.
    const gauge = ended.limits.find(({ metric }) => metric === "run.duration_ms");
    expect(gauge?.used).toBe(Date.parse(ended.completed_at ?? "") - Date.parse(ended.started_at));
    expect(await gate.rows("incidents", `source_run_id = '${two.run_id}'`)).toMatchObject([
      { type: "time_limit_exceeded", policy_id: policy },
    ]);
    expect(await gate.count("threshold_signals", `run_id = '${two.run_id}' and signal_type = 'breach'`)).toBe(1);
    expect((await gate.result(two, 2, used(4))).late).toBe(true);
  });

  test("is checked at every post too", async () => {
    sweeper.stop();
    await limit();
    const run = await gate.start();
    await wait(620);
    const over = await gate.admit(run, { step_index: 1 });
    expect(over.decision).toMatchObject({ enforcement: "stop", violation_type: "time_limit", projected: false });
  });

  test("pauses once, and again after another tenth", async () => {
    await limit({ enforcement: "pause", threshold: 500 });
    const run = await gate.start();
    const isPaused = async () => (await gate.get(run)).status === "paused";
    await until(isPaused, 5_000);
    const first = await gate.rows("runs");
    await gate.manage("POST", `/runs/${run.run_id}/release`, { decision: "approve", reason: "go on" });
    await until(isPaused, 5_000);
    expect((await gate.rows("trace_records")).map(({ kind }) => kind)).toEqual(["pause", "release", "pause"]);
    expect(Number((await gate.rows("runs"))[0]?.paused_ms)).toBeGreaterThanOrEqual(0);
    expect(first[0]?.paused_at).not.toBeNull();
    await gate.complete(run, { status: "cancelled" });
  });

  test("a limit that warns signals once, and leaves the run alone", async () => {
    await limit({ enforcement: "warn", threshold: 400 });
    const run = await gate.start();
    await until(async () => (await gate.count("threshold_signals", "signal_type = 'breach'")) === 1, 5_000);
    await wait(500);
    await sweepOnce();
    expect(await gate.count("threshold_signals", "signal_type = 'breach'")).toBe(1);
    expect((await gate.report(run, { step_index: 1 }, used(1))).decision).toMatchObject({ action: "warn" });
    await gate.complete(run);
  });
});
