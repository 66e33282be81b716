import { jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantId } from "./columns";

/**
 * Work that may wait: written in the transaction of the deed that asks for it, and there until it is done or given up.
 * What the queue keeps beside it, in a schema of its own, can be made again from these rows.
 */
export const jobRequests = pgTable(
  "job_requests",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    job: text().notNull(),
    /** Ids only. */
    payload: jsonb().notNull(),
    requestedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
