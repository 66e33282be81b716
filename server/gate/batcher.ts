// Group commit: posts of one tenant that arrive while a batch is under way form the next one. A lone post is a batch of
// one and waits for nobody; tenants do not wait for each other. While the database writes one batch the next is decided,
// as long as they have no run in common.

import { once } from "@/server/platform/env/once";
import { runBatch, type Told } from "./batch";
import type { Item } from "./item";
import { patienceEnds } from "./patience";
import { tellChanged } from "./run-changes";

const MAX_BATCH = 96;
/** A hot run's posts come in several batches, so that others' wait for the loop is short. */
const MAX_OF_RUN = 16;
/** A tenant of which one run alone has posted for so long has no others. */
const ALONE_MS = 1_000;
/** One in this process, one in the database. */
const MAX_UNDER_WAY = 2;

/** `until`: how long it may be tried, counted from when it came. */
type Waiting = { item: Item; tell: (told: Told) => void; until: number };
/** `held`: the runs of the batches under way, whose later posts wait for them. `mixedAt`: when another run than the one before it posted. */
type Queue = {
  waiting: Waiting[];
  held: Set<string>;
  underWay: number;
  isStarting: boolean;
  lastRunId: string;
  mixedAt: number;
};

function queues(): Map<string, Queue> {
  return once("gate-queues", () => new Map<string, Queue>());
}

/** Puts the item into its tenant's next batch; resolves after that batch's COMMIT. */
export function submit(tenantId: string, item: Item): Promise<Told> {
  let queue = queues().get(tenantId);
  if (queue === undefined) {
    queue = { waiting: [], held: new Set(), underWay: 0, isStarting: false, lastRunId: "", mixedAt: 0 };
    queues().set(tenantId, queue);
  }
  const current = queue;
  if (current.lastRunId !== item.runId) current.mixedAt = performance.now();
  current.lastRunId = item.runId;
  return new Promise((tell) => {
    current.waiting.push({ item, tell, until: patienceEnds() });
    void startBatches(tenantId, current);
  });
}

async function startBatches(tenantId: string, queue: Queue): Promise<void> {
  if (queue.isStarting || queue.underWay === MAX_UNDER_WAY) return;
  queue.isStarting = true;
  // Posts that were parsed in this turn of the event loop come along.
  await Promise.resolve();
  queue.isStarting = false;
  while (queue.underWay < MAX_UNDER_WAY) {
    const batch = takeBatch(tenantId, queue);
    if (batch.length === 0) break;
    void runOne(tenantId, queue, batch);
  }
  if (queue.underWay === 0 && queue.waiting.length === 0) queues().delete(tenantId);
}

/** The first posts whose runs no batch holds, each run's in their order. */
function takeBatch(tenantId: string, queue: Queue): Waiting[] {
  const batch: Waiting[] = [];
  const places = new Map<string, number>();
  const mostOfRun = performance.now() - queue.mixedAt > ALONE_MS ? MAX_BATCH : MAX_OF_RUN;
  queue.waiting = queue.waiting.filter((one) => {
    const { runId } = one.item;
    const taken = places.get(runId) ?? 0;
    if (batch.length === MAX_BATCH || taken >= mostOfRun || queue.held.has(runId)) return true;
    if (joinLane(tenantId, one)) return false;
    batch.push(one);
    places.set(runId, taken + 1);
    return false;
  });
  return batch;
}

async function runOne(tenantId: string, queue: Queue, batch: readonly Waiting[]): Promise<void> {
  const runIds = new Set(batch.map((one) => one.item.runId));
  for (const runId of runIds) queue.held.add(runId);
  queue.underWay += 1;
  const busy = new Set(await decide(tenantId, batch, true));
  for (const one of batch) if (busy.has(one.item) && !joinLane(tenantId, one)) openLane(tenantId, one);
  queue.underWay -= 1;
  for (const runId of runIds) queue.held.delete(runId);
  await startBatches(tenantId, queue);
}

async function decide(tenantId: string, batch: readonly Waiting[], skipLocked: boolean): Promise<Item[]> {
  const items = batch.map((one) => one.item);
  const until = Math.min(...batch.map((one) => one.until));
  const { told, busy } = await runBatch(tenantId, items, { skipLocked, clock: null }, until);
  for (const { item, tell } of batch) {
    const answer = told.get(item);
    if (answer === undefined) continue;
    tell(answer);
    tellChanged(tenantId, item.runId);
  }
  return busy;
}

// A run that another process holds gets a lane of its own: one transaction at a time waits for its lock, in the order the
// posts came, and holds up no other run.
function lanes(): Map<string, Waiting[]> {
  return once("gate-lanes", () => new Map<string, Waiting[]>());
}

function laneOf(tenantId: string, one: Waiting): string {
  return `${tenantId}/${one.item.runId}`;
}

function joinLane(tenantId: string, one: Waiting): boolean {
  const lane = lanes().get(laneOf(tenantId, one));
  lane?.push(one);
  return lane !== undefined;
}

function openLane(tenantId: string, first: Waiting): void {
  const lane = [first];
  lanes().set(laneOf(tenantId, first), lane);
  void drainLane(tenantId, laneOf(tenantId, first), lane);
}

async function drainLane(tenantId: string, key: string, lane: Waiting[]): Promise<void> {
  // The others of the batch that met the lock join first.
  await Promise.resolve();
  while (lane.length > 0) await decide(tenantId, lane.splice(0, MAX_BATCH), false);
  lanes().delete(key);
}
