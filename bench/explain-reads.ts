// The plans behind the console's reads, into bench/explain: each read is answered once over a connection that writes its
// statements down, and each statement is then explained with the values it had.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import postgres from "postgres";
import type { Read } from "@/bench/console-reads";
import { consoleRegistry } from "@/bench/console-registry";
import { activeStrip, resolvedStrip } from "@/server/overview/incident-strips";
import { latestEvents } from "@/server/overview/latest-events";
import { daysBefore, periodBefore } from "@/server/overview/period";
import { limitsStrip, rulesStrip, violationsStrip } from "@/server/overview/policy-strips";
import { auditStrip, keysStrip } from "@/server/overview/record-strips";
import { completedStrip, liveStrip, recordsStrip } from "@/server/overview/run-strips";
import type { Moment } from "@/server/overview/strip";
import { type Principal, permissions } from "@/server/platform/auth/principal";
import { TenantDb } from "@/server/platform/db/tenant-db";
import { readInput } from "@/server/platform/http/input";

const FOLDER = "bench/explain";

type Statement = { text: string; values: unknown[] };

/** Replaces the folder's files: one for each operation. */
export async function explainReads(url: string, tenantId: string, reads: readonly Read[]): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const principal: Principal = { kind: "system", tenantId, component: "bench", permissions: new Set(permissions) };
  const files = new Map<string, string[]>();
  for (const { name, work } of worksOf(reads, principal)) {
    const plans = await plansOf(url, principal, work);
    const [operation = name] = name.split(" ");
    files.set(operation, [...(files.get(operation) ?? []), `### ${name}\n`, ...plans]);
  }
  for (const [operation, texts] of files) writeFileSync(`${FOLDER}/${operation}.txt`, texts.join("\n"));
}

type Work = { name: string; work(db: TenantDb): Promise<unknown> };

function worksOf(reads: readonly Read[], principal: Principal): Work[] {
  const asked = reads.filter(({ name }) => !name.startsWith("overview."));
  return [...asked.map((read) => workOf(read, principal)), ...strips()];
}

// The overview reads its parts in transactions of its own, so that they are asked for one by one.
function strips(): Work[] {
  const asOf = new Date();
  const period = daysBefore(asOf, 7);
  const moment: Moment = { asOf, period, before: periodBefore(period) };
  const all = {
    liveStrip,
    completedStrip,
    recordsStrip,
    activeStrip,
    resolvedStrip,
    rulesStrip,
    limitsStrip,
    violationsStrip,
    auditStrip,
    keysStrip,
  };
  const each = Object.entries(all).map(([name, strip]) => ({
    name: `overview.summary ${name}`,
    work: (db: TenantDb) => strip(db, moment),
  }));
  return [...each, { name: "overview.highlights latestEvents", work: latestEvents }];
}

/** Answers through the registry's own handler, in the transaction that is given. */
function workOf(read: Read, principal: Principal): Work {
  return {
    name: read.name,
    async work(db) {
      const url = new URL(read.path, "http://bench.local");
      const method = read.body === undefined ? "GET" : "POST";
      const match = consoleRegistry.match(url.pathname);
      const handled = match?.methods.get(method);
      if (!match || !handled) throw new Error(`nothing answers ${method} ${read.path}`);
      const headers = { "content-type": "application/json" };
      const asked = read.body === undefined ? {} : { headers, body: JSON.stringify(read.body) };
      const request = new Request(url, { method, ...asked });
      const { input } = await readInput(handled.endpoint, request, match.params);
      if (handled.endpoint.transaction === "own") return;
      await handled.run({ principal, db, requestId: "bench", request, audit: async () => {} }, input);
    },
  };
}

async function plansOf(url: string, principal: Principal, work: Work["work"]): Promise<string[]> {
  const statements: Statement[] = [];
  let isTaking = false;
  const sql = postgres(url, {
    ...{ max: 1, onnotice: () => {}, prepare: false },
    debug: (_connection, text, values) => {
      if (isTaking) statements.push({ text, values: [...values] });
    },
  });
  try {
    return await sql.begin(async (transaction) => {
      await transaction`select set_config('role', 'holdpoint_app', true), set_config('app.tenant_id', ${principal.tenantId}, true)`;
      isTaking = true;
      await work(new TenantDb(transaction, principal));
      isTaking = false;
      const texts: string[] = [];
      for (const statement of statements) texts.push(await explained(transaction, statement));
      return texts;
    });
  } finally {
    await sql.end();
  }
}

async function explained(sql: postgres.TransactionSql, { text, values }: Statement): Promise<string> {
  const rows = await sql.unsafe(`explain (analyze, buffers) ${text}`, values as never[]);
  const plan = rows.map((row) => String(row["QUERY PLAN"])).join("\n");
  return `${text.replace(/\s+/g, " ").trim()}\n\n${plan}\n`;
}
