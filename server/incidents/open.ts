import { v7 as uuidv7 } from "uuid";
import { incidents } from "@/db/schema/incidents";
import type { IncidentSource, IncidentType, Metric, Severity } from "@/db/vocabulary";
import { type IncidentRow, incidentImage } from "@/server/incidents/image";
import { categoryOf, causeOf, type SlaHours, slaDue } from "@/server/incidents/rules";
import { findBySource, insertEvents, type NewEvent } from "@/server/incidents/store";
import { type AuditEntry, writeAudit, writeOutbox } from "@/server/platform/audit/audit";
import { actorKey, actorOf } from "@/server/platform/auth/principal";
import type { NewRow, TenantDb } from "@/server/platform/db/tenant-db";

/** What opens an incident. Values are plain decimals in the metric's unit; `at` is the deciding transaction's time. */
export type IncidentFacts = {
  /** Where the caller has already named it in an answer; an incident that is there keeps its own. */
  incident_id?: string;
  run: { run_id: string; trace_id: string; agent_id: string; synthetic: boolean } | null;
  policy_id?: string;
  limit_id?: string;
  source: IncidentSource;
  /** The id of its source. A manual incident needs none: it is its own source, so that two may stand side by side. */
  source_id?: string;
  type: IncidentType;
  severity: Severity;
  title: string;
  description?: string;
  /** The violated rule's metric, where it has one. */
  metric?: Metric;
  violation?: { step_index: number; timestamp: Date; threshold_value: string; actual_value: string; reason: string };
  error?: { code?: string; message?: string };
  at: Date;
  sla_hours: SlaHours;
};

export type OpenedIncident = { incident_id: string; created: boolean };

/**
 * Opens the incident of (run, type, source, source id), or finds the one that is there: with its timeline event, audit
 * entry and outbox event in the caller's transaction. Two transactions at once: the second waits for the first's commit.
 */
export async function openIncident(
  db: TenantDb,
  facts: IncidentFacts,
  context: { requestId?: string } = {},
): Promise<OpenedIncident> {
  const [row] = await db.insert(incidents, newIncident(db, facts), { onConflictDoNothing: true });
  // A new statement, because only it sees what another transaction has committed since.
  if (row === undefined) return { incident_id: await existingId(db, facts), created: false };
  await Promise.all([
    insertEvents(db, [createdEvent(db, row)]),
    writeAudit(db, [auditOfOpening(row)], { at: facts.at, ...context }),
    writeOutbox(db, [{ topic: "incident.created", entity_id: row.id, payload: announcement(row) }], facts.at),
  ]);
  return { incident_id: row.id, created: true };
}

function newIncident(db: TenantDb, facts: IncidentFacts): NewRow<typeof incidents> {
  const id = facts.incident_id ?? uuidv7();
  const { run, violation } = facts;
  return {
    id,
    sourceRunId: run?.run_id ?? null,
    traceId: run?.trace_id ?? null,
    policyId: facts.policy_id ?? null,
    limitId: facts.limit_id ?? null,
    source: facts.source,
    sourceId: facts.source === "manual" ? id : (facts.source_id ?? null),
    type: facts.type,
    category: categoryOf(facts.type, facts.metric),
    causeType: causeOf({ source: facts.source, type: facts.type, hasRun: run !== null }),
    severity: facts.severity,
    title: facts.title,
    description: facts.description ?? null,
    agentId: run?.agent_id ?? null,
    isSynthetic: run?.synthetic ?? false,
    violationStepIndex: violation?.step_index ?? null,
    violationAt: violation?.timestamp ?? null,
    thresholdValue: violation?.threshold_value ?? null,
    actualValue: violation?.actual_value ?? null,
    violationReason: violation?.reason ?? null,
    errorCode: facts.error?.code ?? null,
    errorMessage: facts.error?.message ?? null,
    slaDueAt: slaDue(facts.at, facts.severity, facts.sla_hours),
    createdBy: actorKey(db.principal),
    createdAt: facts.at,
    updatedAt: facts.at,
  };
}

async function existingId(db: TenantDb, facts: IncidentFacts): Promise<string> {
  const { type, source } = facts;
  const runId = facts.run?.run_id ?? null;
  const existing = await findBySource(db, { runId, type, source, sourceId: facts.source_id ?? null });
  if (existing === null) throw new Error("an incident that stood in the way is not there");
  return existing.id;
}

function createdEvent(db: TenantDb, row: IncidentRow): NewEvent {
  const { actor_type, actor_id } = actorOf(db.principal);
  return {
    id: uuidv7(),
    incidentId: row.id,
    type: "created",
    actorType: actor_type,
    actorId: actor_id,
    detail: { severity: row.severity, type: row.type, source: row.source, sla_due_at: row.slaDueAt.toISOString() },
    recordedAt: row.createdAt,
  };
}

function auditOfOpening(row: IncidentRow): AuditEntry {
  return {
    action: "incident.created",
    entity_type: "incident",
    entity_id: row.id,
    after: incidentImage(row),
    ...(row.sourceRunId === null ? {} : { run_id: row.sourceRunId }),
  };
}

/** What relays and live streams are told of an incident: enough to show a row, nothing that needs a permission more. */
export function announcement(row: IncidentRow) {
  return {
    incident_id: row.id,
    status: row.status,
    severity: row.severity,
    type: row.type,
    title: row.title,
    source_run_id: row.sourceRunId,
    policy_id: row.policyId,
    escalation_level: row.escalationLevel,
    version: row.version,
  };
}
