// runner-api.md "Start a run", sentence by sentence.

import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateWorld, together, used } from "@/server/gate/testing/gate-world";
import { inspect } from "@/server/platform/db/testing/test-database";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

const whole = {
  agent_id: "invoice-bot",
  goal: "Pay the open invoices",
  actor: { type: "human", id: "u-17" },
  provider: "anthropic",
  model: "claude-sonnet-4",
  parent_run_id: null,
  project: "billing",
  source: "sdk",
  tags: { env: "prod" },
  synthetic: false,
};

describe("a start", () => {
  test("answers 201 with the frozen snapshot: what binds, what won, what lost and why", async () => {
    const strict = await gate.rule({ name: "Token Limit Policy", threshold: 10_000, precedence: 10 });
    const loose = await gate.rule({ threshold: 20_000 });
    const warning = await gate.rule({ threshold: 5_000, enforcement: "warn" });
    const dominated = await gate.rule({ threshold: 30_000, enforcement: "pause" });
    const shadow = await gate.rule({ threshold: 1, rollout: "shadow" });
    await gate.rule({ threshold: 7, scope: { type: "agent", ids: ["another-bot"] } });
    const budget = await gate.limit({ name: "Daily spend", limit_type: "COST_CENTS", max_value: 50_000 });

    const { policy_snapshot: snapshot, ...run } = await gate.start(whole);
    expect(run.status).toBe("running");
    expect(run.started_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(snapshot.content_hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(snapshot.policy_count).toBe(5);
    expect(snapshot.policies[0]).toEqual({
      ...{ policy_id: strict, name: "Token Limit Policy", version: 1, rule_type: "token_limit", precedence: 10 },
      ...{ bound_by: "all_runs", rollout: "active" },
    });
    expect(snapshot.policies.find((policy) => policy.policy_id === shadow)?.rollout).toBe("shadow");
    expect(snapshot.limits.map(({ metric, enforcement, limit, near }) => [metric, enforcement, limit, near])).toEqual([
      ["run.tokens", "stop", 10_000, 8_000],
      ["run.tokens", "warn", 5_000, 4_000],
    ]);
    const [stop, warn] = snapshot.limits;
    expect(warn?.policy_id).toBe(warning);
    expect(stop?.lost).toEqual([
      { policy_id: loose, limit_id: null, limit: 20_000, why: "less_restrictive" },
      { policy_id: dominated, limit_id: null, limit: 30_000, why: "dominated" },
    ]);
    expect(snapshot.windows).toMatchObject([
      { limit_id: budget, name: "Daily spend", limit_type: "COST_CENTS", max_value: 50_000, version: 1 },
    ]);
    expect(snapshot.defaults).toEqual({
      step_estimate: { tokens: 0, cost_cents: 0 },
      ...{ step_timeout_ms: 300_000, run_timeout_ms: 900_000, pause_timeout_ms: 86_400_000, unpriced: "block" },
    });
    expect(snapshot).toMatchObject({ strategy: "most_restrictive", ambiguous: false });
  });

  test("makes its own UUIDv7 when none is given", async () => {
    expect((await gate.start()).run_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  test("the same id with the same body: 200, the same bytes, Idempotent-Replayed; with another body 409", async () => {
    const body = { ...whole, run_id: uuidv4() };
    const first = await gate.send("", body);
    expect(first.status).toBe(201);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    const again = await gate.send("", Object.fromEntries(Object.entries(body).reverse()));
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const other = await gate.send("", { ...body, goal: "Something else" });
    expect([other.status, other.body.type]).toEqual([409, expect.stringContaining("run-id-reused")]);
  });

  test("B4: 8 starts with one id at once make one run, whose first steps all meet the same default limits", async () => {
    const body = { run_id: uuidv4(), agent_id: "never-seen" };
    const sent = await together(8, () => gate.send("", body));
    expect(sent.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201]);
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
    expect(await gate.count("runs")).toBe(1);
    expect(await gate.count("policy_snapshots")).toBe(1);
    expect(await gate.count("agents")).toBe(1);
    const steps = await together(8, () => gate.admit(body, { step_id: uuidv4() }, 9_000));
    expect(steps.map((step) => step.decision.action)).toEqual(Array(8).fill("allow"));
    expect(new Set(steps.map((step) => step.step_index)).size).toBe(8);
    for (const { run } of steps) {
      expect(run.limits.map(({ metric, limit }) => [metric, limit])).toEqual([
        ["run.tokens", 100_000],
        ["run.cost_cents", 1_000],
      ]);
    }
    gate.runs.push({ run_id: body.run_id, trace_id: String(sent[0]?.body.trace_id) });
  });

  test("agent_id alone is required; a human actor needs an id; unknown fields and long names are 422", async () => {
    const pointers = async (body: object) => {
      const sent = await gate.send("", body);
      return [sent.status, ...((sent.body.errors ?? []) as { pointer: string }[]).map(({ pointer }) => pointer)];
    };
    expect(await pointers({})).toEqual([422, "#/agent_id"]);
    expect(await pointers({ agent_id: "a", actor: { type: "human" } })).toEqual([422, "#/actor/id"]);
    expect(await pointers({ agent_id: "a", extra: 1 })).toEqual([422, "#/extra"]);
    expect(await pointers({ agent_id: "a".repeat(129) })).toEqual([422, "#/agent_id"]);
    expect(await pointers({ agent_id: "a", goal: "g".repeat(2_049) })).toEqual([422, "#/goal"]);
    expect(await gate.count("runs")).toBe(0);
  });
});

describe("what is frozen and what stays live", () => {
  test("a rule changed after the start does not bind the run; a budget and its change do", async () => {
    const rule = await gate.rule({ threshold: 1_000 });
    const budget = await gate.limit({ max_value: 900 });
    const run = await gate.start();
    const name = "rule 1";
    const stricter = {
      name,
      rule_type: "token_limit",
      metric: "run.tokens",
      enforcement: "stop",
      threshold: 1,
      version: 1,
    };
    expect((await gate.manage("PUT", `/policies/rules/${rule}`, stricter)).status).toBe(200);
    expect((await gate.admit(run, { step_index: 1 }, 500)).decision.action).toBe("allow");
    const limit = { name: "limit 2", limit_category: "BUDGET", limit_type: "TOKENS", reset_period: "daily" };
    const changed = await gate.manage("PUT", `/policies/limits/${budget}`, { ...limit, max_value: 600, version: 1 });
    expect(changed.status, changed.text).toBe(200);
    const refused = await gate.admit(run, { step_index: 2 }, 200);
    expect(refused.decision).toMatchObject({ enforcement: "refuse", limit_id: budget, threshold_value: "600" });
    const second = await gate.start();
    expect(second.policy_snapshot.limits.map(({ limit }) => limit)).toEqual([1]);
  });
});

describe("a refused start", () => {
  const problemOf = async (body: object = { agent_id: "invoice-bot" }) => {
    const { status, body: told } = await gate.send("", body);
    return { status, type: told.type, reason: told.reason };
  };
  const refused = (reason: string) => ({ status: 403, type: expect.stringContaining("run-refused"), reason });

  test.each([
    ["tenant_frozen", () => ({ type: "tenant", id: gate.tenant.tenantId })],
    ["key_frozen", () => ({ type: "key", id: gate.tenant.keyId })],
    ["agent_frozen", () => ({ type: "agent", id: "invoice-bot" })],
  ])("%s", async (reason, target) => {
    const frozen = await gate.manage("POST", "/policies/freezes", { ...target(), reason: "drill" });
    expect(frozen.status, frozen.text).toBe(201);
    expect(await problemOf()).toEqual(refused(reason));
    const checked = await gate.send("/check", { agent_id: "invoice-bot" });
    expect(checked.body).toMatchObject({ would_start: false, refusal: { reason } });
  });

  test("ambiguous_policies: two limits at one precedence under fail_closed", async () => {
    await gate.rule({ threshold: 10, conflict_strategy: "fail_closed" });
    await gate.rule({ threshold: 20, conflict_strategy: "fail_closed" });
    expect(await problemOf()).toEqual(refused("ambiguous_policies"));
  });

  test("snapshot_unavailable: a rule whose row is not what its hash says", async () => {
    const rule = await gate.rule({ threshold: 10 });
    await inspect()`update policy_rules set threshold = 1000000 where id = ${rule}`;
    expect(await problemOf()).toEqual(refused("snapshot_unavailable"));
  });

  test("policy: a condition bound to run_start, stop and kill alike", async () => {
    await gate.condition('run.project == "secret"', { bind_at: "run_start", enforcement: "kill" });
    expect(await problemOf({ agent_id: "a", project: "secret" })).toEqual(refused("policy"));
    await gate.start({ project: "open" });
  });

  test("is on record as a run without steps, replays as the same 403, and opens no incident", async () => {
    await gate.condition("true", { bind_at: "run_start", enforcement: "stop" });
    const body = { run_id: uuidv4(), agent_id: "invoice-bot" };
    const first = await gate.send("", body);
    const again = await gate.send("", body);
    const { request_id: _first, instance: _one, ...told } = first.body;
    const { request_id: _again, instance: _other, ...toldAgain } = again.body;
    expect([first.status, again.status]).toEqual([403, 403]);
    expect(toldAgain).toEqual(told);
    expect((await gate.send("", { ...body, goal: "other" })).status).toBe(409);
    const run = await gate.get(body);
    expect(run).toMatchObject({
      status: "failed_policy",
      termination_reason: "policy_block",
      refusal_reason: "policy",
    });
    expect(run).toMatchObject({ steps_completed: 0, incident_id: null });
    expect(await gate.count("incidents")).toBe(0);
    expect(await gate.count("steps")).toBe(0);
    expect(await gate.rows("policy_enforcements")).toMatchObject([{ action: "start_refused", run_id: body.run_id }]);
    expect((await gate.step(body, { step_index: 1 })).body).toMatchObject({
      status: 409,
      termination_reason: "policy_block",
    });
    gate.runs.push({ run_id: body.run_id, trace_id: run.trace_id });
  });
});

describe("conditions at run_start", () => {
  test("pause holds the run before its first step; warn is noted and lets it start", async () => {
    await gate.condition('run.project == "held"', { bind_at: "run_start", enforcement: "pause" });
    const noted = await gate.condition("true", { bind_at: "run_start", enforcement: "warn" });
    const held = await gate.start({ project: "held" });
    expect(held.status).toBe("paused");
    expect((await gate.step(held, { step_index: 1 })).body).toMatchObject({
      status: 409,
      type: expect.stringContaining("run-paused"),
    });
    const released = await gate.manage("POST", `/runs/${held.run_id}/release`, { decision: "approve", reason: "seen" });
    expect([released.status, released.body.status]).toEqual([200, "running"]);
    expect((await gate.admit(held, { step_index: 1 })).decision.action).toBe("allow");
    expect(await gate.count("policy_enforcements", `policy_id = '${noted}' and action = 'warned'`)).toBe(1);
  });

  test("a pause at the start that is denied ends the run by its policy", async () => {
    await gate.condition("true", { bind_at: "run_start", enforcement: "pause" });
    const run = await gate.start();
    const denied = await gate.manage("POST", `/runs/${run.run_id}/release`, { decision: "deny", reason: "no" });
    expect(denied.body).toMatchObject({
      status: "failed_policy",
      termination_reason: "policy_block",
      end_note: "denied",
    });
  });
});

describe("quotas", () => {
  test("RUNS over a calendar window: 429 with Retry-After, an enforcement only, and the id decides again", async () => {
    const limit = await gate.limit({ limit_type: "RUNS", max_value: 2 });
    await gate.start();
    await gate.start();
    const body = { run_id: uuidv4(), agent_id: "invoice-bot" };
    const refused = await gate.send("", body);
    expect([refused.status, refused.body.type]).toEqual([429, expect.stringContaining("quota-exceeded")]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await gate.count("runs")).toBe(2);
    expect(await gate.count("incidents")).toBe(0);
    expect(await gate.rows("policy_enforcements")).toMatchObject([
      { action: "quota_exceeded", limit_id: limit, run_id: null },
    ]);
    const wider = {
      name: "limit 1",
      limit_category: "BUDGET",
      limit_type: "RUNS",
      reset_period: "daily",
      max_value: 3,
    };
    expect((await gate.manage("PUT", `/policies/limits/${limit}`, { ...wider, version: 1 })).status).toBe(200);
    await gate.start(body);
    const usage = await gate.manage("GET", `/policies/limits/${limit}`);
    expect(usage.body).toMatchObject({ entity: { used: 3, remaining: 0 } });
  });

  test("a refused start takes nothing of a quota", async () => {
    await gate.limit({ limit_type: "RUNS", max_value: 1 });
    await gate.condition('run.project == "secret"', { bind_at: "run_start", enforcement: "stop" });
    for (let i = 0; i < 3; i++) expect((await gate.send("", { agent_id: "a", project: "secret" })).status).toBe(403);
    await gate.start({ project: "open" });
    expect((await gate.send("", { agent_id: "a" })).status).toBe(429);
  });

  const rate = { limit_category: "RATE", limit_type: "RUNS", reset_period: null, max_value: 10 };

  test("B5: RUNS at a rate of N with 64 more at once: exactly N start", async () => {
    await gate.limit({ ...rate, window_seconds: 600 });
    const sent = await together(74, () => gate.tryStart());
    expect(sent.filter(({ status }) => status === 201)).toHaveLength(10);
    const refused = sent.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(64);
    for (const one of refused) expect(Number(one.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("B5: started all the time over several boundaries, no interval of the window's length starts more than N", async () => {
    await gate.limit({ ...rate, window_seconds: 1 });
    for (const end = Date.now() + 3_500; Date.now() < end; ) {
      await together(8, () => gate.send("", { agent_id: "invoice-bot" }));
    }
    const started = (await gate.rows("runs")).map((run) => (run.started_at as Date).getTime());
    for (const at of started) {
      expect(started.filter((other) => other >= at && other <= at + 1_000).length).toBeLessThanOrEqual(10);
    }
    expect(started.length).toBeGreaterThan(15);
  });

  test("CONCURRENT_RUNS: no more live than the limit, by scope, however many start at once; an end makes room", async () => {
    const scope = { type: "project", ids: [] };
    const numbers = { limit_category: "THRESHOLD", limit_type: "CONCURRENT_RUNS", reset_period: null, max_value: 5 };
    await gate.limit({ ...numbers, scope });
    const sent = await together(40, () => gate.tryStart({ project: "billing" }));
    const live = sent.filter(({ status }) => status === 201);
    expect(live).toHaveLength(5);
    expect(sent.filter(({ status }) => status === 429)).toHaveLength(35);
    await gate.start({ project: "another" });
    await gate.start();
    expect((await gate.complete({ run_id: String(live[0]?.body.run_id) })).status).toBe(200);
    await gate.start({ project: "billing" });
    expect((await gate.send("", { agent_id: "invoice-bot", project: "billing" })).status).toBe(429);
  });

  test("NEAR and BREACH of a quota: once per window, on the run that crossed", async () => {
    const limit = await gate.limit({ limit_type: "RUNS", max_value: 5 });
    const runs = [];
    for (let i = 0; i < 5; i++) runs.push((await gate.start()).run_id);
    expect((await gate.send("", { agent_id: "invoice-bot" })).status).toBe(429);
    const signals = await gate.rows("threshold_signals", `limit_id = '${limit}'`);
    expect(signals.map((signal) => [signal.signal_type, signal.run_id, Number(signal.percentage)]).sort()).toEqual([
      ["breach", runs[4], 100],
      ["near", runs[3], 80],
    ]);
  });

  test("a quota that warns lets the run start and says so", async () => {
    const limit = await gate.limit({ limit_type: "RUNS", max_value: 1, enforcement: "warn" });
    await gate.start();
    await gate.start();
    expect(await gate.count("policy_enforcements", `limit_id = '${limit}' and action = 'warned'`)).toBe(1);
  });
});

describe("what a start may name", () => {
  test("a key with agent ids may name only those, and its runs are verified; others carry agent_verified false", async () => {
    const open = await gate.start();
    expect((await gate.get(open)).agent_verified).toBe(false);
    const bound = await GateWorld.mint();
    await inspect()`update api_keys set agent_ids = ${["invoice-bot"]} where id = ${bound.tenant.keyId}`;
    const run = await bound.start();
    expect((await bound.get(run)).agent_verified).toBe(true);
    expect((await bound.send("", { agent_id: "another-bot" })).status).toBe(403);
    await bound.proveEvidence();
  });

  test("a synthetic run needs the scope for it", async () => {
    expect((await gate.send("", { agent_id: "a", synthetic: true })).status).toBe(201);
    const poor = await GateWorld.mint();
    await inspect()`update api_keys set scopes = ${["runs:write", "runs:read"]} where id = ${poor.tenant.keyId}`;
    expect((await poor.send("", { agent_id: "a", synthetic: true })).body).toMatchObject({
      status: 403,
      permission: "runs:synthetic",
    });
    expect((await poor.send("", { agent_id: "a", synthetic: false })).status).toBe(201);
  });

  test("check resolves and arbitrates for a context and starts nothing", async () => {
    const mine = await gate.rule({ threshold: 10, scope: { type: "agent", ids: ["invoice-bot"] } });
    const all = await gate.rule({ threshold: 20 });
    const checked = await gate.send("/check", { agent_id: "invoice-bot" });
    expect(checked.body).toMatchObject({
      would_start: true,
      refusal: null,
      policy_snapshot: {
        policy_count: 2,
        limits: [{ limit: 10, policy_id: mine, lost: [{ policy_id: all, limit: 20, why: "less_restrictive" }] }],
      },
    });
    expect((await gate.send("/check", { agent_id: "other" })).body).toMatchObject({
      policy_snapshot: { policy_count: 1 },
    });
    expect(await gate.count("runs")).toBe(0);
    const run = await gate.start();
    expect(run.policy_snapshot.limits).toEqual((checked.body.policy_snapshot as { limits: unknown }).limits);
  });

  test("the default thresholds bind only where nothing else applies at all", async () => {
    const bare = await gate.start();
    const named = bare.policy_snapshot.limits.map(({ metric, limit, enforcement, source }) => [
      metric,
      limit,
      enforcement,
      source,
    ]);
    expect(named).toEqual([
      ["run.tokens", 100_000, "stop", "default"],
      ["run.cost_cents", 1_000, "stop", "default"],
      ["step.tokens", 10_000, "stop", "default"],
      ["step.cost_cents", 100, "stop", "default"],
    ]);
    const over = await gate.report(bare, { step_index: 1 }, used(10_001));
    expect(over.decision).toMatchObject({ action: "block", enforcement: "stop", source: "default", policy_id: null });
    await gate.rule({ rule_type: "step_limit", metric: "run.steps", threshold: 1_000, enforcement: "warn" });
    const ruled = await gate.start();
    expect(ruled.policy_snapshot.limits.map(({ metric }) => metric)).toEqual(["run.steps"]);
    expect((await gate.report(ruled, { step_index: 1 }, used(500_000))).decision.action).toBe("allow");
  });
});
