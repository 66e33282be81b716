// Catalogue B in one process: what many clients do at once never takes a limit over, and is as if they had come in turn.

import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decided, GateWorld, together, used } from "@/server/gate/testing/gate-world";
import { inTurn, type SerialRecord } from "@/server/gate/testing/serial-order";
import { dice } from "@/server/gate/testing/small-dice";
import type { StepAnswer } from "@/server/gate/wire";
import { inspect } from "@/server/platform/db/testing/test-database";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

const isAllowed = (step: StepAnswer) => step.decision.action === "allow";

describe("B1: 64 at once near a token budget", () => {
  test.each([
    ["a rule of the run", () => gate.rule({ threshold: 10_000 })],
    ["a budget of the tenant", () => gate.limit({ max_value: 10_000 })],
  ])("admissions never pass %s", async (_name, limited) => {
    await limited();
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(9_000));
    const ids = Array.from({ length: 64 }, () => uuidv4());
    const asked = await Promise.all(ids.map((step_id) => gate.admit(run, { step_id }, 100)));
    const allowed = asked.filter(isAllowed);
    expect(allowed).toHaveLength(10);
    expect(asked.filter(({ decision }) => decision.enforcement === "refuse")).toHaveLength(54);
    for (const { run: seen } of asked) {
      const gauge = seen.limits[0];
      expect(Number(gauge?.used) + Number(gauge?.reserved) + Number(gauge?.presumed)).toBeLessThanOrEqual(10_000);
    }
    // Settled at half their estimate, five more fit, and no sixth.
    await Promise.all(allowed.map((step) => gate.result(run, step.step_index, used(50))));
    const more = await together(64, () => gate.admit(run, { step_id: uuidv4() }, 100));
    expect(more.filter(isAllowed)).toHaveLength(5);
    expect((await gate.get(run)).tokens_used).toBe(9_500);
  });

  test("reports, whose cost is known only afterwards: at most one takes it over, and the run ends there", async () => {
    await gate.rule({ threshold: 10_000 });
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(9_000));
    const sent = await together(64, () => gate.step(run, { step_id: uuidv4(), status: "success", usage: used(130) }));
    const done = sent.filter(({ status }) => status === 200).map(decided);
    expect(done.filter(isAllowed)).toHaveLength(7);
    expect(done).toHaveLength(8);
    expect(await gate.get(run)).toMatchObject({ tokens_used: 10_040, status: "failed_policy" });
    expect(await gate.count("incidents")).toBe(1);
  });
});

describe("B3: nested budgets", () => {
  test("64 clients, four scopes: every limit holds, and the answers are those of the order that was committed", async () => {
    const scopes = [
      { type: "agent", ids: [], max: 9_000 },
      { type: "project", ids: [], max: 16_000 },
      { type: "provider", ids: [], max: 20_000 },
      { type: "tenant", ids: [], max: 30_000 },
    ];
    const typeOf = new Map<string, string>();
    for (const { type, ids, max } of scopes)
      typeOf.set(await gate.limit({ max_value: max, scope: { type, ids } }), type);
    const contexts = Array.from({ length: 8 }, (_, i) => {
      return { agent_id: `agent-${i % 5}`, project: `project-${i % 3}`, provider: `provider-${i % 2}` };
    });
    const runs = await Promise.all(contexts.map((context) => gate.start(context)));
    let [accepted, refused] = [0, 0];
    await together(64, async (client) => {
      const throwing = dice(client + 1);
      const run = runs[client % 8] ?? { run_id: "" };
      for (let i = 0; i < 10; i++) {
        const estimate = 1 + throwing(200);
        const asked = await gate.admit(run, { step_id: uuidv4() }, estimate);
        if (!isAllowed(asked)) {
          expect(Number(asked.decision.actual_value)).toBeGreaterThan(Number(asked.decision.threshold_value));
          refused += 1;
          continue;
        }
        // Some never come back; the others used no more than they asked for.
        const usage = throwing(10) === 0 ? null : throwing(estimate + 1);
        if (usage !== null) await gate.result(run, asked.step_index, used(usage));
        accepted += usage ?? estimate;
      }
    });
    expect(refused).toBeGreaterThan(20);
    const counters = await gate.rows(
      "(select c.*, l.max_value from limit_counters c join limits l on l.id = c.limit_id)",
    );
    for (const counter of counters) {
      expect(Number(counter.used) + Number(counter.reserved) + Number(counter.presumed)).toBeLessThanOrEqual(
        Number(counter.max_value),
      );
    }
    const whole = counters.find((counter) => counter.scope_key === "tenant:");
    expect(Number(whole?.used) + Number(whole?.reserved)).toBe(accepted);
    const records = (await gate.rows("trace_records", "kind in ('admission', 'result')")) as unknown as SerialRecord[];
    const counterOf = (runId: string, limitId: string) => {
      const { agent_id, project, provider } = contexts[runs.findIndex(({ run_id }) => run_id === runId)] ?? {};
      const value = { agent: agent_id, project, provider, tenant: "" }[typeOf.get(limitId) ?? ""];
      return `${limitId}/${value}`;
    };
    expect(inTurn(records, counterOf)).toBe(records.length);
  });
});

describe("B7: one hot run", () => {
  test("64 clients: every report counts once, seq and indexes have no gap", async () => {
    const run = await gate.start();
    await gate.rule({ threshold: 1_000_000 });
    await together(64, async () => {
      for (let i = 0; i < 10; i++) await gate.report(run, { step_id: uuidv4() }, used(3));
    });
    const records = await gate.rows("trace_records");
    expect(records.map(({ seq }) => Number(seq)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 640 }, (_, i) => i + 1),
    );
    const indexes = (await gate.rows("steps")).map((step) => Number(step.step_index)).sort((a, b) => a - b);
    expect(indexes).toEqual(Array.from({ length: 640 }, (_, i) => i + 1));
    expect(await gate.get(run)).toMatchObject({ tokens_used: 1_920, steps_completed: 640 });
  });

  test("a run that is busy elsewhere waits in the order its posts came, and holds up no other run", async () => {
    const [hot, cold] = [await gate.start(), await gate.start()];
    const order: string[] = [];
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const isLocked = new Promise<void>((locked) => {
      void inspect().begin(async (sql) => {
        await sql`select 1 from runs where run_id = ${hot.run_id} for no key update`;
        locked();
        await held;
      });
    });
    await isLocked;
    const post = async (run: { run_id: string }, name: string, step_index: number) => {
      await gate.report(run, { step_index }, used(1));
      order.push(`${name} ${step_index}`);
    };
    const waiting = together(8, (i) => post(hot, "hot", i + 1));
    for (let i = 1; i <= 8; i++) await post(cold, "cold", i);
    const later = together(8, (i) => post(hot, "hot", i + 9));
    expect(order).toEqual(Array.from({ length: 8 }, (_, i) => `cold ${i + 1}`));
    letGo();
    await Promise.all([waiting, later]);
    expect(order.slice(8)).toEqual(Array.from({ length: 16 }, (_, i) => `hot ${i + 1}`));
  });

  test("a run that floods its tenant comes to its turn, though the others never pause", async () => {
    const [hot, ...others] = await together(5, () => gate.start());
    if (hot === undefined) throw new Error("no run");
    let isOver = false;
    const busy = others.map(async (run) => {
      for (let i = 1; !isOver; i += 1) await gate.report(run, { step_index: i }, used(1));
    });
    await together(80, (i) => gate.report(hot, { step_id: uuidv4(), skill: `skill ${i}` }, used(1)));
    isOver = true;
    await Promise.all(busy);
    expect((await gate.get(hot)).steps_completed).toBe(80);
  });
});
