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
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { amount, bytea, instant, tenantId } from "./columns";
import { apiKeys } from "./connectivity";
import { policyRules, policySnapshots } from "./policies";

const isOver = sql`completed_at is not null`;

// What lists narrow and order runs that are over by. A row of an index has at most 2704 bytes: `ended_text` leaves the others room.
const listed = [
  ...[
    "status",
    "termination_reason",
    "synthetic",
    "refusal_reason",
    "agent_id",
    "project",
    "source",
    "provider",
    "model",
  ],
  ...["started_by", "violation_policy_id", "ended_violated", "ended_tokens", "ended_cost_units", "ended_text"],
].map((column) => sql.raw(column));

/**
 * Run and step ids are made by clients and unique per tenant only. The row's lock serialises everything about a run. The table
 * has columns more, which the database fills in when the run is over (0007_list_indexes.sql): `ended_tokens`,
 * `ended_cost_units`, `ended_violated` and, in lower case, what is searched, `ended_text`. Only lists know of them.
 */
export const runs = pgTable(
  "runs",
  {
    tenantId: tenantId(),
    runId: uuid().notNull(),
    traceId: uuid().notNull(),
    agentId: text().notNull(),
    agentVerified: boolean().notNull(),
    goal: text(),
    actorType: text(),
    actorId: text(),
    provider: text(),
    model: text(),
    parentRunId: uuid(),
    project: text(),
    source: text(),
    tags: jsonb().notNull(),
    synthetic: boolean().notNull().default(false),
    apiKeyId: uuid(),
    /** `user:<id>` or `key:<id>`: who started it, and so may not release it. */
    startedBy: text().notNull(),
    status: text().notNull(),
    terminationReason: text(),
    endNote: text(),
    refusalReason: text(),
    stoppedAtStep: integer(),
    snapshotId: uuid(),
    startedAt: instant().notNull(),
    lastSeenAt: instant().notNull(),
    /** Server time of the newest change; the next decision's time is never before it. */
    lastAt: instant().notNull(),
    completedAt: instant(),
    /** When the sweeper must look at the run next; null when it is over. */
    dueAt: instant(),
    pausedAt: instant(),
    pausedMs: amount().notNull().default(0),
    seq: integer().notNull().default(0),
    lastStepIndex: integer().notNull().default(0),
    /** h_seq of the chain; after the end, the newest addendum's hash. */
    headHash: bytea().notNull(),
    stepsCompleted: integer().notNull().default(0),
    inputTokens: amount().notNull().default(0),
    outputTokens: amount().notNull().default(0),
    costUnits: amount().notNull().default(0),
    reservedInputTokens: amount().notNull().default(0),
    reservedOutputTokens: amount().notNull().default(0),
    reservedCostUnits: amount().notNull().default(0),
    openSteps: integer().notNull().default(0),
    presumedInputTokens: amount().notNull().default(0),
    presumedOutputTokens: amount().notNull().default(0),
    presumedCostUnits: amount().notNull().default(0),
    lapsedSteps: integer().notNull().default(0),
    lateRecords: integer().notNull().default(0),
    /** RunMemory of server/gate: signals given, repeats, holds, marks of bind moments, own-estimate excess. */
    memory: jsonb().notNull(),
    violationPolicyId: uuid(),
    /** RunViolation of server/gate, as the answers and the seal show it. */
    violation: jsonb(),
    incidentId: uuid(),
    errorCode: text(),
    errorMessage: text(),
    requestHash: bytea().notNull(),
    answerStatus: integer().notNull(),
    answer: bytea().notNull(),
    endRequestHash: bytea(),
    endAnswer: bytea(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.runId] }),
    unique("runs_trace_key").on(t.tenantId, t.traceId),
    foreignKey({ columns: [t.tenantId, t.snapshotId], foreignColumns: [policySnapshots.tenantId, policySnapshots.id] }),
    foreignKey({ columns: [t.tenantId, t.apiKeyId], foreignColumns: [apiKeys.tenantId, apiKeys.id] }),
    foreignKey({ columns: [t.tenantId, t.violationPolicyId], foreignColumns: [policyRules.tenantId, policyRules.id] }),
    // Without run_id, or a plan made while the table was small could take it for the primary key.
    index("runs_started_idx").on(t.tenantId, t.startedAt),
    // What lists ask of runs that are over is read from these two, in either order, and not from the wide rows. No column that
    // steps change: a run that lives must stay on its page.
    index("runs_completed_idx")
      .on(t.tenantId, t.completedAt, t.runId, t.startedAt, ...listed)
      .where(isOver),
    index("runs_ended_idx")
      .on(t.tenantId, t.startedAt, t.runId, t.completedAt, ...listed)
      .where(isOver),
    index("runs_synthetic_idx").on(t.tenantId, t.runId).where(sql`synthetic`),
    index("runs_live_idx").on(t.tenantId, t.startedAt).where(sql`completed_at is null`),
    index("runs_status_idx").on(t.tenantId, t.status, t.startedAt),
    index("runs_agent_idx").on(t.tenantId, t.agentId, t.startedAt),
    index("runs_due_idx").on(t.dueAt).where(sql`due_at is not null`),
    // The primary key once more: of indexes that look equally good the planner takes the newest, and while it knows
    // nothing of the table an index that only begins with the tenant looks as good as the key. Foreign keys are checked by it.
    index("runs_key_idx").on(t.tenantId, t.runId),
  ],
);

/** The current view of a run's steps. The truth is in trace_records; this is what settles, lapses and is listed. */
export const steps = pgTable(
  "steps",
  {
    tenantId: tenantId(),
    runId: uuid().notNull(),
    stepIndex: integer().notNull(),
    stepId: uuid(),
    stepType: text().notNull(),
    state: text().notNull(),
    skill: text(),
    model: text(),
    status: text(),
    retryCount: integer().notNull().default(0),
    estimateInputTokens: amount().notNull().default(0),
    estimateOutputTokens: amount().notNull().default(0),
    estimateCostUnits: amount().notNull().default(0),
    inputTokens: amount(),
    outputTokens: amount(),
    costUnits: amount(),
    costSource: text(),
    durationMs: amount(),
    claimedStartedAt: text(),
    /** What it holds of window limits: [{ limit_id, scope_key, window_start, at, amount }]. */
    reservations: jsonb(),
    lapsesAt: instant(),
    admittedSeq: integer(),
    resultSeq: integer(),
    action: text().notNull(),
    isInflection: boolean().notNull().default(false),
    recordedAt: instant().notNull(),
    settledAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.runId, t.stepIndex] }),
    uniqueIndex("steps_step_id_key").on(t.tenantId, t.runId, t.stepId).where(sql`step_id is not null`),
    foreignKey({ columns: [t.tenantId, t.runId], foreignColumns: [runs.tenantId, runs.runId] }),
    index("steps_open_idx").on(t.tenantId, t.runId).where(sql`state in ('open', 'lapsed', 'presumed')`),
  ],
);

/**
 * The chain. One immutable row for each accepted post and each act of the system. `answer` is what the poster was told,
 * byte for byte, so that the same post is answered the same way for ever.
 */
export const traceRecords = pgTable(
  "trace_records",
  {
    tenantId: tenantId(),
    runId: uuid().notNull(),
    seq: integer().notNull(),
    kind: text().notNull(),
    stepIndex: integer(),
    stepId: uuid(),
    stepType: text(),
    recordedAt: instant().notNull(),
    /** The record, its body included, which stands nowhere else. */
    canonical: bytea().notNull(),
    hash: bytea().notNull(),
    requestHash: bytea(),
    answerStatus: integer(),
    answer: bytea(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.runId, t.seq] }),
    foreignKey({ columns: [t.tenantId, t.runId], foreignColumns: [runs.tenantId, runs.runId] }),
    // Partial, so that no plan of a foreign key's check, made while the table was small, takes it for the primary key.
    index("trace_records_step_idx").on(t.tenantId, t.runId, t.stepIndex).where(sql`step_index is not null`),
  ],
);

/** Salts of commitments, and payloads where a policy keeps them. Deletable: the commitments stay. */
export const recordPayloads = pgTable(
  "record_payloads",
  {
    tenantId: tenantId(),
    runId: uuid().notNull(),
    seq: integer().notNull(),
    inputSalt: bytea(),
    outputSalt: bytea(),
    input: jsonb(),
    output: jsonb(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.runId, t.seq] }),
    foreignKey({
      columns: [t.tenantId, t.runId, t.seq],
      foreignColumns: [traceRecords.tenantId, traceRecords.runId, traceRecords.seq],
    }),
  ],
);
