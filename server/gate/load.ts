// Reads a batch's world under its locks, in three pipelined rounds at most: runs; counters; everything they protect.

import type { NoteSigner } from "@/server/evidence/signed-note";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { once } from "@/server/platform/env/once";
import { loadBook } from "@/server/policies/book";
import type { PolicyBook } from "@/server/policies/scopes";
import { lookUnderLocks, lookWithoutWaiting } from "./first-look";
import { governanceOf } from "./governance";
import type { Item } from "./item";
import { type CounterAddress, countersOf } from "./readings";
import type { RunRow } from "./rows";
import { edgeOf, type LogSum, readSums } from "./sliding-log";
import {
  ensureCounters,
  type KeyRow,
  type KnownRow,
  type LockedCounter,
  lockCounters,
  readControl,
  readCounters,
  readLastSteps,
  readSnapshots,
  type StepKey,
} from "./store";
import {
  addStep,
  type CounterState,
  counterKey,
  emptyWorld,
  freezeKey,
  type KeyStatus,
  stepKeyOf,
  type World,
} from "./world";

export type LoadOptions = {
  /** Runs that are busy elsewhere are left out. */
  skipLocked: boolean;
  /** A clock for synthetic history; null: the database's own. */
  clock: Date | null;
  /** Who signs the receipts of this batch. */
  signers?: readonly NoteSigner[];
};

/** The world of these items. Runs that are not there, or busy with `skipLocked`, are missing from `runs`. */
export async function loadWorld(db: TenantDb, items: readonly Item[], options: LoadOptions): Promise<World> {
  const runIds = [...new Set(items.map((item) => item.runId))].sort();
  const keyIds = [
    ...new Set(
      items.flatMap((item) => ("principal" in item && item.principal.kind === "key" ? [item.principal.keyId] : [])),
    ),
  ];
  const acts = items.filter((item) => item.kind !== "step").map((item) => item.runId);
  const look = options.skipLocked ? lookWithoutWaiting : lookUnderLocks;
  const [{ runs: locked, known, head }, last] = await Promise.all([
    look(db, { runIds, keyIds, keys: stepKeysOf(items) }),
    acts.length === 0 ? [] : readLastSteps(db, [...new Set(acts)]),
  ]);
  const now = laterOf(options.clock ?? head.now, locked);
  const world = emptyWorld(db.tenantId, now, await bookOf(db, head.policyEpoch), options.signers);
  for (const freeze of head.freezes ?? []) world.frozen.set(freezeKey(freeze.type, freeze.targetId), freeze.id);
  for (const run of locked) world.runs.set(run.runId, run);
  world.found = new Map(world.runs);
  for (const key of head.keys ?? []) world.keys.set(key.id, keyStatus(key));
  for (const step of last) addStep(world, step);
  for (const row of known) addKnown(world, row);
  await addGovernance(db, world);
  await addCounters(db, world, { runIds: world.runs.keys(), lock: true, clock: options.clock });
  return world;
}

function keyStatus(key: KeyRow): KeyStatus {
  return { id: key.id, isLive: key.status === "active" && !key.isExpired };
}

/**
 * Runs whose answers or ends need their windows; with `lock` under the counters' locks, and the clock read again unless
 * one was injected.
 */
export async function addCounters(
  db: TenantDb,
  world: World,
  options: { runIds: Iterable<string>; lock: boolean; clock?: Date | null },
): Promise<void> {
  const runIds = [...options.runIds];
  for (;;) {
    const addresses = neededCounters(world, runIds).filter((one) => !world.counters.has(keyOf(one)));
    if (addresses.length === 0) return;
    const before = world.counters.size;
    await addCountersAt(db, world, addresses, options);
    // While this waited for its locks a calendar window may have ended; then the next one is needed too.
    if (!options.lock || world.counters.size === before) return;
  }
}

type CounterOptions = { lock: boolean; clock?: Date | null };

async function addCountersAt(
  db: TenantDb,
  world: World,
  addresses: readonly CounterAddress[],
  options: CounterOptions,
): Promise<void> {
  const clock = options.clock ?? null;
  const [, locked, sums, control] = await Promise.all([
    options.lock ? ensureCounters(db, addresses) : [],
    options.lock ? lockCounters(db, addresses) : readCounters(db, addresses),
    readSums(db, addresses, clock),
    readControl(db),
  ]);
  if (options.lock && clock === null) {
    const instants = [...locked.map((row) => row.lastAt), ...sums.map((sum) => sum.now), ...control.map((c) => c.now)];
    for (const now of instants) if (now > world.now) world.now = now;
  }
  const byKey = new Map(addresses.map((one) => [keyOf(one), one]));
  for (const row of locked) {
    const key = counterKey(row.limitId, row.scopeKey, row.windowStart.toISOString());
    const address = byKey.get(key);
    if (address !== undefined) world.counters.set(key, counterState(address, row, { sums, now: world.now }));
  }
}

function keyOf(address: CounterAddress): string {
  return counterKey(address.limitId, address.scopeKey, address.windowStart);
}

type Log = { sums: readonly LogSum[]; now: Date };

/** A locked counter with what its limit says; a sliding one with what its log holds now. */
export function counterState(address: CounterAddress, row: LockedCounter, { sums, now }: Log): CounterState {
  const { used, reserved, presumed, unpriced, signalled } = row;
  if (address.limit?.limit_category !== "RATE") {
    return { ...address, used, reserved, presumed, unpriced, signalled, log: null };
  }
  const sum = sums.find((one) => one.limitId === row.limitId && one.scopeKey === row.scopeKey);
  // A sliding window never ends. The last instant of its counter is that of its signal: a window's length later it may
  // signal again.
  const isOld = row.lastAt.getTime() < edgeOf(address.limit, now);
  const log = { hasLeft: sum?.hasLeft === true, oldest: null, isWhole: false };
  return { ...address, used: sum?.used ?? used, reserved, presumed, unpriced, signalled: isOld ? "" : signalled, log };
}

function neededCounters(world: World, runIds: Iterable<string>): CounterAddress[] {
  const needed = new Map<string, CounterAddress>();
  for (const runId of runIds) {
    const run = world.runs.get(runId);
    if (run === undefined) continue;
    for (const { key, counter } of countersOf(world, run)) needed.set(key, counter);
  }
  for (const step of world.steps.values()) {
    for (const held of step.reservations ?? []) {
      const key = counterKey(held.limit_id, held.scope_key, held.window_start);
      const limit = world.book.windows.find((one) => one.limit_id === held.limit_id) ?? null;
      const address = {
        limit,
        limitId: held.limit_id,
        scopeKey: held.scope_key,
        windowStart: held.window_start,
        resetsAt: null,
      };
      if (!needed.has(key)) needed.set(key, address);
    }
  }
  return [...needed.values()];
}

function stepKeysOf(items: readonly Item[]): StepKey[] {
  return items.flatMap((item) =>
    item.kind === "step" ? [{ run_id: item.runId, step_index: item.stepIndex, step_id: item.stepId }] : [],
  );
}

function addKnown(world: World, row: KnownRow): void {
  const { toldSeq, kind, requestHash, told: status, answer, ...step } = row;
  addStep(world, step);
  if (toldSeq === null || requestHash === null || status === null || answer === null) return;
  world.told.set(stepKeyOf(step.runId, toldSeq), { seq: toldSeq, kind, requestHash, status, answer });
}

async function addGovernance(db: TenantDb, world: World): Promise<void> {
  const ids = [...world.runs.values()].flatMap((run) => run.snapshotId ?? []);
  const found = await governanceOf(db, ids);
  for (const run of world.runs.values()) {
    const governance = run.snapshotId === null ? null : (found.get(run.snapshotId) ?? null);
    world.governance.set(run.runId, governance);
    if (governance !== null) world.snapshotHashes.set(run.runId, governance.snapshotHash);
  }
  await addUnusable(db, world);
}

// A snapshot that does not compile any more blocks its run; the seal names it all the same.
async function addUnusable(db: TenantDb, world: World): Promise<void> {
  const unusable = [...world.runs.values()].flatMap((run) =>
    world.snapshotHashes.has(run.runId) ? [] : (run.snapshotId ?? []),
  );
  if (unusable.length === 0) return;
  for (const row of await readSnapshots(db, unusable)) world.snapshotHashes.set(row.runId, row.contentHash);
}

/** now = greatest(clock, last_at of every locked row): the database's clock may step back, a run's order never does. */
function laterOf(now: Date, locked: readonly RunRow[]): Date {
  let latest = now;
  for (const run of locked) if (run.lastAt.getTime() > latest.getTime()) latest = run.lastAt;
  return latest;
}

type BookCache = Map<string, PolicyBook>;

/** The tenant's policies as of that epoch, from the cache when it is that epoch's. */
export async function bookOf(db: TenantDb, epoch: number): Promise<PolicyBook> {
  const cache = once("gate-books", (): BookCache => new Map());
  const known = cache.get(db.tenantId);
  if (known?.epoch === epoch) return known;
  const book = await loadBook(db);
  cache.set(db.tenantId, book);
  return book;
}
