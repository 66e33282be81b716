import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { amount, bytea, instant, tenantId } from "./columns";
import { tenants } from "./tenancy";

export const policyRules = pgTable(
  "policy_rules",
  {
    tenantId: tenantId().references(() => tenants.id),
    id: uuid().notNull(),
    name: text().notNull(),
    description: text(),
    ruleType: text().notNull(),
    category: text().notNull(),
    metric: text(),
    threshold: numeric(),
    nearPercentage: integer().notNull(),
    condition: text(),
    enforcement: text().notNull(),
    onKill: text().notNull(),
    severity: text(),
    rollout: text().notNull(),
    status: text().notNull().default("active"),
    version: integer().notNull().default(1),
    contentHash: bytea().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
    updatedBy: text().notNull(),
    updatedAt: instant().notNull().default(sql`clock_timestamp()`),
    retiredAt: instant(),
    retiredBy: text(),
    retirementReason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex("policy_rules_active_name_key").on(t.tenantId, t.name).where(sql`status = 'active'`),
    index("policy_rules_list_idx").on(t.tenantId, t.createdAt, t.id),
  ],
);

/** Whom a rule binds. A rule without a row here is not bound, and the console says so. */
export const policyScopes = pgTable(
  "policy_scopes",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    policyId: uuid().notNull(),
    scopeType: text().notNull(),
    ids: text().array().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique("policy_scopes_policy_type_key").on(t.tenantId, t.policyId, t.scopeType),
    foreignKey({ columns: [t.tenantId, t.policyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
  ],
);

export const policyPrecedence = pgTable(
  "policy_precedence",
  {
    tenantId: tenantId(),
    policyId: uuid().notNull(),
    /** Lower is stronger. */
    precedence: integer().notNull(),
    conflictStrategy: text().notNull(),
    bindAt: text().notNull(),
    failureMode: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.policyId] }),
    foreignKey({ columns: [t.tenantId, t.policyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
  ],
);

export const policyVersions = pgTable(
  "policy_versions",
  {
    tenantId: tenantId(),
    policyId: uuid().notNull(),
    version: integer().notNull(),
    /** The whole definition as the wire shows it. */
    definition: jsonb().notNull(),
    contentHash: bytea().notNull(),
    change: text().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.policyId, t.version] }),
    foreignKey({ columns: [t.tenantId, t.policyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
  ],
);

export const limits = pgTable(
  "limits",
  {
    tenantId: tenantId().references(() => tenants.id),
    id: uuid().notNull(),
    name: text().notNull(),
    description: text(),
    limitCategory: text().notNull(),
    limitType: text().notNull(),
    scopeType: text().notNull(),
    scopeIds: text().array().notNull(),
    maxValue: numeric().notNull(),
    resetPeriod: text(),
    windowSeconds: integer(),
    per: text(),
    enforcement: text().notNull(),
    nearPercentage: integer().notNull(),
    status: text().notNull().default("active"),
    version: integer().notNull().default(1),
    contentHash: bytea().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
    updatedBy: text().notNull(),
    updatedAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex("limits_active_name_key").on(t.tenantId, t.name).where(sql`status = 'active'`),
    index("limits_list_idx").on(t.tenantId, t.createdAt, t.id),
  ],
);

export const limitVersions = pgTable(
  "limit_versions",
  {
    tenantId: tenantId(),
    limitId: uuid().notNull(),
    version: integer().notNull(),
    definition: jsonb().notNull(),
    contentHash: bytea().notNull(),
    change: text().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.limitId, t.version] }),
    foreignKey({ columns: [t.tenantId, t.limitId], foreignColumns: [limits.tenantId, limits.id] }),
  ],
);

/** Every version whole; the newest is in force. */
export const priceTables = pgTable(
  "price_tables",
  {
    tenantId: tenantId().references(() => tenants.id),
    version: integer().notNull(),
    /** PriceEntry[] of server/policies/contract.ts. */
    entries: jsonb().notNull(),
    contentHash: bytea().notNull(),
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.version] })],
);

/** What a set of applicable rules compiles from; shared by all runs to which the same rules apply. */
export const policySets = pgTable(
  "policy_sets",
  {
    tenantId: tenantId().references(() => tenants.id),
    setHash: bytea().notNull(),
    canonical: bytea().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.setHash] })],
);

/** Frozen at a run's start: its context, its policy set, the windows in force, what won, what lost and why. */
export const policySnapshots = pgTable(
  "policy_snapshots",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    runId: uuid().notNull(),
    setHash: bytea().notNull(),
    canonical: bytea().notNull(),
    contentHash: bytea().notNull(),
    policyCount: integer().notNull(),
    strategy: text().notNull(),
    ambiguous: boolean().notNull(),
    createdAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique("policy_snapshots_run_key").on(t.tenantId, t.runId),
    foreignKey({ columns: [t.tenantId, t.setHash], foreignColumns: [policySets.tenantId, policySets.setHash] }),
    index("policy_snapshots_list_idx").on(t.tenantId, t.createdAt, t.id),
  ],
);

/** Kill-switches. An open row, one not lifted, is the flag itself: starts and batches read those of their tenant. */
export const freezes = pgTable(
  "freezes",
  {
    tenantId: tenantId().references(() => tenants.id),
    id: uuid().notNull(),
    type: text().notNull(),
    targetId: text().notNull(),
    reason: text().notNull(),
    /** `user:<id>`, `key:<id>` or `policy:<id>` (a rule's on_kill). */
    createdBy: text().notNull(),
    createdAt: instant().notNull().default(sql`clock_timestamp()`),
    effectiveAt: instant(),
    /** The runs that were live when the flag was set: [{run_id, status, last_step_index, stopped_at}]. */
    inFlight: jsonb(),
    liftedAt: instant(),
    liftedBy: text(),
    liftReason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex("freezes_open_target_key").on(t.tenantId, t.type, t.targetId).where(sql`lifted_at is null`),
    index("freezes_list_idx").on(t.tenantId, t.createdAt, t.id),
    index("freezes_outstanding_idx").on(t.tenantId, t.createdAt).where(sql`effective_at is null and lifted_at is null`),
  ],
);

/** Counters of window limits. `window_start` is the calendar window's start, or the epoch where there is none. */
export const limitCounters = pgTable(
  "limit_counters",
  {
    tenantId: tenantId(),
    limitId: uuid().notNull(),
    scopeKey: text().notNull(),
    windowStart: instant().notNull(),
    /** Position of the scope type in limitScopeTypes: the lock order. */
    scopeRank: integer().notNull(),
    used: amount().notNull().default(0),
    reserved: amount().notNull().default(0),
    presumed: amount().notNull().default(0),
    unpriced: boolean().notNull().default(false),
    /** '', 'near' or 'breach': what has been signalled in this window. */
    signalled: text().notNull().default(""),
    lastAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.limitId, t.scopeKey, t.windowStart] }),
    foreignKey({ columns: [t.tenantId, t.limitId], foreignColumns: [limits.tenantId, limits.id] }),
  ],
);

/** The exact sliding log of RATE limits, written and read under its counter's lock; one row a batch and instant. */
export const limitEntries = pgTable(
  "limit_entries",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    limitId: uuid().notNull(),
    scopeKey: text().notNull(),
    at: instant().notNull(),
    amount: amount().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({ columns: [t.tenantId, t.limitId], foreignColumns: [limits.tenantId, limits.id] }),
    index("limit_entries_window_idx").on(t.tenantId, t.limitId, t.scopeKey, t.at),
  ],
);
