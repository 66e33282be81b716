// The clients, in a process of their own: keep-alive connections that post one step after the other.

import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Lane, type Measured, type Order, percentile, stepBody } from "@/bench/workload";

/** Answers orders that come as messages, one at a time, until the parent hangs up. */
export function serveOrders(): void {
  process.on("message", (order: Order) => {
    run(order).then(
      (measured) => process.send?.({ measured }),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
}

/** Clients keep their connections, so opening a hundred of them at once is no part of what is measured. */
const agent = new Agent({ keepAlive: true, scheduling: "fifo" });
/** So long lanes beside are under way before the measured ones begin. */
const AHEAD_MS = 500;

async function run(order: Order): Promise<Measured> {
  const ahead = order.beside.length > 0 ? AHEAD_MS : 0;
  const until = performance.now() + ahead + order.durationMs;
  const drive = (lane: Lane) => driveLane({ order, lane, until });
  const besideAt = performance.now();
  const beside = Promise.all(order.beside.map(drive));
  await sleep(ahead);
  const startedAt = performance.now();
  const times = (await Promise.all(order.measured.map(drive))).flat().sort((a, b) => a - b);
  const seconds = (performance.now() - startedAt) / 1000;
  const others = (await beside).flat().length;
  const besideSeconds = (performance.now() - besideAt) / 1000;
  return {
    perSecond: times.length / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    answers: times.length,
    besidePerSecond: others / besideSeconds,
  };
}

type Drive = { order: Order; lane: Lane; until: number };

async function driveLane({ order, lane, until }: Drive): Promise<number[]> {
  const times: number[] = [];
  // Paced lanes do not all start at once.
  if (lane.pauseMs > 0) await sleep(Math.random() * lane.pauseMs);
  for (let at = 0; performance.now() < until; at += 1) {
    const path = lane.paths[at % lane.paths.length] ?? "/";
    const sentAt = performance.now();
    await post({ path, order });
    const took = performance.now() - sentAt;
    times.push(took);
    if (lane.pauseMs > took) await sleep(lane.pauseMs - took);
  }
  return times;
}

function post({ path, order }: { path: string; order: Order }): Promise<void> {
  const body = stepBody();
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    Authorization: `Bearer ${order.key}`,
  };
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: order.port, path, method: "POST", agent, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${path} answered ${answer.statusCode}: ${text}`)),
      );
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
