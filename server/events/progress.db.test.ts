// Live movement on the tenant's stream, over a real socket and from steps that the gate accepted.

import { afterAll, beforeAll, expect, it } from "vitest";
import { watchStatements } from "@/server/platform/db/connection";
import { removeTenantPredicate } from "@/server/platform/db/tenant-predicate";
import { inspect } from "@/server/platform/db/testing/test-database";
import { closeListener, createListener, listen } from "@/server/platform/http/listener";
import { type Headers, type KeySeat, newKey, newTenant, sent } from "@/server/testing/callers";
import { isStreamPath, streamFetch } from "./front-door";
import { startRelay } from "./relay";
import { StreamReader } from "./testing/stream-reader";

const server = createListener({
  answersItself: isStreamPath,
  answer: streamFetch,
  rest: async (_request, response) => void response.writeHead(404).end(),
});
let port = 0;
let relay: { stop(): Promise<void> };
beforeAll(async () => {
  port = await listen(server, "127.0.0.1", 0);
  relay = startRelay();
});
afterAll(async () => {
  await relay.stop();
  await closeListener(server, 500);
});

const isMine = (text: string) => /from runs r .*last_seen_at > clock_timestamp/s.test(text);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function open(headers: Headers, after?: number): Promise<StreamReader> {
  const search = after === undefined ? "" : `?after=${after}`;
  return StreamReader.over(await fetch(`http://127.0.0.1:${port}/api/v1/events${search}`, { headers }));
}

async function startRun(key: KeySeat): Promise<string> {
  return String((await sent(key.headers, "/runs", { body: { agent_id: "a" } })).run_id);
}

async function step(key: KeySeat, runId: string, n: number): Promise<void> {
  const usage = { input_tokens: 10, output_tokens: 5, cost_cents: 0.25, duration_ms: 5 };
  const body = { step_index: n, step_type: "llm_call", status: "success", usage };
  await sent(key.headers, `/runs/${runId}/steps`, { body });
}

const progressOf = (stream: StreamReader) => stream.told.filter(({ event }) => event === "run.progress");

it("tells how far a run is, at most once a second, without a number, and no more once it is over", async () => {
  const key = await newKey(await newTenant("progress"));
  const stream = await open(key.headers);
  await stream.until(() => stream.told.length === 1);
  const runId = await startRun(key);
  const begun = performance.now();
  for (let n = 1; n <= 30; n += 1) {
    await step(key, runId, n);
    await sleep(50);
  }
  await stream.until(() => progressOf(stream).some(({ data }) => data.last_step_index === 30));
  const told = progressOf(stream);
  expect(told.length).toBeLessThanOrEqual(Math.ceil((performance.now() - begun) / 1_000) + 1);
  expect(told.map(({ id }) => id)).toEqual(told.map(() => null));
  expect(told.at(-1)?.data).toEqual({
    ...{
      run_id: runId,
      status: "running",
      last_step_index: 30,
      steps_completed: 30,
      tokens_used: 450,
      cost_cents: 7.5,
    },
    last_seen_at: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  // The position is that of the events: the run's start is the only one.
  expect(stream.lastId).toBe(1);
  await sent(key.headers, `/runs/${runId}/complete`, { body: { status: "succeeded" } });
  await stream.until(() => stream.told.some(({ event }) => event === "run.ended"));
  const before = progressOf(stream).length;
  await sleep(2_200);
  expect(progressOf(stream).length).toBe(before);
  await stream.cancel();
  const again = await open(key.headers, stream.lastId);
  await again.until(() => again.told.length === 1);
  expect(again.told[0]).toMatchObject({ event: "open", id: stream.lastId });
  await again.cancel();
});

it("asks once a second and tenant however many listen, by an index, and nothing when nobody does", async () => {
  const key = await newKey(await newTenant("ticks"));
  await step(key, await startRun(key), 1);
  let asked = 0;
  const watched = watchStatements(({ text }) => {
    if (isMine(text)) asked += 1;
  });
  try {
    await sleep(1_500);
    expect(asked).toBe(0);
    const streams = await Promise.all([1, 2, 3, 4].map(() => open(key.headers)));
    await Promise.all(streams.map((stream) => stream.until(() => progressOf(stream).length > 0)));
    asked = 0;
    await sleep(3_000);
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(asked).toBeLessThanOrEqual(4);
    await Promise.all(streams.map((stream) => stream.cancel()));
    await sleep(1_500);
    asked = 0;
    await sleep(1_500);
    expect(asked).toBe(0);
  } finally {
    watched.restore();
  }
});

it.each([false, true])(
  "D5: tells of no other tenant's runs, nor anybody without runs:read (bare: %s)",
  async (isBare) => {
    const [ours, theirs] = [await newKey(await newTenant("ours")), await newKey(await newTenant("theirs"))];
    const tenantOf = await inspect()<{ tenant_id: string }[]>`select tenant_id from api_keys where id = ${ours.keyId}`;
    const narrow = await newKey(tenantOf[0]?.tenant_id ?? "", { scopes: ["activity:read"] });
    const [mine, foreign] = [await startRun(ours), await startRun(theirs)];
    const removed = isBare ? removeTenantPredicate() : null;
    try {
      const [stream, deaf, other] = await Promise.all([ours, narrow, theirs].map(({ headers }) => open(headers)));
      if (!stream || !deaf || !other) throw new Error("three streams");
      for (let n = 1; n <= 5; n += 1) await Promise.all([step(ours, mine, n), step(theirs, foreign, n)]);
      for (const one of [stream, other]) await one.until(() => progressOf(one).length > 0);
      await sleep(1_100);
      expect(new Set(progressOf(stream).map(({ data }) => data.run_id))).toEqual(new Set([mine]));
      expect(new Set(progressOf(other).map(({ data }) => data.run_id))).toEqual(new Set([foreign]));
      expect(progressOf(deaf)).toEqual([]);
      await Promise.all([stream, deaf, other].map((one) => one.cancel()));
    } finally {
      removed?.restore();
    }
  },
);
