import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { runs } from "./activity";
import { instant, tenantId } from "./columns";
import { limits, policyRules } from "./policies";

export const incidents = pgTable(
  "incidents",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    sourceRunId: uuid(),
    traceId: uuid(),
    /** The rule behind it, when a rule is. */
    policyId: uuid(),
    limitId: uuid(),
    /** rule | limit | default | failure_mode | run | manual | system */
    source: text().notNull(),
    /** The id of its source: rule, limit; for a manual incident its own id, so that two may stand side by side. */
    sourceId: uuid(),
    type: text().notNull(),
    category: text().notNull(),
    causeType: text().notNull(),
    severity: text().notNull(),
    status: text().notNull().default("active"),
    title: text().notNull(),
    description: text(),
    agentId: text(),
    isSynthetic: boolean().notNull().default(false),
    violationStepIndex: integer(),
    violationAt: instant(),
    thresholdValue: text(),
    actualValue: text(),
    violationReason: text(),
    errorCode: text(),
    errorMessage: text(),
    escalationLevel: integer().notNull().default(0),
    escalatedTo: text(),
    escalatedAt: instant(),
    slaDueAt: instant().notNull(),
    reopenCount: integer().notNull().default(0),
    createdBy: text().notNull(),
    createdAt: instant().notNull(),
    updatedAt: instant().notNull(),
    acknowledgedAt: instant(),
    acknowledgedBy: text(),
    resolvedAt: instant(),
    resolvedBy: text(),
    resolutionMethod: text(),
    resolutionNotes: text(),
    version: integer().notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique("incidents_one_per_source_key")
      .on(t.tenantId, t.sourceRunId, t.type, t.source, t.sourceId)
      .nullsNotDistinct(),
    foreignKey({ columns: [t.tenantId, t.sourceRunId], foreignColumns: [runs.tenantId, runs.runId] }),
    foreignKey({ columns: [t.tenantId, t.policyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
    foreignKey({ columns: [t.tenantId, t.limitId], foreignColumns: [limits.tenantId, limits.id] }),
    index("incidents_list_idx").on(t.tenantId, t.createdAt, t.id),
    index("incidents_status_idx").on(t.tenantId, t.status, t.createdAt),
    // The order of the list of resolved ones.
    index("incidents_resolved_idx")
      .on(t.tenantId, sql`coalesce(resolved_at, '-infinity')`, t.id)
      .where(sql`status = 'resolved'`),
    index("incidents_policy_idx").on(t.tenantId, t.policyId, t.createdAt),
  ],
);

export const incidentEvents = pgTable(
  "incident_events",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    incidentId: uuid().notNull(),
    type: text().notNull(),
    actorType: text().notNull(),
    actorId: text().notNull(),
    detail: jsonb().notNull(),
    recordedAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({ columns: [t.tenantId, t.incidentId], foreignColumns: [incidents.tenantId, incidents.id] }),
    index("incident_events_timeline_idx").on(t.tenantId, t.incidentId, t.recordedAt),
  ],
);

export const incidentComments = pgTable(
  "incident_comments",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    incidentId: uuid().notNull(),
    authorType: text().notNull(),
    authorId: text().notNull(),
    content: text().notNull(),
    recordedAt: instant().notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({ columns: [t.tenantId, t.incidentId], foreignColumns: [incidents.tenantId, incidents.id] }),
    index("incident_comments_list_idx").on(t.tenantId, t.incidentId, t.recordedAt),
  ],
);
