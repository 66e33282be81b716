// A6, A7: the same post with another body, and 64 of the same at once, for everything a runner posts.

import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { GateWorld, type Sent, together, used } from "@/server/gate/testing/gate-world";
import { digestOf, gained } from "@/server/gate/testing/tenant-digest";

type Post = { path: string; body: object; other: object; key?: string };
type Kind = {
  name: string;
  /** Rows that one such post makes in these tables. */
  makes: Record<string, number>;
  /** How another body is refused. */
  refused: [status: number, type: string];
  post(world: GateWorld): Promise<Post>;
};

const idempotencyKeyReused: Kind["refused"] = [422, "idempotency-key-reused"];

const kinds: Kind[] = [
  {
    name: "a start by its run id",
    makes: { runs: 1, traces: 1, policy_snapshots: 1 },
    refused: [409, "run-id-reused"],
    async post() {
      const body = { agent_id: "invoice-bot", run_id: randomUUID(), goal: "pay" };
      return { path: "", body, other: { ...body, goal: "pay twice" } };
    },
  },
  {
    name: "a start by its Idempotency-Key alone",
    makes: { runs: 1, traces: 1, policy_snapshots: 1, idempotency_keys: 1 },
    refused: idempotencyKeyReused,
    async post() {
      const body = { agent_id: "invoice-bot", goal: "pay" };
      return { path: "", body, other: { ...body, goal: "pay twice" }, key: "start-1" };
    },
  },
  {
    name: "an admission by its step id",
    makes: { steps: 1, trace_records: 1 },
    refused: [409, "step-conflict"],
    async post(world) {
      const { run_id } = await world.start();
      const body = { step_id: randomUUID(), step_type: "llm_call", estimate: { output_tokens: 40, cost_cents: 0 } };
      return { path: `/${run_id}/steps`, body, other: { ...body, estimate: { output_tokens: 41, cost_cents: 0 } } };
    },
  },
  {
    name: "a report with an Idempotency-Key",
    makes: { steps: 1, trace_records: 1, cost_records: 1, idempotency_keys: 1 },
    refused: idempotencyKeyReused,
    async post(world) {
      const { run_id } = await world.start();
      const body = { step_id: randomUUID(), step_type: "tool_call", status: "success", usage: used(30) };
      return { path: `/${run_id}/steps`, body, other: { ...body, step_id: randomUUID() }, key: "step-1" };
    },
  },
  {
    name: "a result",
    makes: { trace_records: 1, cost_records: 1 },
    refused: [409, "step-conflict"],
    async post(world) {
      const run = await world.start();
      const { step_index } = await world.admit(run, { step_index: 1 }, 20);
      const body = { status: "success", usage: used(15) };
      return { path: `/${run.run_id}/steps/${step_index}/result`, body, other: { ...body, usage: used(16) } };
    },
  },
  {
    name: "a report that stops the run",
    makes: { steps: 3, trace_records: 3, incidents: 1, prevention_records: 1, cost_records: 1 },
    refused: [409, "step-conflict"],
    async post(world) {
      await world.rule({ threshold: 10 });
      const { run_id } = await world.start();
      const body = { step_index: 1, step_type: "llm_call", status: "success", usage: used(50) };
      return { path: `/${run_id}/steps`, body, other: { ...body, usage: used(5) } };
    },
  },
  {
    name: "an end",
    makes: { trace_records: 1, incidents: 1 },
    refused: [409, "run-not-live"],
    async post(world) {
      const { run_id } = await world.start();
      const body = { status: "failed", error: { code: "E1" } };
      return { path: `/${run_id}/complete`, body, other: { status: "succeeded" } };
    },
  },
];

describe.each(kinds)("$name", ({ makes, refused, post }) => {
  test("A7: 64 at once are one: one decision, 64 equal answers, one row", async () => {
    const world = await GateWorld.mint();
    const one = await post(world);
    const before = await digestOf(world.tenant.tenantId);
    const sent = await together(64, () => send(world, one, one.body));
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
    expect(sent.every(isGood)).toBe(true);
    expect(gained(before, await digestOf(world.tenant.tenantId))).toMatchObject(makes);
    const again = await send(world, one, one.body);
    expect([again.text, again.headers.get("idempotent-replayed")]).toEqual([sent[0]?.text, "true"]);
  });

  test("A6: with another body at the same instant one is decided and the other refused", async () => {
    const world = await GateWorld.mint();
    const one = await post(world);
    const before = await digestOf(world.tenant.tenantId);
    const sent = await together(32, (i) => send(world, one, i % 2 === 0 ? one.body : one.other));
    const [mine, others] = [sent.filter((_, i) => i % 2 === 0), sent.filter((_, i) => i % 2 === 1)];
    const won = mine.some(isGood) ? mine : others;
    const lost = won === mine ? others : mine;
    expect(new Set(won.map(({ text }) => text)).size).toBe(1);
    const refusals = lost.map(({ status, body }) => [status, String(body.type).split("/").at(-1)]);
    expect(refusals).toEqual(lost.map(() => refused));
    if (won === mine) expect(gained(before, await digestOf(world.tenant.tenantId))).toMatchObject(makes);
  });

  test("A6: with another body it is refused and nothing is written", async () => {
    const world = await GateWorld.mint();
    const one = await post(world);
    const first = await send(world, one, one.body);
    const before = await digestOf(world.tenant.tenantId);
    const other = await send(world, one, one.other);
    expect([other.status, String(other.body.type).split("/").at(-1)]).toEqual(refused);
    expect(await digestOf(world.tenant.tenantId)).toEqual(before);
    expect((await send(world, one, one.body)).text).toBe(first.text);
  });
});

test("A6: an Idempotency-Key whose request was refused is free again", async () => {
  const world = await GateWorld.mint();
  const { run_id } = await world.start();
  const step = { step_type: "tool_call", status: "success", usage: used(5) };
  const post = (step_index: number) => send(world, { path: `/${run_id}/steps`, key: "once" }, { ...step, step_index });
  expect((await post(2)).status).toBe(409);
  expect(await world.count("idempotency_keys")).toBe(0);
  expect((await post(1)).status).toBe(200);
  expect((await post(2)).status).toBe(422);
});

function isGood({ status }: Sent): boolean {
  return status === 200 || status === 201;
}

function send(world: GateWorld, { path, key }: Pick<Post, "path" | "key">, body: object): Promise<Sent> {
  return world.send(path, body, key === undefined ? {} : { "idempotency-key": key });
}
