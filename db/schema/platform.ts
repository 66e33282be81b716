import { sql } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytea, instant, tenantId } from "./columns";
import { tenants } from "./tenancy";

/** Answers to writes that carried an Idempotency-Key; kept at least 24 h. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    tenantId: tenantId().references(() => tenants.id),
    /** `user:<id>` or `key:<id>`. */
    principal: text().notNull(),
    endpoint: text().notNull(),
    key: text().notNull(),
    requestHash: bytea().notNull(),
    status: integer().notNull(),
    answer: bytea().notNull(),
    contentType: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.principal, t.endpoint, t.key] }),
    index("idempotency_keys_age_idx").on(t.tenantId, t.createdAt),
  ],
);
