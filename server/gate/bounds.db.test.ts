// What is absurd or very much, from one runner, must neither break its run nor cost the others anything.

import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decided, GateWorld, together, until, used } from "@/server/gate/testing/gate-world";
import { inspect } from "@/server/platform/db/testing/test-database";
import { once } from "@/server/platform/env/once";
import { MOST_OF_A_PRINCIPAL } from "@/server/platform/http/stream-places";
import { ByteCache } from "./byte-cache";
import { gateFetch } from "./front-door";
import { MOST_OPEN_STEPS } from "./open-steps";
import { sweepOnce } from "./sweeper";

const MOST = Number.MAX_SAFE_INTEGER;

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

const tooLarge = (pointer: string) => ({ status: 422, body: { errors: [{ pointer, code: "too-large" }] } });
const huge = (input_tokens: number, output_tokens: number) => used(output_tokens, { input_tokens });

describe("sums past 2^53 − 1", () => {
  test("within one body are 422", async () => {
    const run = await gate.start();
    const estimate = { input_tokens: MOST, output_tokens: 1, cost_cents: 0 };
    expect(await gate.step(run, { step_index: 1, estimate })).toMatchObject(tooLarge("#/estimate/output_tokens"));
    const report = { step_index: 1, status: "success", usage: huge(1, MOST) };
    expect(await gate.step(run, report)).toMatchObject(tooLarge("#/usage/output_tokens"));
  });

  test("of a run are 422 and leave nothing, and the run can still be ended by anybody", async () => {
    await gate.rule({ rule_type: "step_limit", metric: "run.steps", threshold: 1_000 });
    const runs = await together(4, () => gate.start());
    for (const run of runs) {
      await gate.report(run, { step_index: 1 }, huge(MOST - 20, 0));
      await gate.admit(run, { step_index: 2 }, 20);
      const over = { step_index: 3, status: "success", usage: used(1) };
      expect(await gate.step(run, over)).toMatchObject(tooLarge("#/usage/output_tokens"));
      const asked = { step_index: 3, estimate: { input_tokens: MOST, cost_cents: 0 } };
      expect(await gate.step(run, asked)).toMatchObject(tooLarge("#/estimate/input_tokens"));
      const settled = await gate.send(`/${run.run_id}/steps/2/result`, { status: "success", usage: used(21) });
      expect(settled).toMatchObject(tooLarge("#/usage/output_tokens"));
    }
    expect(await gate.count("trace_records")).toBe(8);
    const [first, second, third, fourth] = runs.map((run) => run.run_id);
    expect((await gate.send(`/${first}/cancel`, {})).status).toBe(200);
    expect((await gate.send(`/${second}/complete`, { status: "failed", abandon: true })).status).toBe(200);
    expect((await gate.manage("POST", "/policies/freezes", { type: "run", id: third, reason: "stop" })).status).toBe(
      201,
    );
    await inspect()`update runs set last_seen_at = now() - interval '1 day', due_at = now() - interval '1 day' where run_id = ${fourth ?? ""}`;
    await until(async () => (await sweepOnce()) >= 0 && (await gate.count("runs", "completed_at is null")) === 0);
    const late = (tokens: number) => gate.send(`/${first}/steps/2/result`, { status: "success", usage: used(tokens) });
    expect(await late(21)).toMatchObject(tooLarge("#/usage/output_tokens"));
    expect(decided(await late(20))).toMatchObject({ late: true, run: { tokens_used: MOST } });
  });

  test("of computed cost point at the dearer figure", async () => {
    const run = await gate.start({ model: "claude-opus-4", provider: "anthropic" });
    const usage = { input_tokens: 0, output_tokens: MOST, duration_ms: 1 };
    const sent = await gate.step(run, { step_index: 1, status: "success", usage });
    expect(sent).toMatchObject(tooLarge("#/usage/output_tokens"));
  });

  test("of a shared counter stay at it: the limit is breached for all, and blocks nobody's posts", async () => {
    const budget = await gate.limit({ max_value: 1_000, enforcement: "warn", reset_period: "none" });
    const rate = { limit_category: "RATE", reset_period: null, window_seconds: 3_600, max_value: 1_000 };
    const sliding = await gate.limit({ ...rate, enforcement: "warn" });
    const honest = await gate.start();
    const runs = await together(24, () => gate.start());
    await together(24, (at) => gate.report(runs[at] ?? honest, { step_index: 1 }, used(MOST)));
    await inspect()`insert into limit_entries (tenant_id, id, limit_id, scope_key, at, amount)
      select ${gate.tenant.tenantId}, gen_random_uuid(), ${sliding}, 'tenant:', clock_timestamp(), ${MOST} from generate_series(1, 2000)`;
    const step = await gate.report(honest, { step_index: 1 }, used(1));
    expect(step.decision).toMatchObject({ action: "warn" });
    for (const id of [budget, sliding]) {
      expect(step.run.limits).toContainEqual(expect.objectContaining({ limit_id: id, used: MOST, state: "breach" }));
      expect((await gate.manage("GET", `/policies/limits/${id}`)).body).toMatchObject({ entity: { used: MOST } });
    }
    expect((await gate.rows("limit_counters")).map((row) => Number(row.used))).toEqual([MOST, MOST]);
    // What made it full leaves, and then it counts again.
    await inspect()`update limit_entries set at = at - interval '2 hours' where tenant_id = ${gate.tenant.tenantId}`;
    const next = await gate.report(honest, { step_index: 2 }, used(7));
    expect(next.run.limits).toContainEqual(expect.objectContaining({ limit_id: sliding, used: 7 }));
    expect(await gate.rows("limit_counters", `limit_id = '${sliding}'`)).toMatchObject([{ used: "7" }]);
  }, 90_000);
});

describe("open steps", () => {
  test("are at most 1 000 a run; one more is refused until one of them settles", async () => {
    await gate.rule({ threshold: 1_000_000 });
    const run = await gate.start();
    for (let at = 0; at < MOST_OPEN_STEPS; at += 50) {
      const sent = await together(50, () => gate.step(run, { step_id: uuidv4() }));
      expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
    }
    const beyond = await together(5, () => gate.step(run, { step_id: uuidv4() }));
    for (const sent of beyond) {
      expect(sent.body).toMatchObject({
        decision: { enforcement: "refuse", source: "default" },
        retry_after_ms: 1_000,
      });
      expect(sent.headers.get("retry-after")).toBe("1");
    }
    expect(await gate.count("steps")).toBe(MOST_OPEN_STEPS);
    await gate.report(run, { step_id: uuidv4() }, used(1));
    expect((await gate.admit(run, { step_id: uuidv4() })).decision.enforcement).toBe("refuse");
    await gate.result(run, 1, used(1));
    expect((await gate.admit(run, { step_id: uuidv4() })).decision.action).toBe("allow");
    expect((await gate.complete(run, { status: "succeeded", abandon: true })).status).toBe(200);
  }, 90_000);
});

describe("a sliding log of 50 000 entries", () => {
  const seconds = 3_600;
  async function filled(max_value: number): Promise<string> {
    const fields = { limit_category: "RATE", limit_type: "STEPS", reset_period: null, window_seconds: seconds };
    const limit = await gate.limit({ ...fields, max_value, enforcement: "refuse" });
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(1));
    const { tenantId } = gate.tenant;
    // What the planner knows of the log is that it is short.
    await inspect()`analyze limit_entries`;
    await inspect()`insert into limit_entries (tenant_id, id, limit_id, scope_key, at, amount)
      select ${tenantId}, gen_random_uuid(), ${limit}, 'tenant:', clock_timestamp() - interval '59 minutes' + i * interval '1 millisecond', 1
      from generate_series(1, 49999) i`;
    await inspect()`update limit_counters set used = 50000 where tenant_id = ${tenantId}`;
    return limit;
  }

  test("costs a step no more than an empty one, and its sum is exact", async () => {
    const limit = await filled(1_000_000);
    const run = await gate.start();
    const startedAt = performance.now();
    const last = await gate.report(run, { step_index: 1 }, used(1));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(last.run.limits).toMatchObject([{ limit_id: limit, used: 50_001 }]);
    // Half of it leaves: more at once than is forgotten at once.
    await inspect()`update limit_entries set at = at - interval '1 hour' where tenant_id = ${gate.tenant.tenantId}
      and at < (select at from limit_entries where limit_id = ${limit} order by at offset 25000 limit 1)`;
    for (let at = 2; at <= 5; at++) {
      const step = await gate.report(run, { step_index: at }, used(1));
      expect(step.run.limits).toMatchObject([{ used: 25_000 + at }]);
    }
    expect(await gate.rows("limit_counters")).toMatchObject([{ used: "25005" }]);
    expect(await gate.count("limit_entries")).toBe(25_005);
    expect((await gate.manage("GET", `/policies/limits/${limit}`)).body).toMatchObject({ entity: { used: 25_005 } });
  });

  test("that is full refuses, and says when the oldest leave", async () => {
    await filled(50_000);
    const run = await gate.start();
    const [one, two] = await together(2, () => gate.admit(run, { step_id: uuidv4() }));
    for (const refused of [one, two]) {
      expect(refused?.decision).toMatchObject({ enforcement: "refuse", actual_value: "50001" });
      expect(refused?.retry_after_ms).toBeGreaterThan(0);
      expect(refused?.retry_after_ms).toBeLessThanOrEqual(60_000);
    }
    expect(await gate.count("limit_entries")).toBe(50_000);
  });
});

test("hundreds of contexts under 150 rules share what binds them", async () => {
  for (let i = 0; i < 150; i++) await gate.rule({ threshold: 100_000 + i });
  await gate.start();
  const sizes = () => {
    const sizeOf = (name: string) => once(name, () => new ByteCache<never>(0)).bytes;
    return { sets: sizeOf("gate-plans"), resolved: sizeOf("gate-resolved"), snapshots: sizeOf("gate-governances") };
  };
  const before = sizes();
  for (let at = 0; at < 400; at += 10) {
    const sent = await together(10, (i) => gate.send("", { agent_id: "invoice-bot", project: `p${at + i}` }));
    expect(sent.filter(({ status }) => status !== 201)).toEqual([]);
  }
  const after = sizes();
  expect(after.sets).toBe(before.sets);
  expect(after.resolved).toBe(before.resolved);
  expect(after.snapshots - before.snapshots).toBeLessThan(2_000_000);
}, 90_000);

describe("event streams", () => {
  const open = (run: { run_id: string }, signal?: AbortSignal) => {
    const headers = { authorization: `Bearer ${gate.key}` };
    return gateFetch(
      new Request(`http://localhost/api/v1/runs/${run.run_id}/events`, { headers, ...(signal ? { signal } : {}) }),
    );
  };
  const places = () => once("streams", () => new Map<string, number>());

  test("of one principal are at most 20; a cancelled or lost one makes room", async () => {
    const run = await gate.start();
    const gone = new AbortController();
    const streams = await together(MOST_OF_A_PRINCIPAL, (i) => open(run, i === 0 ? gone.signal : undefined));
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
    const refused = await open(run);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "5"]);
    await streams[1]?.body?.cancel();
    gone.abort();
    const [again, another] = [await open(run), await open(run)];
    expect([again.status, another.status, (await open(run)).status]).toEqual([200, 200, 429]);
    for (const { body } of [...streams.slice(2), again, another]) await body?.cancel();
    expect(places().size).toBe(0);
  });

  test("do not read ahead of a reader that does not", async () => {
    const run = await gate.start();
    const reader = (await open(run)).body?.getReader();
    for (let at = 1; at <= 300; at += 50) {
      await together(50, () => gate.report(run, { step_id: uuidv4() }, used(1)));
    }
    await gate.complete(run);
    let [bytes, chunks] = [0, 0];
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
      bytes += read.value.byteLength;
      chunks += 1;
      expect(read.value.byteLength).toBeLessThan(65_536);
    }
    expect(bytes).toBeGreaterThan(100_000);
    expect(chunks).toBeGreaterThan(5);
    expect(places().size).toBe(0);
  });

  test("hear at once of what this process commits", async () => {
    const run = await gate.start();
    const reader = (await open(run)).body?.getReader();
    await reader?.read();
    const heard = reader?.read();
    await gate.report(run, { step_index: 1 }, used(1));
    expect(new TextDecoder().decode((await heard)?.value)).toContain("event: step");
    await reader?.cancel();
  });
});

test("cents have at most four decimals, the smallest and the largest alike", async () => {
  await gate.rule({ rule_type: "step_limit", metric: "run.steps", threshold: 1_000 });
  const run = await gate.start();
  const cost = async (cost_cents: number) =>
    (await gate.step(run, { step_id: uuidv4(), status: "success", usage: used(1, { cost_cents }) })).status;
  for (const cents of [1e-9, 0.00001, 999_999_999.00005, 1e9 + 1]) expect(await cost(cents)).toBe(422);
  for (const cents of [0, 0.0001, 285.0001, 0.3]) expect(await cost(cents)).toBe(200);
});
