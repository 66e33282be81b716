// runner-api.md "Limits, exactly", for limits that runs share: BUDGET and RATE.

import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateWorld, together, until, used } from "@/server/gate/testing/gate-world";
import { inspect } from "@/server/platform/db/testing/test-database";
import { addCounters, loadWorld } from "./load";
import { countersOf } from "./readings";
import { inGate } from "./transaction";
import { emptyWorld } from "./world";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

const usageOf = async (limit: string) => {
  const { entity } = (await gate.manage("GET", `/policies/limits/${limit}`)).body as {
    entity: Record<string, unknown>;
  };
  return { used: entity.used, reserved: entity.reserved, presumed: entity.presumed };
};

describe("a window's overshoot", () => {
  test("from above the run's own estimates is estimate excess; what others reported is reported", async () => {
    const gate = await GateWorld.mint();
    await gate.limit({ max_value: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 90);
    const over = await gate.result(run, 1, used(130));
    const shown = (answer: typeof over) => answer.run.limits.find((limit) => limit.metric === "TOKENS");
    expect(shown(over)).toMatchObject({ used: 130, overshoot: { estimate_excess: 30, reported: 0 } });
    const other = await gate.start();
    const reported = await gate.report(other, { step_index: 1 }, used(20));
    expect(shown(reported)).toMatchObject({ used: 150, overshoot: { estimate_excess: 0, reported: 50 } });
    expect((await gate.get(run)).limits.find((limit) => limit.metric === "TOKENS")).toMatchObject({
      overshoot: { estimate_excess: 40, reported: 10 },
    });
  });

  test("is not told apart for a limit that came after the run", async () => {
    const gate = await GateWorld.mint();
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 90);
    await gate.limit({ max_value: 100 });
    const over = await gate.result(run, 1, used(130));
    expect(over.run.limits.find((limit) => limit.metric === "TOKENS")).toMatchObject({
      overshoot: { estimate_excess: 0, reported: 30 },
    });
  });
});

describe("a budget", () => {
  test("refuses admissions without room, until its window resets; a report over it warns and breaches", async () => {
    const limit = await gate.limit({ name: "Daily tokens", max_value: 100 });
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(90));
    const sent = await gate.step(run, { step_index: 2, estimate: { output_tokens: 11, cost_cents: 0 } });
    const midnight = new Date().setUTCHours(24, 0, 0, 0);
    expect(sent.body).toMatchObject({ decision: { enforcement: "refuse", limit_id: limit, actual_value: "101" } });
    expect(Math.abs(Number(sent.headers.get("retry-after")) - (midnight - Date.now()) / 1_000)).toBeLessThan(30);
    expect((await gate.admit(run, { step_index: 2 }, 10)).decision.action).toBe("allow");
    const over = await gate.report(run, { step_index: 3 }, used(50));
    expect(over.decision).toMatchObject({
      action: "warn",
      enforcement: "none",
      limit_id: limit,
      violation_type: "token_limit",
    });
    expect(over.run.limits).toMatchObject([
      { limit_id: limit, used: 140, reserved: 10, remaining: 0, state: "breach" },
    ]);
    expect(await gate.rows("policy_enforcements", "action = 'warned'")).toMatchObject([
      { limit_id: limit, policy_version: 1 },
    ]);
  });

  test("that stops ends the run, with the limit as the incident's source", async () => {
    const limit = await gate.limit({ max_value: 100, enforcement: "stop" });
    const run = await gate.start();
    const stop = await gate.report(run, { step_index: 1 }, used(101));
    expect(stop.decision).toMatchObject({ enforcement: "stop", source: "limit", limit_id: limit, policy_id: null });
    expect(await gate.rows("incidents")).toMatchObject([{ source: "limit", limit_id: limit, source_id: limit }]);
    const next = await gate.start();
    expect((await gate.admit(next, { step_index: 1 }, 1)).decision).toMatchObject({
      enforcement: "stop",
      projected: true,
    });
  });

  test("is shared by runs and scoped by who they are", async () => {
    const [mine, projects] = await Promise.all([
      gate.limit({ max_value: 100, scope: { type: "agent", ids: ["invoice-bot"] } }),
      gate.limit({ max_value: 150, scope: { type: "project", ids: [] } }),
    ]);
    const first = await gate.start({ project: "a" });
    const second = await gate.start({ project: "a" });
    const third = await gate.start({ agent_id: "other", project: "a" });
    const elsewhere = await gate.start({ agent_id: "other", project: "b" });
    await gate.admit(first, { step_index: 1 }, 60);
    expect((await gate.admit(second, { step_index: 1 }, 41)).decision).toMatchObject({
      enforcement: "refuse",
      limit_id: mine,
    });
    expect((await gate.admit(third, { step_index: 1 }, 91)).decision).toMatchObject({
      enforcement: "refuse",
      limit_id: projects,
    });
    expect((await gate.admit(third, { step_index: 1 }, 90)).decision.action).toBe("allow");
    expect((await gate.admit(elsewhere, { step_index: 1 }, 150)).decision.action).toBe("allow");
  });

  test("NEAR and BREACH once per window, on the run that crossed", async () => {
    await gate.limit({ max_value: 100, enforcement: "warn" });
    const runs = [await gate.start(), await gate.start()];
    const [a = { run_id: "" }, b = { run_id: "" }] = runs;
    expect((await gate.report(a, { step_index: 1 }, used(80))).signals).toMatchObject([
      { type: "near", metric: "TOKENS", percentage: 80 },
    ]);
    expect((await gate.report(b, { step_index: 1 }, used(5))).signals).toEqual([]);
    expect((await gate.report(b, { step_index: 2 }, used(20))).signals).toMatchObject([
      { type: "breach", percentage: 105 },
    ]);
    expect((await gate.report(a, { step_index: 2 }, used(20))).signals).toEqual([]);
    const rows = await gate.rows("threshold_signals");
    expect(rows.map((row) => [row.signal_type, row.run_id]).sort()).toEqual([
      ["breach", b.run_id],
      ["near", a.run_id],
    ]);
  });

  test("NEAR and BREACH come once each, however many runs report at once", async () => {
    await gate.limit({ max_value: 1_000, enforcement: "warn" });
    const runs = await together(8, () => gate.start());
    const sent = await together(80, (i) => gate.report(runs[i % 8] ?? { run_id: "" }, { step_id: uuidv4() }, used(20)));
    const told = sent.flatMap(({ signals }) => signals.map(({ type, percentage }) => [type, percentage]));
    expect(told.sort()).toEqual([
      ["breach", 100],
      ["near", 80],
    ]);
    expect(sent.filter(({ decision }) => decision.action === "warn")).toHaveLength(30);
  });

  test("a late result signals its window once, and a second one not again", async () => {
    await gate.limit({ max_value: 100, enforcement: "warn" });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 1);
    await gate.admit(run, { step_index: 2 }, 1);
    await gate.complete(run, { status: "succeeded", abandon: true });
    expect((await gate.result(run, 1, used(85))).signals).toMatchObject([{ type: "near" }]);
    expect((await gate.result(run, 2, used(5))).signals).toEqual([]);
    const other = await gate.start();
    expect((await gate.report(other, { step_index: 1 }, used(5))).signals).toEqual([]);
  });

  test("reservations stay counted: settled to what was used, presumed at the run's end, settled when late", async () => {
    const limit = await gate.limit({ max_value: 1_000 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 100);
    await gate.admit(run, { step_index: 2 }, 200);
    await gate.admit(run, { step_index: 3 }, 300);
    expect(await usageOf(limit)).toEqual({ used: 0, reserved: 600, presumed: 0 });
    await gate.result(run, 1, used(40));
    expect(await usageOf(limit)).toEqual({ used: 40, reserved: 500, presumed: 0 });
    await gate.complete(run, { status: "failed", abandon: true });
    expect(await usageOf(limit)).toEqual({ used: 40, reserved: 0, presumed: 500 });
    await gate.result(run, 2, used(250));
    expect(await usageOf(limit)).toEqual({ used: 290, reserved: 0, presumed: 300 });
    const next = await gate.start();
    expect((await gate.admit(next, { step_index: 1 }, 411)).decision.enforcement).toBe("refuse");
    expect((await gate.admit(next, { step_index: 1 }, 410)).decision.action).toBe("allow");
  });

  test("F1: a step settles in the window it was reserved in, and the new window starts without it", async () => {
    const limit = await gate.limit({ max_value: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 90);
    // Yesterday's reservation: the counter and what the step holds of it are moved back by a day.
    await inspect().begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update limit_counters set window_start = window_start - interval '1 day' where limit_id = ${limit}`;
      await sql`update steps set reservations = jsonb_set(reservations::jsonb, '{0,window_start}',
        to_jsonb(to_char((reservations::jsonb #>> '{0,window_start}')::timestamptz at time zone 'UTC' - interval '1 day',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) where run_id = ${run.run_id}`;
    });
    expect((await gate.admit(run, { step_index: 2 }, 95)).decision.action).toBe("allow");
    const settled = await gate.result(run, 1, used(85));
    expect(settled.decision.action).toBe("allow");
    expect(settled.signals).toMatchObject([{ type: "near", percentage: 85 }]);
    const counters = await gate.rows("limit_counters");
    const shown = counters.map((row) => [row.used, row.reserved, row.signalled]).map((row) => row.map(String));
    expect(shown.sort()).toEqual([
      ["0", "95", ""],
      ["85", "0", "near"],
    ]);
    expect((await gate.result(run, 2, used(80))).signals).toMatchObject([{ type: "near", percentage: 80 }]);
  });

  test("a budget in cents counts what a price table says, and what has no price blocks", async () => {
    const limit = await gate.limit({ limit_type: "COST_CENTS", max_value: 100 });
    const prices = {
      entries: [{ model: "priced", input_cents_per_million: 1_000_000, output_cents_per_million: 2_000_000 }],
    };
    const [{ version }] = [(await gate.manage("GET", "/policies/prices")).body];
    const put = await gate.manage("PUT", "/policies/prices", { ...prices, version });
    expect(put.status, put.text).toBe(200);
    const run = await gate.start({ model: "priced" });
    const usage = { input_tokens: 10, output_tokens: 20, duration_ms: 1 };
    expect((await gate.report(run, { step_index: 1 }, usage)).run.cost_cents).toBe(50);
    expect(await gate.rows("cost_records")).toMatchObject([{ cost_source: "computed", assurance: "price_table" }]);
    expect((await usageOf(limit)).used).toBe(50);
    const unpriced = await gate.report(run, { step_index: 2, model: "unheard-of" }, usage);
    expect(unpriced.decision).toMatchObject({ action: "block", enforcement: "stop", violation_type: "cost_limit" });
    expect(unpriced.run.limits.find((gauge) => gauge.limit_id === limit)).toMatchObject({
      state: "unknown",
      remaining: null,
    });
  });

  test("that stops can be passed by at most one report per live run", async () => {
    await gate.limit({ max_value: 1_000, enforcement: "stop" });
    const runs = await together(6, () => gate.start());
    const posts = Array.from({ length: 60 }, (_, i) => runs[i % 6] ?? { run_id: "" });
    await Promise.all(posts.map((run) => gate.step(run, { step_id: uuidv4(), status: "success", usage: used(100) })));
    const [counter] = await gate.rows("limit_counters");
    expect(Number(counter?.used)).toBe(1_600);
    for (const run of runs) expect((await gate.get(run)).status).toBe("failed_policy");
    expect(await gate.count("incidents")).toBe(6);
  });

  test("more than the limit itself never fits: there is nothing to wait for, and the answer says no time", async () => {
    await gate.limit({ max_value: 100 });
    const run = await gate.start();
    const sent = await gate.step(run, { step_index: 1, estimate: { output_tokens: 101, cost_cents: 0 } });
    expect(sent.body).toMatchObject({ decision: { enforcement: "refuse" }, retry_after_ms: null });
    expect(sent.headers.get("retry-after")).toBeNull();
  });

  test("an admission without an estimate reserves the tenant's default one", async () => {
    gate = await GateWorld.mint({ step_estimate: { tokens: 40, cost_cents: 0 } });
    const limit = await gate.limit({ max_value: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 });
    expect(await usageOf(limit)).toEqual({ used: 0, reserved: 40, presumed: 0 });
    await gate.admit(run, { step_index: 2 });
    expect((await gate.admit(run, { step_index: 3 })).decision).toMatchObject({
      enforcement: "refuse",
      actual_value: "120",
    });
  });

  test("a limit that is disabled while a step holds of it lets the step settle, and binds nobody any more", async () => {
    const limit = await gate.limit({ max_value: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 90);
    const disabled = await gate.manage("DELETE", `/policies/limits/${limit}`, { reason: "not needed" });
    expect(disabled.status, disabled.text).toBe(200);
    expect((await gate.admit(run, { step_index: 2 }, 5_000)).decision.action).toBe("allow");
    expect((await gate.result(run, 1, used(70))).decision.action).toBe("allow");
    expect(await gate.rows("limit_counters")).toMatchObject([{ reserved: "0" }]);
  });

  test("F1: a window that ends while a batch waits for its locks: the next one is locked and counted in", async () => {
    const limit = await gate.limit({ max_value: 100 });
    const run = await gate.start();
    const { tenantId } = gate.tenant;
    const item = { kind: "sweep" as const, runId: run.run_id };
    const yesterday = new Date(Date.now() - 86_400_000);
    const found = await inGate(tenantId, async (db) => {
      const loaded = await loadWorld(db, [item], { skipLocked: false, clock: null });
      const world = { ...emptyWorld(tenantId, yesterday, loaded.book), runs: loaded.runs };
      await addCounters(db, world, { runIds: [run.run_id], lock: true });
      return countersOf(world, loaded.runs.get(run.run_id) ?? never()).map(({ key }) => world.counters.has(key));
    });
    expect(found).toEqual([true]);
    expect(await gate.count("limit_counters", `limit_id = '${limit}'`)).toBe(2);
  });
});

describe("a rate", () => {
  const rate = { limit_category: "RATE", reset_period: null, window_seconds: 2 };

  test("B5: N steps a window with 64 more at once: exactly N pass", async () => {
    const limit = await gate.limit({ ...rate, window_seconds: 600, limit_type: "STEPS", max_value: 20 });
    const runs = await together(4, () => gate.start());
    const asked = await together(84, (i) => gate.admit(runs[i % 4] ?? { run_id: "" }, { step_id: uuidv4() }));
    expect(asked.filter(({ decision }) => decision.action === "allow")).toHaveLength(20);
    const refused = asked.filter(({ decision }) => decision.enforcement === "refuse");
    expect(refused).toHaveLength(64);
    for (const { decision, retry_after_ms } of refused) {
      expect(decision).toMatchObject({ limit_id: limit, violation_type: "rate_limit" });
      expect(retry_after_ms).toBeGreaterThan(0);
      expect(retry_after_ms).toBeLessThanOrEqual(600_001);
    }
  });

  test("B5: asked all the time over several boundaries, no interval of the window's length admits more than N", async () => {
    await gate.limit({ ...rate, window_seconds: 1, limit_type: "STEPS", max_value: 20 });
    const runs = await together(4, () => gate.start());
    const admitted: number[] = [];
    for (const end = Date.now() + 4_500; Date.now() < end; ) {
      const asked = await together(12, (i) => gate.admit(runs[i % 4] ?? { run_id: "" }, { step_id: uuidv4() }));
      for (const step of asked) if (step.decision.action === "allow") admitted.push(Date.parse(step.recorded_at));
    }
    admitted.sort((a, b) => a - b);
    for (const at of admitted) {
      expect(admitted.filter((other) => other >= at && other <= at + 1_000).length).toBeLessThanOrEqual(20);
    }
    expect(admitted.length).toBeGreaterThan(40);
  });

  test("reports count in it too; what settles lower gives its room back, what settles higher takes it", async () => {
    await gate.limit({ ...rate, window_seconds: 60, limit_type: "TOKENS", max_value: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 80);
    expect((await gate.admit(run, { step_index: 2 }, 30)).decision.enforcement).toBe("refuse");
    expect((await gate.result(run, 1, used(50))).run.limits[0]).toMatchObject({ used: 50, remaining: 50 });
    await gate.admit(run, { step_index: 2 }, 20);
    expect((await gate.result(run, 2, used(30))).run.limits[0]).toMatchObject({ used: 80, remaining: 20 });
    const over = await gate.report(run, { step_index: 3 }, used(40));
    expect(over).toMatchObject({ decision: { action: "warn" }, run: { limits: [{ used: 120, state: "breach" }] } });
  });

  test("it may be asked for again exactly when it said, and signals again a window later", async () => {
    await gate.limit({ ...rate, window_seconds: 1, limit_type: "STEPS", max_value: 2 });
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(0));
    const breach = await gate.report(run, { step_index: 2 }, used(0));
    expect(breach.signals).toMatchObject([{ type: "breach", metric: "STEPS" }]);
    const refused = await gate.admit(run, { step_index: 3 });
    await new Promise((resolve) => setTimeout(resolve, (refused.retry_after_ms ?? 0) + 5));
    expect((await gate.admit(run, { step_index: 3 })).decision.action).toBe("allow");
    await gate.result(run, 3, used(0));
    await until(
      async () => (await gate.report(run, { step_id: uuidv4() }, used(0))).signals[0]?.type === "breach",
      5_000,
    );
  });
});

function never(): never {
  throw new Error("the run is there");
}
