import { and, eq, gt, inArray, lt, type SQL } from "drizzle-orm";
import type { z } from "zod";
import { auditLogs } from "@/db/schema/audit";
import { auditRecord } from "@/server/logs/audit-view";
import type { AuditRecord, getLog, listAuditLog } from "@/server/logs/contract";
import { findRunRecord } from "@/server/logs/run-records";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { OutputOf } from "@/server/platform/http/contract";
import { type ListAnswer, listPage } from "@/server/platform/http/list";
import { NotFound } from "@/server/platform/http/problem";

type AuditQuery = z.output<typeof listAuditLog.query>;

export function auditPage(db: TenantDb, query: AuditQuery): Promise<ListAnswer<AuditRecord>> {
  return listPage(db, query, {
    table: auditLogs,
    where: and(...auditFilters(query)),
    sorts: { recorded_at: auditLogs.recordedAt },
    id: auditLogs.id,
    item: auditRecord,
  });
}

function auditFilters(query: AuditQuery): (SQL | undefined)[] {
  const given = <V>(value: V | undefined, make: (value: V) => SQL) => (value === undefined ? undefined : make(value));
  return [
    given(query.action, (action) => inArray(auditLogs.action, action)),
    given(query.entity_type, (type) => eq(auditLogs.entityType, type)),
    given(query.entity_id, (id) => eq(auditLogs.entityId, id)),
    given(query.actor_type, (type) => eq(auditLogs.actorType, type)),
    given(query.actor_id, (id) => eq(auditLogs.actorId, id)),
    given(query.run_id, (id) => eq(auditLogs.runId, id)),
    given(query.recorded_after, (at) => gt(auditLogs.recordedAt, new Date(at))),
    given(query.recorded_before, (at) => lt(auditLogs.recordedAt, new Date(at))),
  ];
}

/** Any entry by id. Who may not read the audit log is told of its entries what he is told of nothing: NotFound. */
export async function logById(db: TenantDb, id: string): Promise<OutputOf<typeof getLog>> {
  const mayAudit = db.principal.permissions.has("audit:read");
  const entry = mayAudit ? await db.first(auditLogs, eq(auditLogs.id, id)) : null;
  const entity = entry === null ? await findRunRecord(db, id) : auditRecord(entry);
  if (entity === null) throw NotFound.with();
  return { entity, actions: [] };
}
