// runner-api.md on conditions: bind moments, failure modes, shadow rules; and what kill does beyond a stop.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateWorld, until, used } from "@/server/gate/testing/gate-world";
import { startSweeper } from "./sweeper";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

describe("bind moments", () => {
  const tokens = (bind_at: string) => gate.rule({ metric: "step.tokens", threshold: 10, enforcement: "warn", bind_at });
  const actions = async () => {
    const run = await gate.start();
    const seen: string[] = [];
    const note = (answer: { decision: { action: string } }) => seen.push(answer.decision.action);
    note(await gate.admit(run, { step_index: 1, step_type: "tool_call" }, 20));
    note(await gate.result(run, 1, used(20)));
    note(await gate.admit(run, { step_index: 2 }, 20));
    note(await gate.result(run, 2, used(20)));
    note(await gate.report(run, { step_index: 3 }, used(20)));
    return seen;
  };

  test.each([
    ["each_step", ["warn", "warn", "warn", "warn", "warn"]],
    ["step_start", ["warn", "allow", "warn", "allow", "allow"]],
    ["step_end", ["allow", "warn", "allow", "warn", "warn"]],
    ["first_token", ["allow", "allow", "warn", "allow", "allow"]],
    ["on_change", ["warn", "allow", "allow", "allow", "allow"]],
  ])("a limit bound at %s", async (moment, expected) => {
    await tokens(moment);
    expect(await actions()).toEqual(expected);
  });

  test.each([
    ["each_step", ["warn", "warn", "warn", "warn", "warn"]],
    ["step_start", ["warn", "allow", "warn", "allow", "allow"]],
    ["step_end", ["allow", "warn", "allow", "warn", "warn"]],
    ["first_token", ["allow", "allow", "warn", "allow", "allow"]],
  ])("a condition bound at %s", async (moment, expected) => {
    await gate.condition("step.tokens > 10", { enforcement: "warn", bind_at: moment });
    expect(await actions()).toEqual(expected);
  });

  test("a duration limit bound at the first token is checked there, and not by the clock", async () => {
    await gate.rule({ metric: "run.duration_ms", rule_type: "time_limit", threshold: 100, bind_at: "first_token" });
    const run = await gate.start();
    const sweeper = startSweeper();
    await gate.report(run, { step_index: 1, step_type: "input" }, used(1));
    await new Promise((resolve) => setTimeout(resolve, 700));
    sweeper.stop();
    expect((await gate.get(run)).status).toBe("running");
    expect((await gate.admit(run, { step_index: 2 })).decision).toMatchObject({
      enforcement: "stop",
      violation_type: "time_limit",
    });
  });
});

describe("what is kept of a block says whether the step has run", () => {
  const kept = async () => {
    const [[incident], [prevention]] = [await gate.rows("incidents"), await gate.rows("prevention_records")];
    return { said: String(incident?.description), outcome: prevention?.outcome };
  };

  test.each(["pause", "stop"])("a condition that would %s, at an admission: it never ran", async (enforcement) => {
    await gate.condition('step.skill == "deploy"', { enforcement });
    const run = await gate.start();
    const asked = await gate.admit(run, { step_index: 1, skill: "deploy" });
    expect(asked.decision).toMatchObject({ enforcement, projected: false });
    const { said, outcome } = await kept();
    expect([said, outcome]).toEqual([expect.stringContaining(" at step 1, before the step ran: "), "prevented"]);
  });

  test.each(["pause", "stop"])("a condition that would %s, at a report: it has run", async (enforcement) => {
    await gate.condition('step.skill == "deploy"', { enforcement });
    const run = await gate.start();
    await gate.report(run, { step_index: 1, skill: "deploy" }, used(1));
    const { said, outcome } = await kept();
    expect([said, outcome]).toEqual([
      expect.stringContaining(" at step 1, after the step was reported: "),
      "contained",
    ]);
  });

  test("a duration that passes between posts is spent, and at no step that was asked for", async () => {
    await gate.rule({ metric: "run.duration_ms", rule_type: "time_limit", threshold: 500 });
    const run = await gate.start();
    expect((await gate.admit(run, { step_index: 1 })).decision.action).toBe("allow");
    const sweeper = startSweeper();
    await until(async () => (await gate.get(run)).completed_at !== null);
    sweeper.stop();
    const { said, outcome } = await kept();
    expect([said, outcome]).toEqual([expect.stringContaining(" was stopped by the clock, at step 1: "), "contained"]);
  });

  test("a run that is held at its start has not run a step", async () => {
    await gate.condition('agent.id == "invoice-bot"', { enforcement: "pause", bind_at: "run_start" });
    await gate.start();
    const { said, outcome } = await kept();
    expect([said, outcome]).toEqual([expect.stringContaining(" was paused before its first step: "), "prevented"]);
  });
});

describe("failure modes of a condition that cannot be evaluated", () => {
  const broken = "1 / step.tokens > 0";
  const outcome = async (fields: object) => {
    const policy = await gate.condition(broken, fields);
    const run = await gate.start();
    const step = await gate.admit(run, { step_index: 1 });
    return { policy, run, step };
  };

  test("fail_closed: its own enforcement, with failure_mode as the source", async () => {
    const { policy, step } = await outcome({ enforcement: "stop", failure_mode: "fail_closed" });
    expect(step.decision).toMatchObject({
      action: "block",
      enforcement: "stop",
      source: "failure_mode",
      policy_id: policy,
    });
    expect(step.decision.reason).toContain("failed");
  });

  test("fail_closed: a warn stays a warn, inside SAFETY and PRIVACY it is at least a stop", async () => {
    const mild = await outcome({ enforcement: "warn", failure_mode: "fail_closed" });
    expect(mild.step.decision).toMatchObject({ action: "warn", source: "failure_mode" });
    const safe = await outcome({ enforcement: "warn", failure_mode: "fail_closed", category: "SAFETY" });
    expect(safe.step.decision).toMatchObject({ enforcement: "stop", source: "failure_mode", policy_id: safe.policy });
  });

  test("fail_warn warns", async () => {
    const { step } = await outcome({ enforcement: "stop", failure_mode: "fail_warn" });
    expect(step.decision).toMatchObject({ action: "warn", enforcement: "none", source: "failure_mode" });
  });

  test("fail_open lets pass, and the audit says so", async () => {
    const { policy, step } = await outcome({ enforcement: "stop", failure_mode: "fail_open" });
    expect(step.decision.action).toBe("allow");
    const [entry] = await gate.rows("audit_logs", "action = 'policy.failure_passed'");
    expect(entry).toMatchObject({ entity_type: "policy", entity_id: policy });
  });

  test("a snapshot that was changed blocks every step: never an allow", async () => {
    await gate.rule({ threshold: 10 });
    const run = await gate.start();
    const { inspect } = await import("@/server/platform/db/testing/test-database");
    await inspect().begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update policy_snapshots set canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '"policy_count":1', '"policy_count":2'), 'UTF8') where run_id = ${run.run_id}`;
    });
    // The process that started it keeps what it verified; another one reads the rows.
    const { once } = await import("@/server/platform/env/once");
    once("gate-governances", () => new Map()).clear();
    const step = await gate.admit(run, { step_index: 1 });
    expect(step.decision).toMatchObject({ action: "block", enforcement: "stop", source: "failure_mode" });
    gate.runs.length = 0;
  });
});

describe("shadow rules", () => {
  test("would act once per run, show in matched, and never displace, signal, alert or open anything", async () => {
    const real = await gate.rule({ threshold: 1_000 });
    const shadow = await gate.rule({ threshold: 10, rollout: "shadow" });
    const condition = await gate.condition("step.tokens > 5", { rollout: "shadow", enforcement: "pause" });
    const run = await gate.start();
    const first = await gate.report(run, { step_index: 1 }, used(50));
    expect(first).toMatchObject({ decision: { action: "allow", policy_id: null }, signals: [], incident_id: null });
    expect(first.decision.matched).toEqual([
      { policy_id: shadow, limit_id: null, action: "block", won: false, shadow: true },
      { policy_id: condition, limit_id: null, action: "block", won: false, shadow: true },
    ]);
    await gate.report(run, { step_index: 2 }, used(50));
    const rows = await gate.rows("policy_enforcements");
    expect(rows.map((row) => [row.policy_id, row.action, row.shadow]).sort()).toEqual(
      [
        [shadow, "would_stop", true],
        [condition, "would_pause", true],
      ].sort(),
    );
    expect(await gate.count("incidents")).toBe(0);
    expect(await gate.count("threshold_signals")).toBe(0);
    expect((await gate.report(run, { step_index: 3 }, used(950))).decision).toMatchObject({
      policy_id: real,
      enforcement: "stop",
    });
  });
});

describe("arbitration", () => {
  test("rules of different enforcement do not compete: a warn at 50 and a stop at 100 both hold", async () => {
    await gate.rule({ threshold: 50, enforcement: "warn" });
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    expect((await gate.report(run, { step_index: 1 }, used(60))).decision.action).toBe("warn");
    const stop = await gate.report(run, { step_index: 2 }, used(60));
    expect(stop.decision.enforcement).toBe("stop");
    expect(stop.decision.matched.map(({ action, won }) => [action, won])).toEqual([
      ["block", true],
      ["warn", false],
    ]);
  });

  test("explicit_priority: the stronger number wins, the stricter value loses by priority", async () => {
    const strong = await gate.rule({ threshold: 500, precedence: 1, conflict_strategy: "explicit_priority" });
    const strict = await gate.rule({ threshold: 50, precedence: 9 });
    const { policy_snapshot } = await gate.start();
    expect(policy_snapshot).toMatchObject({
      strategy: "explicit_priority",
      limits: [{ policy_id: strong, limit: 500, lost: [{ policy_id: strict, limit: 50, why: "lower_priority" }] }],
    });
  });
});

describe("kill", () => {
  test.each(["freeze_agent", "freeze_key"])("as stop, and %s in the same transaction", async (on_kill) => {
    const policy = await gate.condition('step.skill == "wipe"', { enforcement: "kill", on_kill });
    const [run, beside] = [await gate.start(), await gate.start()];
    const killed = await gate.admit(run, { step_index: 1, skill: "wipe" });
    expect(killed).toMatchObject({
      decision: { enforcement: "kill", policy_id: policy },
      run: { status: "failed_policy", termination_reason: "policy_block", stopped_at_step: 1 },
    });
    const type = on_kill === "freeze_agent" ? "agent" : "key";
    expect(await gate.rows("freezes")).toMatchObject([
      { type, target_id: type === "agent" ? "invoice-bot" : gate.tenant.keyId, created_by: `policy:${policy}` },
    ]);
    const [enforced] = await gate.rows("(select *, xmin::text as by from policy_enforcements)", "action = 'killed'");
    const [frozen] = await gate.rows("(select *, xmin::text as by from freezes)");
    expect([enforced?.by, frozen?.created_at]).toEqual([expect.any(String), enforced?.recorded_at]);
    expect((await gate.send("", { agent_id: "invoice-bot" })).body).toMatchObject({
      status: 403,
      reason: `${type}_frozen`,
    });
    expect((await gate.step(beside, { step_index: 1 })).body).toMatchObject({ status: 409, run_status: "cancelled" });
    expect(await gate.get(beside)).toMatchObject({
      status: "cancelled",
      termination_reason: "user_abort",
      end_note: "frozen",
    });
  });

  test("on_kill none freezes nobody", async () => {
    await gate.rule({ threshold: 1, enforcement: "kill" });
    const run = await gate.start();
    expect((await gate.report(run, { step_index: 1 }, used(2))).decision.enforcement).toBe("kill");
    expect(await gate.count("freezes")).toBe(0);
    await gate.start();
    await until(async () => (await gate.count("runs")) === 2);
  });
});

describe("a model without a price", () => {
  const usage = { input_tokens: 10, output_tokens: 10, duration_ms: 1 };

  test("is flagged where no cost limit applies: stored as unpriced, never silently 0, and conditions on cost fail", async () => {
    await gate.rule({ threshold: 1_000 });
    const run = await gate.start({ model: "unheard-of" });
    const step = await gate.report(run, { step_index: 1 }, usage);
    expect(step).toMatchObject({ decision: { action: "allow" } });
    expect(await gate.rows("cost_records")).toMatchObject([{ cost_units: null, cost_source: "unpriced" }]);
    await gate.condition("run.cost_cents > 5.0", { enforcement: "warn" });
    const checked = await gate.start({ model: "unheard-of" });
    const failed = await gate.report(checked, { step_index: 1 }, usage);
    expect(failed.decision).toMatchObject({ action: "warn", source: "failure_mode" });
  });

  test("blocks where a cost limit applies, admission and report alike; the gauge says unknown", async () => {
    await gate.rule({ rule_type: "cost_limit", metric: "run.cost_cents", threshold: 100 });
    const run = await gate.start({ model: "unheard-of" });
    expect(run.policy_snapshot.defaults.unpriced).toBe("block");
    const asked = await gate.step(run, { step_index: 1, estimate: { output_tokens: 10 } });
    expect(asked.body).toMatchObject({
      decision: { enforcement: "stop", projected: true, violation_type: "cost_limit" },
    });
    const other = await gate.start({ model: "unheard-of" });
    const reported = await gate.report(other, { step_index: 1 }, usage);
    expect(reported.decision).toMatchObject({
      enforcement: "stop",
      violation_type: "cost_limit",
      severity: expect.any(String),
    });
    expect(reported.run.limits[0]).toMatchObject({ metric: "run.cost_cents", state: "unknown", remaining: null });
  });

  test("is flagged under a cost limit where the tenant set so", async () => {
    gate = await GateWorld.mint({ unpriced: "flag" });
    await gate.rule({ rule_type: "cost_limit", metric: "run.cost_cents", threshold: 100 });
    const run = await gate.start({ model: "unheard-of" });
    const step = await gate.report(run, { step_index: 1 }, usage);
    expect(step.decision.action).toBe("allow");
    expect(step.run.limits[0]).toMatchObject({ state: "unknown", remaining: null });
  });
});
