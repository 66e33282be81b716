// How fast the console's reads are on a large tenant, over HTTP, one client at a time, and how PostgreSQL answers each of
// their statements.

import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { startServer } from "@/bench/children";
import { type Read, readsOf } from "@/bench/console-reads";
import type { BenchDatabase } from "@/bench/database";
import { explainReads } from "@/bench/explain-reads";
import { percentile } from "@/bench/workload";
import { fillTenant } from "@/scripts/large-tenant";
import { SESSION_COOKIE } from "@/server/platform/auth/session-cookie";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { authSecret } from "@/server/platform/env/secrets";

/** Milliseconds; the fastest one is nearest to what it costs on a machine that has other things to do. */
export type ReadRow = Read & { fastest: number; p50: number; p95: number; bytes: number };
export type ListResults = { rows: ReadRow[]; runs: number; steps: number; fillSeconds: number };

const RUNS = 100_000;
const TRIAL_RUNS = 20_000;
const WARM = 3;
const ROUNDS = 20;
/** Of reads that are not held to a line. */
const FEW_ROUNDS = 5;

/** Writes bench/explain too. */
export async function benchLists(database: BenchDatabase, isTrial: boolean): Promise<ListResults> {
  const runs = isTrial ? TRIAL_RUNS : RUNS;
  const tenant = await mintTenant();
  const begun = performance.now();
  await fillTenant(tenant.tenantId, runs, (done) => {
    if (done % 10_000 === 0) console.info(`  ${done} runs made`);
  });
  const fillSeconds = (performance.now() - begun) / 1_000;
  await inspect()`vacuum (analyze)`;
  const [counted] = await inspect()<{ n: number }[]>`
    select count(*)::int as n from steps where tenant_id = ${tenant.tenantId}`;
  const headers = await signIn(tenant);
  const reads = await readsOf(tenant.tenantId);
  const server = await startServer(database, "console");
  const rows: ReadRow[] = [];
  try {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const read of reads) rows.push(await measure(read, (one) => ask(agent, server.port, { read: one, headers })));
    agent.destroy();
  } finally {
    server.close();
  }
  await explainReads(database.url, tenant.tenantId, reads);
  return { rows, runs, steps: counted?.n ?? 0, fillSeconds };
}

/** A session of the tenant's owner, who may read everything. */
async function signIn({ tenantId, userId }: MintedTenant): Promise<Record<string, string>> {
  const token = randomBytes(24).toString("base64url");
  await inspect()`
    insert into sessions (id, user_id, token, active_tenant_id, expires_at)
    values (${randomUUID()}, ${userId}, ${token}, ${tenantId}, clock_timestamp() + interval '6 hours')`;
  const signature = createHmac("sha256", authSecret()).update(token).digest("base64");
  return { cookie: `${SESSION_COOKIE}=${encodeURIComponent(`${token}.${signature}`)}` };
}

async function measure(read: Read, send: (read: Read) => Promise<number>): Promise<ReadRow> {
  let bytes = 0;
  for (let n = 0; n < WARM; n += 1) bytes = await send(read);
  const times: number[] = [];
  const rounds = read.isHeld ? ROUNDS : FEW_ROUNDS;
  for (let n = 0; n < rounds; n += 1) {
    const from = performance.now();
    await send(read);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  const row = { ...read, fastest: times[0] ?? 0, p50: percentile(times, 0.5), p95: percentile(times, 0.95), bytes };
  console.info(`  ${row.p95.toFixed(1).padStart(7)} ms  ${read.name}`);
  return row;
}

type Asked = { read: Read; headers: Readonly<Record<string, string>> };

/** The answer's length. Rejects when it is no 200. */
function ask(agent: Agent, port: number, { read, headers }: Asked): Promise<number> {
  const body = read.body === undefined ? null : JSON.stringify(read.body);
  const origin = { origin: `http://127.0.0.1:${port}`, "content-type": "application/json" };
  const options = { host: "127.0.0.1", port, path: read.path, agent, method: body === null ? "GET" : "POST" };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, headers: { ...headers, ...(body === null ? {} : origin) } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        const whole = Buffer.concat(parts);
        if (answer.statusCode === 200) resolve(whole.length);
        else reject(new Error(`${read.path} answered ${answer.statusCode}: ${whole.toString("utf8").slice(0, 500)}`));
      });
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body ?? undefined);
  });
}
