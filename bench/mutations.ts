// C1 in full number: somebody with the database in hand changes one value of one row of the evidence, past every trigger, and
// verification is asked. Whatever it does not find is missed.

import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startServer } from "@/bench/children";
import type { BenchDatabase } from "@/bench/database";
import { makeStoppedRun } from "@/bench/stopped-run";
import { verifyRunById } from "@/server/activity/verify-run";
import { exportEvidence, getExport } from "@/server/exports/contract";
import { checkIntegrity } from "@/server/logs/audit-integrity";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { client } from "@/server/platform/http/client";
import { noteKeys } from "@/server/transparency/keys";
import { signCheckpoint } from "@/server/transparency/sequencer";

/** `refused`: values that the database did not take; another was tried. `broken`: verification ended in an error. */
export type MutationResults = {
  mutations: number;
  refused: number;
  columns: number;
  faults: string[];
  broken: string[];
};

const MUTATIONS = 10_000;
const TRIAL_MUTATIONS = 200;
const SETTLE_MS = 3_000;

type World = { tenantId: string; runId: string };
type Place = { table: string; column: string; type: string };
type Check = (world: World) => Promise<boolean>;

/** Tables by what is asked about them, and the columns that no hash covers: see docs/evidence-format.md. */
const watched: readonly { check: Check; tables: Readonly<Record<string, readonly string[]>> }[] = [
  {
    check: runHolds,
    tables: {
      runs: [
        ...["last_seen_at", "last_at", "due_at", "paused_at", "paused_ms", "memory"],
        ...["request_hash", "answer_status", "answer", "end_request_hash", "end_answer"],
      ],
      traces: ["archived_at"],
      trace_records: [],
      steps: ["reservations", "lapses_at"],
      policy_snapshots: [],
    },
  },
  {
    check: logHolds,
    tables: {
      incidents: [],
      // When and by whom: that is in the audit entry of the deed.
      policy_rules: [
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "retired_by",
        "retired_at",
        "retirement_reason",
      ],
      export_bundles: ["progress", "stage", "failure", "lease_until", "attempts"],
      audit_logs: [],
      audit_chain: [],
      log_leaves: ["appended_at"],
      log_nodes: [],
      log_states: [],
      checkpoints: ["id"],
    },
  },
];

/** Random changes, one at a time, each undone before the next. */
export async function benchMutations(database: BenchDatabase, isTrial: boolean): Promise<MutationResults> {
  const mutations = isTrial ? TRIAL_MUTATIONS : MUTATIONS;
  const world = await storyOf(database);
  for (const { check } of watched) if (!(await check(world))) throw new Error("what nobody touched does not hold");
  const places: (Place & { check: Check })[] = [];
  for (const { check, tables } of watched) {
    for (const [table, not] of Object.entries(tables)) {
      for (const place of await columnsOf(table)) if (!not.includes(place.column)) places.push({ ...place, check });
    }
  }
  const [faults, broken]: [string[], string[]] = [[], []];
  let refused = 0;
  for (let done = 0; done < mutations; ) {
    const place = places[randomInt(places.length)];
    if (place === undefined) throw new Error("nothing to change");
    const outcome = await mutate(world, place);
    if (outcome === "refused") refused += 1;
    if (outcome === "refused" || outcome === "nothing") continue;
    done += 1;
    if (outcome.startsWith("broke off")) broken.push(outcome);
    else if (outcome !== "found") faults.push(outcome);
    if (done % 1_000 === 0) console.info(`  ${done} changes, ${faults.length} missed`);
  }
  for (const { check } of watched) if (!(await check(world))) faults.push("what was put back does not hold");
  return { mutations, refused, columns: places.length, faults, broken };
}

/** A run that the gate stopped, its incident and its bundle. */
async function storyOf(database: BenchDatabase): Promise<World> {
  await promisify(execFile)(process.execPath, ["scripts/workers.mjs", "make-bundle"]);
  const server = await startServer(database, "product");
  try {
    const { key, incidentId } = await makeStoppedRun(server.port, 4);
    const api = client({ origin: `http://127.0.0.1:${server.port}`, headers: { authorization: `Bearer ${key}` } });
    const { bundle_id } = await api.call(exportEvidence, {
      params: { incident_id: incidentId },
      body: { format: "csv" },
    });
    while ((await api.call(getExport, { params: { bundle_id } })).entity.status === "generating") await sleep(200);
    const [run] = await inspect()<{ tenant_id: string; run_id: string }[]>`
      select tenant_id, run_id from runs where incident_id = ${incidentId}`;
    if (run === undefined) throw new Error("the incident has no run");
    await signCheckpoint(run.tenant_id);
    // What is done in the background for it is done by then.
    await sleep(SETTLE_MS);
    return { tenantId: run.tenant_id, runId: run.run_id };
  } finally {
    server.close();
  }
}

async function runHolds({ tenantId, runId }: World): Promise<boolean> {
  const keys = await noteKeys(tenantId);
  const found = await asTenant(systemPrincipal(tenantId, "bench"), (db) => verifyRunById(db, runId, keys), {
    isSnapshot: true,
  });
  return found?.verified === true;
}

async function logHolds({ tenantId }: World): Promise<boolean> {
  return (await checkIntegrity(systemPrincipal(tenantId, "bench"), {})).status === "verified";
}

async function columnsOf(table: string): Promise<Place[]> {
  const rows = await inspect()<{ name: string; type: string }[]>`
    select column_name::text as name, data_type::text as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table} order by 1`;
  return rows.map(({ name, type }) => ({ table, column: name, type }));
}

/** What came of it: found, refused by the database, nothing to change, or the place that was missed. */
async function mutate(world: World, { table, column, type, check }: Place & { check: Check }): Promise<string> {
  const rows = await inspect().unsafe<{ place: string; value: string | null }[]>(
    `select ctid::text as place, ${column}::text as value from ${table} where tenant_id = $1${ofRun(table)}`,
    ofRun(table) === "" ? [world.tenantId] : [world.tenantId, world.runId],
  );
  const row = rows[randomInt(Math.max(1, rows.length))];
  if (row === undefined) return "nothing";
  const other = changed(row.value, type);
  if (other === null || other === row.value) return "nothing";
  const put = await update({ table, column, type, place: row.place, value: other });
  if (put === null) return "refused";
  // A verification that breaks off over the change has not called it good.
  const holds = await check(world).catch((error: unknown) => String(error));
  if ((await update({ table, column, type, place: put, value: row.value })) === null) {
    throw new Error(`${table}.${column} cannot be put back`);
  }
  if (typeof holds === "string") return `broke off: ${table}.${column}: ${holds}`;
  return holds ? `${table}.${column}: ${row.value} became ${other}` : "found";
}

/** Only the run that is asked about. */
function ofRun(table: string): string {
  return ["runs", "traces", "trace_records", "steps", "policy_snapshots"].includes(table) ? " and run_id = $2" : "";
}

type Update = { table: string; column: string; type: string; place: string; value: string | null };

/** The row's new place; null when the database refuses the value. */
async function update({ table, column, type, place, value }: Update): Promise<string | null> {
  try {
    return await inspect().begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      const text = `update ${table} set ${column} = $1::text::${type} where ctid = $2::text::tid returning ctid::text as place`;
      const [row] = await sql.unsafe<{ place: string }[]>(text, [value, place]);
      return row?.place ?? null;
    });
  } catch (error) {
    // Check constraints and keys stand even against a superuser.
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
}

/** One bit or one value of it is another; null when there is no such value. */
function changed(value: string | null, type: string): string | null {
  if (value === null) return emptyOf(type);
  switch (type) {
    case "boolean":
      return value === "true" ? "false" : "true";
    case "integer":
    case "bigint":
      return String(BigInt(value) ^ (1n << BigInt(randomInt(24))));
    case "numeric":
      return `${value}1`;
    case "uuid":
      return withHexDigit(value, 0);
    case "bytea":
      return withHexDigit(value, 2);
    case "timestamp with time zone":
      return new Date(new Date(value).getTime() + 2 ** randomInt(20)).toISOString();
    case "jsonb":
      return JSON.stringify(withOtherLeaf(JSON.parse(value)));
    case "text":
      return withOtherSign(value);
    default:
      return null;
  }
}

function emptyOf(type: string): string | null {
  const values: Record<string, string> = {
    ...{ boolean: "false", integer: "0", bigint: "0", text: "x", bytea: "\\x00", jsonb: "{}" },
    ...{ uuid: "0197d000-0000-7000-8000-00000000dead", "timestamp with time zone": "2026-01-01T00:00:00Z" },
  };
  return values[type] ?? null;
}

/** One bit of one hex digit from there on. */
function withHexDigit(text: string, from: number): string | null {
  if (text.length <= from) return `${text}00`;
  const at = from + randomInt(text.length - from);
  const digit = Number.parseInt(text[at] ?? "", 16);
  if (Number.isNaN(digit)) return null;
  return text.slice(0, at) + (digit ^ (1 << randomInt(4))).toString(16) + text.slice(at + 1);
}

function withOtherSign(text: string): string {
  if (text === "") return "x";
  const at = randomInt(text.length);
  const code = text.charCodeAt(at) ^ (1 << randomInt(5));
  return code < 32 || code > 126 ? `${text}x` : text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
}

function withOtherLeaf(value: unknown): unknown {
  if (typeof value === "string") return withOtherSign(value);
  if (typeof value === "number") return Number.isInteger(value) ? value ^ (1 << randomInt(16)) : value + 1;
  if (typeof value === "boolean") return !value;
  if (value === null) return 0;
  const entries = Object.entries(Object(value));
  if (entries.length === 0) return Array.isArray(value) ? [1] : { x: 1 };
  const at = randomInt(entries.length);
  const others = entries.map(([name, member], n) => [name, n === at ? withOtherLeaf(member) : member] as const);
  return Array.isArray(value) ? others.map(([, member]) => member) : Object.fromEntries(others);
}
