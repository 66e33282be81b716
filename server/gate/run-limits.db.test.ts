// runner-api.md "Limits, exactly", for the limits of one run: rules and THRESHOLD limits.

import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateWorld, together, used } from "@/server/gate/testing/gate-world";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

describe("an admission", () => {
  test("fits up to the limit itself; a zero estimate fits at the limit; one more violates it and ends the run", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(60));
    expect((await gate.admit(run, { step_index: 2 }, 40)).decision.action).toBe("allow");
    expect((await gate.admit(run, { step_index: 3 }, 0)).decision.action).toBe("allow");
    expect((await gate.admit(run, { step_index: 4 })).decision.action).toBe("allow");
    await gate.result(run, 2, used(40));
    expect((await gate.admit(run, { step_index: 5 })).decision.action).toBe("allow");
    const over = await gate.admit(run, { step_index: 6 }, 1);
    expect(over.decision).toMatchObject({
      ...{ action: "block", enforcement: "stop", projected: true, threshold_value: "100", actual_value: "101" },
      reason: "run.tokens would reach 101, over the limit of 100",
    });
    expect(over).toMatchObject({
      phase: "admission",
      step_index: 6,
      run: { status: "failed_policy", stopped_at_step: 6 },
    });
    expect(await gate.rows("prevention_records")).toMatchObject([{ outcome: "prevented", step_index: 6 }]);
    const [trace] = await gate.rows("traces");
    expect(trace?.violation_step_index).toBe(6);
  });

  test("is refused where only open reservations take the room, and asking again decides again", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 80);
    const step_id = uuidv4();
    const sent = await gate.step(run, { step_id, estimate: { output_tokens: 30, cost_cents: 0 } });
    expect(sent.headers.get("retry-after")).toBe("1");
    expect(sent.body).toMatchObject({
      ...{ step_index: null, step_id, phase: "admission", seq: null, incident_id: null, retry_after_ms: 1_000 },
      decision: {
        action: "block",
        enforcement: "refuse",
        projected: true,
        actual_value: "110",
        threshold_value: "100",
      },
      run: { status: "running" },
    });
    await gate.admit(run, { step_id }, 30);
    expect(await gate.count("trace_records")).toBe(1);
    expect(await gate.count("incidents")).toBe(0);
    expect(await gate.rows("policy_enforcements", "action = 'refused'")).toHaveLength(1);
    expect(await gate.rows("refusals")).toMatchObject([{ count: 2 }]);
    // Another body under the same key is no conflict: nothing was stored.
    expect((await gate.admit(run, { step_id }, 20)).decision.action).toBe("allow");
    await gate.result(run, 1, used(10));
    expect((await gate.admit(run, { step_index: 3 }, 70)).decision.action).toBe("allow");
  });

  test("neither an Idempotency-Key keeps a refusal", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 100);
    const body = { step_type: "llm_call", step_index: 2, estimate: { output_tokens: 10, cost_cents: 0 } };
    const ask = () => gate.send(`/${run.run_id}/steps`, body, { "idempotency-key": "refused-once" });
    expect((await ask()).body).toMatchObject({ decision: { enforcement: "refuse" } });
    await gate.result(run, 1, used(10));
    expect((await ask()).body).toMatchObject({ decision: { action: "allow" } });
    const kept = await ask();
    expect([kept.status, kept.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
  });

  test("a warn limit admits it and says so; NEAR alone is a signal, not an action", async () => {
    await gate.rule({ threshold: 100, enforcement: "warn" });
    const run = await gate.start();
    const near = await gate.report(run, { step_index: 1 }, used(90));
    expect([near.decision.action, near.signals.map(({ type }) => type)]).toEqual(["allow", ["near"]]);
    const warned = await gate.admit(run, { step_index: 2 }, 20);
    expect(warned.decision).toMatchObject({
      action: "warn",
      enforcement: "none",
      projected: true,
      actual_value: "110",
    });
    expect(warned).toMatchObject({ step_index: 2, run: { status: "running" } });
    expect(await gate.rows("policy_enforcements")).toMatchObject([{ action: "warned", step_index: 2 }]);
    expect((await gate.result(run, 2, used(5))).decision.action).toBe("allow");
  });

  test("a refusing THRESHOLD limit refuses for good, and a report over it warns", async () => {
    const limit = await gate.limit({ limit_category: "THRESHOLD", reset_period: null, per: "run", max_value: 100 });
    const run = await gate.start();
    const refused = await gate.admit(run, { step_index: 1 }, 101);
    expect(refused.decision).toMatchObject({
      enforcement: "refuse",
      source: "limit",
      limit_id: limit,
      policy_id: null,
    });
    expect(refused.run.status).toBe("running");
    const reported = await gate.report(run, { step_index: 1 }, used(150));
    expect(reported.decision).toMatchObject({ action: "warn", limit_id: limit });
    expect(reported.run.limits[0]).toMatchObject({ state: "breach", overshoot: { estimate_excess: 0, reported: 50 } });
  });
});

describe("a report or result", () => {
  test("exactly on the limit stands, and breaches as a signal; one over is recorded as it is and stops", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    const on = await gate.report(run, { step_index: 1 }, used(100));
    expect(on).toMatchObject({ decision: { action: "allow" }, signals: [{ type: "breach", percentage: 100 }] });
    expect(on.run.limits[0]).toMatchObject({
      state: "breach",
      remaining: 0,
      overshoot: { estimate_excess: 0, reported: 0 },
    });
    const over = await gate.report(run, { step_index: 2 }, used(1));
    expect(over).toMatchObject({
      decision: { enforcement: "stop", actual_value: "101" },
      run: { tokens_used: 101 },
      signals: [],
    });
  });

  test("usage above its estimate is charged and shown as overshoot by estimate", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 90);
    const over = await gate.result(run, 1, used(130));
    expect(over.decision).toMatchObject({ enforcement: "stop", projected: false, actual_value: "130" });
    expect(over.run.limits[0]).toMatchObject({ used: 130, overshoot: { estimate_excess: 30, reported: 0 } });
    expect(await gate.get(run)).toMatchObject({ overshoot: { estimate_excess: 30, reported: 0 } });
  });

  test("0 is a real limit: percentage null, no NEAR, BREACH at the first use", async () => {
    await gate.rule({ threshold: 0, enforcement: "warn" });
    const run = await gate.start();
    expect((await gate.admit(run, { step_index: 1 })).decision.action).toBe("allow");
    expect((await gate.result(run, 1, used(0))).signals).toEqual([]);
    const first = await gate.report(run, { step_index: 2 }, used(1));
    expect(first).toMatchObject({ decision: { action: "warn" }, signals: [{ type: "breach", percentage: null }] });
    expect((await gate.report(run, { step_index: 3 }, used(1))).signals).toEqual([]);
    await gate.rule({ threshold: 0, metric: "run.steps", rule_type: "step_limit" });
    const none = await gate.start();
    expect((await gate.admit(none, { step_index: 1 })).decision).toMatchObject({
      enforcement: "stop",
      actual_value: "1",
    });
  });

  test("NEAR and BREACH once each, on settled usage only; a breach that comes first leaves no NEAR", async () => {
    const rule = await gate.rule({ threshold: 100, enforcement: "warn", near_percentage: 50 });
    const run = await gate.start();
    expect((await gate.admit(run, { step_index: 1 }, 100)).signals).toEqual([]);
    expect((await gate.result(run, 1, used(49))).signals).toEqual([]);
    expect((await gate.report(run, { step_index: 2 }, used(1))).signals).toMatchObject([
      { type: "near", percentage: 50 },
    ]);
    expect((await gate.report(run, { step_index: 3 }, used(30))).signals).toEqual([]);
    expect((await gate.report(run, { step_index: 4 }, used(40))).signals).toMatchObject([
      { type: "breach", percentage: 120 },
    ]);
    expect((await gate.report(run, { step_index: 5 }, used(40))).signals).toEqual([]);
    expect(await gate.count("threshold_signals", `policy_id = '${rule}'`)).toBe(2);
    const steep = await gate.start();
    expect((await gate.report(steep, { step_index: 1 }, used(200))).signals).toMatchObject([{ type: "breach" }]);
  });
});

describe("every metric of a run and of a step", () => {
  const stops = async (
    rule: object,
    posts: ((run: { run_id: string }) => Promise<{ decision: { enforcement: string } }>)[],
  ) => {
    await gate.rule(rule);
    const run = await gate.start();
    const seen: string[] = [];
    for (const post of posts) seen.push((await post(run)).decision.enforcement);
    return seen;
  };
  const report =
    (step_index: number, tokens: number, more: object = {}, step: object = {}) =>
    (run: { run_id: string }) =>
      gate.report(run, { step_index, ...step }, used(tokens, more));

  test.each([
    ["run.input_tokens", { rule_type: "token_limit", threshold: 10 }, { input_tokens: 10 }, { input_tokens: 1 }],
    ["run.output_tokens", { rule_type: "token_limit", threshold: 10 }, { output_tokens: 10 }, { output_tokens: 1 }],
    ["run.cost_cents", { rule_type: "cost_limit", threshold: 1.5 }, { cost_cents: 1.5 }, { cost_cents: 0.0001 }],
    [
      "run.burn_rate_cents_per_minute",
      { rule_type: "rate_limit", threshold: 2 },
      { cost_cents: 2 },
      { cost_cents: 0.0001 },
    ],
  ])("%s adds up over steps", async (metric, rule, first, second) => {
    expect(await stops({ ...rule, metric }, [report(1, 0, first), report(2, 0, second)])).toEqual(["none", "stop"]);
  });

  test.each([
    ["run.steps", { rule_type: "step_limit", threshold: 2 }],
    ["run.steps_per_minute", { rule_type: "rate_limit", threshold: 2 }],
  ])("%s counts the steps that run, whatever they use", async (metric, rule) => {
    expect(await stops({ ...rule, metric }, [report(1, 0), report(2, 0), report(3, 0)])).toEqual([
      "none",
      "none",
      "stop",
    ]);
  });

  test.each([
    ["step.tokens", { rule_type: "token_limit", threshold: 10 }, { output_tokens: 11 }],
    ["step.cost_cents", { rule_type: "cost_limit", threshold: 0.5 }, { cost_cents: 0.5001 }],
    ["step.duration_ms", { rule_type: "time_limit", threshold: 50 }, { duration_ms: 51 }],
  ])("%s is of the one step", async (metric, rule, over) => {
    const fits = report(1, 10, { cost_cents: 0.5, duration_ms: 50 });
    const again = report(2, 10, { cost_cents: 0.5, duration_ms: 50 });
    expect(await stops({ ...rule, metric }, [fits, again, report(3, 0, over)])).toEqual(["none", "none", "stop"]);
  });

  test("step.retries counts what the runner says", async () => {
    const posts = [report(1, 0, {}, { retry_count: 2 }), report(2, 0, {}, { retry_count: 3 })];
    expect(await stops({ metric: "step.retries", rule_type: "custom_rule", threshold: 2 }, posts)).toEqual([
      "none",
      "stop",
    ]);
  });

  test("run.repeats: the same skill with the same input in a row, at the admission", async () => {
    await gate.rule({ metric: "run.repeats", rule_type: "custom_rule", threshold: 2 });
    const run = await gate.start();
    const ask = (step_index: number, input: object) => gate.admit(run, { step_index, skill: "search", input });
    expect((await ask(1, { q: "a" })).decision.action).toBe("allow");
    await gate.result(run, 1, used(1));
    expect((await ask(2, { q: "a" })).decision.action).toBe("allow");
    expect((await ask(3, { q: "b" })).decision.action).toBe("allow");
    expect((await ask(4, { q: "a" })).decision.action).toBe("allow");
    expect((await ask(5, { q: "a" })).decision.action).toBe("allow");
    expect((await ask(6, { q: "a" })).decision).toMatchObject({
      enforcement: "stop",
      actual_value: "3",
      threshold_value: "2",
    });
  });

  test("run.repeats: a result is decided by the count of its own admission, whatever was admitted since", async () => {
    await gate.rule({ metric: "run.repeats", rule_type: "custom_rule", threshold: 2, enforcement: "warn" });
    const run = await gate.start();
    const ask = (step_index: number, q: string) => gate.admit(run, { step_index, skill: "search", input: { q } });
    const settle = async (index: number) => (await gate.result(run, index, used(1))).decision.action;
    const [, , third] = [await ask(1, "a"), await ask(2, "a"), await ask(3, "a")];
    expect(third.decision).toMatchObject({ action: "warn", actual_value: "3" });
    await ask(4, "b");
    // The row that the third one ended is over; the last admission's count is 1.
    expect([await settle(1), await settle(3), await settle(4), await settle(2)]).toEqual([
      "allow",
      "warn",
      "allow",
      "allow",
    ]);
    await gate.proveEvidence();
  });

  test("open steps count in run.steps: concurrency refuses, it does not stop", async () => {
    await gate.rule({ metric: "run.steps", rule_type: "step_limit", threshold: 2 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 });
    await gate.admit(run, { step_index: 2 });
    expect((await gate.admit(run, { step_index: 3 })).decision.enforcement).toBe("refuse");
    await gate.result(run, 1, used(1));
    expect((await gate.admit(run, { step_index: 3 })).decision.enforcement).toBe("refuse");
    await gate.result(run, 2, used(1));
    expect((await gate.admit(run, { step_index: 3 })).decision.enforcement).toBe("stop");
  });
});

describe("side by side in one batch", () => {
  test("what an item takes counts for those behind it: gauges and seq have no gaps and no repeats", async () => {
    await gate.rule({ threshold: 1_000 });
    const run = await gate.start();
    const answers = await together(32, () => gate.admit(run, { step_id: uuidv4() }, 50));
    const allowed = answers.filter(({ decision }) => decision.action === "allow");
    expect(allowed).toHaveLength(20);
    const reserved = allowed.map((step) => step.run.limits[0]?.reserved).sort((a, b) => Number(a) - Number(b));
    expect(reserved).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 50));
    expect(allowed.map(({ seq }) => seq).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    const refused = answers.filter(({ decision }) => decision.enforcement === "refuse");
    expect(refused).toHaveLength(12);
  });

  test("reports of one run are serialised: at most one of them takes the limit over", async () => {
    await gate.rule({ threshold: 1_000 });
    const run = await gate.start();
    const sent = await together(40, () => gate.step(run, { step_id: uuidv4(), status: "success", usage: used(70) }));
    const done = sent.filter(({ status }) => status === 200);
    expect(done).toHaveLength(15);
    expect(done.filter(({ body }) => (body.decision as { action: string }).action === "block")).toHaveLength(1);
    expect(await gate.get(run)).toMatchObject({ tokens_used: 1_050, status: "failed_policy" });
    expect(await gate.count("incidents")).toBe(1);
    expect(await gate.rows("cost_records", "kind = 'ungoverned'")).toHaveLength(25);
  });
});
