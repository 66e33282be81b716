import "server-only";
import { env } from "@/server/platform/env/env";
import { once } from "@/server/platform/env/once";
import { Connections } from "./connections";

// Next bundles its own copy of this module, so what must exist once per process lives on globalThis (see once.ts).
// Only platform/db imports the pools; everybody else gets a handle from asTenant, asSystem or the gate's inGate.

const WAIT_MS = 2_000;

/** For requests of the console and the admin API, streams and jobs. */
export function pool(): Connections {
  return once("pool", () => new Connections(databaseUrl(), { max: 16, waitMs: WAIT_MS }));
}

/** The gate's own connections, so that a slow page never waits before a step. */
export function gatePool(): Connections {
  return once("gate-pool", () => new Connections(databaseUrl(), { max: 12, waitMs: WAIT_MS }));
}

function databaseUrl(): string {
  if (env.DATABASE_URL === undefined) throw new Error("no database: start it before the pool is used");
  return env.DATABASE_URL;
}

/** Ends both pools; waits at most `seconds` for what is running. */
export async function closePools(seconds = 5): Promise<void> {
  await Promise.all([pool().end(seconds), gatePool().end(seconds)]);
}
