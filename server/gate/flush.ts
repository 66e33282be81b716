// Writes a batch's effects. Without an incident or a refusal everything goes out in one pipelined round with the COMMIT.

import { recordPayloads } from "@/db/schema/activity";
import { auditLogs, outbox } from "@/db/schema/audit";
import { costRecords, policyEnforcements, preventionRecords, thresholdSignals } from "@/db/schema/enforcement";
import { leafSources } from "@/db/schema/transparency";
import { openIncident } from "@/server/incidents/open";
import { auditSourceRow } from "@/server/platform/audit/leaf-sources";
import { bulkInsert, sendBulk, sendTogether } from "@/server/platform/db/bulk";
import type { TenantDb, TenantTable } from "@/server/platform/db/tenant-db";
import type { Effects } from "./effects";
import { sendCounters } from "./flush-counters";
import { flushFreezes } from "./flush-freezes";
import { flushRefusals } from "./flush-refusals";
import type { RunRow } from "./rows";
import type { World } from "./world";
import { INSERT_RECORDS, stateColumns, TAKE_STEPS, UPDATE_RUNS, UPDATE_TRACES, UPSERT_STEPS } from "./write-statements";

/** As `send`; resolves when the database has taken everything. */
export async function flush(db: TenantDb, world: World): Promise<void> {
  await Promise.all(await send(db, world));
}

/**
 * Sends everything and returns what is on its way, for COMMIT to follow at once. The run's end stands before its incident,
 * the incident before the trace that names it, and cost, signals and news follow (brief §5.2), all in one transaction.
 */
export async function send(db: TenantDb, world: World): Promise<Promise<unknown>[]> {
  const { effects } = world;
  const changed = [...world.changed].flatMap((runId) => world.runs.get(runId) ?? []);
  const isProgress =
    effects.steps.size > 0 && effects.incidents.length === 0 && changed.every((run) => goesOn(world, run));
  const sent = isProgress ? [sendSteps(db, changed, effects)] : await sendChanges(db, changed, effects);
  sent.push(...sendNews(db, effects), ...sendCounters(db, world).map(sending));
  if (effects.refusals.length + effects.freezes.length > 0) {
    await Promise.all(sent.splice(0));
    await flushRefusals(db, effects);
    await flushFreezes(db, effects);
  }
  return sent;
}

/** Whether nothing happened to the run but progress. */
function goesOn(world: World, run: RunRow): boolean {
  const found = world.found.get(run.runId);
  return found !== undefined && stateColumns.every((column) => found[column] === run[column]);
}

function sendSteps(db: TenantDb, changed: readonly RunRow[], effects: Effects): Promise<unknown> {
  const { records, payloads, costs } = effects;
  return sending(
    sendTogether(db, TAKE_STEPS, { runs: changed, records, payloads, steps: [...effects.steps.values()], costs }),
  );
}

async function sendChanges(db: TenantDb, changed: readonly RunRow[], effects: Effects): Promise<Promise<unknown>[]> {
  const sent: Promise<unknown>[] = [];
  if (changed.length > 0) sent.push(sending(sendBulk(db, UPDATE_RUNS, changed)));
  if (effects.incidents.length > 0) {
    await Promise.all(sent.splice(0));
    await openIncidents(db, effects);
  }
  if (effects.records.length > 0) sent.push(sending(sendBulk(db, INSERT_RECORDS, effects.records)));
  sent.push(...inserting(db, recordPayloads, effects.payloads));
  if (effects.steps.size > 0) sent.push(sending(sendBulk(db, UPSERT_STEPS, [...effects.steps.values()])));
  if (effects.traceEnds.length > 0) sent.push(sending(sendBulk(db, UPDATE_TRACES, effects.traceEnds)));
  sent.push(...inserting(db, costRecords, effects.costs));
  return sent;
}

function sendNews(db: TenantDb, effects: Effects): Promise<unknown>[] {
  const audits = effects.audits.map((row) => auditSourceRow(db.tenantId, row));
  return [
    ...inserting(db, policyEnforcements, effects.enforcements),
    ...inserting(db, preventionRecords, effects.preventions),
    ...inserting(db, thresholdSignals, effects.signals),
    ...inserting(db, auditLogs, effects.audits),
    ...inserting(db, outbox, effects.outbox),
    ...inserting(db, leafSources, [...effects.leaves, ...audits]),
  ];
}

function inserting<T extends TenantTable>(db: TenantDb, table: T, rows: readonly T["$inferSelect"][]) {
  return rows.length === 0 ? [] : [sending(bulkInsert(db, table, rows))];
}

async function openIncidents(db: TenantDb, effects: Effects): Promise<void> {
  for (const { facts, principal, incidentId } of effects.incidents) {
    const opened = await openIncident(db.actingAs(principal), facts);
    // The run's memory names every incident it opened, so another id means that somebody wrote past the gate.
    if (opened.incident_id !== incidentId) throw new Error("the run has an incident its row does not know");
  }
}

// postgres.js sends a query when it is first awaited; this sends it now, behind those before it.
function sending<T>(query: PromiseLike<T> & { execute(): unknown }): Promise<T> {
  query.execute();
  return Promise.resolve(query);
}
