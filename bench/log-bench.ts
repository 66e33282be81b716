// The tenant's log, in this process as in a server: leaves put into it by the batch, and checkpoints signed, against the
// least that a durable row costs: one INSERT, committed by itself, with an index and the hash and nothing else.

import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { v7 as uuidv7 } from "uuid";
import type { BenchDatabase } from "@/bench/database";
import { median } from "@/bench/workload";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { sequenceNow, signCheckpoint } from "@/server/transparency/sequencer";
import { putAudits, putDeeds } from "@/server/transparency/testing/log-world";

/** A second; `floor` by as many connections as `atOnce`. */
export type LogRow = { what: string; atOnce: number; perSecond: number; floor: number };
export type LogResults = { leaves: LogRow[]; checkpoints: LogRow[]; leavesBefore: number };

const ROUNDS = 5;
const LEAVES = 10_000;
const TRIAL_LEAVES = 2_000;
const CHECKPOINTS = 200;
const TRIAL_CHECKPOINTS = 50;
const TENANTS = 50;
const FLOOR_ROWS = 500;
/** Deeds of one transaction. */
const PUT = 1_000;
/** So many tenants a sequencer signs for at a time. */
const AT_A_TIME = 4;

export async function benchLog(database: BenchDatabase, isTrial: boolean): Promise<LogResults> {
  const sql = postgres(database.url, { max: AT_A_TIME, onnotice: () => {} });
  try {
    const [leaves, checkpoints] = isTrial ? [TRIAL_LEAVES, TRIAL_CHECKPOINTS] : [LEAVES, CHECKPOINTS];
    const { tenantId } = await mintTenant();
    const appended = [
      await compare(sql, { what: "deeds", atOnce: 1, round: () => append(tenantId, leaves, putDeeds) }),
      await compare(sql, { what: "audit entries", atOnce: 1, round: () => append(tenantId, leaves, putAudits) }),
    ];
    const { size } = await sequenceNow(tenantId);
    const many: string[] = [];
    for (let n = 0; n < TENANTS; n += 1) many.push((await mintTenant()).tenantId);
    const signed = [
      await compare(sql, { what: "one tenant", atOnce: 1, round: () => signOften([tenantId], checkpoints) }),
      await compare(sql, { what: `${TENANTS} tenants`, atOnce: AT_A_TIME, round: () => signOften(many, checkpoints) }),
    ];
    return { leaves: appended, checkpoints: signed, leavesBefore: size };
  } finally {
    await sql.end();
  }
}

/** `round` gives how many a second it did. */
type Wanted = { what: string; atOnce: number; round: () => Promise<number> };

async function compare(sql: postgres.Sql, { what, atOnce, round }: Wanted): Promise<LogRow> {
  const [own, floors]: [number[], number[]] = [[], []];
  for (let at = 0; at <= ROUNDS; at += 1) {
    const pair = [await round(), await insertSingly(sql, atOnce)] as const;
    // The first round warms both up.
    if (at === 0) continue;
    own.push(pair[0]);
    floors.push(pair[1]);
  }
  const row = { what, atOnce, perSecond: median(own), floor: median(floors) };
  console.info(`  ${what}: ${Math.round(row.perSecond)}/s | floor ${Math.round(row.floor)}/s`);
  return row;
}

type Put = (tenantId: string, count: number) => Promise<unknown>;

/** Only the log's work is timed: what it is asked to put in was committed before. */
async function append(tenantId: string, count: number, put: Put): Promise<number> {
  for (let done = 0; done < count; done += PUT) await put(tenantId, PUT);
  const from = performance.now();
  await sequenceNow(tenantId);
  return count / secondsSince(from);
}

/** Each checkpoint is over one deed more: with nothing new there is nothing to sign. */
async function signOften(tenants: readonly string[], count: number): Promise<number> {
  let seconds = 0;
  for (let done = 0; done < count; done += tenants.length) {
    for (const tenantId of tenants) await putDeeds(tenantId, 1);
    const from = performance.now();
    await eachOf(tenants, AT_A_TIME, signCheckpoint);
    seconds += secondsSince(from);
  }
  return count / seconds;
}

async function insertSingly(sql: postgres.Sql, atOnce: number): Promise<number> {
  const rows = Array.from({ length: FLOOR_ROWS }, () => ({ id: uuidv7(), hash: randomBytes(32) }));
  const from = performance.now();
  await eachOf(rows, atOnce, ({ id, hash }) => sql`insert into bench.leaves (id, hash) values (${id}, ${hash})`);
  return FLOOR_ROWS / secondsSince(from);
}

async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => PromiseLike<unknown>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function secondsSince(from: number): number {
  return (performance.now() - from) / 1000;
}
