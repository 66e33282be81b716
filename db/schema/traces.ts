import { sql } from "drizzle-orm";
import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { runs } from "./activity";
import { bytea, instant, tenantId } from "./columns";
import { incidents } from "./incidents";
import { policyRules } from "./policies";

/** While running only the end's columns may be set, once; after the seal only `archived_at`, once (trigger). */
export const traces = pgTable(
  "traces",
  {
    tenantId: tenantId(),
    traceId: uuid().notNull(),
    runId: uuid().notNull(),
    agentId: text().notNull(),
    status: text().notNull().default("running"),
    startedAt: instant().notNull(),
    completedAt: instant(),
    /** The decision engine of the genesis. */
    engine: text().notNull(),
    genesisHash: bytea().notNull(),
    rootHash: bytea(),
    /** The canonical seal, as evidence-format.md describes it, and its hash. */
    seal: jsonb(),
    sealHash: bytea(),
    violationStepIndex: integer(),
    violationTimestamp: instant(),
    violationPolicyId: uuid(),
    violationReason: text(),
    incidentId: uuid(),
    archivedAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.traceId] }),
    unique("traces_run_key").on(t.tenantId, t.runId),
    foreignKey({ columns: [t.tenantId, t.runId], foreignColumns: [runs.tenantId, runs.runId] }),
    foreignKey({ columns: [t.tenantId, t.incidentId], foreignColumns: [incidents.tenantId, incidents.id] }),
    foreignKey({ columns: [t.tenantId, t.violationPolicyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
    // With everything that lists narrow traces by, so that their rows need not be read.
    index("traces_list_idx").on(
      ...([t.tenantId, t.startedAt, t.traceId, t.runId, t.agentId, t.status, t.completedAt, t.sealHash] as const),
      ...[t.violationStepIndex, t.violationTimestamp, t.violationPolicyId, t.incidentId],
    ),
    index("traces_completed_idx").on(
      ...([t.tenantId, t.completedAt.desc().nullsLast(), t.traceId.desc(), t.runId, t.agentId, t.status] as const),
      ...[t.startedAt, t.sealHash, t.violationStepIndex, t.violationPolicyId, t.incidentId],
    ),
    index("traces_agent_idx").on(t.tenantId, t.agentId, t.startedAt),
    index("traces_root_idx").on(t.tenantId, t.rootHash),
    index("traces_violation_idx").on(t.tenantId, t.violationTimestamp).where(sql`violation_step_index is not null`),
  ],
);
