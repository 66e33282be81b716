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

async function run(order: Order): Promise<Measured> {
  const lanes = order.measured.length + order.beside.length;
  const agent = new Agent({ keepAlive: true, maxSockets: lanes, scheduling: "fifo" });
  const until = performance.now() + order.durationMs;
  const drive = (lane: Lane) => driveLane({ agent, order, lane, until });
  const startedAt = performance.now();
  const beside = Promise.all(order.beside.map(drive));
  const times = (await Promise.all(order.measured.map(drive))).flat().sort((a, b) => a - b);
  const seconds = (performance.now() - startedAt) / 1000;
  const others = (await beside).flat().length;
  agent.destroy();
  return {
    perSecond: times.length / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    answers: times.length,
    besidePerSecond: others / seconds,
  };
}

type Drive = { agent: Agent; order: Order; lane: Lane; until: number };

async function driveLane({ agent, order, lane, until }: Drive): Promise<number[]> {
  const times: number[] = [];
  // Paced lanes do not all start at once.
  if (lane.pauseMs > 0) await sleep(Math.random() * lane.pauseMs);
  for (let at = 0; performance.now() < until; at += 1) {
    const path = lane.paths[at % lane.paths.length] ?? "/";
    const sentAt = performance.now();
    await post({ agent, path, order });
    const took = performance.now() - sentAt;
    times.push(took);
    if (lane.pauseMs > took) await sleep(lane.pauseMs - took);
  }
  return times;
}

function post({ agent, path, order }: { agent: Agent; path: string; order: Order }): Promise<void> {
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
