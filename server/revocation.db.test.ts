// D7: what is taken away is gone on the next request, in every process. One process is this one, the other a gate of its
// own; both have the key in their caches when it is taken away.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "@/db/vocabulary";
import { GateProcess } from "@/server/gate/testing/gate-process";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { authSecret } from "@/server/platform/env/secrets";
import {
  answerOf,
  type Headers,
  host,
  type KeySeat,
  newKey,
  newSeat,
  newTenant,
  type Seat,
  send,
  sent,
} from "@/server/testing/callers";

let other: GateProcess;
let tenantId: string;
let owner: Seat;
let key: KeySeat;
let runs = 0;
let run: string;

beforeAll(async () => {
  other = await GateProcess.start(testDatabase().url, { AUTH_SECRET: authSecret() });
  tenantId = await newTenant("revocation");
  owner = await newSeat(tenantId, "owner");
});
afterAll(async () => {
  await other.end("SIGTERM");
});

const usage = { input_tokens: 1, output_tokens: 1, duration_ms: 1 };
const report = (step_index: number) => ({ step_index, step_type: "llm_call", status: "success", usage });

type Door = (headers: Headers, path: string, body?: unknown) => Promise<number>;
const doors: Record<"this process" | "another process", Door> = {
  "this process": async (headers, path, body) => (await send(headers, path, body === undefined ? {} : { body })).status,
  "another process": async (headers, path, body) => {
    const response = await fetch(`http://127.0.0.1:${other.port}/api/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  },
};

/** Everything a key may send to the gate; the first ones were answered before, and would be replayed. */
function gateCalls(): [name: string, path: string, body?: object, more?: Headers][] {
  return [
    ["start, the same again", "/runs", { run_id: run, agent_id: "a" }],
    ["step, the same again", `/runs/${run}/steps`, report(1)],
    ["step, the same Idempotency-Key", `/runs/${run}/steps`, report(1), { "idempotency-key": `step-${run}` }],
    ["start", "/runs", { agent_id: "a" }],
    ["step", `/runs/${run}/steps`, report(2)],
    ["result", `/runs/${run}/steps/1/result`, { usage, status: "success" }],
    ["heartbeat", `/runs/${run}/heartbeat`, {}],
    ["cancel", `/runs/${run}/cancel`, {}],
    ["release", `/runs/${run}/release`, { decision: "approve", reason: "r" }],
    ["complete", `/runs/${run}/complete`, { status: "succeeded" }],
    ["check", "/runs/check", { agent_id: "a" }],
    ["get", `/runs/${run}`],
    ["events", `/runs/${run}/events`],
    ["verify", `/runs/${run}/verify`],
  ];
}

beforeEach(async () => {
  runs += 1;
  run = `0197e200-0000-7000-8000-${String(runs).padStart(12, "0")}`;
  key = await newKey(tenantId);
  for (const door of Object.values(doors)) {
    const start = await door(key.headers, "/runs", { run_id: run, agent_id: "a" });
    expect([200, 201]).toContain(start);
    expect(await door({ ...key.headers, "idempotency-key": `step-${run}` }, `/runs/${run}/steps`, report(1))).toBe(200);
  }
});

const takings: [string, () => Promise<unknown>][] = [
  [
    "revoked in the console",
    () => sent(owner.headers, `/connectivity/api-keys/${key.keyId}`, { method: "DELETE", body: {} }),
  ],
  ["rotated without grace", () => sent(owner.headers, `/connectivity/api-keys/${key.keyId}/rotate`, { body: {} })],
  [
    "expired",
    () => inspect()`update api_keys set expires_at = clock_timestamp() - interval '1 ms' where id = ${key.keyId}`,
  ],
];

describe.each(takings)("D7: a key that was %s", (_how, take) => {
  test.each(Object.entries(doors))("is nobody's on its next request: %s", async (_name, door) => {
    await take();
    const before = await inspect()`select count(*)::int as n from trace_records where tenant_id = ${tenantId}`;
    const let_in: string[] = [];
    for (const [name, path, body, more] of gateCalls()) {
      const status = await door({ ...key.headers, ...more }, path, body);
      if (status !== 401) let_in.push(`${name}: ${status}`);
    }
    expect(let_in).toEqual([]);
    expect(await inspect()`select count(*)::int as n from trace_records where tenant_id = ${tenantId}`).toEqual(before);
  });
});

test("D7: of requests that follow a revocation's answer at once, none is let in by either process", async () => {
  await sent(owner.headers, `/connectivity/api-keys/${key.keyId}`, { method: "DELETE", body: {} });
  const asked = Array.from({ length: 32 }, (_, n) =>
    Object.values(doors).map((door) => door(key.headers, `/runs/${run}/steps`, report(2 + (n % 3)))),
  );
  expect(new Set(await Promise.all(asked.flat()))).toEqual(new Set([401]));
});

describe("D7: a seat", () => {
  const roleOf = (seat: Seat, role: Role) =>
    inspect()`update memberships set role = ${role} where tenant_id = ${tenantId} and user_id = ${seat.userId}`;
  const start = { agent_id: "a" };

  test.each(Object.entries(doors))("what it may follows its role from the next request on: %s", async (_name, door) => {
    const seat = await newSeat(tenantId, "member");
    expect(await door(seat.headers, "/runs", start)).toBe(201);
    for (const [role, status] of [
      ["viewer", 403],
      ["admin", 201],
      ["auditor", 403],
      ["owner", 201],
    ] as const) {
      await roleOf(seat, role);
      expect(await door(seat.headers, "/runs", start), role).toBe(status);
    }
  });

  test.each([
    ["its seat is gone", (seat: Seat) => inspect()`delete from memberships where user_id = ${seat.userId}`],
    [
      "its seat has run out",
      (seat: Seat) => inspect()`
        update memberships set expires_at = clock_timestamp() - interval '1 ms' where user_id = ${seat.userId}`,
    ],
    [
      "its seat was suspended in the console",
      (seat: Seat) =>
        sent(owner.headers, `/accounts/users/${seat.userId}`, { method: "PUT", body: { status: "suspended" } }),
    ],
    [
      "its seat was taken in the console",
      (seat: Seat) => sent(owner.headers, `/accounts/users/${seat.userId}`, { method: "DELETE", body: {} }),
    ],
    ["its session was ended", (seat: Seat) => inspect()`delete from sessions where id = ${seat.sessionId}`],
    [
      "its session has run out",
      (seat: Seat) => inspect()`
        update sessions set expires_at = clock_timestamp() - interval '1 ms' where id = ${seat.sessionId}`,
    ],
  ] as const)("is nobody's once %s", async (_how, take) => {
    const seat = await newSeat(tenantId, "admin");
    for (const door of Object.values(doors)) expect(await door(seat.headers, `/runs/${run}`)).toBe(200);
    await take(seat);
    for (const door of Object.values(doors)) expect(await door(seat.headers, `/runs/${run}`)).toBe(401);
    for (const door of Object.values(doors)) expect(await door(seat.headers, "/runs", start)).toBe(401);
  });
});

test("D7: a live stream ends with `event: revoked` within its five seconds", async () => {
  const request = new Request(`${host}/api/v1/runs/${run}/events`, { headers: key.headers });
  const response = await answerOf(request);
  await sent(owner.headers, `/connectivity/api-keys/${key.keyId}`, { method: "DELETE", body: {} });
  const startedAt = performance.now();
  const text = await response.text();
  expect(text).toMatch(/event: revoked\ndata: \{\}\n\n$/);
  expect(performance.now() - startedAt).toBeLessThan(50_000);
});
