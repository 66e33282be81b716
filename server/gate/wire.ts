// The nouns of the runner API as the wire writes them, exactly: other programs are written against it.

import { z } from "zod";
import {
  actorTypes,
  bindMoments,
  decisionActions,
  decisionSources,
  enforcements,
  freezeTypes,
  limitStates,
  raisedSignals,
  ruleTypes,
  runSources,
  runStatuses,
  scopeTypes,
  severities,
  stepPhases,
  stepStatuses,
  stepTypes,
  terminationReasons,
  violationTypes,
} from "@/db/vocabulary";
import { Instant, Uuid } from "@/server/platform/http/contract";
import { Reason } from "@/server/policies/wire";

const MAX_COUNT = Number.MAX_SAFE_INTEGER;
const Name = z.string().min(1).max(128);
const Text = z.string().max(2048);
const Count = z.int().min(0).max(MAX_COUNT);
/** Cents with at most 4 decimals. */
const Cents = z
  .number()
  .min(0)
  .max(1e9)
  .refine(hasFourDecimals, { message: "at most 4 decimals", params: { code: "too-precise" } });
/** ISO 8601 in UTC; a claim of the runner, kept as it came. */
const ClaimedInstant = z.iso.datetime({ offset: false });

// The double nearest to a number of four decimals comes back from this; any other has more of them.
function hasFourDecimals(value: number): boolean {
  return Math.round(value * 10_000) / 10_000 === value;
}

const Actor = z
  .strictObject({ type: z.enum(actorTypes), id: Name.nullable().optional() })
  .refine((actor) => actor.type !== "human" || (actor.id !== undefined && actor.id !== null), {
    path: ["id"],
    message: "a human actor needs an id",
  });

export const StartRunBody = z.strictObject({
  run_id: Uuid.nullable().optional(),
  agent_id: Name,
  goal: Text.nullable().optional(),
  actor: Actor.nullable().optional(),
  provider: Name.nullable().optional(),
  model: Name.nullable().optional(),
  parent_run_id: Uuid.nullable().optional(),
  project: Name.nullable().optional(),
  source: z.enum(runSources).nullable().optional(),
  tags: z
    .record(Name, Text)
    .refine((tags) => Object.keys(tags).length <= 64, { message: "at most 64 tags" })
    .nullable()
    .optional(),
  synthetic: z.boolean().optional(),
});
export type StartRunBody = z.output<typeof StartRunBody>;

// Both are summed, and a sum past 2^53 − 1 is no longer exact.
function isCountable({
  input_tokens = 0,
  output_tokens = 0,
}: {
  input_tokens?: number | undefined;
  output_tokens?: number | undefined;
}) {
  return input_tokens + output_tokens <= MAX_COUNT;
}
const uncountable = {
  path: ["output_tokens"],
  message: "input_tokens and output_tokens may be 2^53 − 1 together",
  params: { code: "too-large" },
};

const StepUsage = z
  .strictObject({
    input_tokens: Count,
    output_tokens: Count,
    cost_cents: Cents.nullable().optional(),
    duration_ms: Count,
  })
  .refine(isCountable, uncountable);

const StepEstimate = z
  .strictObject({
    input_tokens: Count.optional(),
    output_tokens: Count.optional(),
    cost_cents: Cents.nullable().optional(),
  })
  .refine(isCountable, uncountable);

const stepFields = {
  skill: Name.nullable().optional(),
  model: Name.nullable().optional(),
  started_at: ClaimedInstant.nullable().optional(),
  status: z.enum(stepStatuses).nullable().optional(),
  retry_count: z.int().min(0).max(1_000_000).optional(),
  input: z.unknown().optional(),
  output: z.unknown().optional(),
};

export const StepBody = z
  .strictObject({
    step_index: z.int().min(1).max(2_147_483_647).nullable().optional(),
    step_id: Uuid.nullable().optional(),
    step_type: z.enum(stepTypes),
    estimate: StepEstimate.nullable().optional(),
    usage: StepUsage.nullable().optional(),
    ...stepFields,
  })
  .superRefine((body, context) => {
    if (body.step_index == null && body.step_id == null) {
      context.addIssue({ code: "custom", path: ["step_index"], message: "step_index or step_id is required" });
    }
    if (body.usage != null && body.status == null) {
      context.addIssue({ code: "custom", path: ["status"], message: "a step with usage needs its status" });
    }
    if (body.usage == null && body.output !== undefined) {
      context.addIssue({ code: "custom", path: ["output"], message: "a step without usage has no output yet" });
    }
  });
export type StepBody = z.output<typeof StepBody>;

export const ResultBody = z.strictObject({
  usage: StepUsage,
  ...stepFields,
  status: z.enum(stepStatuses),
  step_id: Uuid.nullable().optional(),
});
export type ResultBody = z.output<typeof ResultBody>;

export const CompleteBody = z.strictObject({
  status: z.enum(["succeeded", "failed", "cancelled"]),
  error: z
    .strictObject({ code: Name.nullable().optional(), message: Text.nullable().optional() })
    .nullable()
    .optional(),
  output: z.unknown().optional(),
  abandon: z.boolean().optional(),
});
export type CompleteBody = z.output<typeof CompleteBody>;

export const ReleaseBody = z.strictObject({
  decision: z.enum(["approve", "deny"]),
  reason: Reason,
});
export type ReleaseBody = z.output<typeof ReleaseBody>;

// --- answers -----------------------------------------------------------------------------------------------------

/** A signed note over (tenant, run, seq, hash, recorded_at), for the runner to keep. Always an answer's last member. */
const Receipt = z.string();

const Lost = z.object({
  policy_id: z.string().nullable(),
  limit_id: z.string().nullable(),
  limit: z.number(),
  why: z.string(),
});

export const SnapshotSummary = z.object({
  snapshot_id: z.string(),
  content_hash: z.string(),
  policy_count: z.int(),
  policies: z.array(
    z.object({
      policy_id: z.string(),
      name: z.string(),
      version: z.int(),
      rule_type: z.enum(ruleTypes),
      precedence: z.int(),
      bound_by: z.enum(scopeTypes),
      rollout: z.string(),
    }),
  ),
  limits: z.array(
    z.object({
      metric: z.string(),
      enforcement: z.enum(enforcements),
      limit: z.number(),
      near: z.number(),
      bind_at: z.enum(bindMoments),
      source: z.enum(decisionSources),
      policy_id: z.string().nullable(),
      limit_id: z.string().nullable(),
      lost: z.array(Lost),
    }),
  ),
  windows: z.array(
    z.object({
      limit_id: z.string(),
      name: z.string(),
      limit_type: z.string(),
      max_value: z.number(),
      enforcement: z.enum(enforcements),
      version: z.int(),
    }),
  ),
  defaults: z.object({
    step_estimate: z.object({ tokens: z.int(), cost_cents: z.number() }),
    step_timeout_ms: z.int(),
    run_timeout_ms: z.int(),
    pause_timeout_ms: z.int(),
    unpriced: z.enum(["flag", "block"]),
  }),
  strategy: z.string(),
  ambiguous: z.boolean(),
});
export type SnapshotSummary = z.output<typeof SnapshotSummary>;

export const StartRunAnswer = z.object({
  run_id: z.string(),
  trace_id: z.string(),
  status: z.enum(runStatuses),
  started_at: Instant,
  policy_snapshot: SnapshotSummary,
  receipt: Receipt,
});

export const Gauge = z.object({
  metric: z.string(),
  enforcement: z.enum(enforcements),
  limit: z.number(),
  used: z.number().nullable(),
  reserved: z.number(),
  presumed: z.number(),
  remaining: z.number().nullable(),
  overshoot: z.object({ estimate_excess: z.number(), reported: z.number() }),
  state: z.enum(limitStates),
  limit_id: z.string().optional(),
  name: z.string().optional(),
});
export type Gauge = z.output<typeof Gauge>;

export const RunState = z.object({
  status: z.enum(runStatuses),
  termination_reason: z.enum(terminationReasons).nullable(),
  stopped_at_step: z.int().nullable(),
  tokens_used: z.int(),
  cost_cents: z.number(),
  steps_completed: z.int(),
  limits: z.array(Gauge),
});
export type RunState = z.output<typeof RunState>;

export const DecisionAnswer = z.object({
  action: z.enum(decisionActions),
  enforcement: z.enum(enforcements),
  source: z.enum(decisionSources).nullable(),
  policy_id: z.string().nullable(),
  limit_id: z.string().nullable(),
  policy_name: z.string().nullable(),
  violation_type: z.enum(violationTypes).nullable(),
  severity: z.enum(severities).nullable(),
  threshold_value: z.string().nullable(),
  actual_value: z.string().nullable(),
  projected: z.boolean(),
  reason: z.string(),
  evaluated_at: Instant,
  matched: z.array(
    z.object({
      policy_id: z.string().nullable(),
      limit_id: z.string().nullable(),
      action: z.string(),
      won: z.boolean(),
      shadow: z.boolean(),
    }),
  ),
});
export type DecisionAnswer = z.output<typeof DecisionAnswer>;

export const SignalAnswer = z.object({
  signal_id: z.string(),
  type: z.enum(raisedSignals),
  metric: z.string(),
  percentage: z.number().nullable(),
});

export const StepAnswer = z.object({
  run_id: z.string(),
  step_index: z.int().nullable(),
  step_id: z.string().nullable(),
  phase: z.enum(stepPhases),
  seq: z.int().nullable(),
  recorded_at: Instant,
  decision: DecisionAnswer,
  run: RunState,
  signals: z.array(SignalAnswer),
  incident_id: z.string().nullable(),
  retry_after_ms: z.int().nullable(),
  content_hash: z.string().nullable(),
  late: z.literal(true).optional(),
  /** Of a block that is chained: a refusal is not, and has none. */
  receipt: Receipt.optional(),
});
export type StepAnswer = z.output<typeof StepAnswer>;

export const RunDetail = RunState.extend({
  run_id: z.string(),
  trace_id: z.string(),
  agent_id: z.string(),
  agent_verified: z.boolean(),
  goal: z.string().nullable(),
  started_at: Instant,
  last_seen_at: Instant,
  completed_at: Instant.nullable(),
  paused_at: Instant.nullable(),
  end_note: z.string().nullable(),
  refusal_reason: z.string().nullable(),
  incident_id: z.string().nullable(),
  unsettled: z.int(),
  unsettled_steps: z.array(z.object({ step_index: z.int(), step_id: z.string().nullable(), state: z.string() })),
  presumed_tokens: z.int(),
  late_records: z.int(),
  overshoot: z.object({ estimate_excess: z.number(), reported: z.number() }),
  violation: z.record(z.string(), z.unknown()).nullable(),
  policy_snapshot: SnapshotSummary.nullable(),
});
export type RunDetail = z.output<typeof RunDetail>;

export const CompleteAnswer = RunDetail.extend({ receipt: Receipt });

export const Verification = z.object({
  verified: z.boolean(),
  sealed: z.boolean(),
  checked: z.int(),
  late_records: z.int(),
  first_bad_seq: z.int().nullable(),
  reason: z.string().nullable(),
  checkpoint_size: z.int().nullable(),
});

export const Freeze = z.object({
  freeze_id: z.string(),
  type: z.enum(freezeTypes),
  id: z.string(),
  reason: z.string(),
  created_by: z.string(),
  created_at: Instant,
  effective_at: Instant.nullable(),
  in_flight: z.array(
    z.object({ run_id: z.string(), status: z.string(), last_step_index: z.int(), stopped_at: Instant.nullable() }),
  ),
  lifted_at: Instant.nullable(),
  lifted_by: z.string().nullable(),
  lift_reason: z.string().nullable(),
});
export type Freeze = z.output<typeof Freeze>;
