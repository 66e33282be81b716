// runner-api.md on pause and release.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateWorld, type Sent, until, used } from "@/server/gate/testing/gate-world";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { startSweeper, sweepOnce } from "./sweeper";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint({ pause_timeout_ms: 1_000, run_timeout_ms: 1_000 });
});
afterEach(() => gate.proveEvidence());

type Run = { run_id: string };
const release = (run: Run, decision: "approve" | "deny", by?: Principal): Promise<Sent> =>
  gate.manage("POST", `/runs/${run.run_id}/release`, { decision, reason: "looked at" }, by);
const paused = { status: 409, type: expect.stringContaining("run-paused") };
const pausing = (fields: object = {}) => gate.rule({ threshold: 100, enforcement: "pause", ...fields });

describe("a pausing admission", () => {
  test("leaves no step: posting it again decides again, and after approval it may run", async () => {
    const policy = await pausing();
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(90));
    const asked = await gate.admit(run, { step_index: 2 }, 11);
    expect(asked).toMatchObject({
      step_index: null,
      phase: "admission",
      run: { status: "paused", stopped_at_step: null },
    });
    expect(asked.decision).toMatchObject({
      action: "block",
      enforcement: "pause",
      policy_id: policy,
      projected: true,
      actual_value: "101",
    });
    expect(await gate.count("steps")).toBe(1);
    expect(
      (await gate.step(run, { step_index: 2, estimate: { output_tokens: 11, cost_cents: 0 } })).body,
    ).toMatchObject(paused);
    expect((await release(run, "approve")).body).toMatchObject({ status: "running", paused_at: null });
    // Its peace lasts until the value has grown by another tenth of the limit.
    expect((await gate.admit(run, { step_index: 2 }, 21)).decision.action).toBe("allow");
    await gate.result(run, 2, used(21));
    const again = await gate.admit(run, { step_index: 3 }, 1);
    expect(again.decision).toMatchObject({ enforcement: "pause", actual_value: "112" });
    expect(again.incident_id).toBe(asked.incident_id);
  });

  test("what one transaction holds: incident, enforcement, audit, outbox; no closing records, no inflection, no seal", async () => {
    await pausing();
    const run = await gate.start();
    const asked = await gate.admit(run, { step_index: 1 }, 101);
    expect(await gate.rows("incidents")).toMatchObject([{ id: asked.incident_id, violation_step_index: 1 }]);
    expect(await gate.rows("policy_enforcements")).toMatchObject([
      { action: "paused", incident_id: asked.incident_id },
    ]);
    expect((await gate.rows("audit_logs")).map(({ action }) => action)).toContain("run.paused");
    expect((await gate.rows("outbox")).map(({ topic }) => topic)).toEqual(
      expect.arrayContaining(["run.blocked", "incident.created"]),
    );
    expect(await gate.rows("trace_records")).toMatchObject([{ kind: "pause", step_index: null }]);
    expect(await gate.rows("traces")).toMatchObject([
      { violation_step_index: null, seal_hash: null, status: "running" },
    ]);
  });

  test("does not use up the first token, nor a repeat", async () => {
    await pausing();
    await gate.rule({ metric: "step.tokens", threshold: 150, bind_at: "first_token" });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 101);
    await release(run, "approve");
    expect((await gate.admit(run, { step_index: 1 }, 200)).decision).toMatchObject({
      enforcement: "stop",
      actual_value: "200",
    });
  });
});

describe("a pausing report", () => {
  test("stands; new steps are 409, results, heartbeat and failed or cancelled ends are accepted", async () => {
    await pausing();
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 5);
    const over = await gate.report(run, { step_index: 2 }, used(150));
    expect(over).toMatchObject({ step_index: 2, run: { status: "paused", tokens_used: 150, steps_completed: 2 - 1 } });
    expect((await gate.step(run, { step_index: 3 })).body).toMatchObject(paused);
    expect((await gate.step(run, { step_index: 9 })).body).toMatchObject(paused);
    expect((await gate.send(`/${run.run_id}/heartbeat`, {})).body).toMatchObject({ status: "paused" });
    expect((await gate.result(run, 1, used(5))).run).toMatchObject({ status: "paused", tokens_used: 155 });
    expect((await gate.complete(run)).body).toMatchObject(paused);
    expect((await gate.complete(run, { status: "cancelled" })).body).toMatchObject({
      status: "cancelled",
      termination_reason: "user_abort",
    });
  });

  test("a result that comes while paused keeps the first pause and its clock", async () => {
    await pausing();
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 5);
    await gate.report(run, { step_index: 2 }, used(150));
    const { paused_at } = await gate.get(run);
    await gate.result(run, 1, used(40));
    expect((await gate.get(run)).paused_at).toBe(paused_at);
    await release(run, "approve");
    // 190 was approved, with a tenth on top.
    expect((await gate.admit(run, { step_index: 3 }, 10)).decision.action).toBe("allow");
    await gate.result(run, 3, used(11));
    expect(await gate.get(run)).toMatchObject({ status: "paused" });
  });

  test("counts as a repeat, for it has happened", async () => {
    await gate.rule({ metric: "run.repeats", rule_type: "custom_rule", threshold: 2, enforcement: "pause" });
    const run = await gate.start();
    const again = (step_index: number) => gate.report(run, { step_index, skill: "search", input: { q: "a" } }, used(1));
    await again(1);
    await again(2);
    expect((await again(3)).decision).toMatchObject({ enforcement: "pause", actual_value: "3" });
    await release(run, "approve");
    expect((await again(4)).decision).toMatchObject({ enforcement: "pause", actual_value: "4" });
  });

  test("a condition that was approved holds its peace for that step only", async () => {
    await gate.condition('step.skill == "pay"', { enforcement: "pause", bind_at: "step_start" });
    const run = await gate.start();
    expect((await gate.admit(run, { step_index: 1, skill: "pay" })).decision.enforcement).toBe("pause");
    await release(run, "approve");
    expect((await gate.admit(run, { step_index: 1, skill: "pay" })).decision.action).toBe("allow");
    expect((await gate.admit(run, { step_index: 2, skill: "pay" })).decision.enforcement).toBe("pause");
  });
});

describe("release", () => {
  test("the same one again is answered as done, by whom it was done; another pause is decided anew", async () => {
    await pausing();
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 101);
    const first = await release(run, "approve");
    const again = await release(run, "approve");
    expect([again.status, again.text, again.headers.get("idempotent-replayed")]).toEqual([200, first.text, "true"]);
    const other: Principal = { ...gate.tenant.principal, userId: gate.tenant.keyId };
    expect((await release(run, "approve", other)).body).toMatchObject({ status: 409 });
    expect((await gate.admit(run, { step_index: 1 }, 130)).decision.enforcement).toBe("pause");
    const second = await release(run, "approve");
    expect([second.status, second.headers.get("idempotent-replayed")]).toEqual([200, null]);
    expect(await gate.count("trace_records", "kind = 'release'")).toBe(2);
  });

  test("a key may not, nor who may not override, nor who started the run", async () => {
    await pausing();
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 101);
    expect((await gate.send(`/${run.run_id}/release`, { decision: "approve", reason: "mine" })).status).toBe(403);
    const viewer: Principal = {
      ...gate.tenant.principal,
      role: "viewer",
      permissions: rolePermissions.viewer,
      userId: gate.tenant.keyId,
    };
    expect((await release(run, "approve", viewer)).status).toBe(403);
    const own = await gate.manage("POST", "/runs", { agent_id: "by-hand" });
    const mine = { run_id: String(own.body.run_id) };
    expect(own.status, own.text).toBe(201);
    const step = { step_type: "other", step_index: 1, estimate: { output_tokens: 101, cost_cents: 0 } };
    expect((await gate.step(mine, step)).body).toMatchObject({ decision: { enforcement: "pause" } });
    expect((await release(mine, "approve")).body).toMatchObject({
      status: 403,
      type: expect.stringContaining("release-by-starter"),
    });
    expect((await release(run, "approve")).status).toBe(200);
    expect((await release(run, "deny")).body).toMatchObject({
      status: 409,
      type: expect.stringContaining("run-not-paused"),
    });
    gate.runs.push({ run_id: mine.run_id, trace_id: String(own.body.trace_id) });
  });

  test("deny ends the run by its policy: the inflection is the step that paused", async () => {
    const policy = await pausing();
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(50));
    const over = await gate.report(run, { step_index: 2 }, used(100));
    const denied = await release(run, "deny");
    expect(denied.body).toMatchObject({
      ...{ status: "failed_policy", termination_reason: "policy_block", end_note: "denied", stopped_at_step: 2 },
      incident_id: over.incident_id,
    });
    expect(await gate.rows("traces")).toMatchObject([
      { violation_step_index: 2, violation_policy_id: policy, status: "failed" },
    ]);
    expect(await gate.rows("steps", "is_inflection")).toMatchObject([{ step_index: 2 }]);
    expect(await gate.count("incidents")).toBe(1);
  });

  test.each(["denied", "timed_out"])("a run that ends %s was violated when it was paused", async (note) => {
    await pausing();
    const run = await gate.start();
    const { recorded_at } = await gate.admit(run, { step_index: 1 }, 101);
    const [wait, end] = note === "denied" ? [50, release] : [1_050, sweepOnce];
    await new Promise((resolve) => setTimeout(resolve, wait));
    await end(run, "deny");
    const { violation, completed_at, end_note } = await gate.get(run);
    expect(end_note).toBe(note);
    expect(violation).toMatchObject({ timestamp: recorded_at });
    expect(new Date(String(completed_at)).getTime()).toBeGreaterThanOrEqual(new Date(recorded_at).getTime() + wait);
    expect(await gate.rows("traces")).toMatchObject([{ violation_timestamp: new Date(recorded_at) }]);
    expect(await gate.rows("trace_records", "kind = 'violation'")).toMatchObject([
      { body: { violation: { timestamp: recorded_at } } },
    ]);
    expect(await gate.rows("incidents")).toMatchObject([{ violation_at: new Date(recorded_at) }]);
  });

  test("deny of a pausing admission leaves the inflection where its step would have been", async () => {
    await pausing();
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(50));
    await gate.admit(run, { step_index: 2 }, 100);
    await release(run, "deny");
    expect(await gate.rows("steps", "is_inflection")).toMatchObject([{ step_index: 2, step_type: "violation" }]);
    expect((await gate.get(run)).stopped_at_step).toBe(2);
  });

  test("a time-out ends it as timed_out, never as denied; meanwhile idleness stands still", async () => {
    await pausing();
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 101);
    const sweeper = startSweeper();
    await until(async () => (await gate.get(run)).completed_at !== null, 5_000);
    sweeper.stop();
    expect(await gate.get(run)).toMatchObject({
      status: "failed_policy",
      termination_reason: "policy_block",
      end_note: "timed_out",
    });
    const [{ completed_at, paused_at }] = (await gate.rows("runs")) as [{ completed_at: Date; paused_at: Date | null }];
    expect(paused_at).toBeNull();
    expect(completed_at.getTime()).toBeGreaterThan(0);
  });

  test("the pause does not count in run.duration_ms", async () => {
    gate = await GateWorld.mint();
    await pausing();
    await gate.rule({ metric: "run.duration_ms", rule_type: "time_limit", threshold: 3_000 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 101);
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    await sweepOnce();
    expect((await gate.get(run)).status).toBe("paused");
    await release(run, "approve");
    await sweepOnce();
    const resumed = await gate.get(run);
    expect(resumed.status).toBe("running");
    const gauge = resumed.limits.find(({ metric }) => metric === "run.duration_ms");
    expect(gauge?.used).toBeLessThan(3_000);
    await gate.complete(run);
  });
});
