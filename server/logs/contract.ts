// What is on record: the immutable record of every run that is over, and every deed with who did it. Each answer says
// where it comes from and what its bytes hash to.

import { z } from "zod";
import { runStatuses, terminationReasons } from "@/db/vocabulary";
import { Term, When } from "@/server/activity/contract";
import { detailOf, endpoint, Instant, listEndpoint, listOf, RawAnswer, Uuid } from "@/server/platform/http/contract";
import { problem, RateLimited } from "@/server/platform/http/problem";

export const executionStatuses = ["SUCCEEDED", "FAILED", "ABORTED", "TIMEOUT"] as const;
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

export const logTopics = ["llm_runs", "system", "audit"] as const;
export type LogTopic = (typeof logTopics)[number];

/** A line of any topic. `GET /api/v1/logs/{log_id}` says everything about it. */
export const LogEntry = z
  .object({
    log_id: z.string(),
    topic: z.enum(logTopics),
    /** When it was recorded: a run's end, a deed. */
    time: Instant,
    level: z.enum(["INFO", "WARN", "ERROR"]),
    /** What wrote it: `gate`, or the first word of an audit action. */
    source: z.string(),
    message: z.string(),
    run_id: z.string().nullable(),
    trace_id: z.string().nullable(),
    agent_id: z.string().nullable(),
    actor_type: z.string().nullable(),
    actor_id: z.string().nullable(),
    /** Of audit entries. */
    action: z.string().nullable(),
    entity_type: z.string().nullable(),
    entity_id: z.string().nullable(),
    /** Of run records. */
    execution_status: z.enum(executionStatuses).nullable(),
    synthetic: z.boolean().nullable(),
  })
  .meta({ id: "LogEntry" });
export type LogEntry = z.output<typeof LogEntry>;

/** What an answer could draw on. An empty page says "nothing happened" only of topics that were read. */
export const LogSource = z
  .object({
    topic: z.enum(logTopics),
    /** `filtered_out`: the topic has no such member as a filter names. `not_collected`: nothing writes it. */
    state: z.enum(["read", "forbidden", "filtered_out", "not_collected"]),
  })
  .meta({ id: "LogSource" });
export type LogSource = z.output<typeof LogSource>;

const LogPage = listOf(LogEntry).extend({ sources: z.array(LogSource) });
export type LogPage = z.output<typeof LogPage>;

const unionList = listEndpoint({
  id: "logs.list",
  path: "/api/v1/logs",
  summary: "Everything on record, one line each, of the topics the caller may read",
  permission: "logs:read",
  item: LogEntry,
  /** Without a topic: all that the caller may read. `audit` asked for by name needs audit:read. */
  filters: { topic: z.array(z.enum(logTopics)), run_id: Uuid, recorded_after: When, recorded_before: When },
  sort: ["time"],
  defaultSort: "-time",
});
export const listLogs = { ...unionList, returns: LogPage };

/** An entry is found when it meets all of them; a topic that has no such member is left out. */
const searchFilters = {
  run_id: Uuid.optional(),
  agent: Term.optional(),
  provider: Term.optional(),
  model: Term.optional(),
  execution_status: z.array(z.enum(executionStatuses)).min(1).optional(),
  synthetic: z.boolean().optional(),
  action: z.array(Term).min(1).max(50).optional(),
  actor_type: z.enum(["user", "key", "system"]).optional(),
  actor_id: Term.optional(),
  entity_type: Term.optional(),
  entity_id: Term.optional(),
};

/** Both exclusive. */
const Range = z.strictObject({ from: When.optional(), to: When.optional() });

export const searchLogs = endpoint({
  id: "logs.search",
  method: "POST",
  path: "/api/v1/logs/search",
  summary: "Finds log entries by text, filters and time",
  permission: "logs:read",
  audit: { none: "it reads; the filters are in the body because they are many" },
  body: z.strictObject({
    /** Without it: all that the caller may read. `audit` asked for by name needs audit:read. */
    topics: z.array(z.enum(logTopics)).min(1).max(3).optional(),
    /** Part of the text in either case (agent, goal, model, reason; action, actor, entity, request, detail), or a whole id. */
    q: Term.optional(),
    filters: z.strictObject(searchFilters).optional(),
    range: Range.optional(),
    page: z.int().min(1).max(10_000).optional(),
    page_size: z.int().min(1).max(100).default(20),
    cursor: z.string().max(1024).optional(),
    sort: z.enum(["time", "-time"]).default("-time"),
  }),
  returns: LogPage,
});
export type LogSearch = z.output<(typeof searchLogs)["body"]>;

export const exportScopes = ["llm_run", "audit"] as const;
export const maxExportedRows = 100_000;

export const LogExportTooLarge = problem("log-export-too-large", 422, "There is more than one export may hold");

/** Answers the file itself, oldest entry first. Its id, checksum and rows are in the headers `Repr-Digest` and
 *  `Content-Disposition`, and with the filters in the audit entry, which is written before the first byte is sent.
 *  `audit` needs audit:read, `llm_run` logs:read. Its handler is the exports'. */
export const exportLogs = endpoint({
  id: "logs.export",
  method: "POST",
  path: "/api/v1/logs/export",
  summary: "A file of log entries, JSON or CSV, whose checksum and filters are on the audit log",
  permission: "exports:create",
  audit: "logs.exported",
  body: z.strictObject({
    scope: z.enum(exportScopes),
    format: z.enum(["json", "csv"]),
    q: Term.optional(),
    filters: z.strictObject(searchFilters).optional(),
    range: Range.optional(),
  }),
  returns: RawAnswer,
  media: "application/octet-stream",
  rate: "export",
  transaction: "own",
  problems: [LogExportTooLarge, RateLimited],
});
export type LogExport = z.output<(typeof exportLogs)["body"]>;
