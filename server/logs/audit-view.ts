import { shownHash } from "@/server/activity/shown-hash";
import type { AuditRecord } from "@/server/logs/contract";
import { type AuditRow, objectOf } from "@/server/logs/entry-check";
import { domainOf, originOf } from "@/server/logs/rules";

/** An audit entry as the wire shows it. */
export function auditRecord(row: AuditRow): AuditRecord {
  return {
    log_id: row.id,
    topic: "audit",
    recorded_at: row.recordedAt.toISOString(),
    action: row.action,
    actor_type: row.actorType,
    actor_id: row.actorId,
    entity_type: row.entityType,
    entity_id: row.entityId,
    run_id: row.runId,
    request_id: row.requestId,
    before: row.before === null ? null : objectOf(row.before),
    after: row.after === null ? null : objectOf(row.after),
    detail: row.detail === null ? null : objectOf(row.detail),
    after_hash: row.afterHash === null ? null : shownHash(row.afterHash),
    entry_hash: shownHash(row.entryHash),
    evidence: metadataOf(row),
  };
}

function metadataOf(row: AuditRow): AuditRecord["evidence"] {
  const detail = objectOf(row.detail);
  const about = (type: string) => (row.entityType === type ? [row.entityId] : []);
  const named = (type: "policy" | "incident") => {
    const id: unknown = detail[`${type}_id`];
    return typeof id === "string" ? [...new Set([...about(type), id])] : about(type);
  };
  const traceId: unknown = objectOf(row.after).trace_id ?? detail.trace_id;
  return {
    tenant_id: row.tenantId,
    human_actor_id: row.actorType === "user" ? row.actorId : null,
    agent_id: null,
    system_id: row.actorType === "user" ? null : row.actorId,
    occurred_at: row.recordedAt.toISOString(),
    recorded_at: row.recordedAt.toISOString(),
    timezone: "UTC",
    trace_id: typeof traceId === "string" ? traceId : null,
    policy_ids: named("policy"),
    incident_ids: named("incident"),
    export_id: about("export")[0] ?? null,
    correlation_id: row.requestId,
    source_domain: domainOf(row.entityType),
    source_component: row.action.split(".")[0] ?? row.action,
    origin: originOf(row.actorType),
    checksum: shownHash(row.entryHash),
    immutable: true,
  };
}
