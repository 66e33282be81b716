// What operators and their tools ask of a process: is it alive, can it work, what has it done, what does it speak.

import { z } from "zod";
import journal from "@/db/migrations/meta/_journal.json";
import { asSystem } from "@/server/platform/db/system-db";
import { endpoint, RawAnswer } from "@/server/platform/http/contract";
import { toProblem } from "@/server/platform/http/failures";
import { type Handled, handle } from "@/server/platform/http/handle";
import { metricsText } from "@/server/platform/http/metrics";
import { openApiText } from "@/server/platform/http/openapi";
import { DatabaseUnavailable } from "@/server/platform/http/problem";
import type { Registry } from "@/server/platform/http/registry";

export const getHealth = endpoint({
  id: "platform.health",
  method: "GET",
  path: "/api/health",
  summary: "`probe=live`: the process answers. `probe=ready` (default): its database answers and has this schema.",
  permission: "none",
  query: z.object({ probe: z.enum(["live", "ready"]).default("ready") }),
  returns: z.object({ status: z.literal("ok"), database: z.enum(["ok", "not_asked"]), schema: z.string() }),
  problems: [DatabaseUnavailable],
});

export const getMetrics = endpoint({
  id: "platform.metrics",
  method: "GET",
  path: "/api/metrics",
  summary: "Counters in Prometheus' text format. The bearer token is METRICS_TOKEN; without one there is no such page.",
  permission: "platform:metrics",
  transaction: "own",
  media: "text/plain; version=0.0.4; charset=utf-8",
  returns: RawAnswer,
});

export const getOpenApi = endpoint({
  id: "platform.openapi",
  method: "GET",
  path: "/api/v1/openapi.json",
  summary: "This document.",
  permission: "none",
  media: "application/json",
  returns: RawAnswer,
});

/** The platform's own operations; the document describes the registry that they are part of. */
export function platformHandlers(registry: () => Registry): Handled[] {
  return [
    handle(getHealth, (_cx, { query }) => health(query.probe)),
    handle(getMetrics, () => new Response(metricsText(), { headers: { "Content-Type": getMetrics.media } })),
    handle(getOpenApi, () => new Response(openApiText(registry()), { headers: { "Content-Type": getOpenApi.media } })),
  ];
}

const expectedSchema = journal.entries.at(-1)?.tag ?? "none";
const patienceMs = 2_000;

async function health(probe: "live" | "ready") {
  if (probe === "live") return { status: "ok" as const, database: "not_asked" as const, schema: expectedSchema };
  const applied = await withinPatience(appliedMigrations());
  if (applied < journal.entries.length) {
    throw DatabaseUnavailable.with({ detail: "The database waits for a migration.", retry_after: 1 });
  }
  return { status: "ok" as const, database: "ok" as const, schema: expectedSchema };
}

async function appliedMigrations(): Promise<number> {
  const [row] = await asSystem(
    "platform: health",
    (sql) => sql<{ applied: number }[]>`select count(*)::int as applied from drizzle.__drizzle_migrations`,
  );
  return row?.applied ?? 0;
}

// A load balancer must hear "no" quickly, while a driver may try to connect for a long time.
async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(DatabaseUnavailable.with({ retry_after: 1 })), patienceMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } catch (error) {
    const failure = toProblem(error);
    throw failure.definition.status === 500 ? DatabaseUnavailable.with({ retry_after: 1 }, { cause: error }) : failure;
  } finally {
    clearTimeout(timer);
  }
}
