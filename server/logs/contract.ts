// What is on record: the immutable record of every run that is over, and every deed with who did it. Each answer says
// where it comes from and what its bytes hash to.

import { z } from "zod";
import { runStatuses, terminationReasons } from "@/db/vocabulary";
import { Term, When } from "@/server/activity/contract";
import { detailOf, endpoint, Instant, listEndpoint, Uuid } from "@/server/platform/http/contract";

const executionStatuses = ["SUCCEEDED", "FAILED", "ABORTED", "TIMEOUT"] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

/** Attached to every entry. What is not known is null. */
export const EvidenceMetadata = z.object({
  tenant_id: z.string(),
  human_actor_id: z.string().nullable(),
  agent_id: z.string().nullable(),
  system_id: z.string().nullable(),
  occurred_at: Instant,
  recorded_at: Instant,
  timezone: z.literal("UTC"),
  trace_id: z.string().nullable(),
  policy_ids: z.array(z.string()),
  incident_ids: z.array(z.string()),
  export_id: z.string().nullable(),
  correlation_id: z.string().nullable(),
  source_domain: z.enum(["ACTIVITY", "POLICY", "INCIDENTS", "LOGS", "SYSTEM"]),
  source_component: z.string(),
  origin: z.enum(["SYSTEM", "HUMAN", "AGENT", "MIGRATION", "REPLAY"]).nullable(),
  checksum: z.string().nullable(),
  immutable: z.literal(true),
});
export type EvidenceMetadata = z.output<typeof EvidenceMetadata>;

export const RunRecord = z.object({
  log_id: z.string(),
  topic: z.literal("llm_runs"),
  run_id: z.string(),
  trace_id: z.string(),
  agent_id: z.string(),
  project: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  source: z.string().nullable(),
  synthetic: z.boolean(),
  execution_status: z.enum(executionStatuses),
  status: z.enum(runStatuses),
  termination_reason: z.enum(terminationReasons),
  refusal_reason: z.string().nullable(),
  /** Commitments to the first input and the last output; the payloads themselves may be gone. */
  prompt_commit: z.string().nullable(),
  response_commit: z.string().nullable(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  cost_cents: z.number(),
  cost_is_complete: z.boolean(),
  steps: z.int(),
  started_at: Instant,
  completed_at: Instant,
  duration_ms: z.int(),
  root_hash: z.string().nullable(),
  seal_hash: z.string().nullable(),
  evidence: EvidenceMetadata,
});
export type RunRecord = z.output<typeof RunRecord>;

const Image = z.record(z.string(), z.unknown()).nullable();

export const AuditRecord = z.object({
  log_id: z.string(),
  topic: z.literal("audit"),
  recorded_at: Instant,
  action: z.string(),
  actor_type: z.string(),
  actor_id: z.string(),
  entity_type: z.string(),
  entity_id: z.string(),
  run_id: z.string().nullable(),
  request_id: z.string().nullable(),
  before: Image,
  after: Image,
  detail: Image,
  after_hash: z.string().nullable(),
  entry_hash: z.string(),
  evidence: EvidenceMetadata,
});
export type AuditRecord = z.output<typeof AuditRecord>;

export const listRunRecords = listEndpoint({
  id: "logs.list_runs",
  path: "/api/v1/logs/llm-runs",
  summary: "The immutable records of runs that are over",
  permission: "logs:read",
  item: RunRecord,
  filters: {
    run_id: Uuid,
    agent: Term,
    provider: Term,
    model: Term,
    execution_status: z.array(z.enum(executionStatuses)),
    synthetic: z.boolean(),
    created_after: When,
    created_before: When,
  },
  sort: ["started_at", "completed_at"],
  defaultSort: "-started_at",
});

export const listAuditLog = listEndpoint({
  id: "logs.list_audit",
  path: "/api/v1/logs/audit",
  summary: "Who did what, with the state before and after",
  permission: "audit:read",
  item: AuditRecord,
  filters: {
    action: z.array(Term),
    entity_type: Term,
    entity_id: Term,
    actor_type: z.enum(["user", "key", "system"]),
    actor_id: Term,
    run_id: Uuid,
    recorded_after: When,
    recorded_before: When,
  },
  sort: ["recorded_at"],
  defaultSort: "-recorded_at",
});

const auditFaults = [
  "hash",
  "mac",
  "after_hash",
  /** Its number does not follow from the entries before it. */
  "chain",
  /** The number before it, or its leaf in the log, is missing. */
  "gap",
  "leaf",
  /** It has a number and is not there. */
  "missing",
  "entity_changed",
  "entity_unaudited",
] as const;
export type AuditFault = (typeof auditFaults)[number];

export const AuditIntegrity = z.object({
  /** `verified` only when nothing was found and nothing left out. */
  status: z.enum(["verified", "broken", "partial", "unknown"]),
  /** Why it says less than `verified`; null when it does not. */
  reason: z.string().nullable(),
  /** Entries are numbered, and each number's hash covers all entries before it. */
  chained: z.literal(true),
  checked: z.int(),
  /** Just written, and about to be numbered. */
  pending: z.int(),
  /** Not numbered although they are older than that. */
  unnumbered: z.int(),
  /** The newest number; null where there is none. */
  last_seq: z.int().nullable(),
  /** Places where an entry says to be over a minute older than one that was numbered before it. */
  clock_rollbacks: z.int(),
  /** False where the range holds more entries than one answer checks: narrow it. */
  complete: z.boolean(),
  entities: z.object({
    compared: z.int(),
    changed: z.int(),
    /** Rows that no entry speaks of. */
    unaudited: z.int(),
    /** Kinds of entity whose rows are not compared with their newest after-image. */
    not_compared: z.array(z.string()),
  }),
  bad_entries: z.int(),
  first_bad: z
    .object({
      log_id: z.string().nullable(),
      /** Its number, where it has one. */
      seq: z.int().nullable(),
      fault: z.enum(auditFaults),
      entity_type: z.string(),
      entity_id: z.string(),
    })
    .nullable(),
  /** The tenant's Merkle log, made again from its rows; null where it has not begun. */
  log: z
    .object({
      size: z.int(),
      checked: z.int(),
      /** False where the log is longer than one answer checks: then the newest leaves were. */
      complete: z.boolean(),
      checkpoint_size: z.int(),
      /** Why no checkpoint is signed; null when they are. */
      halted: z.string().nullable(),
      faults: z.int(),
      first_fault: z.object({ table: z.string(), key: z.string(), fault: z.string() }).nullable(),
    })
    .nullable(),
  checked_at: Instant,
});
export type AuditIntegrity = z.output<typeof AuditIntegrity>;

export const checkAuditIntegrity = endpoint({
  id: "logs.check_audit",
  method: "GET",
  path: "/api/v1/logs/audit/integrity",
  summary: "Walk audit entries, their chain and the log: recompute all of it, compare entities with their after-images",
  permission: "audit:read",
  transaction: "own",
  query: z.object({ recorded_after: When.optional(), recorded_before: When.optional() }),
  returns: AuditIntegrity,
});

export const getLog = endpoint({
  id: "logs.get",
  method: "GET",
  path: "/api/v1/logs/{log_id}",
  summary: "One entry of any topic the caller may read",
  permission: "logs:read",
  params: z.strictObject({ log_id: Uuid }),
  returns: detailOf(z.discriminatedUnion("topic", [RunRecord, AuditRecord])),
});
