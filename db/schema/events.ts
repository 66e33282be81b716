import { bigint, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant, tenantId } from "./columns";

/** What happened, in an order that never changes. The relay moves committed rows of `outbox` here and numbers them. */
export const events = pgTable(
  "events",
  {
    tenantId: tenantId(),
    seq: bigint({ mode: "number" }).notNull(),
    outboxId: uuid().notNull(),
    recordedAt: instant().notNull(),
    topic: text().notNull(),
    entityId: text().notNull(),
    payload: jsonb().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.seq] }), unique("events_outbox_key").on(t.tenantId, t.outboxId)],
);
