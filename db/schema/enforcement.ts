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
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { runs } from "./activity";
import { amount, instant, tenantId } from "./columns";
import { incidents } from "./incidents";
import { limits, policyRules } from "./policies";

/** Every time a rule, limit, default or failure mode acted, or would have (shadow). Append-only. */
export const policyEnforcements = pgTable(
  "policy_enforcements",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    runId: uuid(),
    source: text().notNull(),
    policyId: uuid(),
    limitId: uuid(),
    policyVersion: integer(),
    policyName: text(),
    action: text().notNull(),
    violationType: text(),
    severity: text(),
    metric: text(),
    thresholdValue: text(),
    actualValue: text(),
    projected: boolean().notNull().default(false),
    shadow: boolean().notNull().default(false),
    reason: text().notNull(),
    stepIndex: integer(),
    seq: integer(),
    incidentId: uuid(),
    /** Set on refusals and post-stop rows: one row per (step key, limit); the count is in refusals. */
    dedupeKey: text(),
    detail: jsonb(),
    recordedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex("policy_enforcements_dedupe_key")
      .on(t.tenantId, t.runId, t.dedupeKey)
      .where(sql`dedupe_key is not null`),
    foreignKey({ columns: [t.tenantId, t.runId], foreignColumns: [runs.tenantId, runs.runId] }),
    foreignKey({ columns: [t.tenantId, t.policyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
    foreignKey({ columns: [t.tenantId, t.limitId], foreignColumns: [limits.tenantId, limits.id] }),
    foreignKey({ columns: [t.tenantId, t.incidentId], foreignColumns: [incidents.tenantId, incidents.id] }),
    index("policy_enforcements_list_idx").on(t.tenantId, t.recordedAt, t.id),
    index("policy_enforcements_run_idx").on(t.tenantId, t.runId),
    index("policy_enforcements_policy_idx").on(t.tenantId, t.policyId, t.recordedAt),
  ],
);

/** How often a step was refused, and what work was claimed after a run's end. The only mutable counts beside runs. */
export const refusals = pgTable(
  "refusals",
  {
    tenantId: tenantId(),
    runId: uuid().notNull(),
    dedupeKey: text().notNull(),
    count: integer().notNull(),
    firstAt: instant().notNull(),
    lastAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.runId, t.dedupeKey] }),
    foreignKey({ columns: [t.tenantId, t.runId], foreignColumns: [runs.tenantId, runs.runId] }),
  ],
);

/** A real prevention: a run was stopped, killed or paused before its next side effect. Append-only. */
export const preventionRecords = pgTable(
  "prevention_records",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    runId: uuid().notNull(),
    policyId: uuid(),
    limitId: uuid(),
    source: text().notNull(),
    action: text().notNull(),
    stepIndex: integer(),
    incidentId: uuid(),
    /** `prevented`: the step never ran. `contained`: it had run, the next one did not. */
    outcome: text().notNull(),
    recordedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({ columns: [t.tenantId, t.runId], foreignColumns: [runs.tenantId, runs.runId] }),
    foreignKey({ columns: [t.tenantId, t.policyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
    foreignKey({ columns: [t.tenantId, t.limitId], foreignColumns: [limits.tenantId, limits.id] }),
    foreignKey({ columns: [t.tenantId, t.incidentId], foreignColumns: [incidents.tenantId, incidents.id] }),
    index("prevention_records_list_idx").on(t.tenantId, t.recordedAt, t.id),
  ],
);

/** NEAR and BREACH, once each per run and limit, or per window. Append-only. */
export const thresholdSignals = pgTable(
  "threshold_signals",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    runId: uuid().notNull(),
    policyId: uuid(),
    limitId: uuid(),
    source: text().notNull(),
    signalType: text().notNull(),
    metric: text().notNull(),
    enforcement: text().notNull(),
    currentValue: text().notNull(),
    thresholdValue: text().notNull(),
    /** Null when the threshold is 0. */
    percentage: numeric(),
    stepIndex: integer(),
    seq: integer().notNull(),
    recordedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({ columns: [t.tenantId, t.runId], foreignColumns: [runs.tenantId, runs.runId] }),
    foreignKey({ columns: [t.tenantId, t.policyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
    foreignKey({ columns: [t.tenantId, t.limitId], foreignColumns: [limits.tenantId, limits.id] }),
    index("threshold_signals_run_idx").on(t.tenantId, t.runId, t.seq),
    index("threshold_signals_list_idx").on(t.tenantId, t.recordedAt, t.id),
  ],
);

/** One row per settled, late, presumed or ungoverned step. Append-only. */
export const costRecords = pgTable(
  "cost_records",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    runId: uuid().notNull(),
    stepIndex: integer(),
    seq: integer(),
    kind: text().notNull(),
    agentId: text().notNull(),
    provider: text(),
    model: text(),
    inputTokens: amount().notNull(),
    outputTokens: amount().notNull(),
    /** Null when there is no price: unknown, never 0. */
    costUnits: amount(),
    costSource: text().notNull(),
    assurance: text().notNull(),
    priceVersion: integer(),
    recordedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({ columns: [t.tenantId, t.runId], foreignColumns: [runs.tenantId, runs.runId] }),
    index("cost_records_run_idx").on(t.tenantId, t.runId),
    index("cost_records_time_idx").on(t.tenantId, t.recordedAt),
  ],
);
