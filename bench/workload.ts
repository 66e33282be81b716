// What is asked of the listener, and how long answers took. Shared by the process that plans and the one that sends.

import { randomUUID } from "node:crypto";

/** One client: where it posts, and how long it rests between two posts (0: not at all). */
export type Lane = { paths: readonly string[]; pauseMs: number };

/** Lanes that run side by side; only the first group is measured. */
export type Order = {
  port: number;
  key: string;
  durationMs: number;
  measured: readonly Lane[];
  beside: readonly Lane[];
};

/** Milliseconds, and answers a second. */
export type Measured = { perSecond: number; p50: number; p99: number; answers: number; besidePerSecond: number };

const task = { query: "quarterly invoices of the northern branch", limit: 20, order: "newest first" };
const found = { rows: 20, first: "2026-Q1-000417", took: "cache" };

const tokens = { input_tokens: 412, output_tokens: 96 };
export const stepTokens = tokens.input_tokens + tokens.output_tokens;

/** A finished step, about 450 bytes. Both sides of a comparison get the same. */
export function stepBody(): string {
  return JSON.stringify({
    step_id: randomUUID(),
    step_type: "tool_call",
    skill: "search",
    model: "gpt-4o-mini",
    status: "success",
    usage: { ...tokens, cost_cents: 0.0119, duration_ms: 640 },
    input: task,
    output: found,
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
