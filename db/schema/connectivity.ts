import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { bytea, instant, tenantId } from "./columns";
import { tenants } from "./tenancy";

/** The secret itself is never stored, only its SHA-256. */
export const apiKeys = pgTable(
  "api_keys",
  {
    tenantId: tenantId().references(() => tenants.id),
    id: uuid().notNull(),
    name: text().notNull(),
    prefix: text().notNull(),
    keyHash: bytea().notNull(),
    scopes: text().array().notNull(),
    /** Empty: not bound to agents, and runs by this key are `agent_verified: false`. */
    agentIds: text().array().notNull(),
    status: text().notNull().default("active"),
    expiresAt: instant(),
    /** Keys of one lineage follow each other by rotation. */
    lineageId: uuid().notNull(),
    replacedBy: uuid(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
    lastUsedAt: instant(),
    revokedAt: instant(),
    revokedBy: text(),
    revokedReason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique("api_keys_key_hash_key").on(t.keyHash),
    index("api_keys_list_idx").on(t.tenantId, t.createdAt, t.id),
  ],
);
