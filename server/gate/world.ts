// What a batch has read under its locks. Items are decided one after the other against it; what an item changes enters
// the world only when the item has been decided whole.

import type { NoteSigner } from "@/server/evidence/signed-note";
import type { PolicyBook, WindowLimit } from "@/server/policies/scopes";
import type { GateSettings } from "@/server/policies/settings";
import { saturated } from "./countable";
import type { CounterDelta, Effects } from "./effects";
import { joinEffects, noEffects } from "./effects";
import type { Plan } from "./plan";
import type { RunRow, StepRow } from "./rows";
import { noteEntry, type SlidingLog, slidingStart } from "./sliding-log";
import type { SnapshotContent } from "./snapshot";
import type { SnapshotSummary } from "./wire";

/** What governs a run: read through its snapshot, both hashes checked. */
export type Governance = {
  plan: Plan;
  settings: GateSettings;
  setHash: string;
  snapshotId: string;
  snapshotHash: Buffer;
  /** Who and what the run was started as. */
  context: SnapshotContent["context"];
  summary: SnapshotSummary;
};

export type KeyStatus = { id: string; isLive: boolean };

/** An answer given before, with what was asked. */
export type Told = { seq: number; kind: string; requestHash: Buffer; status: number; answer: Buffer };

export type CounterState = {
  limit: WindowLimit | null;
  limitId: string;
  scopeKey: string;
  windowStart: string;
  resetsAt: Date | null;
  used: number;
  reserved: number;
  presumed: number;
  unpriced: boolean;
  signalled: "" | "near" | "breach";
  /** Of a sliding window, whose `used` is what its log holds now; null for calendar windows. */
  log: SlidingLog | null;
};

/** Counters by `counterKey`. */
export type Counters = { get(key: string): CounterState | undefined };

export type World = {
  tenantId: string;
  now: Date;
  book: PolicyBook;
  /** Who signs the receipts; nobody in a world that is only looked at. */
  signers: readonly NoteSigner[];
  /** Open freezes by `freezeKey`. */
  frozen: Map<string, string>;
  keys: Map<string, KeyStatus>;
  runs: Map<string, RunRow>;
  /** The runs as they were when they were locked. */
  found: Map<string, RunRow>;
  changed: Set<string>;
  /** Null: missing or tampered, and every step of that run is blocked. */
  governance: Map<string, Governance | null>;
  /** Of the snapshot that the run was started with, whether it can still be used or not: genesis and seal hold it. */
  snapshotHashes: Map<string, Buffer>;
  steps: Map<string, StepRow>;
  /** Of `steps` the open, lapsed and presumed ones, by run and index. */
  unsettled: Map<string, Map<number, StepRow>>;
  stepIndexes: Map<string, number>;
  told: Map<string, Told>;
  counters: Map<string, CounterState>;
  effects: Effects;
};

/** A world in which nothing has been read yet. */
export function emptyWorld(tenantId: string, now: Date, book: PolicyBook, signers: readonly NoteSigner[] = []): World {
  return {
    tenantId,
    now,
    book,
    signers,
    frozen: new Map(),
    keys: new Map(),
    runs: new Map(),
    found: new Map(),
    changed: new Set(),
    governance: new Map(),
    snapshotHashes: new Map(),
    steps: new Map(),
    unsettled: new Map(),
    stepIndexes: new Map(),
    told: new Map(),
    counters: new Map(),
    effects: noEffects(),
  };
}

export function stepKeyOf(runId: string, stepIndex: number): string {
  return `${runId}/${stepIndex}`;
}

export function freezeKey(type: string, targetId: string): string {
  return `${type}:${targetId}`;
}

export function counterKey(limitId: string, scopeKey: string, windowStart: string): string {
  return `${limitId}|${scopeKey}|${windowStart}`;
}

/** What one item has come to: the run as it is now, and everything to be written. */
export type Change = { run: RunRow | null; effects: Effects; told: Told[] };

/** Lets a decided item's change count for the items after it. */
export function enter(world: World, change: Change): void {
  const { run, effects } = change;
  if (run !== null) {
    world.runs.set(run.runId, run);
    world.changed.add(run.runId);
    for (const told of change.told) world.told.set(stepKeyOf(run.runId, told.seq), told);
  }
  for (const step of effects.steps.values()) addStep(world, step);
  for (const delta of effects.counters) {
    const counter = world.counters.get(counterKey(delta.limitId, delta.scopeKey, delta.windowStart));
    if (counter !== undefined) move(counter, delta);
  }
  for (const entry of effects.entries) {
    const counter = world.counters.get(counterKey(entry.limitId, entry.scopeKey, slidingStart));
    if (counter === undefined) continue;
    counter.used = saturated(counter.used, entry.amount);
    if (counter.log !== null) noteEntry(counter.log, { at: Date.parse(entry.at), amount: entry.amount });
  }
  // What a kill froze is frozen for the rest of the batch too.
  for (const freeze of effects.freezes) world.frozen.set(freezeKey(freeze.type, freeze.targetId), freeze.id);
  joinEffects(world.effects, effects);
}

/** Counts the change in the counter's state, in place. */
export function move(counter: CounterState, delta: CounterDelta): void {
  counter.used = saturated(counter.used, delta.used);
  counter.reserved = saturated(counter.reserved, delta.reserved);
  counter.presumed = saturated(counter.presumed, delta.presumed);
  counter.unpriced ||= delta.unpriced;
  if (delta.signalled !== "") counter.signalled = delta.signalled;
}

export function addStep(world: World, step: StepRow): void {
  world.steps.set(stepKeyOf(step.runId, step.stepIndex), step);
  if (step.stepId !== null) world.stepIndexes.set(`${step.runId}/${step.stepId}`, step.stepIndex);
  const unsettled = world.unsettled.get(step.runId) ?? new Map<number, StepRow>();
  world.unsettled.set(step.runId, unsettled);
  if (isUnsettled(step)) unsettled.set(step.stepIndex, step);
  else unsettled.delete(step.stepIndex);
}

function isUnsettled(step: StepRow): boolean {
  return step.state === "open" || step.state === "lapsed" || step.state === "presumed";
}

/** Open, lapsed and presumed steps of the run as `own`, the change under way, leaves them; in no order. */
export function* unsettledOf(world: World, runId: string, own: ReadonlyMap<string, StepRow>): Iterable<StepRow> {
  for (const step of world.unsettled.get(runId)?.values() ?? []) {
    if (!own.has(stepKeyOf(runId, step.stepIndex))) yield step;
  }
  for (const step of own.values()) if (step.runId === runId && isUnsettled(step)) yield step;
}

/** Steps of the run that are admitted and not settled, by index. */
export function openStepsOf(world: World, runId: string, own: ReadonlyMap<string, StepRow>): StepRow[] {
  const open = [...unsettledOf(world, runId, own)].filter((step) => step.state !== "presumed");
  return open.sort((a, b) => a.stepIndex - b.stepIndex);
}
