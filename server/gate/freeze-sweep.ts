// The second half of a kill-switch: ends what is live and keeps the proof. It is effective when every run that was in
// flight is over, and not before; what one sweep could not end the next one does.

import { eq } from "drizzle-orm";
import { freezes } from "@/db/schema/policies";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { takeControl } from "@/server/platform/db/control-lock";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { submit } from "./batcher";
import { type FreezeRow, freezeView, type InFlight, inFlightOf } from "./freeze-view";
import type { Freeze } from "./wire";

/** Enough to fill batches; a run that is held elsewhere keeps one of them waiting and not the others. */
const AT_ONCE = 192;
const SWEEP_MS = 5_000;

type LiveRun = { run_id: string; status: string; last_step_index: number };

/** Ends every live run that the freeze covers, each under its own lock, and writes down what came of it. */
export async function sweepFreeze(row: FreezeRow): Promise<Freeze> {
  const principal = systemPrincipal(row.tenantId, "freeze");
  const live = await asTenant(principal, async (db) => {
    // A start that had read before the freeze was there is over now, and its run is found; who starts from now on reads it.
    await takeControl(db);
    return liveRuns(db, row);
  });
  await endRuns(row, live);
  return asTenant(principal, (db) => settle(db, row, live));
}

/** Completes a freeze whose sweep is outstanding; null when there is nothing left to do. */
export async function finishFreeze(tenantId: string, freezeId: string): Promise<Freeze | null> {
  const principal = systemPrincipal(tenantId, "freeze");
  const row = await asTenant(principal, (db) => db.first(freezes, eq(freezes.id, freezeId)));
  if (row === null || row.effectiveAt !== null || row.liftedAt !== null) return null;
  return sweepFreeze(row);
}

function liveRuns(db: TenantDb, row: FreezeRow): Promise<LiveRun[]> {
  return db.sql<LiveRun>`
    select r.run_id, r.status, r.last_step_index from runs r
    where ${db.mine("r")} and r.completed_at is null and ${covered(db, row)} order by r.started_at`;
}

function covered(db: TenantDb, row: FreezeRow) {
  switch (row.type as Freeze["type"]) {
    case "tenant":
      return db.fragment`true`;
    case "key":
      return db.fragment`r.api_key_id = ${row.targetId}::uuid`;
    case "agent":
      return db.fragment`r.agent_id = ${row.targetId}`;
    case "run":
      return db.fragment`r.run_id = ${row.targetId}::uuid`;
  }
}

async function endRuns(row: FreezeRow, live: readonly LiveRun[]): Promise<void> {
  const until = performance.now() + SWEEP_MS;
  const rest = [...live].reverse();
  const next = () => (performance.now() < until ? rest.pop() : undefined);
  const end = async () => {
    for (let run = next(); run !== undefined; run = next()) {
      await submit(row.tenantId, { kind: "freeze", runId: run.run_id, freezeId: row.id });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, end));
}

// What was told is not asked here: whether a run is over its row says, whoever ended it.
async function settle(db: TenantDb, row: FreezeRow, live: readonly LiveRun[]): Promise<Freeze> {
  const held = await db.lock(freezes, eq(freezes.id, row.id));
  if (held === null) throw new Error("a freeze is gone");
  if (held.effectiveAt !== null) return freezeView(held);
  const inFlight = await withStops(db, joined(inFlightOf(held), live));
  const isOver = held.liftedAt === null && inFlight.every((run) => run.stopped_at !== null);
  const changes = { inFlight, effectiveAt: isOver ? await db.now() : null };
  const [settled] = await db.update(freezes, changes, eq(freezes.id, row.id));
  return freezeView(settled ?? held);
}

/** How a run stood when the first sweep met it stays on record. */
function joined(known: InFlight, live: readonly LiveRun[]): InFlight {
  const met = new Set(known.map((run) => run.run_id));
  return [...known, ...live.filter((run) => !met.has(run.run_id)).map((run) => ({ ...run, stopped_at: null }))];
}

async function withStops(db: TenantDb, inFlight: InFlight): Promise<InFlight> {
  const ids = inFlight.map((run) => run.run_id);
  const rows = await db.sql<{ run_id: string; completed_at: Date | null }>`
    select r.run_id, r.completed_at from runs r where ${db.mine("r")} and r.run_id = any(${ids}::uuid[])`;
  const ends = new Map(rows.map((run) => [run.run_id, run.completed_at?.toISOString() ?? null]));
  return inFlight.map((run) => ({ ...run, stopped_at: ends.get(run.run_id) ?? null }));
}
