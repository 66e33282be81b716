// The gate over HTTP against its floors: rounds of both sides take turns, so that a slow minute of the machine hits both,
// and medians of the rounds are compared.

import type { BenchDatabase } from "@/bench/database";
import { openTestBed, type Side, type TestBed } from "@/bench/test-bed";
import { type Lane, median } from "@/bench/workload";

export type Comparison = { name: string; clients: number; gate: Side; floor: Side };
/** `alone`: what the listener and the clients do without a database, so what no gate behind them can pass. */
export type GateResults = { many: Comparison[]; hot: Comparison[]; cold: Comparison; alone: Alone[] };
export type Alone = { clients: number; side: Side };

const ROUNDS = 3;
const ROUND_MS = 2_500;
/** Until the compiler is done with both sides. */
const WARM_MS = 8_000;
const COLD_RUNS = 63;
const HOT_CLIENTS = 64;
/** A cold run is one that posts now and then. */
const COLD_PAUSE_MS = 250;
const clientCounts = [1, 16, 64] as const;

export async function benchGate(database: BenchDatabase): Promise<GateResults> {
  const bed = await openTestBed(database);
  try {
    return await measureAll(database, bed);
  } finally {
    bed.close();
  }
}

async function measureAll(database: BenchDatabase, bed: TestBed): Promise<GateResults> {
  const { steps, floors } = bed;
  for (const paths of [steps, floors.insert]) await bed.measure(manyRuns(paths, 64), { durationMs: WARM_MS });
  await database.analyze();
  const many: Comparison[] = [];
  for (const clients of clientCounts) {
    const sides = { gate: manyRuns(steps, clients), floor: manyRuns(floors.insert, clients) };
    many.push(await compare(bed, { name: "many runs", clients, ...sides }));
  }
  const hot: Comparison[] = [];
  for (const clients of clientCounts) {
    const sides = { gate: hotRun(steps, clients), floor: hotRun(floors.update, clients) };
    hot.push(await compare(bed, { name: "one hot run", clients, ...sides }));
  }
  const coldRuns = steps.slice(1, COLD_RUNS + 1).map((path) => ({ paths: [path], pauseMs: COLD_PAUSE_MS }));
  const sides = { gate: coldRuns, floor: coldRuns, beside: hotRun(steps, HOT_CLIENTS) };
  const cold = await compare(bed, { name: "cold beside a hot run", clients: COLD_RUNS, ...sides });
  const alone: Alone[] = [];
  for (const clients of clientCounts) alone.push({ clients, side: await measureAlone(bed, clients) });
  return { many, hot, cold, alone };
}

/** Every client goes round runs of its own. */
export function manyRuns(paths: readonly string[], clients: number): Lane[] {
  return Array.from({ length: clients }, (_, client) => ({
    paths: paths.filter((_path, at) => at % clients === client),
    pauseMs: 0,
  }));
}

export function hotRun(paths: readonly string[], clients: number): Lane[] {
  return Array.from({ length: clients }, () => ({ paths: paths.slice(0, 1), pauseMs: 0 }));
}

/** `beside` runs with the gate's side only: there the floor is the same without it. */
type Wanted = { name: string; clients: number; gate: Lane[]; floor: Lane[]; beside?: Lane[] };

async function compare(bed: TestBed, { name, clients, gate, floor, beside = [] }: Wanted): Promise<Comparison> {
  const gates: Side[] = [];
  const floors: Side[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(await bed.measure(floor, { durationMs: ROUND_MS }));
    gates.push(await bed.measure(gate, { durationMs: ROUND_MS, beside }));
  }
  const compared = { name, clients, gate: middle(gates), floor: middle(floors) };
  console.info(`  ${name}, ${clients} clients: ${spoken(compared.gate)} | floor ${spoken(compared.floor)}`);
  return compared;
}

async function measureAlone(bed: TestBed, clients: number): Promise<Side> {
  const sides: Side[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    sides.push(await bed.measure(manyRuns(bed.floors.alone, clients), { durationMs: ROUND_MS }));
  }
  console.info(`  the listener alone, ${clients} clients: ${spoken(middle(sides))}`);
  return middle(sides);
}

function middle(sides: readonly Side[]): Side {
  const of = (name: keyof Side) => median(sides.map((side) => side[name]));
  return {
    perSecond: of("perSecond"),
    p50: of("p50"),
    p99: of("p99"),
    cpuMicros: of("cpuMicros"),
    besidePerSecond: of("besidePerSecond"),
  };
}

export function spoken(side: Side): string {
  const latency = `p50 ${side.p50.toFixed(2)} p99 ${side.p99.toFixed(1)} ms`;
  return `${Math.round(side.perSecond)}/s ${latency} ${Math.round(side.cpuMicros)} µs CPU`;
}
