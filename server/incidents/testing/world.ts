// What the tests of incidents share: the real request pipeline over this domain's handlers alone, and the few rows of
// other domains that an incident points at.

import { v7 as uuidv7 } from "uuid";
import { incidentHandlers } from "@/server/incidents/handlers";
import { type IncidentFacts, openIncident } from "@/server/incidents/open";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { routerOn } from "@/server/platform/http/mount";
import { registryOf } from "@/server/platform/http/registry";
import { defaultGateSettings } from "@/server/policies/settings";

const callers = new Map<string, Principal>();

const route = routerOn(registryOf(incidentHandlers), {
  resolvePrincipal: async (request) => callers.get(request.headers.get("x-caller") ?? "") ?? null,
  takeRate: () => {},
});

export type Called = { status: number; body: Record<string, unknown>; text: string; headers: Headers };

const base = "/api/v1/incidents";

/** One request as `principal`; `body` makes it a POST. `path` is below /api/v1/incidents. */
export async function call(principal: Principal, path: string, body?: object, headers?: object): Promise<Called> {
  const caller = uuidv7();
  callers.set(caller, principal);
  const request = new Request(`http://localhost${base}${path}`, {
    headers: { "x-caller": caller, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const response = await route(request);
  if (response === null) throw new Error(`nothing at ${path}`);
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text), text, headers: response.headers };
}

type Run = { run_id: string; trace_id: string; agent_id: string; synthetic: boolean };

/** A run that was stopped at step 3, with nothing but what the schema demands. */
export async function putRun(
  tenantId: string,
  { agentId = "invoice-bot", startedAt = new Date() }: { agentId?: string; startedAt?: Date } = {},
): Promise<Run> {
  const [runId, traceId, none] = [uuidv7(), uuidv7(), Buffer.alloc(0)];
  const completedAt = new Date(startedAt.getTime() + 30_000);
  await inspect()`
    insert into runs (tenant_id, run_id, trace_id, agent_id, agent_verified, tags, started_by, status, termination_reason,
      stopped_at_step, started_at, last_seen_at, last_at, completed_at, head_hash, memory, request_hash, answer_status, answer)
    values (${tenantId}, ${runId}, ${traceId}, ${agentId}, true, '{}', 'key:x', 'failed_policy', 'policy_block',
      3, ${startedAt}, ${startedAt}, ${completedAt}, ${completedAt}, ${none}, '{}', ${none}, 201, ${none})`;
  return { run_id: runId, trace_id: traceId, agent_id: agentId, synthetic: false };
}

export async function putPolicy(tenantId: string): Promise<string> {
  const id = uuidv7();
  await inspect()`
    insert into policy_rules (tenant_id, id, name, rule_type, category, metric, threshold, near_percentage, enforcement,
      on_kill, rollout, content_hash, created_by, updated_by)
    values (${tenantId}, ${id}, ${`Token limit ${id}`}, 'token_limit', 'OPERATIONAL', 'run.tokens', 10000, 80, 'stop',
      'none', 'active', ${Buffer.alloc(32)}, 'user:x', 'user:x')`;
  return id;
}

/** The brief's story: 15 000 tokens where 10 000 are allowed, at step 3. */
export function stoppedRun(run: Run, policyId: string, at = new Date()): IncidentFacts {
  return {
    run,
    policy_id: policyId,
    source: "rule",
    source_id: policyId,
    type: "token_limit_exceeded",
    severity: "high",
    metric: "run.tokens",
    title: "Token limit exceeded",
    description: "run.tokens 15000 is over the limit of 10000",
    violation: { step_index: 3, timestamp: at, threshold_value: "10000", actual_value: "15000", reason: "over" },
    at,
    sla_hours: defaultGateSettings.sla_hours,
  };
}

/** An incident of a stopped run, opened as the gate does. */
export async function openStopped(principal: Principal, over: Partial<IncidentFacts> = {}) {
  const run = await putRun(principal.tenantId);
  const policyId = await putPolicy(principal.tenantId);
  const facts = { ...stoppedRun(run, policyId), ...over };
  const { incident_id } = await asTenant(principal, (db) => openIncident(db, facts));
  return { incidentId: incident_id, run, policyId, facts };
}

/** How many rows stand behind an incident: events, audit entries and outbox events, by kind. */
export async function traces(tenantId: string, incidentId: string) {
  const sql = inspect();
  const [events, audit, outbox] = await Promise.all([
    sql<
      { type: string }[]
    >`select type from incident_events where incident_id = ${incidentId} order by recorded_at, id`,
    sql<{ action: string }[]>`
      select action from audit_logs where tenant_id = ${tenantId}
        and (entity_id = ${incidentId} or detail ->> 'incident_id' = ${incidentId}) order by recorded_at, id`,
    sql<
      { topic: string }[]
    >`select topic from outbox where tenant_id = ${tenantId} and entity_id = ${incidentId} order by recorded_at, id`,
  ]);
  return {
    events: events.map((row) => row.type),
    audit: audit.map((row) => row.action),
    outbox: outbox.map((row) => row.topic),
  };
}
