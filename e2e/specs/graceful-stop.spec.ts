// F8 on the whole product: the built server with its pages, its database and its work in the background, stopped under load.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "playwright/test";

const port = Number(process.env.E2E_PORT) + 1;
const key = `hp_live_${"graceful-stop-of-the-whole-server-under-load".slice(0, 43)}`;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

type Flight = { path: string; status: number | null };
/** Sent, and not answered yet. */
const inFlight = new Set<Flight>();
/** Steps that were answered with 200. */
let accepted = 0;

function call(path: string, body?: object): Promise<number> {
  const flight: Flight = { path, status: null };
  inFlight.add(flight);
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const sent = request({ port, path, agent, headers, method: body === undefined ? "GET" : "POST" }, (answer) => {
      answer.resume();
      answer.once("end", () => {
        flight.status = answer.statusCode ?? 0;
        inFlight.delete(flight);
        resolve(flight.status);
      });
    });
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Data of its own, and no demo: the key is the first tenant's. */
async function startServer(): Promise<ChildProcess> {
  const first = { BOOTSTRAP_ADMIN_EMAIL: "boss@holdpoint.local", BOOTSTRAP_ADMIN_PASSWORD: "a-password-to-stop-by" };
  const settings = { ...first, BOOTSTRAP_API_KEY: key, PORT: String(port), LOG_LEVEL: "error" };
  const server = spawn(process.execPath, ["e2e/worlds/fresh-server.mjs"], {
    env: { ...process.env, ...settings },
    stdio: "inherit",
  });
  const until = Date.now() + 200_000;
  while (Date.now() < until && server.exitCode === null) {
    if ((await call("/api/health").catch(() => 0)) === 200) return server;
    inFlight.clear();
    await sleep(200);
  }
  throw new Error("the server did not start");
}

/** A run with step after step until the server is gone. */
async function runner(): Promise<void> {
  const run = randomUUID();
  try {
    await call("/api/v1/runs", { run_id: run, agent_id: "stopped-with-the-server" });
    for (let step_index = 1; ; step_index += 1) {
      const usage = { input_tokens: 1, output_tokens: 1, cost_cents: 0, duration_ms: 1 };
      const body = { step_index, step_type: "tool_call", status: "success", usage };
      if ((await call(`/api/v1/runs/${run}/steps`, body)) === 200) accepted += 1;
    }
  } catch {
    // The server is gone.
  }
}

async function reader(): Promise<void> {
  try {
    for (let i = 0; ; i += 1) await call(i % 2 === 0 ? "/" : "/api/v1/runs");
  } catch {
    // The server is gone.
  }
}

test("F8: SIGTERM under load: whatever was sent is answered, and the process ends within 10 s", async () => {
  test.setTimeout(300_000);
  const server = await startServer();
  const runners = Array.from({ length: 24 }, runner);
  const readers = [reader(), reader()];
  await expect.poll(() => accepted, { timeout: 60_000 }).toBeGreaterThan(300);
  const sent = [...inFlight];
  expect(sent.length).toBeGreaterThan(5);
  const askedAt = performance.now();
  server.kill("SIGTERM");
  const [code] = await once(server, "exit");
  const tookMs = performance.now() - askedAt;
  await Promise.all([...runners, ...readers]);
  agent.destroy();
  expect(sent.filter((flight) => flight.status === null)).toEqual([]);
  expect(sent.filter((flight) => (flight.status ?? 500) >= 500)).toEqual([]);
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(10_000);
});
