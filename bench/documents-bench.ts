// Documents of runs that the gate stopped, asked for over HTTP as anybody would, and what is left of the gate while the
// largest of them are made. Every document is made by a process that has made nothing before, so that its peak is its own.

import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startServer } from "@/bench/children";
import type { BenchDatabase } from "@/bench/database";
import { manyRuns } from "@/bench/gate-bench";
import { makeStoppedRun, type StoppedRun } from "@/bench/stopped-run";
import { openTestBed, type Side, type TestBed } from "@/bench/test-bed";
import { median } from "@/bench/workload";
import { exportDebrief, exportEvidence, exportSoc2, getExport } from "@/server/exports/contract";
import { client } from "@/server/platform/http/client";

/** From the request until the file is there; memory is the whole process's, its threads included, in bytes. */
export type Made = { seconds: number; fileBytes: number; restBytes: number; peakBytes: number };
export type DocumentRow = Made & { steps: number; document: string };
/** The gate's answers while the document is made, and without it just before and after. */
export type BesideRow = DocumentRow & { clients: number; beside: Rate; alone: Rate };
export type Rate = Pick<Side, "perSecond" | "p50" | "p99">;
export type DocumentResults = { rows: DocumentRow[]; beside: BesideRow[] };

const documents = [
  { document: "evidence, PDF", make: exportEvidence, format: "pdf" },
  { document: "evidence, JSON", make: exportEvidence, format: "json" },
  { document: "SOC2, PDF", make: exportSoc2, format: "pdf" },
  { document: "debrief, PDF", make: exportDebrief, format: "pdf" },
] as const;
type Wanted = (typeof documents)[number];

const SIZES = [10, 200, 2_000, 10_000] as const;
const TRIAL_SIZES = [10, 250] as const;
const CLIENTS = 16;
const ROUND_MS = 1_000;
const ROUNDS_ALONE = 5;
const WARM_MS = 8_000;
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 600_000;

export async function benchDocuments(database: BenchDatabase, isTrial: boolean): Promise<DocumentResults> {
  for (const name of ["make-bundle", "pdf"]) {
    await promisify(execFile)(process.execPath, ["scripts/workers.mjs", name]);
  }
  const runs = await makeRuns(database, isTrial ? TRIAL_SIZES : SIZES);
  const rows: DocumentRow[] = [];
  for (const run of runs) for (const wanted of documents) rows.push(await makeAlone(database, run, wanted));
  const beside: BesideRow[] = [];
  for (const run of runs.slice(-1)) {
    for (const wanted of documents) beside.push(await makeBesideGate(database, run, wanted));
  }
  return { rows, beside };
}

async function makeRuns(database: BenchDatabase, sizes: readonly number[]): Promise<StoppedRun[]> {
  const server = await startServer(database, "product");
  try {
    const runs: StoppedRun[] = [];
    for (const steps of sizes) runs.push(await makeStoppedRun(server.port, steps));
    return runs;
  } finally {
    server.close();
  }
}

async function makeAlone(database: BenchDatabase, run: StoppedRun, wanted: Wanted): Promise<DocumentRow> {
  const server = await startServer(database, "product");
  try {
    const { memory: restBytes } = await server.usage();
    const made = await make(server.port, run, wanted);
    const row = { ...made, restBytes, peakBytes: (await server.usage()).peak };
    console.info(`  ${run.steps} steps, ${wanted.document}: ${spoken(row)}`);
    return { ...row, steps: run.steps, document: wanted.document };
  } finally {
    server.close();
  }
}

async function makeBesideGate(database: BenchDatabase, run: StoppedRun, wanted: Wanted): Promise<BesideRow> {
  const bed = await openTestBed(database, "product");
  try {
    const lanes = manyRuns(bed.steps, CLIENTS);
    const rounds = async (count: number) => {
      const sides: Side[] = [];
      for (let round = 0; round < count; round += 1) sides.push(await bed.measure(lanes, { durationMs: ROUND_MS }));
      return sides;
    };
    await bed.measure(lanes, { durationMs: WARM_MS });
    const before = await rounds(ROUNDS_ALONE);
    const { memory: restBytes } = await bed.server.usage();
    const { made, sides } = await whileMaking(bed, () => make(bed.server.port, run, wanted), { lanes });
    const row = { ...made, restBytes, peakBytes: (await bed.server.usage()).peak };
    const alone = rateOf([...before, ...(await rounds(ROUNDS_ALONE))]);
    const beside = rateOf(sides);
    console.info(
      `  ${wanted.document} beside the gate: ${spoken(row)}; ${beside.perSecond} of ${alone.perSecond} steps/s`,
    );
    return { ...row, steps: run.steps, document: wanted.document, clients: CLIENTS, beside, alone };
  } finally {
    bed.close();
  }
}

type Load = { lanes: ReturnType<typeof manyRuns> };

/** Rounds of the gate until the document is there: only those that it was being made in from beginning to end. */
async function whileMaking<T>(
  bed: TestBed,
  work: () => Promise<T>,
  { lanes }: Load,
): Promise<{ made: T; sides: Side[] }> {
  let isMaking = true;
  const making = work().finally(() => {
    isMaking = false;
  });
  // It is awaited below; a failure in between must not end the process.
  making.catch(() => undefined);
  const sides: Side[] = [];
  while (isMaking) {
    const side = await bed.measure(lanes, { durationMs: ROUND_MS });
    // A document that is there before the first round is over leaves nothing better than that round.
    if (isMaking || sides.length === 0) sides.push(side);
  }
  return { made: await making, sides };
}

/** Of its rounds together: a document has quiet and busy stretches, and both are part of it. */
function rateOf(sides: readonly Side[]): Rate {
  return {
    perSecond: Math.round(sides.reduce((sum, side) => sum + side.perSecond, 0) / sides.length),
    p50: median(sides.map((side) => side.p50)),
    p99: median(sides.map((side) => side.p99)),
  };
}

async function make(
  port: number,
  { key, incidentId }: StoppedRun,
  wanted: Wanted,
): Promise<Pick<Made, "seconds" | "fileBytes">> {
  const api = client({ origin: `http://127.0.0.1:${port}`, headers: { authorization: `Bearer ${key}` } });
  const from = performance.now();
  const asked = { params: { incident_id: incidentId }, body: { format: wanted.format } };
  const { bundle_id } = await api.call(wanted.make, asked);
  for (;;) {
    const { entity } = await api.call(getExport, { params: { bundle_id } });
    const seconds = (performance.now() - from) / 1000;
    if (entity.status === "ready") return { seconds, fileBytes: entity.size_bytes ?? Number.NaN };
    if (entity.status === "failed" || seconds * 1000 > PATIENCE_MS) {
      throw new Error(`${wanted.document} is ${entity.status}: ${entity.failure}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function spoken({ seconds, restBytes, peakBytes, fileBytes }: Made): string {
  const [rest, peak] = [restBytes, peakBytes].map((bytes) => Math.round(bytes / 2 ** 20));
  return `${seconds.toFixed(2)} s, ${rest} → ${peak} MiB, a file of ${Math.round(fileBytes / 1024)} KiB`;
}
