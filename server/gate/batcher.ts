// Group commit: posts of one tenant that arrive while a batch is under way form the next one. A lone post is a batch of
// one and waits for nobody; tenants do not wait for each other. While the database writes one batch the next is decided,
// as long as they have no run in common.

import { once } from "@/server/platform/env/once";
import { runBatch, type Told } from "./batch";
import type { Item } from "./item";
import { patienceEnds } from "./patience";
import { tellChanged } from "./run-changes";

const MAX_BATCH = 96;
/** A run with more posts waiting floods its tenant: they come in several batches, so that others' wait for the loop is short. */
const MAX_OF_RUN = 16;
/** So long a run that floods lets the others go first, counted from its last batch. */
const YIELD_MS = 50;
/** A tenant of which one run alone has posted for so long has no others. */
const ALONE_MS = 1_000;
/** One in this process, one in the database. */
const MAX_UNDER_WAY = 2;

/** `until`: how long it may be tried, counted from when it came. */
type Waiting = { item: Item; tell: (told: Told) => void; until: number };
/**
 * `held`: the runs of the batches under way, whose later posts wait for them. `calm`: how many of these batches no run
 * floods. `mixedAt`: when another run than the one before it posted. `floodedAt`: when a run that floods last had its turn.
 */
type Queue = {
  waiting: Waiting[];
  held: Set<string>;
  underWay: number;
  calm: number;
  isStarting: boolean;
  lastRunId: string;
  mixedAt: number;
  floodedAt: number;
};
type Batch = { posts: readonly Waiting[]; isCalm: boolean };

function queues(): Map<string, Queue> {
  return once("gate-queues", () => new Map<string, Queue>());
}

/** Puts the item into its tenant's next batch; resolves after that batch's COMMIT. */
export function submit(tenantId: string, item: Item): Promise<Told> {
  let queue = queues().get(tenantId);
  if (queue === undefined) {
    queue = newQueue();
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

function newQueue(): Queue {
  const none = { underWay: 0, calm: 0, isStarting: false };
  return { waiting: [], held: new Set(), ...none, lastRunId: "", mixedAt: 0, floodedAt: 0 };
}

async function startBatches(tenantId: string, queue: Queue): Promise<void> {
  if (queue.isStarting || queue.underWay === MAX_UNDER_WAY) return;
  queue.isStarting = true;
  // Posts that were parsed in this turn of the event loop come along.
  await Promise.resolve();
  queue.isStarting = false;
  while (queue.underWay < MAX_UNDER_WAY) {
    const batch = takeBatch(tenantId, queue);
    if (batch.posts.length === 0) break;
    void runOne(tenantId, queue, batch);
  }
  if (queue.underWay === 0 && queue.waiting.length === 0) queues().delete(tenantId);
}

/** Of a tenant with several runs, those that flood it wait for the others, though not for long. */
function takeBatch(tenantId: string, queue: Queue): Batch {
  const now = performance.now();
  if (now - queue.mixedAt > ALONE_MS) return { posts: take(tenantId, queue, () => MAX_BATCH), isCalm: false };
  const counts = new Map<string, number>();
  for (const { item } of queue.waiting) counts.set(item.runId, (counts.get(item.runId) ?? 0) + 1);
  const floods = (runId: string) => (counts.get(runId) ?? 0) > MAX_OF_RUN;
  const calm = take(tenantId, queue, (runId) => (floods(runId) ? 0 : MAX_OF_RUN));
  if (calm.length > 0 || (queue.calm > 0 && now - queue.floodedAt < YIELD_MS)) return { posts: calm, isCalm: true };
  const posts = take(tenantId, queue, () => MAX_OF_RUN);
  if (posts.length > 0) queue.floodedAt = now;
  return { posts, isCalm: false };
}

/** The first posts whose runs no batch holds, each run's in their order and at most so many of it. */
function take(tenantId: string, queue: Queue, mostOf: (runId: string) => number): Waiting[] {
  const batch: Waiting[] = [];
  const places = new Map<string, number>();
  queue.waiting = queue.waiting.filter((one) => {
    const { runId } = one.item;
    const taken = places.get(runId) ?? 0;
    if (batch.length === MAX_BATCH || taken >= mostOf(runId) || queue.held.has(runId)) return true;
    if (joinLane(tenantId, one)) return false;
    batch.push(one);
    places.set(runId, taken + 1);
    return false;
  });
  return batch;
}

async function runOne(tenantId: string, queue: Queue, { posts, isCalm }: Batch): Promise<void> {
  const runIds = new Set(posts.map((one) => one.item.runId));
  for (const runId of runIds) queue.held.add(runId);
  queue.underWay += 1;
  queue.calm += isCalm ? 1 : 0;
  const busy = new Set(await decide(tenantId, posts, true));
  for (const one of posts) if (busy.has(one.item) && !joinLane(tenantId, one)) openLane(tenantId, one);
  queue.underWay -= 1;
  queue.calm -= isCalm ? 1 : 0;
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
