import { v7 as uuidv7 } from "uuid";
import { auditLogs, outbox } from "@/db/schema/audit";
import type { EventTopic } from "@/db/vocabulary";
import { canonicalBytes } from "@/server/evidence/canonical";
import { H, writeHash } from "@/server/evidence/hash";
import { sourceMac } from "@/server/evidence/mac";
import { afterImageHash, canonicalImage } from "@/server/evidence/snapshot-hash";
import { actorOf, type Principal } from "@/server/platform/auth/principal";
import type { NewRow, TenantDb } from "@/server/platform/db/tenant-db";
import { auditSourceRow, evidenceKey, insertLeafSources } from "./leaf-sources";

/** One deed. `before` and `after` are the entity as its rows show it; the hash of `after` is what verify compares. */
export type AuditEntry = {
  action: string;
  entity_type: string;
  entity_id: string;
  run_id?: string;
  before?: object;
  after?: object;
  detail?: object;
};

export type AuditContext = { principal: Principal; at: Date; requestId?: string };
type AuditRow = NewRow<typeof auditLogs>;

/** The row of a deed: its hash covers every member, and the MAC shows that the application wrote it. */
export function auditRow(entry: AuditEntry, context: AuditContext): AuditRow {
  const { actor_type, actor_id } = actorOf(context.principal);
  const row = {
    id: uuidv7(),
    recordedAt: context.at,
    action: entry.action,
    actorType: actor_type,
    actorId: actor_id,
    entityType: entry.entity_type,
    entityId: entry.entity_id,
    runId: entry.run_id ?? null,
    requestId: context.requestId ?? null,
    before: entry.before ?? null,
    after: entry.after ?? null,
    detail: entry.detail ?? null,
  };
  const { tenantId } = context.principal;
  const entryHash = H("audit", canonicalBytes(membersOf(row, tenantId)));
  const source = {
    tenant_id: tenantId,
    kind: "audit",
    id: row.id,
    hash: writeHash(entryHash),
    at: context.at.toISOString(),
  };
  const afterHash = entry.after === undefined ? null : afterImageHash({ ...entry.after });
  return { ...row, afterHash, entryHash, mac: sourceMac(evidenceKey(), source) };
}

function membersOf(row: Omit<AuditRow, "afterHash" | "entryHash" | "mac">, tenantId: string) {
  return canonicalImage({
    v: 1,
    tenant_id: tenantId,
    id: row.id,
    recorded_at: row.recordedAt.toISOString(),
    action: row.action,
    actor_type: row.actorType,
    actor_id: row.actorId,
    entity_type: row.entityType,
    entity_id: row.entityId,
    run_id: row.runId,
    request_id: row.requestId,
    before: row.before,
    after: row.after,
    detail: row.detail,
  });
}

/** Writes deeds, and what the log will have of them, in the transaction of the deeds themselves: none is ever there alone. */
export async function writeAudit(
  db: TenantDb,
  entries: readonly AuditEntry[],
  context: { at?: Date; requestId?: string } = {},
): Promise<void> {
  if (entries.length === 0) return;
  const at = context.at ?? (await db.now());
  const shared: AuditContext = { principal: db.principal, at };
  if (context.requestId !== undefined) shared.requestId = context.requestId;
  const rows = entries.map((entry) => auditRow(entry, shared));
  await db.insert(auditLogs, rows);
  const sources = rows.map((row) => auditSourceRow(db.tenantId, row));
  await insertLeafSources(db, sources);
}

export type OutboxEvent = { topic: EventTopic; entity_id: string; payload: object };

/** What happened, for relays; unnumbered, in the same transaction. `docs/events.md` says what a topic's payload holds. */
export async function writeOutbox(db: TenantDb, events: readonly OutboxEvent[], at?: Date): Promise<void> {
  if (events.length === 0) return;
  const recordedAt = at ?? (await db.now());
  await db.insert(
    outbox,
    events.map((event) => outboxRow(event, recordedAt)),
  );
}

export function outboxRow(event: OutboxEvent, recordedAt: Date): NewRow<typeof outbox> {
  return { id: uuidv7(), recordedAt, topic: event.topic, entityId: event.entity_id, payload: event.payload };
}
