// The wire nouns of rules, limits, snapshots and prices (admin-api "Policy rule", "Limit over a window"). Isomorphic.

import { z } from "zod";
import {
  bindMoments,
  conflictStrategies,
  decisionSources,
  type enforcementActions,
  failureModes,
  limitCategories,
  limitEnforcements,
  limitPers,
  limitScopeTypes,
  limitStates,
  limitStatuses,
  limitTypes,
  metrics,
  onKills,
  policyCategories,
  resetPeriods,
  rollouts,
  ruleEnforcements,
  ruleStatuses,
  ruleTypes,
  scopeTypes,
  severities,
  unpricedModes,
  violationTypes,
} from "@/db/vocabulary";
import { Instant, Uuid } from "@/server/platform/http/contract";

const MAX_INT4 = 2_147_483_647;
const UNITS_PER_CENT = 10_000;
const MAX_CENTS = Math.floor(Number.MAX_SAFE_INTEGER / UNITS_PER_CENT);
/** 31 days, the longest window of a RATE limit: its log is exact, so it is kept for that long. */
export const MAX_WINDOW_SECONDS = 2_678_400;

/** An amount of money as the wire takes it: 0 or more, at most 4 decimals, countable in 1/10 000 cent. */
export function isWireCents(value: number): boolean {
  return value >= 0 && value <= MAX_CENTS && Math.round(value * UNITS_PER_CENT) / UNITS_PER_CENT === value;
}

const Name = z.string().max(256).regex(/\S/, "It must not be blank");
const Description = z.string().max(4_096);
export const Reason = z.string().max(2_048).regex(/\S/, "It must not be blank");
const Percentage = z.int().min(1).max(100);
export const Version = z.int().min(1).max(MAX_INT4);
const ScopeIds = z.array(z.string().min(1).max(128)).max(1_000);
const Cents = z.number().refine(isWireCents, "It must be 0 or more, with at most 4 decimals");
/** Finer limits (whole tokens, 4 decimals of a cent) follow from the metric. */
const Amount = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const Hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const RuleScope = z.strictObject({ type: z.enum(scopeTypes), ids: ScopeIds.default([]) });
export type RuleScope = z.output<typeof RuleScope>;

export const precedenceFields = {
  precedence: z.int().min(0).max(MAX_INT4).default(100),
  conflict_strategy: z.enum(conflictStrategies).default("most_restrictive"),
  bind_at: z.enum(bindMoments).default("each_step"),
  failure_mode: z.enum(failureModes).nullable().default("fail_closed"),
};

export const RuleBody = z.strictObject({
  name: Name,
  description: Description.nullable().default(null),
  rule_type: z.enum(ruleTypes),
  category: z.enum(policyCategories).default("OPERATIONAL"),
  metric: z.enum(metrics).nullable().default(null),
  threshold: Amount.nullable().default(null),
  near_percentage: Percentage.default(80),
  /** Its length is checked with the rest of it, so that a fault has its place. */
  condition: z.string().nullable().default(null),
  enforcement: z.enum(ruleEnforcements),
  on_kill: z.enum(onKills).default("none"),
  severity: z.enum(severities).nullable().default(null),
  scope: RuleScope.default({ type: "all_runs", ids: [] }),
  ...precedenceFields,
  rollout: z.enum(rollouts).default("active"),
});
export type RuleBody = z.output<typeof RuleBody>;

/** DEGRADED: the hash could not be computed again, because a row it needs is missing. */
export const integrityStatuses = ["VERIFIED", "FAILED", "DEGRADED"] as const;
export type IntegrityStatus = (typeof integrityStatuses)[number];
export const Integrity = z.object({ content_hash: Hash, status: z.enum(integrityStatuses) });

const WireScope = z.object({ type: z.enum(scopeTypes), ids: z.array(z.string()) });

/** `…_by` is `user:<id>`, `key:<id>` or `system:<component>`. */
export const Policy = z
  .object({
    policy_id: Uuid,
    rule_id: Uuid,
    name: z.string(),
    description: z.string().nullable(),
    rule_type: z.enum(ruleTypes),
    category: z.enum(policyCategories),
    metric: z.enum(metrics).nullable(),
    threshold: z.number().nullable(),
    near_percentage: z.int(),
    condition: z.string().nullable(),
    enforcement: z.enum(ruleEnforcements),
    on_kill: z.enum(onKills),
    severity: z.enum(severities).nullable(),
    /** The first of `scopes`; null: the policy is bound to nothing. */
    scope: WireScope.nullable(),
    scopes: z.array(WireScope),
    bound: z.boolean(),
    precedence: z.int(),
    conflict_strategy: z.enum(conflictStrategies),
    bind_at: z.enum(bindMoments),
    failure_mode: z.enum(failureModes).nullable(),
    rollout: z.enum(rollouts),
    status: z.enum(ruleStatuses),
    version: z.int(),
    created_by: z.string(),
    created_at: Instant,
    updated_by: z.string(),
    updated_at: Instant,
    retired_at: Instant.nullable(),
    retired_by: z.string().nullable(),
    retirement_reason: z.string().nullable(),
    integrity: Integrity,
  })
  .meta({ id: "Policy" });
export type Policy = z.output<typeof Policy>;

const LimitScope = z.strictObject({ type: z.enum(limitScopeTypes), ids: ScopeIds.default([]) });

export const LimitBody = z.strictObject({
  name: Name,
  description: Description.nullable().default(null),
  limit_category: z.enum(limitCategories),
  limit_type: z.enum(limitTypes),
  scope: LimitScope.default({ type: "tenant", ids: [] }),
  max_value: Amount,
  reset_period: z.enum(resetPeriods).nullable().default(null),
  window_seconds: z.int().min(1).max(MAX_WINDOW_SECONDS).nullable().default(null),
  per: z.enum(limitPers).nullable().default(null),
  enforcement: z.enum(limitEnforcements).default("refuse"),
  near_percentage: Percentage.default(80),
  status: z.enum(limitStatuses).default("active"),
});
export type LimitBody = z.output<typeof LimitBody>;

/**
 * One counter in the limit's own unit (cents, tokens, steps, runs). null is unknown, never 0: what runs and steps use of
 * a THRESHOLD is counted in them, and where a step had no price `remaining` cannot be told.
 */
export const LimitUsage = z.object({
  used: z.number().nullable(),
  reserved: z.number().nullable(),
  /** Reserved by steps that passed their time-out; counted until the run's end. */
  presumed: z.number().nullable(),
  remaining: z.number().nullable(),
  resets_at: Instant.nullable(),
  state: z.enum(limitStates),
});
export type LimitUsage = z.output<typeof LimitUsage>;

export const LimitCounter = LimitUsage.extend({
  /** null: the tenant's own counter. */
  scope_id: z.string().nullable(),
});
export type LimitCounter = z.output<typeof LimitCounter>;

/** Where a limit has several counters, `used` and its neighbours are those of the fullest. */
export const Limit = z
  .object({
    limit_id: Uuid,
    name: z.string(),
    description: z.string().nullable(),
    limit_category: z.enum(limitCategories),
    limit_type: z.enum(limitTypes),
    scope: z.object({ type: z.enum(limitScopeTypes), ids: z.array(z.string()) }),
    max_value: z.number(),
    reset_period: z.enum(resetPeriods).nullable(),
    window_seconds: z.int().nullable(),
    per: z.enum(limitPers).nullable(),
    enforcement: z.enum(limitEnforcements),
    near_percentage: z.int(),
    status: z.enum(limitStatuses),
    version: z.int(),
    created_by: z.string(),
    created_at: Instant,
    updated_by: z.string(),
    updated_at: Instant,
    ...LimitUsage.shape,
    integrity: Integrity,
  })
  .meta({ id: "Limit" });
export type Limit = z.output<typeof Limit>;

/** With the 100 fullest of its counters. */
export const LimitDetail = Limit.extend({ counters: z.array(LimitCounter) }).meta({ id: "LimitDetail" });
export type LimitDetail = z.output<typeof LimitDetail>;

export const PolicyVersion = z
  .object({
    policy_id: Uuid,
    version: z.int(),
    change: z.enum(["created", "changed", "retired", "scopes_changed", "precedence_changed"]),
    definition: z.record(z.string(), z.unknown()),
    created_by: z.string(),
    created_at: Instant,
    integrity: Integrity,
  })
  .meta({ id: "PolicyVersion" });
export type PolicyVersion = z.output<typeof PolicyVersion>;

export const PolicyScopes = z.object({
  policy_id: Uuid,
  version: z.int(),
  bound: z.boolean(),
  scopes: z.array(WireScope),
});
export type PolicyScopes = z.output<typeof PolicyScopes>;

export const PolicyPrecedence = z.object({
  policy_id: Uuid,
  version: z.int(),
  precedence: z.int(),
  conflict_strategy: z.enum(conflictStrategies),
  bind_at: z.enum(bindMoments),
  failure_mode: z.enum(failureModes).nullable(),
});
export type PolicyPrecedence = z.output<typeof PolicyPrecedence>;

/** Enforcements that blocked or warned, by real rules; `would_*` of shadow rules and failure modes that let pass are not. */
export const violationActions = [
  "warned",
  "refused",
  "paused",
  "stopped",
  "killed",
  "start_refused",
  "quota_exceeded",
] as const satisfies readonly (typeof enforcementActions)[number][];

export const PolicyViolation = z
  .object({
    violation_id: Uuid,
    run_id: Uuid.nullable(),
    source: z.enum(decisionSources),
    policy_id: Uuid.nullable(),
    limit_id: Uuid.nullable(),
    policy_name: z.string().nullable(),
    policy_version: z.int().nullable(),
    action: z.enum(violationActions),
    violation_type: z.enum(violationTypes).nullable(),
    severity: z.enum(severities).nullable(),
    metric: z.string().nullable(),
    threshold_value: z.string().nullable(),
    actual_value: z.string().nullable(),
    projected: z.boolean(),
    reason: z.string(),
    step_index: z.int().nullable(),
    incident_id: Uuid.nullable(),
    recorded_at: Instant,
  })
  .meta({ id: "PolicyViolation" });
export type PolicyViolation = z.output<typeof PolicyViolation>;

/** What a policy did so far, of its newest 10 000 violations. */
export const ViolationStats = z
  .object({
    policy_id: Uuid,
    violations: z.int(),
    /** There are more than were counted. */
    is_lower_bound: z.boolean(),
    /** That these violations belong to. */
    incidents: z.int(),
    last_recorded_at: Instant.nullable(),
  })
  .meta({ id: "ViolationStats" });
export type ViolationStats = z.output<typeof ViolationStats>;

export const PolicySnapshot = z
  .object({
    snapshot_id: Uuid,
    run_id: Uuid,
    content_hash: Hash,
    set_hash: Hash,
    policy_count: z.int(),
    strategy: z.enum(conflictStrategies),
    ambiguous: z.boolean(),
    created_at: Instant,
  })
  .meta({ id: "PolicySnapshot" });
export type PolicySnapshot = z.output<typeof PolicySnapshot>;

/** The frozen content itself, and whether its bytes still are what their hashes say. */
export const PolicySnapshotDetail = PolicySnapshot.extend({
  content: z.record(z.string(), z.unknown()).nullable(),
  policy_set: z.record(z.string(), z.unknown()).nullable(),
  integrity: z.object({
    content_hash: Hash,
    status: z.enum(integrityStatuses),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean() })),
  }),
}).meta({ id: "PolicySnapshotDetail" });
export type PolicySnapshotDetail = z.output<typeof PolicySnapshotDetail>;

export const PriceEntry = z.strictObject({
  /** Absent: whoever serves the model. */
  provider: z.string().min(1).max(128).optional(),
  model: z.string().min(1).max(128),
  input_cents_per_million: Cents,
  output_cents_per_million: Cents,
  /** Day of the list the price was taken from. */
  as_of: z.iso.date().optional(),
  source: z.string().max(256).optional(),
});
export type PriceEntry = z.output<typeof PriceEntry>;

export const Prices = z
  .object({
    version: z.int(),
    entries: z.array(PriceEntry),
    created_by: z.string(),
    created_at: Instant,
    integrity: Integrity,
  })
  .meta({ id: "Prices" });
export type Prices = z.output<typeof Prices>;

const MAX_DURATION_MS = 31 * 24 * 3_600_000;
const DurationMs = z.int().min(1_000).max(MAX_DURATION_MS);
const SlaHour = z.int().min(1).max(8_760);

/** What a tenant sets for its gate, each field for itself; `GateSettings` adds what is taken where nothing is set. */
export const gateSettingFields = {
  /** Reserved for an admission that brings no estimate of its own. */
  step_estimate: z.strictObject({ tokens: z.int().min(0), cost_cents: Cents }),
  step_timeout_ms: DurationMs,
  run_timeout_ms: DurationMs,
  pause_timeout_ms: DurationMs,
  /** null: `block` where a cost limit applies to the run, else `flag`. */
  unpriced: z.enum(unpricedModes).nullable(),
  /** null: `fail_closed`. A policy's own failure mode comes first. */
  failure_mode: z.enum(failureModes).nullable(),
  near_percentage: Percentage,
  timezone: z.string().max(64).refine(isTimeZone, "Not a time zone of the IANA database"),
  sla_hours: z.strictObject({ critical: SlaHour, high: SlaHour, medium: SlaHour, low: SlaHour }),
};

// Settings are read with every start, and asking Intl costs more than the rest of it.
const knownZones = new Set<string>(["UTC"]);

function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    const isKnown = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
    if (isKnown && knownZones.size < 1_000) knownZones.add(name);
    return isKnown;
  } catch {
    return false;
  }
}

const TenantName = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(/^\P{Cc}+$/u, "It has control characters");

/** The tenant's name and its gate's settings. Runs that have started keep those they started under. */
export const AccountSettings = z
  .strictObject({ name: TenantName, ...gateSettingFields, version: Version, updated_at: Instant })
  .meta({ id: "AccountSettings" });
export type AccountSettings = z.output<typeof AccountSettings>;

/** Whole: what is left out is not kept but refused. */
export const AccountSettingsBody = AccountSettings.omit({ updated_at: true }).meta({ id: "AccountSettingsBody" });
export type AccountSettingsBody = z.output<typeof AccountSettingsBody>;
