// The export of a very long run over HTTP, from the request to the last byte of the download: what it takes of the server's
// memory, and what is left of the gate meanwhile.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { BenchDatabase } from "@/bench/database";
import { manyRuns } from "@/bench/gate-bench";
import { type LongRun, makeLongRun } from "@/bench/long-run";
import { temporary } from "@/bench/surroundings";
import { openTestBed, type Side, type TestBed } from "@/bench/test-bed";
import { median } from "@/bench/workload";
import { exportEvidence, getExport } from "@/server/exports/contract";
import { client } from "@/server/platform/http/client";
import { keyHistory } from "@/server/transparency/keys";

export type Rate = Pick<Side, "perSecond" | "p50" | "p99">;
export type ExportRow = {
  steps: number;
  format: "json" | "csv";
  /** Until the file is ready, and until it is taken. */
  seconds: number;
  downloadSeconds: number;
  fileBytes: number;
  /** The most of the whole server process, its threads included, with the same posts: without the export, and with it. */
  aloneBytes: number;
  besideBytes: number;
  clients: number;
  alone: Rate;
  beside: Rate;
  /** Of the stand-alone verifier on the file; null for a table. */
  verifySeconds: number | null;
};

const STEPS = 1_000_000;
const TRIAL_STEPS = 51_000;
const CLIENTS = 4;
const WARM_MS = 8_000;
const ROUND_MS = 2_000;
/** The gate's own garbage comes and goes: its peak takes a while. */
const ROUNDS_BEFORE = 15;
const ROUNDS_AFTER = 5;
/** Between two rounds beside a long export, which would take hours if nobody ever paused. */
const PAUSE_MS = 6_000;
const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 3_600_000;
const VERIFIER = join("bin", "holdpoint-verify.mjs");

export async function benchExport(database: BenchDatabase, isTrial: boolean): Promise<ExportRow[]> {
  await promisify(execFile)(process.execPath, ["scripts/workers.mjs", "make-bundle"]);
  const from = performance.now();
  const run = await makeLongRun(database, isTrial ? TRIAL_STEPS : STEPS);
  console.info(`  a run of ${run.steps} steps made in ${secondsSince(from).toFixed(0)} s`);
  const rows: ExportRow[] = [];
  const pauseMs = isTrial ? 0 : PAUSE_MS;
  for (const format of ["json", "csv"] as const) rows.push(await exportBesideGate(database, run, { format, pauseMs }));
  return rows;
}

type How = { format: "json" | "csv"; pauseMs: number };

async function exportBesideGate(database: BenchDatabase, run: LongRun, { format, pauseMs }: How): Promise<ExportRow> {
  const bed = await openTestBed(database, "product");
  const path = temporary(`export.${format}`);
  try {
    const lanes = manyRuns(bed.steps, CLIENTS);
    const rounds = async (count: number) => {
      const sides: Side[] = [];
      for (let round = 0; round < count; round += 1) sides.push(await bed.measure(lanes, { durationMs: ROUND_MS }));
      return sides;
    };
    await bed.measure(lanes, { durationMs: WARM_MS });
    await bed.server.usage("usage from now");
    const before = await rounds(ROUNDS_BEFORE);
    const { peak: aloneBytes } = await bed.server.usage("usage from now");
    const { made, sides } = await meanwhile(bed, {
      ...{ lanes, pauseMs },
      work: () => take(bed.server.port, run, { format, path }),
    });
    const { peak: besideBytes } = await bed.server.usage();
    const alone = rateOf([...before, ...(await rounds(ROUNDS_AFTER))]);
    const row = { ...{ steps: run.steps, format, ...made, aloneBytes, besideBytes }, clients: CLIENTS };
    const verifySeconds = format === "json" ? await verified(path, run.steps) : null;
    const whole = { ...row, alone, beside: rateOf(sides), verifySeconds };
    console.info(`  ${spoken(whole)}`);
    return whole;
  } finally {
    bed.close();
    rmSync(path, { force: true });
  }
}

type Meanwhile<T> = { lanes: ReturnType<typeof manyRuns>; pauseMs: number; work: () => Promise<T> };

/** Rounds of the gate while it works: those that it worked in from beginning to end. */
async function meanwhile<T>(bed: TestBed, { lanes, pauseMs, work }: Meanwhile<T>): Promise<{ made: T; sides: Side[] }> {
  let isWorking = true;
  const working = work().finally(() => {
    isWorking = false;
  });
  // It is awaited below; a failure in between must not end the process.
  working.catch(() => undefined);
  const sides: Side[] = [];
  while (isWorking) {
    const side = await bed.measure(lanes, { durationMs: ROUND_MS });
    if (isWorking || sides.length === 0) sides.push(side);
    await Promise.race([working, sleep(pauseMs)]);
  }
  return { made: await working, sides };
}

/** Asks for the bundle, waits for it and takes it. Throws unless its bytes are those that its digest says. */
async function take(port: number, run: LongRun, { format, path }: { format: "json" | "csv"; path: string }) {
  const origin = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${run.key}` };
  const api = client({ origin, headers });
  const from = performance.now();
  const { bundle_id } = await api.call(exportEvidence, { params: { incident_id: run.incidentId }, body: { format } });
  for (;;) {
    const { entity } = await api.call(getExport, { params: { bundle_id } });
    if (entity.status === "ready") break;
    if (entity.status === "failed" || performance.now() - from > PATIENCE_MS || (entity.failure ?? "") !== "") {
      throw new Error(`${format} is ${entity.status}: ${entity.failure}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  const seconds = secondsSince(from);
  const begun = performance.now();
  const fileBytes = await download(`${origin}/api/v1/exports/${bundle_id}/download`, headers, path);
  return { seconds, downloadSeconds: secondsSince(begun), fileBytes };
}

async function download(address: string, headers: Record<string, string>, path: string): Promise<number> {
  const response = await fetch(address, { headers });
  if (response.status !== 200 || response.body === null) throw new Error(`the download answered ${response.status}`);
  const hash = createHash("sha256");
  let size = 0;
  const counted = async function* (pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  };
  await pipeline(counted(response.body), createWriteStream(path));
  const digest = `sha-256=:${hash.digest("base64")}:`;
  if (response.headers.get("repr-digest") !== digest) throw new Error("the bytes are not those of the digest");
  return size;
}

/** Seconds of the stand-alone verifier. Throws when it does not hold, or was not signed by this server. */
async function verified(path: string, steps: number): Promise<number> {
  const keys = (await keyHistory()).flatMap(({ public_key }) => ["--key", public_key]);
  const from = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [VERIFIER, path, ...keys]);
  const seconds = secondsSince(from);
  if (!stdout.includes(`${steps + 3} records, each hashed`)) throw new Error(`the verifier said: ${stdout}`);
  return seconds;
}

function rateOf(sides: readonly Side[]): Rate {
  return {
    perSecond: Math.round(sides.reduce((sum, side) => sum + side.perSecond, 0) / sides.length),
    p50: median(sides.map((side) => side.p50)),
    p99: median(sides.map((side) => side.p99)),
  };
}

function secondsSince(from: number): number {
  return (performance.now() - from) / 1000;
}

function spoken(row: ExportRow): string {
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  const gate = `p99 ${row.alone.p99.toFixed(1)} → ${row.beside.p99.toFixed(1)} ms`;
  const times = `${row.seconds.toFixed(1)} s and ${row.downloadSeconds.toFixed(1)} s`;
  const check = row.verifySeconds === null ? "" : `, verified in ${row.verifySeconds.toFixed(1)} s`;
  return `${row.format} of ${row.steps} steps: ${times}, ${mib(row.aloneBytes)} → ${mib(row.besideBytes)} MiB, a file of ${mib(row.fileBytes)} MiB, gate ${gate}${check}`;
}
