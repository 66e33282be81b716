// The stand-alone verifier on a long bundle, in a process of its own, against SHA-256 over the same bytes: every byte has
// to be hashed at least once, so nothing that checks the file can be faster.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { tellingPeak } from "@/bench/peak-memory.mjs";
import { temporary } from "@/bench/surroundings";
import { median } from "@/bench/workload";
import { FIRST_KEY } from "@/server/evidence/testing/example-log";
import { longBundle } from "@/server/evidence/testing/long-bundle";

export type VerifyResults = {
  records: number;
  fileBytes: number;
  /** The process's, from its start to its end. */
  seconds: number;
  peakBytes: number;
  floorSeconds: number;
};

const RECORDS = 1_000_000;
const TRIAL_RECORDS = 20_000;
const ROUNDS = 3;
const VERIFIER = join("bin", "holdpoint-verify.mjs");
const PEAK = pathToFileURL(resolve("bench", "peak-memory.mjs")).href;

/** Rounds of both take turns, and medians are kept; of the peaks the highest. */
export async function benchVerify(isTrial: boolean): Promise<VerifyResults> {
  const records = isTrial ? TRIAL_RECORDS : RECORDS;
  const path = temporary("long.jsonl");
  try {
    await pipeline(Readable.from(longBundle(records)), createWriteStream(path));
    const [own, floors, peaks]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      floors.push(await secondsOf(() => hashed(path)));
      own.push(await secondsOf(async () => void peaks.push(await verified(path, records))));
    }
    const result = {
      ...{ records, fileBytes: statSync(path).size, seconds: median(own) },
      ...{ peakBytes: Math.max(...peaks), floorSeconds: median(floors) },
    };
    console.info(`  ${records} records: ${result.seconds.toFixed(1)} s | SHA-256 ${result.floorSeconds.toFixed(2)} s`);
    return result;
  } finally {
    rmSync(path, { force: true });
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

async function hashed(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block);
  return hash.digest("hex");
}

/** The peak of the verifier's memory. Throws when it does not find every record in order. */
async function verified(path: string, records: number): Promise<number> {
  const args = ["--import", tellingPeak(PEAK), VERIFIER, path, "--key", FIRST_KEY.entry.public_key];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const [said, told, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  const [, peak] = /^peak (\d+)$/m.exec(told) ?? [];
  if (code !== 0 || peak === undefined || !said.includes(`${records} records, each hashed`)) {
    throw new Error(`the verifier ended with ${code}: ${said}${told}`);
  }
  return Number(peak);
}
