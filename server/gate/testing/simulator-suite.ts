// Plays seeds of the simulator and says which of them diverged.

import { verifyRun } from "@/server/evidence/verify";
import { evidenceOf } from "./simulated-run";
import { inOrder, type Naming, type Simulation, simulate } from "./simulation";

export const EVENTS = 200;
/** In both halves together. */
export const SEEDS = 10_000;
const VERIFIED_EVERY = 50;

export type Played = { events: number; verified: number; outcomes: Map<string, number>; diverged: string[] };

/** Stops at the fifth seed that diverged. `SIMULATOR_SEED` plays that seed alone. */
export async function playSeeds(seeds: Iterable<number>, naming: Naming): Promise<Played> {
  const played: Played = { events: 0, verified: 0, outcomes: new Map(), diverged: [] };
  const only = process.env.SIMULATOR_SEED;
  for (const seed of only === undefined ? seeds : [Number(only)]) {
    if (played.diverged.length >= 5) break;
    try {
      await playSeed(seed, played, naming);
    } catch (error) {
      played.diverged.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return played;
}

async function playSeed(seed: number, played: Played, naming: Naming): Promise<void> {
  const simulation = simulate(seed, EVENTS, naming);
  const twin = inOrder(simulation, naming);
  if (twin.image() !== simulation.store.image()) {
    played.diverged.push(`seed ${seed}: the tables differ from those of delivery in order`);
  }
  played.events += simulation.events;
  for (const [kind, count] of simulation.outcomes) played.outcomes.set(kind, (played.outcomes.get(kind) ?? 0) + count);
  if (seed % VERIFIED_EVERY < 2) await verify(seed, simulation, played);
}

async function verify(seed: number, { store, started }: Simulation, played: Played): Promise<void> {
  for (const one of started) {
    const { verified, reason, first_bad_seq } = await verifyRun(evidenceOf(store, one));
    if (!verified) played.diverged.push(`seed ${seed}: run ${one.run.runId} ${reason} at ${first_bad_seq}`);
    played.verified += 1;
  }
}
