// What the tests of the read side share: runs as the gate would leave them, and the real request pipeline over the handlers
// of activity and logs alone.

import { v7 as uuidv7 } from "uuid";
import { runs, steps, traceRecords } from "@/db/schema/activity";
import { auditLogs } from "@/db/schema/audit";
import { policyEnforcements, thresholdSignals } from "@/db/schema/enforcement";
import { policySets, policySnapshots } from "@/db/schema/policies";
import { traces } from "@/db/schema/traces";
import { incidentSources, type Role } from "@/db/vocabulary";
import { activityHandlers } from "@/server/activity/handlers";
import type { IncidentRow } from "@/server/evidence/run-evidence";
import type { RunRows } from "@/server/evidence/testing/run-writer";
import { type IncidentFacts, openIncident } from "@/server/incidents/open";
import { logHandlers } from "@/server/logs/handlers";
import { type AuditEntry, auditRow } from "@/server/platform/audit/audit";
import { auditSourceRow, insertLeafSources } from "@/server/platform/audit/leaf-sources";
import { type Principal, rolePermissions, systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant, type NewRow } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { routerOn } from "@/server/platform/http/mount";
import { registryOf } from "@/server/platform/http/registry";
import { defaultGateSettings } from "@/server/policies/settings";

const callers = new Map<string, Principal>();
const route = routerOn(registryOf([...activityHandlers, ...logHandlers]), {
  resolvePrincipal: async (request) => callers.get(request.headers.get("x-caller") ?? "") ?? null,
  takeRate: () => {},
});

export type Row = Record<string, unknown>;
export type Page = {
  items: Row[];
  pagination: { total: number; total_is_lower_bound?: true; page: number | null; next_cursor: string | null };
  filters_applied: Row;
  sort: Row;
};

/** One GET; `path` is below /api/v1. */
export async function get(principal: Principal, path: string): Promise<{ status: number; body: Row }> {
  const caller = uuidv7();
  callers.set(caller, principal);
  const response = await route(new Request(`http://localhost/api/v1${path}`, { headers: { "x-caller": caller } }));
  if (response === null) throw new Error(`nothing at ${path}`);
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** A page of a list, which must answer 200. */
export async function page(principal: Principal, path: string): Promise<Page> {
  const { status, body } = await get(principal, path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
  return body as Page;
}

/** Every item of a list, read by cursor. */
export async function walk(principal: Principal, path: string): Promise<Row[]> {
  const items: Row[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const join = path.includes("?") ? "&" : "?";
    const found: Page = await page(principal, cursor === "" ? path : `${path}${join}cursor=${cursor}`);
    items.push(...found.items);
    cursor = found.pagination.next_cursor;
  }
  return items;
}

export function viewer(tenantId: string, role: Role = "viewer"): Principal {
  return { kind: "user", tenantId, userId: uuidv7(), sessionId: uuidv7(), role, permissions: rolePermissions[role] };
}

const none = Buffer.alloc(32);

export function runRow(over: Partial<NewRow<typeof runs>> = {}): NewRow<typeof runs> {
  const startedAt = over.startedAt ?? new Date("2026-03-01T12:00:00.000Z");
  return {
    ...{ runId: uuidv7(), traceId: uuidv7(), agentId: "invoice-bot", agentVerified: true, tags: { env: "prod" } },
    ...{ startedBy: "key:runner", status: "running", startedAt, lastSeenAt: startedAt, lastAt: startedAt },
    ...{ headHash: none, memory: {}, requestHash: none, answerStatus: 201, answer: none },
    ...over,
  };
}

/** The columns of a run that is over. */
export function ended(
  status: "succeeded" | "failed" | "failed_policy" | "cancelled",
  completedAt: Date,
): Partial<NewRow<typeof runs>> {
  const reason = {
    succeeded: "completed",
    failed: "system_failure",
    failed_policy: "policy_block",
    cancelled: "user_abort",
  };
  return { status, terminationReason: reason[status], completedAt, lastSeenAt: completedAt };
}

/** Runs with their traces, written as the app writes. Gives the run ids. */
export async function putRuns(tenantId: string, rows: readonly NewRow<typeof runs>[]): Promise<string[]> {
  await asTenant(systemPrincipal(tenantId, "test"), async (db) => {
    for (let at = 0; at < rows.length; at += 500) {
      const some = rows.slice(at, at + 500);
      await db.insert(runs, some);
      await db.insert(traces, some.map(traceRow));
    }
  });
  return rows.map((row) => row.runId);
}

function traceRow(run: NewRow<typeof runs>): NewRow<typeof traces> {
  const { traceId, runId, agentId, startedAt, completedAt } = run;
  const status = { succeeded: "completed", cancelled: "aborted" }[run.status] ?? "failed";
  const over = completedAt ? { status, completedAt, rootHash: none, seal: {}, sealHash: none } : {};
  return { traceId, runId, agentId, startedAt, engine: "holdpoint/1", genesisHash: none, ...over };
}

export async function putTenant(id: string = uuidv7()): Promise<string> {
  await inspect()`insert into tenants (id, name, slug) values (${id}, ${`Tenant ${id}`}, ${id})`;
  return id;
}

export async function putPolicy(tenantId: string, id: string = uuidv7()): Promise<string> {
  await inspect()`
    insert into policy_rules (tenant_id, id, name, rule_type, category, metric, threshold, near_percentage, enforcement,
      on_kill, rollout, content_hash, created_by, updated_by)
    values (${tenantId}, ${id}, ${`Token limit ${id}`}, 'token_limit', 'OPERATIONAL', 'run.tokens', 10000, 80, 'stop',
      'none', 'active', ${none}, 'user:x', 'user:x')`;
  return id;
}

/** The rows of a run that was written by the evidence of its own, so that it verifies. */
export async function putWritten(written: RunRows, over: Partial<NewRow<typeof runs>> = {}): Promise<void> {
  const { run, trace, snapshot, records, steps: stepRows } = written;
  const policyId = trace.violationPolicyId;
  if (policyId !== null) await putPolicy(run.tenantId, policyId);
  const lastAt = records.at(-1)?.recordedAt ?? run.startedAt;
  const lastStepIndex = Math.max(0, ...stepRows.map((row) => row.stepIndex));
  await asTenant(systemPrincipal(run.tenantId, "test"), async (db) => {
    if (snapshot !== null) {
      await db.insert(policySets, { setHash: buffer(snapshot.setHash), canonical: buffer(snapshot.setCanonical) });
      const { contentHash, canonical, setHash, ...rest } = snapshot;
      const bytes = { contentHash: buffer(contentHash), canonical: buffer(canonical), setHash: buffer(setHash) };
      await db.insert(policySnapshots, { ...rest, ...bytes });
    }
    const columns = { ...run, headHash: buffer(run.headHash), lastAt, lastStepIndex, violationPolicyId: policyId };
    await db.insert(runs, runRow({ ...columns, ...over }));
    for (const incident of written.incidents) await openIncident(db, factsOf(run, incident));
    await db.insert(traces, { ...trace, ...traceBytes(trace) });
    if (stepRows.length > 0) await db.insert(steps, stepRows);
    await db.insert(
      traceRecords,
      records.map((row) => ({ ...row, ...recordBytes(row) })),
    );
  });
}

function factsOf(run: RunRows["run"], { id, source, sourceId, createdAt }: IncidentRow): IncidentFacts {
  return {
    incident_id: id,
    run: { run_id: run.runId, trace_id: run.traceId, agent_id: run.agentId, synthetic: run.synthetic },
    source: incidentSources.find((one) => one === source) ?? "system",
    ...(sourceId === null ? {} : { source_id: sourceId }),
    ...{ type: "token_limit_exceeded", severity: "high", title: "Token limit exceeded", at: createdAt },
    sla_hours: defaultGateSettings.sla_hours,
  };
}

function traceBytes(trace: RunRows["trace"]) {
  return {
    engine: "holdpoint/1",
    genesisHash: buffer(trace.genesisHash),
    rootHash: trace.rootHash && buffer(trace.rootHash),
    sealHash: trace.sealHash && buffer(trace.sealHash),
  };
}

function recordBytes(row: RunRows["records"][number]) {
  return {
    canonical: buffer(row.canonical),
    hash: buffer(row.hash),
    requestHash: row.requestHash && buffer(row.requestHash),
    answer: row.answer && buffer(row.answer),
  };
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

export async function putSignal(
  tenantId: string,
  runId: string,
  over: Partial<NewRow<typeof thresholdSignals>> = {},
): Promise<void> {
  await asTenant(systemPrincipal(tenantId, "test"), (db) =>
    db.insert(thresholdSignals, {
      ...{ id: uuidv7(), runId, source: "rule", signalType: "near", metric: "run.tokens", enforcement: "stop" },
      ...{ currentValue: "8500", thresholdValue: "10000", percentage: "85", seq: 1, recordedAt: new Date() },
      ...over,
    }),
  );
}

export async function putEnforcement(
  tenantId: string,
  runId: string,
  over: Partial<NewRow<typeof policyEnforcements>> = {},
): Promise<void> {
  await asTenant(systemPrincipal(tenantId, "test"), (db) =>
    db.insert(policyEnforcements, {
      ...{
        id: uuidv7(),
        runId,
        source: "rule",
        action: "stopped",
        reason: "run.tokens 15000 is over the limit of 10000",
      },
      ...{ stepIndex: 3, seq: 4, recordedAt: new Date() },
      ...over,
    }),
  );
}

/** Audit entries as the product writes them; gives their ids. */
export async function putAudit(
  principal: Principal,
  entries: readonly AuditEntry[],
  at = new Date(),
): Promise<string[]> {
  const rows = entries.map((entry) => auditRow(entry, { principal, at, requestId: "req-1" }));
  await asTenant(principal, async (db) => {
    await db.insert(auditLogs, rows);
    await insertLeafSources(
      db,
      rows.map((row) => auditSourceRow(db.tenantId, row)),
    );
  });
  return rows.map((row) => row.id);
}
