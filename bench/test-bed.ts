// The measured process and the clients, each in a process of its own, and one measurement with them.

import type { ChildProcess } from "node:child_process";
import { ask, type MeasuredServer, type ServerRole, startChild, startServer } from "@/bench/children";
import type { BenchDatabase } from "@/bench/database";
import type { Lane, Measured, Order } from "@/bench/workload";

/** Times in milliseconds; CPU is the measured process's alone, in microseconds an answer. */
export type Side = { perSecond: number; p50: number; p99: number; cpuMicros: number; besidePerSecond: number };

export type TestBed = {
  server: MeasuredServer;
  /** Paths that take a step, one for each live run. */
  steps: string[];
  floors: { insert: string[]; update: string[]; alone: string[] };
  measure(lanes: Lane[], options: { durationMs: number; beside?: Lane[] }): Promise<Side>;
  close(): void;
};

const RUNS = 256;

export async function openTestBed(database: BenchDatabase, role: ServerRole = "serve"): Promise<TestBed> {
  const load = startChild("load", database);
  try {
    const server = await startServer(database, role);
    const runs = await startRuns(server.port, database.key);
    const floor = (kind: string) => database.floorRuns.map((id) => `/floor/${kind}/${id}`);
    return {
      server,
      steps: runs.map((id) => `/api/v1/runs/${id}/steps`),
      floors: { insert: floor("insert"), update: floor("update"), alone: floor("alone") },
      measure: (measured, { durationMs, beside = [] }) =>
        measure({ server, load }, { port: server.port, key: database.key, durationMs, measured, beside }),
      close() {
        server.close();
        load.disconnect();
      },
    };
  } catch (error) {
    load.disconnect();
    throw error;
  }
}

type Processes = { server: MeasuredServer; load: ChildProcess };

async function measure({ server, load }: Processes, order: Order): Promise<Side> {
  const before = await server.usage();
  const answer = await ask<{ measured: Measured } | { error: string }>(load, order);
  if ("error" in answer) throw new Error(answer.error);
  const { perSecond, p50, p99, answers, besidePerSecond } = answer.measured;
  const spent = (await server.usage()).cpu - before.cpu;
  const all = answers * (1 + besidePerSecond / perSecond);
  return { perSecond, p50, p99, besidePerSecond, cpuMicros: spent / all };
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
