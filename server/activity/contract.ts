// What ran and what runs now: runs as the console lists them, their traces, steps and replays. Reads only; what changes a
// run is the gate's.

import { z } from "zod";
import {
  decisionActions,
  runSources,
  runStatuses,
  stepStates,
  stepStatuses,
  stepTypes,
  systemStepTypes,
  terminationReasons,
  traceStatuses,
} from "@/db/vocabulary";
import { detailOf, endpoint, Instant, listEndpoint, Uuid } from "@/server/platform/http/contract";

/** Text of a filter. */
export const Term = z.string().min(1).max(256);
/** Any offset is taken; the year 0 is not, because the database's calendar has none. */
export const When = z.iso
  .datetime({ offset: true })
  .refine((text) => !text.startsWith("0000"), { message: "There is no year 0" });

const anyStepTypes = [...stepTypes, ...systemStepTypes] as const;
const runStates = ["live", "completed"] as const;
export const riskLevels = ["NORMAL", "NEAR_THRESHOLD", "AT_RISK", "VIOLATED"] as const;
export type RiskLevel = (typeof riskLevels)[number];

/** The inflection point: what broke, where, by how much. Values are plain decimals in the metric's wire unit. */
export const RunViolation = z.object({
  step_index: z.int(),
  timestamp: Instant,
  reason: z.string(),
  source: z.string(),
  violation_type: z.string().nullable(),
  severity: z.string().nullable(),
  policy_id: z.string().nullable(),
  limit_id: z.string().nullable(),
  policy_name: z.string().nullable(),
  metric: z.string().nullable(),
  threshold_value: z.string().nullable(),
  actual_value: z.string().nullable(),
  /** The step never ran: the actual value is what it would have come to. */
  projected: z.boolean(),
  /** How far the actual value lies over the threshold; null where they are no numbers, and in per cent of a zero limit. */
  excess: z.string().nullable(),
  excess_percentage: z.number().nullable(),
});
export type RunViolation = z.output<typeof RunViolation>;

export const RunSummary = z.object({
  run_id: z.string(),
  trace_id: z.string(),
  tenant_id: z.string(),
  agent_id: z.string(),
  agent_verified: z.boolean(),
  project: z.string().nullable(),
  source: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  parent_run_id: z.string().nullable(),
  synthetic: z.boolean(),
  state: z.enum(runStates),
  status: z.enum(runStatuses),
  termination_reason: z.enum(terminationReasons).nullable(),
  end_note: z.string().nullable(),
  /** Set where the run was refused at its start: it has no steps. */
  refusal_reason: z.string().nullable(),
  /** Whether metrics include it: not when synthetic, not when refused at its start. */
  counts_in_metrics: z.boolean(),
  started_at: Instant,
  last_seen_at: Instant,
  completed_at: Instant.nullable(),
  paused_at: Instant.nullable(),
  /** From start to end, pauses included; null while the run is live. */
  duration_ms: z.int().nullable(),
  steps_completed: z.int(),
  last_step_index: z.int(),
  stopped_at_step: z.int().nullable(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  tokens_used: z.int(),
  cost_cents: z.number(),
  /** False where steps had no price: `cost_cents` is then a lower bound. */
  cost_is_complete: z.boolean(),
  snapshot_id: z.string().nullable(),
  violation: RunViolation.nullable(),
  incident_id: z.string().nullable(),
  incident_count: z.int(),
  signals: z.object({ near: z.int(), breach: z.int() }),
  /** Null where the run counts in no metric. */
  risk_level: z.enum(riskLevels).nullable(),
});
export type RunSummary = z.output<typeof RunSummary>;

export const RunActivity = RunSummary.extend({
  goal: z.string().nullable(),
  actor: z.object({ type: z.string(), id: z.string().nullable() }).nullable(),
  tags: z.record(z.string(), z.string()),
  api_key_id: z.string().nullable(),
  started_by: z.string(),
  error: z.object({ code: z.string().nullable(), message: z.string().nullable() }).nullable(),
  policy_snapshot: z.object({ snapshot_id: z.string(), content_hash: z.string(), policy_count: z.int() }).nullable(),
  unsettled: z.object({
    open_steps: z.int(),
    lapsed_steps: z.int(),
    reserved_tokens: z.int(),
    reserved_cost_cents: z.number(),
    presumed_tokens: z.int(),
    presumed_cost_cents: z.number(),
  }),
  late_records: z.int(),
  /** What settled above its own estimates; over each limit: `GET /runs/{run_id}`. */
  overshoot: z.object({ tokens: z.int(), cost_cents: z.number() }).nullable(),
  /** What people decided about its pauses, oldest first; of more than twenty the newest. `by`: `user:<id>`. */
  releases: z.array(
    z.object({ decision: z.enum(["approve", "deny"]), reason: z.string().nullable(), by: z.string(), at: Instant }),
  ),
  /** How many of them there are in all. */
  releases_total: z.int(),
});
export type RunActivity = z.output<typeof RunActivity>;
export type RunRelease = RunActivity["releases"][number];

const runFilters = {
  agent: Term,
  project: Term,
  source: z.array(z.enum(runSources)),
  provider: Term,
  model: Term,
  synthetic: z.boolean(),
  refused: z.boolean(),
  policy_id: Uuid,
  risk_level: z.array(z.enum(riskLevels)),
  started_after: When,
  started_before: When,
  /** Part of the goal or the agent's name, or a whole run or trace id. */
  q: Term,
};
const endFilters = {
  termination_reason: z.array(z.enum(terminationReasons)),
  completed_after: When,
  completed_before: When,
};
const endSorts = ["started_at", "completed_at", "duration_ms", "tokens_used", "cost_cents"] as const;

export const listActivity = listEndpoint({
  id: "activity.list",
  path: "/api/v1/activity",
  summary: "Every run, live and completed",
  permission: "activity:read",
  item: RunSummary,
  filters: { state: z.enum(runStates), status: z.array(z.enum(runStatuses)), ...runFilters, ...endFilters },
  sort: endSorts,
  defaultSort: "-started_at",
});

export const listLiveRuns = listEndpoint({
  id: "activity.list_live",
  path: "/api/v1/activity/live",
  summary: "Runs that execute, wait or are queued now",
  permission: "activity:read",
  item: RunSummary,
  filters: { status: z.array(z.enum(runStatuses)), ...runFilters },
  sort: ["started_at", "last_seen_at", "tokens_used", "cost_cents"],
  defaultSort: "-started_at",
});

export const listCompletedRuns = listEndpoint({
  id: "activity.list_completed",
  path: "/api/v1/activity/completed",
  summary: "Runs that are over, however they ended",
  permission: "activity:read",
  item: RunSummary,
  filters: { status: z.array(z.enum(runStatuses)), ...runFilters, ...endFilters },
  sort: endSorts,
  defaultSort: "-completed_at",
});

export const getActivity = endpoint({
  id: "activity.get",
  method: "GET",
  path: "/api/v1/activity/{run_id}",
  summary: "One run with its end, violation and what is unsettled",
  permission: "activity:read",
  params: z.strictObject({ run_id: Uuid }),
  returns: detailOf(RunActivity),
});

export const TraceSummary = z.object({
  trace_id: z.string(),
  run_id: z.string(),
  tenant_id: z.string(),
  agent_id: z.string(),
  status: z.enum(traceStatuses),
  is_synthetic: z.boolean(),
  step_count: z.int(),
  started_at: Instant,
  completed_at: Instant.nullable(),
  archived_at: Instant.nullable(),
  violation_step_index: z.int().nullable(),
  violation_timestamp: Instant.nullable(),
  violation_policy_id: z.string().nullable(),
  violation_reason: z.string().nullable(),
  incident_id: z.string().nullable(),
  root_hash: z.string().nullable(),
  sealed: z.boolean(),
  late_records: z.int(),
});
export type TraceSummary = z.output<typeof TraceSummary>;

export const TraceTotals = z.object({
  steps: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  tokens: z.int(),
  cost_cents: z.number(),
  /** Of admissions that no result has come for: their estimates. */
  presumed_tokens: z.int(),
  presumed_cost_cents: z.number(),
  /** Steps without a price; where there are any, `cost_cents` is a lower bound. */
  unpriced_steps: z.int(),
});
export type TraceTotals = z.output<typeof TraceTotals>;

export const Trace = TraceSummary.extend({
  run_status: z.enum(runStatuses),
  termination_reason: z.enum(terminationReasons).nullable(),
  genesis_hash: z.string(),
  snapshot_id: z.string().nullable(),
  /** The newest hash of the chain: of the last addendum, once there is one. */
  head_hash: z.string(),
  seal: z
    .object({
      seal_hash: z.string(),
      root_hash: z.string(),
      records: z.int(),
      sealed_at: Instant,
      /** Exactly what `seal_hash` is the hash of. */
      content: z.record(z.string(), z.unknown()),
    })
    .nullable(),
  totals: z.object({ sealed: TraceTotals.nullable(), with_addenda: TraceTotals.nullable() }),
});
export type Trace = z.output<typeof Trace>;

export const listTraces = listEndpoint({
  id: "activity.list_traces",
  path: "/api/v1/traces",
  summary: "The chained traces of runs",
  permission: "activity:read",
  item: TraceSummary,
  filters: {
    status: z.array(z.enum(traceStatuses)),
    agent: Term,
    run_id: Uuid,
    incident_id: Uuid,
    policy_id: Uuid,
    violated: z.boolean(),
    sealed: z.boolean(),
    synthetic: z.boolean(),
    root_hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, "It is a hash: sha256: and 64 hex digits"),
    started_after: When,
    started_before: When,
  },
  sort: ["started_at", "completed_at", "violation_timestamp"],
  defaultSort: "-started_at",
});

const traceParams = z.strictObject({ trace_id: Uuid });

export const getTrace = endpoint({
  id: "activity.get_trace",
  method: "GET",
  path: "/api/v1/traces/{trace_id}",
  summary: "A trace with its inflection point, seal and totals",
  permission: "activity:read",
  params: traceParams,
  returns: detailOf(Trace),
});

export const StepRecord = z.object({
  seq: z.int(),
  kind: z.string(),
  recorded_at: Instant,
  content_hash: z.string(),
  /** The hashed body; money in it is `cost_units`, 1/10 000 cent. */
  body: z.record(z.string(), z.unknown()),
});
export type StepRecord = z.output<typeof StepRecord>;

export const TraceStep = z.object({
  step_index: z.int(),
  step_number: z.int(),
  step_id: z.string().nullable(),
  type: z.enum(anyStepTypes),
  state: z.enum(stepStates),
  status: z.enum(["ok", "warning", "violation"]),
  level: z.enum(["INFO", "WARN", "ERROR"]),
  action: z.enum(decisionActions),
  is_inflection: z.boolean(),
  skill: z.string().nullable(),
  model: z.string().nullable(),
  /** What the runner says became of the step. */
  claimed_status: z.enum(stepStatuses).nullable(),
  claimed_started_at: z.string().nullable(),
  retry_count: z.int(),
  /** Server time of its first record. */
  timestamp: Instant,
  settled_at: Instant.nullable(),
  input_tokens: z.int().nullable(),
  output_tokens: z.int().nullable(),
  tokens: z.int().nullable(),
  cost_cents: z.number().nullable(),
  cost_source: z.string().nullable(),
  duration_ms: z.int().nullable(),
  estimate: z.object({ input_tokens: z.int(), output_tokens: z.int(), cost_cents: z.number() }),
  /** Of its newest record, pauses and releases aside. */
  content_hash: z.string().nullable(),
  /** By seq. The pauses that held it back or came of it, and their releases, are told with it. */
  records: z.array(StepRecord),
});
export type TraceStep = z.output<typeof TraceStep>;

export const listTraceSteps = listEndpoint({
  id: "activity.list_steps",
  path: "/api/v1/traces/{trace_id}/steps",
  summary: "The steps of a trace, each with its chained records; closing steps included",
  permission: "activity:read",
  params: traceParams,
  item: TraceStep,
  filters: { type: z.array(z.enum(anyStepTypes)), state: z.array(z.enum(stepStates)), is_inflection: z.boolean() },
  sort: ["step_index"],
  defaultSort: "step_index",
});

export const TimelineEvent = z.object({
  source: z.enum(["llm", "system", "policy"]),
  timestamp: Instant,
  /** From the window's start. */
  offset_ms: z.int(),
  step_index: z.int().nullable(),
  seq: z.int().nullable(),
  action: z.string(),
  outcome: z.string(),
  is_inflection: z.boolean(),
  /** When the runner says the step started; shown, never used for order. */
  claimed_at: z.string().nullable(),
});
export type TimelineEvent = z.output<typeof TimelineEvent>;

export const TimelineWindow = z.object({
  from: Instant,
  to: Instant,
  centre: Instant,
  centred_on: z.enum(["violation", "completion", "start"]),
  /** More happened in the window than is shown; what is nearest to the centre is there. */
  truncated: z.boolean(),
});
export type TimelineWindow = z.output<typeof TimelineWindow>;

export const Replay = z.object({
  replay_id: z.string(),
  trace_id: z.string(),
  mode: z.literal("dry"),
  timeline: z.array(TimelineEvent),
  window: TimelineWindow,
  parity: z.object({
    match: z.boolean(),
    checked: z.int(),
    original_root: z.string().nullable(),
    replay_root: z.string().nullable(),
    divergence_seq: z.int().nullable(),
    divergence_step: z.int().nullable(),
    reason: z.string().nullable(),
  }),
  inflection: z
    .object({
      step_index: z.int(),
      timestamp: Instant,
      policy_id: z.string().nullable(),
      reason: z.string().nullable(),
    })
    .nullable(),
});
export type Replay = z.output<typeof Replay>;

/** Its handler is the gate's, which decides every record again. */
export const replayTrace = endpoint({
  id: "activity.replay_trace",
  method: "POST",
  path: "/api/v1/traces/{trace_id}/replay",
  summary: "Show the 60 seconds around the inflection and decide every record again; nothing is executed",
  permission: "activity:replay",
  audit: "trace.replayed",
  params: traceParams,
  returns: Replay,
});
