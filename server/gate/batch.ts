// One batch: read the world under its locks, decide the items one after the other, write what they came to, commit, and
// only then tell. A poisoned item fails alone.

import type { TenantDb } from "@/server/platform/db/tenant-db";
import { isAway } from "@/server/platform/http/failures";
import { DatabaseUnavailable, Internal, Problem } from "@/server/platform/http/problem";
import { log } from "@/server/platform/log/log";
import { signers } from "@/server/transparency/keys";
import { send } from "./flush";
import type { Item } from "./item";
import { loadWorld } from "./load";
import { patienceEnds, patiently, unavailable } from "./patience";
import type { Answer } from "./post";
import { reduce } from "./reduce";
import { LogUnread, readOldest } from "./sliding-log";
import { readRuns } from "./store";
import { inGate } from "./transaction";
import { enter, type World } from "./world";

export type Told = Answer | { problem: Problem };
export type BatchResult = { told: Map<Item, Told>; busy: Item[] };
export type BatchOptions = { skipLocked: boolean; clock: Date | null };

const WHOLE_TRIES = 3;

/**
 * Decides the items and returns what each is told. `busy` are items whose runs are locked elsewhere (only with
 * `skipLocked`). Never throws: what cannot be decided is told as a problem, at the latest a little after `until`.
 */
export async function runBatch(
  tenantId: string,
  items: readonly Item[],
  options: BatchOptions,
  until = patienceEnds(),
): Promise<BatchResult> {
  try {
    return await patiently(() => once(tenantId, items, options), { tries: WHOLE_TRIES, until });
  } catch (error) {
    const isOneItems = !isAway(error) && performance.now() < until;
    if (items.length > 1 && isOneItems) return oneByOne({ tenantId, items, options, until });
    const problem = unavailable(error) ?? (items.length > 1 ? outOfTime() : null);
    if (problem !== null) return toldAll(items, problem);
    const kinds = items.map((item) => item.kind);
    log.error({ err: error, tenant_id: tenantId, items: kinds }, "a post could not be decided");
    return toldAll(items, Internal.with({}, { cause: error }));
  }
}

type Batch = { tenantId: string; items: readonly Item[]; options: BatchOptions; until: number };

async function oneByOne({ tenantId, items, options, until }: Batch): Promise<BatchResult> {
  const result: BatchResult = { told: new Map(), busy: [] };
  for (const item of items) {
    const isLate = performance.now() >= until;
    const single = isLate ? toldAll([item], outOfTime()) : await runBatch(tenantId, [item], options, until);
    for (const [key, told] of single.told) result.told.set(key, told);
    result.busy.push(...single.busy);
  }
  return result;
}

async function once(tenantId: string, items: readonly Item[], options: BatchOptions): Promise<BatchResult> {
  // Before the transaction: it may have to ask the database.
  const signing = await signers(tenantId);
  return inGate(tenantId, async (db, trailing) => {
    const world = await loadWorld(db, items, { ...options, signers: signing });
    const absent = options.skipLocked ? items.filter((item) => !world.runs.has(item.runId)) : [];
    const elsewhere = new Set(
      absent.length === 0
        ? []
        : (
            await readRuns(
              db,
              absent.map((item) => item.runId),
            )
          ).map((run) => run.runId),
    );
    const told = new Map<Item, Told>();
    for (const item of items) {
      if (!elsewhere.has(item.runId)) told.set(item, await decided(db, world, item));
    }
    trailing(await send(db, world));
    return { told, busy: items.filter((item) => elsewhere.has(item.runId)) };
  });
}

async function decided(db: TenantDb, world: World, item: Item): Promise<Told> {
  const told = tell(world, item);
  if (!(told instanceof LogUnread)) return told;
  await readOldest(db, told.counters, world);
  const again = tell(world, item);
  return again instanceof LogUnread ? { problem: Internal.with({}, { cause: again }) } : again;
}

/** Decides one item and lets it count; whatever it throws is told to it alone, unless a log must be read first. */
function tell(world: World, item: Item): Told | LogUnread {
  try {
    const { change, answer } = reduce(world, item);
    if (change !== null) enter(world, change);
    return answer;
  } catch (error) {
    if (error instanceof Problem) return { problem: error };
    if (error instanceof LogUnread) return error;
    log.error(
      { error, tenant_id: world.tenantId, run_id: item.runId, kind: item.kind },
      "an item failed while it was decided",
    );
    return { problem: Internal.with({}, { cause: error }) };
  }
}

function toldAll(items: readonly Item[], problem: Problem): BatchResult {
  return { told: new Map(items.map((item) => [item, { problem }])), busy: [] };
}

function outOfTime(): Problem {
  return DatabaseUnavailable.with({ retry_after: 1 });
}
