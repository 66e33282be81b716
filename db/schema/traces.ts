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
    index("traces_list_idx").on(t.tenantId, t.startedAt, t.traceId),
    index("traces_completed_idx").on(t.tenantId, t.completedAt.desc().nullsLast(), t.traceId.desc()),
    index("traces_agent_idx").on(t.tenantId, t.agentId, t.startedAt),
    index("traces_root_idx").on(t.tenantId, t.rootHash),
    index("traces_violation_idx").on(t.tenantId, t.violationTimestamp).where(sql`violation_step_index is not null`),
  ],
);
