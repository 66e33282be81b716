// The measured process and the clients, each in a process of its own, and one measurement with them.

import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { BenchDatabase } from "@/bench/database";
import type { Lane, Measured, Order } from "@/bench/workload";

/** Times in milliseconds; CPU is the measured process's alone, in microseconds an answer. */
export type Side = { perSecond: number; p50: number; p99: number; cpuMicros: number; besidePerSecond: number };

export type TestBed = {
  /** Paths that take a step, one for each live run. */
  steps: string[];
  floors: { insert: string[]; update: string[] };
  measure(lanes: Lane[], options: { durationMs: number; beside?: Lane[] }): Promise<Side>;
  close(): void;
};

const RUNS = 256;

export async function openTestBed(database: BenchDatabase): Promise<TestBed> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: database.url,
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
  };
  const program = process.argv[1] ?? "";
  const server = fork(program, ["serve"], { env: { ...env, HOLDPOINT_MAC_KEY: randomUUID() } });
  const load = fork(program, ["load"], { env });
  const close = () => {
    server.disconnect();
    load.disconnect();
  };
  try {
    const { port } = await next<{ port: number }>(server);
    const runs = await startRuns(port, database.key);
    const floor = (kind: string) => database.floorRuns.map((id) => `/floor/${kind}/${id}`);
    return {
      steps: runs.map((id) => `/api/v1/runs/${id}/steps`),
      floors: { insert: floor("insert"), update: floor("update") },
      measure: (measured, { durationMs, beside = [] }) =>
        measure({ server, load }, { port, key: database.key, durationMs, measured, beside }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function measure({ server, load }: { server: ChildProcess; load: ChildProcess }, order: Order): Promise<Side> {
  const before = await cpuOf(server);
  load.send(order);
  const answer = await next<{ measured: Measured } | { error: string }>(load);
  if ("error" in answer) throw new Error(answer.error);
  const { perSecond, p50, p99, answers, besidePerSecond } = answer.measured;
  const spent = (await cpuOf(server)) - before;
  const all = answers * (1 + besidePerSecond / perSecond);
  return { perSecond, p50, p99, besidePerSecond, cpuMicros: spent / all };
}

async function cpuOf(server: ChildProcess): Promise<number> {
  server.send("cpu");
  const { cpu } = await next<{ cpu: NodeJS.CpuUsage }>(server);
  return cpu.user + cpu.system;
}

async function startRuns(port: number, key: string): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < RUNS; i += 1) {
    const body = { agent_id: `agent-${i % 8}`, provider: "openai", model: "gpt-4o-mini", tags: { env: "prod" } };
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/runs`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    if (answer.status !== 201) throw new Error(`a run did not start: ${answer.status} ${await answer.text()}`);
    ids.push(((await answer.json()) as { run_id: string }).run_id);
  }
  return ids;
}

/** The next message of a child; rejects when it ends first. */
function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}
