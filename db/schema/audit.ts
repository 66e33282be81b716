import { sql } from "drizzle-orm";
import { index, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, instant, tenantId } from "./columns";

/**
 * What was done, by whom. Written unnumbered, in the transaction of the deed. Rows outlive their subjects: no FKs. The table
 * has a column more, `search_text`, which the database makes of the others (0007_list_indexes.sql): only the search knows of it.
 */
export const auditLogs = pgTable(
  "audit_logs",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    recordedAt: instant().notNull(),
    action: text().notNull(),
    actorType: text().notNull(),
    actorId: text().notNull(),
    entityType: text().notNull(),
    entityId: text().notNull(),
    runId: uuid(),
    requestId: text(),
    before: jsonb(),
    after: jsonb(),
    detail: jsonb(),
    /** Hash of the entity's row as it stands after the deed. */
    afterHash: bytea(),
    /** Hash of the entry's canonical bytes, and its MAC under the application key. */
    entryHash: bytea().notNull(),
    mac: bytea().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index("audit_logs_list_idx").on(t.tenantId, t.recordedAt, t.id),
    index("audit_logs_run_idx").on(t.tenantId, t.runId).where(sql`run_id is not null`),
    index("audit_logs_actor_idx").on(t.tenantId, t.actorId, t.recordedAt),
    index("audit_logs_action_idx").on(t.tenantId, t.action, t.recordedAt),
    index("audit_logs_entity_idx").on(t.tenantId, t.entityType, t.entityId, t.recordedAt),
  ],
);

/**
 * What happened, unnumbered, for the relay: alerts, webhooks, live streams. The table has a column more, `place`, which the
 * database counts up with each insert (0006_outbox_order.sql): what happens to one entity is inserted in its order, because
 * each deed holds the entity's lock until it commits. Writers do not know of it; numbering goes by it.
 */
export const outbox = pgTable(
  "outbox",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    recordedAt: instant().notNull(),
    topic: text().notNull(),
    entityId: text().notNull(),
    payload: jsonb().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
