// The gate's tables in memory: what a batch would read under its locks, and what its flush would leave. Reads give copies,
// as a database does, so that nothing but a commit can change what is stored.

import { originOf } from "@/server/evidence/leaf";
import type { IncidentRow } from "@/server/evidence/run-evidence";
import type { Effects } from "@/server/gate/effects";
import type { Item } from "@/server/gate/item";
import { counterState } from "@/server/gate/load";
import type { Outcome } from "@/server/gate/post";
import { type CounterAddress, countersOf } from "@/server/gate/readings";
import { reduce } from "@/server/gate/reduce";
import type { RecordRow, RunRow, StepRow } from "@/server/gate/rows";
import { edgeOf, type LogEntry, LogUnread, noteEntry } from "@/server/gate/sliding-log";
import type { CounterState, Governance, Told, World } from "@/server/gate/world";
import { addStep, counterKey, emptyWorld, freezeKey, stepKeyOf } from "@/server/gate/world";
import type { PolicyBook } from "@/server/policies/scopes";

export type SimulatedRun = { run: RunRow; governance: Governance };
type StoredCounter = Omit<CounterState, "limit" | "resetsAt" | "log"> & { lastAt: Date };

// What is signed is other tests' matter, and Ed25519 would cost more than everything else that is simulated.
const unsigned = { publicKey: Buffer.alloc(32), sign: () => Buffer.alloc(64) };

export class SimulatedStore {
  readonly runs = new Map<string, RunRow>();
  readonly steps = new Map<string, Map<number, StepRow>>();
  readonly records = new Map<string, RecordRow[]>();
  readonly counters = new Map<string, StoredCounter>();
  /** Sliding logs, by limit and scope: what was admitted at each instant. */
  private readonly logs = new Map<string, Map<number, number>>();
  readonly governance = new Map<string, Governance>();
  /** Open freezes by `freezeKey`. */
  readonly frozen = new Map<string, string>();
  readonly deadKeys = new Set<string>();
  /** One line for everything else that was written: enforcements, signals, costs, incidents, ends. */
  readonly news: string[] = [];
  /** By run: what was opened. */
  readonly incidents = new Map<string, IncidentRow[]>();
  readonly traceEnds = new Map<string, Effects["traceEnds"][number]>();
  private readonly once = new Set<string>();

  constructor(
    readonly tenantId: string,
    readonly book: PolicyBook,
  ) {}

  add({ run, governance }: SimulatedRun): void {
    this.runs.set(run.runId, run);
    this.steps.set(run.runId, new Map());
    this.records.set(run.runId, []);
    this.incidents.set(run.runId, []);
    this.governance.set(run.runId, governance);
  }

  /** As `loadWorld`: only what its statements would find. */
  load(items: readonly Item[], clock: Date): World {
    const runs = [...new Set(items.map((item) => item.runId))].flatMap((id) => this.runs.get(id) ?? []);
    const now = runs.reduce((latest, run) => (run.lastAt.getTime() > latest.getTime() ? run.lastAt : latest), clock);
    const world = emptyWorld(this.tenantId, now, this.book, [
      { name: originOf("simulated", this.tenantId), ...unsigned },
    ]);
    for (const run of runs) {
      world.runs.set(run.runId, { ...run });
      const governance = this.governance.get(run.runId) ?? null;
      world.governance.set(run.runId, governance);
      if (governance !== null) world.snapshotHashes.set(run.runId, governance.snapshotHash);
      for (const step of this.steps.get(run.runId)?.values() ?? []) {
        if (step.state === "open" || step.state === "lapsed" || step.state === "presumed") readStep(world, step);
      }
      if (run.apiKeyId !== null) this.readKey(world, run.apiKeyId);
    }
    for (const [target, id] of this.frozen) world.frozen.set(target, id);
    for (const item of items) this.readItem(world, item);
    this.readCounters(world);
    return world;
  }

  private readKey(world: World, id: string): void {
    world.keys.set(id, { id, isLive: !this.deadKeys.has(id) });
  }

  private readItem(world: World, item: Item): void {
    const run = this.runs.get(item.runId);
    const steps = this.steps.get(item.runId);
    if ("principal" in item && item.principal.kind === "key") this.readKey(world, item.principal.keyId);
    if (run === undefined || steps === undefined) return;
    if (item.kind !== "step") {
      for (const index of [run.lastStepIndex, run.memory.pause?.violation.step_index ?? 0]) {
        const step = steps.get(index);
        if (step !== undefined) readStep(world, step);
      }
      return;
    }
    const known = [item.stepIndex === null ? undefined : steps.get(item.stepIndex)];
    if (item.stepId !== null) known.push([...steps.values()].find((step) => step.stepId === item.stepId));
    for (const step of known) {
      if (step === undefined) continue;
      readStep(world, step);
      for (const seq of [step.admittedSeq, step.resultSeq]) this.readTold(world, item.runId, seq);
    }
  }

  private readTold(world: World, runId: string, seq: number | null): void {
    const record = seq === null ? undefined : this.records.get(runId)?.[seq - 1];
    if (record === undefined || record.requestHash === null || record.answerStatus === null || record.answer === null)
      return;
    const { requestHash, answer, answerStatus: status, kind } = record;
    const told: Told = { seq: record.seq, kind, requestHash, status, answer };
    world.told.set(stepKeyOf(runId, record.seq), told);
  }

  private readCounters(world: World): void {
    for (;;) {
      const missing = this.neededCounters(world).filter((one) => !world.counters.has(keyOf(one)));
      if (missing.length === 0) return;
      const read = missing.map((address) => {
        const stored = this.counters.get(keyOf(address)) ?? fresh(address);
        this.counters.set(keyOf(address), stored);
        const entries = address.limit?.limit_category === "RATE" ? this.entriesOf(address) : [];
        // No entry is in the future, even where the clock has stepped back.
        const latest = Math.max(stored.lastAt.getTime(), entries.at(-1)?.at ?? 0);
        if (latest > world.now.getTime()) world.now = new Date(latest);
        return { address, stored, entries };
      });
      for (const { address, stored, entries } of read) {
        const row = { ...stored, windowStart: new Date(stored.windowStart) };
        const state = counterState(address, row, { sums: [], now: world.now });
        if (state.log !== null) {
          const edge = edgeOf(address.limit, world.now);
          state.used = entries.reduce((sum, entry) => (entry.at >= edge ? sum + entry.amount : sum), 0);
        }
        world.counters.set(keyOf(address), state);
      }
    }
  }

  private neededCounters(world: World): CounterAddress[] {
    const needed = new Map<string, CounterAddress>();
    for (const run of world.runs.values())
      for (const { key, counter } of countersOf(world, run)) needed.set(key, counter);
    for (const step of world.steps.values()) {
      for (const held of step.reservations ?? []) {
        const limit = world.book.windows.find((one) => one.limit_id === held.limit_id) ?? null;
        const { limit_id: limitId, scope_key: scopeKey, window_start: windowStart } = held;
        const address = { limit, limitId, scopeKey, windowStart, resetsAt: null };
        if (!needed.has(keyOf(address))) needed.set(keyOf(address), address);
      }
    }
    return [...needed.values()];
  }

  /** A sliding log, one entry an instant, oldest first. */
  private entriesOf({ limitId, scopeKey }: Pick<CounterAddress, "limitId" | "scopeKey">): LogEntry[] {
    const log = this.logs.get(`${limitId} ${scopeKey}`) ?? new Map<number, number>();
    return [...log].map(([at, amount]) => ({ at, amount })).sort((a, b) => a.at - b.at);
  }

  /** As a batch decides: a log that is asked for is read, and the item decided again. */
  decide(world: World, item: Item): Outcome {
    try {
      return reduce(world, item);
    } catch (error) {
      if (!(error instanceof LogUnread)) throw error;
      for (const counter of error.counters) this.readLog(world, counter);
      try {
        return reduce(world, item);
      } finally {
        // Each item is decided as if it were alone, so that batches may be cut in any way.
        for (const { log } of error.counters) if (log !== null) log.oldest = null;
      }
    }
  }

  private readLog(world: World, counter: CounterState): void {
    const { log, limit, limitId, scopeKey } = counter;
    if (log === null) return;
    const edge = edgeOf(limit, world.now);
    log.oldest = this.entriesOf(counter).filter((entry) => entry.at >= edge);
    log.isWhole = true;
    for (const entry of world.effects.entries) {
      if (entry.limitId !== limitId || entry.scopeKey !== scopeKey) continue;
      noteEntry(log, { at: Date.parse(entry.at), amount: entry.amount });
    }
  }

  /** As `flush`: everything of the batch, or, had it thrown, nothing. */
  commit(world: World): void {
    const { effects } = world;
    for (const id of world.changed) {
      const run = world.runs.get(id);
      if (run !== undefined) this.runs.set(id, run);
    }
    for (const record of effects.records) this.records.get(record.runId)?.push(record);
    for (const step of effects.steps.values()) this.steps.get(step.runId)?.set(step.stepIndex, step);
    for (const delta of effects.counters) this.count(delta, world.now);
    for (const { limitId, scopeKey, at, amount } of effects.entries) {
      const log = this.logs.get(`${limitId} ${scopeKey}`) ?? new Map<number, number>();
      this.logs.set(`${limitId} ${scopeKey}`, log);
      log.set(Date.parse(at), (log.get(Date.parse(at)) ?? 0) + amount);
    }
    for (const end of effects.traceEnds) this.traceEnds.set(end.traceId, end);
    for (const freeze of effects.freezes) this.frozen.set(freezeKey(freeze.type, freeze.targetId), freeze.id);
    this.tell(effects);
  }

  private count(delta: Effects["counters"][number], now: Date): void {
    const counter = this.counters.get(counterKey(delta.limitId, delta.scopeKey, delta.windowStart));
    if (counter === undefined) throw new Error("a counter was charged that nobody had locked");
    counter.used += delta.used;
    counter.reserved += delta.reserved;
    counter.presumed += delta.presumed;
    counter.unpriced ||= delta.unpriced;
    if (delta.signalled !== "") counter.signalled = delta.signalled;
    // A sliding counter's last instant is that of its signal.
    const isSliding = this.book.windows.some((one) => one.limit_id === delta.limitId && one.limit_category === "RATE");
    if (now > counter.lastAt && (!isSliding || delta.signalled !== "")) counter.lastAt = now;
  }

  private tell(effects: Effects): void {
    for (const row of effects.enforcements)
      this.news.push(`enforced ${row.runId} ${row.action} ${row.policyId} ${row.limitId} ${row.seq}`);
    for (const row of effects.signals)
      this.news.push(`signal ${row.runId} ${row.signalType} ${row.metric} ${row.limitId} ${row.policyId} ${row.seq}`);
    for (const row of effects.costs)
      this.news.push(`cost ${row.runId} ${row.kind} ${row.stepIndex} ${row.costUnits} ${row.inputTokens}`);
    for (const { facts, incidentId } of effects.incidents) {
      this.news.push(`incident ${facts.run?.run_id} ${facts.type} ${incidentId}`);
      const row = { id: incidentId, source: facts.source, sourceId: facts.source_id ?? null, createdAt: facts.at };
      this.incidents.get(facts.run?.run_id ?? "")?.push(row);
    }
    for (const row of effects.preventions) this.news.push(`prevention ${row.runId} ${row.action} ${row.incidentId}`);
    // Kept once per key, counted each time.
    for (const row of effects.refusals) this.tellOnce(`refused ${row.runId} ${row.dedupeKey} ${row.cost?.inputTokens}`);
  }

  private tellOnce(line: string): void {
    if (!this.once.has(line)) this.news.push(line);
    this.once.add(line);
  }

  /** Everything that is stored, as one text: equal texts are equal tables. */
  image(): string {
    const counters = [...this.counters].filter(
      ([, one]) => one.used + one.reserved + one.presumed > 0 || one.signalled !== "",
    );
    const logs = [...this.logs.keys()].sort().map((key) => {
      const entries = [...(this.logs.get(key) ?? [])].filter(([, amount]) => amount !== 0);
      return [key, entries.sort(([a], [b]) => a - b)];
    });
    const runs = [...this.runs.values()];
    const steps = runs.map((run) => [...(this.steps.get(run.runId)?.values() ?? [])]);
    return JSON.stringify([runs, steps, counters.sort(([a], [b]) => (a < b ? -1 : 1)), logs, this.news.toSorted()]);
  }
}

function readStep(world: World, step: StepRow): void {
  addStep(world, { ...step });
}

function keyOf(address: CounterAddress): string {
  return counterKey(address.limitId, address.scopeKey, address.windowStart);
}

// Nothing was counted yet, so its last instant is its window's start.
function fresh({ limitId, scopeKey, windowStart }: CounterAddress): StoredCounter {
  const nothing = { used: 0, reserved: 0, presumed: 0, unpriced: false, signalled: "" as const };
  return { limitId, scopeKey, windowStart, ...nothing, lastAt: new Date(windowStart) };
}
