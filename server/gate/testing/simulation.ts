// One simulated tenant, from its number alone: runners behind a network that doubles, reorders, delays and mixes what they
// post; a clock that jumps and steps back; sweeps, releases, kill-switches.

import type { Item } from "@/server/gate/item";
import type { Outcome } from "@/server/gate/post";
import type { StepAnswer } from "@/server/gate/wire";
import { enter, type World } from "@/server/gate/world";
import type { Principal } from "@/server/platform/auth/principal";
import { Problem } from "@/server/platform/http/problem";
import type { PolicyBook } from "@/server/policies/scopes";
import { balance } from "./bookkeeping";
import { type Dice, diceOf } from "./dice";
import { Expectations } from "./expectations";
import { type Op, type Reply, SimulatedClient, type Style } from "./simulated-client";
import { type Started, startedRun } from "./simulated-run";
import { SimulatedStore } from "./simulated-store";
import { bookOfSeed, idOf } from "./simulated-tenant";

/** Names what is made while it is set: the same post makes the same ids whatever came before it. */
export type Naming = (name: string) => void;
export type Simulation = {
  seed: number;
  store: SimulatedStore;
  started: Started[];
  decided: Decided[];
  events: number;
  outcomes: Map<string, number>;
};
/** What was written, in order: a start by its number, or a post. */
export type Decided = { item: Item | number; at: Date; name: string };
export type Told = { status: number; slug: string | null; bytes: Buffer | null; replayed: boolean; said: Said | null };
/** Of a step's answer what is looked at here; null of one that was given before. */
export type Said = Pick<StepAnswer, "step_index" | "step_id" | "seq" | "decision">;

const BOOKS = 250;
const START = Date.UTC(2026, 2, 28, 22, 50);
const AT_ONCE = 3;
const styles: readonly Style[] = ["one by one", "pipelined", "side by side"];
const books = new Map<number, PolicyBook>();

function bookOf(seed: number): PolicyBook {
  const number = seed % BOOKS;
  const known = books.get(number) ?? bookOfSeed(number);
  books.set(number, known);
  return known;
}

function principalsOf(seed: number): { tenantId: string; runner: Principal; releaser: Principal } {
  const tenantId = idOf(0xaaaa, seed % BOOKS, 0);
  const permissions = new Set<never>();
  const runner: Principal = { kind: "key", tenantId, keyId: idOf(0xbbbb, seed, 0), agentIds: null, permissions };
  const releaser: Principal = {
    kind: "user",
    tenantId,
    userId: idOf(0xcccc, seed, 0),
    sessionId: "s",
    role: "admin",
    permissions,
  };
  return { tenantId, runner, releaser };
}

function storeOf(seed: number): SimulatedStore {
  return new SimulatedStore(principalsOf(seed).tenantId, bookOf(seed));
}

function start(seed: number, store: SimulatedStore, { at, number }: { at: Date; number: number }): Started {
  const { tenantId, runner } = principalsOf(seed);
  // Every other run is of one agent, so that they share a scope and a kill of one can freeze the others.
  const agentId = number % 2 === 0 ? "invoice-bot" : `bot-${number}`;
  const runId = idOf(4, seed, number);
  const started = startedRun({ tenantId, book: store.book, runId, agentId, principal: runner, at });
  store.add(started);
  return started;
}

/** Plays the tenant of that number for at least `events` deliveries. Throws at the first answer or book that is wrong. */
export function simulate(seed: number, events: number, naming: Naming): Simulation {
  const dice = diceOf(seed);
  const expectations = new Expectations();
  const simulation: Simulation = {
    seed,
    store: storeOf(seed),
    started: [],
    decided: [],
    events: 0,
    outcomes: new Map(),
  };
  // Most networks only echo, over and over; one in ten lets the runners get on.
  const isLively = seed % 20 === 0 || seed % 20 === 11;
  const [echoes, most] = isLively ? [0, 4] : [9, 16];
  let clients: SimulatedClient[] = [];
  let wire: Packet[] = [];
  let clock = START;
  while (simulation.events < events) {
    clock = ticked(dice, clock);
    const isDone = !isLively && simulation.decided.length > 9;
    if (!isDone) clients = clients.filter((client) => !client.isOver || !dice.oneIn(6));
    if (clients.length < AT_ONCE && !isDone) clients.push(joined(simulation, { dice, naming, at: new Date(clock) }));
    for (const client of clients) for (const op of client.speak({ echoes, isDone })) wire.push({ op, client });
    // The oldest copies are lost first.
    wire = wire.slice(-40);
    const batch = Array.from({ length: Math.min(wire.length, dice.between(1, most)) }, () =>
      wire.splice(dice.below(wire.length), 1),
    ).flat();
    if (dice.oneIn(6)) batch.push({ op: sweepOf(dice.pick(clients).ids.runId), client: null });
    if (batch.length > 0) play(batch, { simulation, expectations, naming, clock: new Date(clock) });
  }
  return simulation;
}

type Packet = { op: Op; client: SimulatedClient | null };

function joined(
  simulation: Simulation,
  { dice, naming, at }: { dice: Dice; naming: Naming; at: Date },
): SimulatedClient {
  const { seed, store, started, decided } = simulation;
  const number = started.length;
  const name = `start ${number}`;
  naming(name);
  started.push(start(seed, store, { at, number }));
  decided.push({ item: number, at, name });
  const { runner, releaser } = principalsOf(seed);
  return new SimulatedClient(
    { runId: idOf(4, seed, number), seed, at: number, runner, releaser },
    dice.pick(styles),
    dice,
  );
}

type Playing = { simulation: Simulation; expectations: Expectations; naming: Naming; clock: Date };

/** One batch: read once, decided item by item, written once. */
function play(batch: readonly Packet[], playing: Playing): void {
  const { simulation, clock } = playing;
  const world = simulation.store.load(
    batch.map(({ op }) => op.item),
    clock,
  );
  for (const { op, client } of batch) {
    const told = deliver(world, op.item, playing);
    client?.hear(op, replyOf(world, op.item, told));
    simulation.events += 1;
  }
  simulation.store.commit(world);
  for (const id of world.changed) balance(simulation.store, id);
}

/**
 * The same decided posts, each once, one after the other, at the instants they were decided: delivery in order. `altered`
 * may say something else in a post's place.
 */
export function inOrder({ seed, decided }: Simulation, naming: Naming, altered?: (item: Item) => Item): SimulatedStore {
  const store = storeOf(seed);
  for (const { item, at, name } of decided) {
    naming(name);
    if (typeof item === "number") {
      start(seed, store, { at, number: item });
      continue;
    }
    const post = altered?.(item) ?? item;
    const world = store.load([post], at);
    const { change } = store.decide(world, post);
    if (change !== null) enter(world, change);
    store.commit(world);
  }
  return store;
}

// Mostly seconds; now and then a minute or ten, midnight's hour, or an hour back.
function ticked(dice: Dice, clock: number): number {
  if (dice.oneIn(40)) return clock + dice.pick([61_000, 301_000, 600_000, -3_600_000, -400]);
  return clock + dice.below(1_500);
}

function sweepOf(runId: string): Op {
  return { item: { kind: "sweep", runId }, key: "sweep", isAdmission: false, index: null };
}

function deliver(world: World, item: Item, { simulation, expectations, naming }: Playing): Told {
  const name = `event ${simulation.events}`;
  const expected = expectations.of(world, item);
  naming(name);
  const { outcome, told } = attempt(simulation.store, world, item);
  if (outcome?.change != null) {
    enter(world, outcome.change);
    simulation.decided.push({ item, at: world.now, name });
  }
  expectations.check(expected, item, {
    told,
    isDecided: outcome?.change != null,
    run: world.runs.get(item.runId) ?? null,
  });
  const kind = told.replayed ? "replayed" : (told.slug ?? `${item.kind} answered`);
  simulation.outcomes.set(kind, (simulation.outcomes.get(kind) ?? 0) + 1);
  return told;
}

function attempt(store: SimulatedStore, world: World, item: Item): { outcome: Outcome | null; told: Told } {
  try {
    const outcome = store.decide(world, item);
    if ("problem" in outcome.answer) return { outcome, told: problemTold(outcome.answer.problem) };
    const { status, bytes, replayed = false } = outcome.answer;
    const said = item.kind === "step" && !replayed ? (JSON.parse(bytes.toString("utf8")) as Said) : null;
    return { outcome, told: { status, slug: null, bytes, replayed, said } };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { outcome: null, told: problemTold(error) };
  }
}

function problemTold(problem: Problem): Told {
  return { status: problem.definition.status, slug: problem.definition.slug, bytes: null, replayed: false, said: null };
}

function replyOf(world: World, item: Item, { status, slug, said }: Told): Reply {
  const run = world.runs.get(item.runId);
  const of = { action: said?.decision.action ?? null, enforcement: said?.decision.enforcement ?? null };
  const isLive = run?.completedAt === null;
  return { status, slug, ...of, index: said?.step_index ?? null, isLive, isPaused: run?.status === "paused" };
}
