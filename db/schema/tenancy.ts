import { sql } from "drizzle-orm";
import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { users } from "./account";
import { amount, bytea, instant, tenantId } from "./columns";

/** The tenants themselves. Row security lets a tenant see its own row only. */
export const tenants = pgTable("tenants", {
  id: uuid().primaryKey(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  plan: text().notNull().default("self_hosted"),
  status: text().notNull().default("active"),
  isDemo: integer().notNull().default(0),
  createdAt: instant().notNull().default(sql`clock_timestamp()`),
});

export const memberships = pgTable(
  "memberships",
  {
    tenantId: tenantId().references(() => tenants.id),
    id: uuid().notNull(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    role: text().notNull(),
    /** A suspended seat lets nobody in. */
    status: text().notNull().default("active"),
    /** An auditor's seat may be time-boxed. */
    expiresAt: instant(),
    createdBy: text(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique("memberships_tenant_user_key").on(t.tenantId, t.userId),
    index("memberships_user_idx").on(t.userId),
  ],
);

/** Accepted once, by whoever holds the link; open while neither accepted nor revoked. */
export const invitations = pgTable(
  "invitations",
  {
    tenantId: tenantId().references(() => tenants.id),
    id: uuid().notNull(),
    email: text().notNull(),
    role: text().notNull(),
    /** When the seat that comes of it will end. */
    seatExpiresAt: instant(),
    /** SHA-256 of the link's token. */
    tokenHash: bytea().notNull(),
    expiresAt: instant().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
    acceptedAt: instant(),
    acceptedBy: uuid(),
    revokedAt: instant(),
    revokedBy: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique("invitations_token_hash_key").on(t.tokenHash),
    uniqueIndex("invitations_open_email_key")
      .on(t.tenantId, t.email)
      .where(sql`accepted_at is null and revoked_at is null`),
  ],
);

/** One row a tenant: what the gate re-reads under its locks. Who changes it holds the tenant's control lock first. */
export const tenantControls = pgTable("tenant_controls", {
  tenantId: tenantId()
    .primaryKey()
    .references(() => tenants.id),
  /** Grows with every change of rules, limits, scopes, precedence, prices or settings. */
  policyEpoch: amount().notNull().default(1),
  /** GateSettings of server/policies/contract.ts. */
  settings: jsonb().notNull(),
  settingsVersion: integer().notNull().default(1),
  updatedAt: instant().notNull().default(sql`clock_timestamp()`),
});

/** Agents are known from their first run. */
export const agents = pgTable(
  "agents",
  {
    tenantId: tenantId(),
    agentId: text().notNull(),
    firstSeenAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.agentId] }),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenantControls.tenantId] }),
  ],
);
