// The reference story (console.md §1.6): a run that is stopped at its third step, with everything that belongs to it.

import { beforeAll, expect, test } from "vitest";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import type { StepAnswer } from "@/server/gate/wire";

let gate: GateWorld;
let policy: string;
let answers: StepAnswer[];
let run: { run_id: string; trace_id: string };
const policyName = "Token Limit Policy";

beforeAll(async () => {
  gate = await GateWorld.mint();
  policy = await gate.rule({ name: policyName, threshold: 10_000 });
  run = await gate.start({ model: "claude-sonnet-4", provider: "anthropic" });
  answers = [
    await gate.report(run, { step_index: 1, step_type: "input" }, used(0, { input_tokens: 500, cost_cents: 15 })),
    await gate.report(run, { step_index: 2 }, used(2_450, { input_tokens: 2_550, cost_cents: 150 })),
    await gate.report(
      run,
      { step_index: 3 },
      used(7_550, { input_tokens: 1_950, cost_cents: 285, duration_ms: 15_000 }),
    ),
  ];
});

test("the third step is blocked, with the words of the contract", () => {
  const [first, second, third] = answers;
  expect([first?.decision.action, second?.decision.action, third?.decision.action]).toEqual([
    "allow",
    "allow",
    "block",
  ]);
  expect(third).toMatchObject({
    run_id: run.run_id,
    step_index: 3,
    step_id: null,
    phase: "result",
    seq: 3,
    retry_after_ms: null,
  });
  expect(third?.content_hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(third?.decision).toMatchObject({
    ...{
      action: "block",
      enforcement: "stop",
      source: "rule",
      policy_id: policy,
      limit_id: null,
      policy_name: policyName,
    },
    ...{
      violation_type: "token_limit",
      severity: "high",
      threshold_value: "10000",
      actual_value: "15000",
      projected: false,
    },
    reason: "run.tokens 15000 is over the limit of 10000",
    matched: [{ policy_id: policy, action: "block", won: true, shadow: false }],
  });
  expect(third?.run).toMatchObject({
    ...{ status: "failed_policy", termination_reason: "policy_block", stopped_at_step: 3, tokens_used: 15_000 },
    ...{ cost_cents: 450, steps_completed: 3 },
  });
  expect(third?.run.limits).toMatchObject([
    {
      ...{
        metric: "run.tokens",
        enforcement: "stop",
        limit: 10_000,
        used: 15_000,
        reserved: 0,
        presumed: 0,
        remaining: 0,
      },
      ...{ overshoot: { estimate_excess: 0, reported: 5_000 }, state: "breach" },
    },
  ]);
  expect(third?.signals).toMatchObject([{ type: "breach", metric: "run.tokens", percentage: 150 }]);
  expect(third?.incident_id).not.toBeNull();
});

test("what one transaction holds: steps, closing records, end, inflection, seal", async () => {
  const steps = await gate.rows("steps");
  const shown = steps.sort((a, b) => Number(a.step_index) - Number(b.step_index));
  expect(shown.map((step) => [step.step_index, step.step_type, step.is_inflection])).toEqual([
    [1, "input", false],
    [2, "llm_call", false],
    [3, "llm_call", true],
    [4, "violation", false],
    [5, "stopped", false],
  ]);
  const records = await gate.rows("trace_records");
  expect(records.map((record) => record.kind)).toEqual(["report", "report", "report", "violation", "stopped"]);
  // One transaction has one clock, and one xmin.
  const [stored] = await gate.rows("runs");
  expect(stored).toMatchObject({
    status: "failed_policy",
    termination_reason: "policy_block",
    stopped_at_step: 3,
    steps_completed: 3,
  });
  const [trace] = await gate.rows("traces");
  expect(trace).toMatchObject({
    ...{ status: "failed", violation_step_index: 3, violation_policy_id: policy },
    ...{ violation_reason: "run.tokens 15000 is over the limit of 10000", incident_id: answers[2]?.incident_id },
  });
  expect(trace?.violation_timestamp).toEqual(stored?.completed_at);
  expect(trace?.seal_hash).not.toBeNull();
});

test("the incident, the enforcement, the prevention, the costs, the audit and the news are there", async () => {
  const incident_id = answers[2]?.incident_id;
  expect(await gate.rows("incidents")).toMatchObject([
    {
      ...{
        id: incident_id,
        severity: "high",
        type: "token_limit_exceeded",
        status: "active",
        source_run_id: run.run_id,
      },
      ...{
        trace_id: run.trace_id,
        policy_id: policy,
        violation_step_index: 3,
        threshold_value: "10000",
        actual_value: "15000",
      },
    },
  ]);
  expect(await gate.rows("incident_events")).toMatchObject([{ incident_id, type: "created" }]);
  expect(await gate.rows("policy_enforcements")).toMatchObject([
    {
      action: "stopped",
      policy_id: policy,
      policy_version: 1,
      policy_name: policyName,
      step_index: 3,
      seq: 3,
      incident_id,
    },
  ]);
  expect(await gate.rows("prevention_records")).toMatchObject([
    { action: "stop", step_index: 3, incident_id, outcome: "contained" },
  ]);
  const costs = await gate.rows("cost_records");
  expect(
    costs.map((cost) => [cost.step_index, cost.kind, Number(cost.cost_units), cost.cost_source, cost.assurance]),
  ).toEqual([
    [1, "settled", 150_000, "reported", "self_reported"],
    [2, "settled", 1_500_000, "reported", "self_reported"],
    [3, "settled", 2_850_000, "reported", "self_reported"],
  ]);
  const actions = (await gate.rows("audit_logs")).map((entry) => entry.action);
  expect(actions).toEqual(expect.arrayContaining(["policy.created", "run.stopped", "incident.created"]));
  const topics = (await gate.rows("outbox")).map((event) => event.topic);
  expect(topics).toEqual(
    expect.arrayContaining(["run.started", "signal.breach", "incident.created", "run.blocked", "run.ended"]),
  );
});

test("all of it was written by one transaction", async () => {
  const written = await Promise.all(
    ["runs", "traces", "incidents", "policy_enforcements", "prevention_records", "threshold_signals"].map((table) =>
      gate.rows(`(select *, xmin::text as written_by from ${table})`),
    ),
  );
  const ids = new Set(written.flat().map((row) => row.written_by));
  expect(written.every((rows) => rows.length === 1)).toBe(true);
  expect(ids.size).toBe(1);
  const [id] = ids;
  for (const table of ["cost_records", "audit_logs", "outbox", "trace_records"]) {
    const rows = await gate.rows(`(select *, xmin::text as written_by from ${table})`);
    expect(
      rows.some((row) => row.written_by === id),
      table,
    ).toBe(true);
  }
});

test("a step after the stop is refused: once on record, its claimed work charged as ungoverned, the trace untouched", async () => {
  const late = { step_type: "llm_call", step_index: 4, status: "success", usage: used(700, { cost_cents: 21 }) };
  for (let i = 0; i < 3; i++) {
    const refused = await gate.step(run, late);
    expect(refused.body).toMatchObject({
      ...{
        type: expect.stringContaining("run-not-live"),
        status: 409,
        termination_reason: "policy_block",
        stopped_at_step: 3,
      },
      incident_id: answers[2]?.incident_id,
    });
  }
  expect(await gate.count("trace_records")).toBe(5);
  expect(await gate.rows("policy_enforcements", "action = 'post_stop'")).toHaveLength(1);
  expect(await gate.rows("refusals", "dedupe_key = 'post_stop:4'")).toMatchObject([{ count: 3 }]);
  expect(await gate.rows("cost_records", "kind = 'ungoverned'")).toMatchObject([
    { step_index: 4, output_tokens: "700" },
  ]);
  const detail = await gate.get(run);
  expect(detail).toMatchObject({ tokens_used: 15_000, cost_cents: 450, steps_completed: 3 });
});

test("a sibling of 8 000 tokens and 150 cents is clean but for its NEAR", async () => {
  const sibling = await gate.start({ model: "claude-sonnet-4" });
  const step = await gate.report(sibling, { step_index: 1 }, used(8_000, { cost_cents: 150 }));
  expect(step.decision.action).toBe("allow");
  expect(step.signals).toMatchObject([{ type: "near", metric: "run.tokens", percentage: 80 }]);
  const done = await gate.complete(sibling);
  expect(done.body).toMatchObject({ status: "succeeded", termination_reason: "completed", incident_id: null });
});

test("the runs verify, and every decision is made again as it was", () => gate.proveEvidence());
