// Every enum of the product, once. Values are stored and sent exactly as written here; unknown values are refused at the boundary.

export const roles = ["owner", "admin", "member", "viewer", "auditor"] as const;
export type Role = (typeof roles)[number];

export const runStatuses = [
  "queued",
  "running",
  "paused",
  "retry",
  "succeeded",
  "failed",
  "failed_policy",
  "cancelled",
] as const;
export type RunStatus = (typeof runStatuses)[number];
export const liveRunStatuses = ["queued", "running", "paused", "retry"] as const satisfies readonly RunStatus[];

export const terminationReasons = [
  "completed",
  "policy_block",
  "budget_exceeded",
  "rate_limited",
  "timeout",
  "system_failure",
  "user_abort",
] as const;
export type TerminationReason = (typeof terminationReasons)[number];

/** Says more about an end than its reason does: a denied pause and a timed-out one are both `policy_block`. */
export const endNotes = ["denied", "timed_out", "frozen", "duration", "idle", "abandoned"] as const;
export type EndNote = (typeof endNotes)[number];

export const actorTypes = ["human", "system", "service", "agent"] as const;
export type ActorType = (typeof actorTypes)[number];

export const stepTypes = ["input", "llm_call", "tool_call", "retrieval", "output", "other"] as const;
export type StepType = (typeof stepTypes)[number];
/** Written by the system itself, never accepted from a runner. */
export const systemStepTypes = ["policy_check", "violation", "stopped"] as const;
export type AnyStepType = StepType | (typeof systemStepTypes)[number];

export const stepStatuses = ["success", "failure", "retry", "skipped"] as const;
export type StepStatus = (typeof stepStatuses)[number];

export const stepPhases = ["admission", "result"] as const;
export type StepPhase = (typeof stepPhases)[number];

/** `open`: admitted and reserved. `lapsed`: passed its time-out. `presumed`: open or lapsed when the run ended. */
export const stepStates = ["open", "settled", "lapsed", "presumed", "late"] as const;
export type StepState = (typeof stepStates)[number];

export const recordKinds = [
  "admission",
  "result",
  "report",
  "late",
  "lapse",
  "violation",
  "stopped",
  "pause",
  "release",
  "end",
] as const;
export type RecordKind = (typeof recordKinds)[number];

export const decisionActions = ["allow", "warn", "block"] as const;
export type DecisionAction = (typeof decisionActions)[number];

/** From mild to harsh; the order is the arbitration order. */
export const enforcements = ["none", "warn", "refuse", "pause", "stop", "kill"] as const;
export type Enforcement = (typeof enforcements)[number];
export const ruleEnforcements = ["warn", "pause", "stop", "kill"] as const satisfies readonly Enforcement[];
export type RuleEnforcement = (typeof ruleEnforcements)[number];
export const limitEnforcements = ["refuse", "stop", "warn"] as const satisfies readonly Enforcement[];
export type LimitEnforcement = (typeof limitEnforcements)[number];

export const decisionSources = ["rule", "limit", "default", "failure_mode"] as const;
export type DecisionSource = (typeof decisionSources)[number];

export const violationTypes = [
  "token_limit",
  "cost_limit",
  "rate_limit",
  "content_policy",
  "pii_detected",
  "safety_violation",
  "custom_rule",
  "step_limit",
  "time_limit",
] as const;
export type ViolationType = (typeof violationTypes)[number];

export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

export const ruleTypes = [
  "token_limit",
  "cost_limit",
  "rate_limit",
  "step_limit",
  "time_limit",
  "content_policy",
  "custom_rule",
] as const;
export type RuleType = (typeof ruleTypes)[number];

export const policyCategories = ["SAFETY", "PRIVACY", "OPERATIONAL", "ROUTING", "CUSTOM"] as const;
export type PolicyCategory = (typeof policyCategories)[number];

export const metrics = [
  "run.tokens",
  "run.input_tokens",
  "run.output_tokens",
  "run.cost_cents",
  "run.steps",
  "run.duration_ms",
  "run.burn_rate_cents_per_minute",
  "run.steps_per_minute",
  "run.repeats",
  "step.tokens",
  "step.cost_cents",
  "step.duration_ms",
  "step.retries",
] as const;
export type Metric = (typeof metrics)[number];

export const scopeTypes = ["all_runs", "agent", "api_key", "human_actor"] as const;
export type ScopeType = (typeof scopeTypes)[number];

export const conflictStrategies = ["most_restrictive", "explicit_priority", "fail_closed"] as const;
export type ConflictStrategy = (typeof conflictStrategies)[number];

export const bindMoments = ["run_start", "first_token", "step_start", "step_end", "each_step", "on_change"] as const;
export type BindMoment = (typeof bindMoments)[number];

export const failureModes = ["fail_closed", "fail_warn", "fail_open"] as const;
export type FailureMode = (typeof failureModes)[number];

export const rollouts = ["shadow", "pending", "active", "disabled"] as const;
export type Rollout = (typeof rollouts)[number];

export const ruleStatuses = ["active", "retired"] as const;
export type RuleStatus = (typeof ruleStatuses)[number];

export const onKills = ["none", "freeze_key", "freeze_agent"] as const;
export type OnKill = (typeof onKills)[number];

export const limitCategories = ["BUDGET", "RATE", "THRESHOLD"] as const;
export type LimitCategory = (typeof limitCategories)[number];
export const limitTypes = ["COST_CENTS", "TOKENS", "RUNS", "STEPS", "CONCURRENT_RUNS"] as const;
export type LimitType = (typeof limitTypes)[number];
/** Lock order of counters: the hottest (tenant) is locked last and so held shortest. */
export const limitScopeTypes = ["agent", "api_key", "human_actor", "project", "provider", "tenant"] as const;
export type LimitScopeType = (typeof limitScopeTypes)[number];
export const resetPeriods = ["daily", "weekly", "monthly", "none"] as const;
export type ResetPeriod = (typeof resetPeriods)[number];
export const limitPers = ["run", "step"] as const;
export type LimitPer = (typeof limitPers)[number];
export const limitStatuses = ["active", "disabled"] as const;
export type LimitStatus = (typeof limitStatuses)[number];

export const signalTypes = ["near", "breach"] as const;
/** Of a limit. */
export type SignalType = (typeof signalTypes)[number];
/** Beside those of limits: usage whose model has no price, so that every cost figure is a lower bound. */
export const raisedSignals = [...signalTypes, "unpriced"] as const;
export type RaisedSignal = (typeof raisedSignals)[number];

export const limitStates = ["ok", "near", "breach", "unknown"] as const;
export type LimitState = (typeof limitStates)[number];

export const costSources = ["reported", "computed", "unpriced"] as const;
export type CostSource = (typeof costSources)[number];
export const costKinds = ["settled", "late", "presumed", "ungoverned"] as const;
export type CostKind = (typeof costKinds)[number];
export const assurances = ["self_reported", "price_table", "gateway_observed"] as const;
export type Assurance = (typeof assurances)[number];
export const unpricedModes = ["flag", "block"] as const;
export type UnpricedMode = (typeof unpricedModes)[number];

export const refusalReasons = [
  "tenant_frozen",
  "key_frozen",
  "agent_frozen",
  "ambiguous_policies",
  "snapshot_unavailable",
  "policy",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export const freezeTypes = ["tenant", "key", "agent", "run"] as const;
export type FreezeType = (typeof freezeTypes)[number];

export const incidentStatuses = ["active", "acknowledged", "resolved"] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];
export const incidentTypes = [
  "token_limit_exceeded",
  "cost_limit_exceeded",
  "rate_limit_exceeded",
  "step_limit_exceeded",
  "time_limit_exceeded",
  "content_policy_detected",
  "pii_detected",
  "safety_violation_detected",
  "custom_rule_exceeded",
  "execution_failure",
  "timeout",
  "cost_anomaly",
  "integrity_failure",
  "manual",
] as const;
export type IncidentType = (typeof incidentTypes)[number];
export const incidentSources = [...decisionSources, "run", "manual", "system"] as const;
export type IncidentSource = (typeof incidentSources)[number];
export const incidentCategories = [
  "EXECUTION_FAILURE",
  "BUDGET_EXCEEDED",
  "RATE_LIMIT",
  "RESOURCE_EXHAUSTION",
  "POLICY_VIOLATION",
  "LOOP_DETECTED",
  "MANUAL",
] as const;
export type IncidentCategory = (typeof incidentCategories)[number];
export const causeTypes = ["LLM_RUN", "SYSTEM", "HUMAN"] as const;
export type CauseType = (typeof causeTypes)[number];
export const resolutionMethods = [
  "automatic_recovery",
  "policy_enforcement",
  "human_override",
  "manual_intervention",
  "rollback",
  "external_recovery",
] as const;
export type ResolutionMethod = (typeof resolutionMethods)[number];
export const incidentEventTypes = [
  "created",
  "acknowledged",
  "escalated",
  "severity_changed",
  "resolved",
  "reopened",
  "commented",
] as const;
export type IncidentEventType = (typeof incidentEventTypes)[number];

export const traceStatuses = ["running", "completed", "failed", "aborted"] as const;
export type TraceStatus = (typeof traceStatuses)[number];

/** What an enforcement row says was done; `would_*` comes from shadow rules. */
export const enforcementActions = [
  "warned",
  "refused",
  "paused",
  "stopped",
  "killed",
  "post_stop",
  "start_refused",
  "quota_exceeded",
  "would_warn",
  "would_refuse",
  "would_pause",
  "would_stop",
  "would_kill",
  "failure_open",
] as const;
export type EnforcementAction = (typeof enforcementActions)[number];

export const apiKeyStatuses = ["active", "revoked"] as const;
export type ApiKeyStatus = (typeof apiKeyStatuses)[number];
export const seatStatuses = ["active", "suspended"] as const;
export type SeatStatus = (typeof seatStatuses)[number];
export const tenantStatuses = ["active", "suspended", "closed"] as const;
export type TenantStatus = (typeof tenantStatuses)[number];
export const tenantPlans = ["free", "pro", "enterprise", "self_hosted"] as const;
export type TenantPlan = (typeof tenantPlans)[number];

export const runSources = ["agent", "human", "sdk", "api", "gateway", "system"] as const;
export type RunSource = (typeof runSources)[number];

/** What a leaf of the tenant's log stands for. */
export const leafKinds = [
  "snapshot",
  "seal",
  "addendum",
  "incident_event",
  "audit",
  "override",
  "approval",
  "key",
  "bundle",
  "retention",
] as const;
export type LeafKind = (typeof leafKinds)[number];

export const bundleTypes = ["evidence", "soc2", "executive_debrief"] as const;
export type BundleType = (typeof bundleTypes)[number];

export const exportFormats = ["pdf", "json", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportStatuses = ["generating", "ready", "failed"] as const;
export type ExportStatus = (typeof exportStatuses)[number];

export const reviewVerdicts = ["reviewed", "approved", "exception"] as const;
export type ReviewVerdict = (typeof reviewVerdicts)[number];

/** Whether the rows behind a SOC2 criterion show what it asks for; computed, never claimed. */
export const evidenceStatuses = ["DEMONSTRATED", "PARTIAL", "EXCEPTION", "NOT_DEMONSTRATED", "NOT_APPLICABLE"] as const;
export type EvidenceStatus = (typeof evidenceStatuses)[number];

/** What is told to the outside when it happens: `<family>.<what happened>`. */
export const eventTopics = [
  "run.started",
  "run.blocked",
  "run.released",
  "run.ended",
  "run.late_result",
  "step.refused",
  "step.lapsed",
  "signal.near",
  "signal.breach",
  "signal.unpriced",
  "incident.created",
  "incident.acknowledged",
  "incident.escalated",
  "incident.severity_changed",
  "incident.resolved",
  "incident.reopened",
  "incident.commented",
  "policy.created",
  "policy.changed",
  "policy.retired",
  "policy.scopes_changed",
  "policy.precedence_changed",
  "limit.created",
  "limit.changed",
  "limit.disabled",
  "prices.changed",
  "export.created",
  "export.progress",
  "export.ready",
  "export.failed",
  "export.reviewed",
] as const;
export type EventTopic = (typeof eventTopics)[number];
