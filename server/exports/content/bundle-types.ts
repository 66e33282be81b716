// What a bundle says, as it stands in the JSON and as the documents print it. Instants are ISO strings of the server's
// clock, money is cents with at most 4 decimals. Unknown is null, never 0, and `unknowns` of the bundle says why.
// Here: what all bundles share and the evidence bundle. SOC2Bundle: soc2-bundle-types.ts. ExecutiveDebriefBundle:
// debrief-bundle-types.ts.

import type {
  BundleType,
  IncidentCategory,
  IncidentSource,
  IncidentStatus,
  IncidentType,
  ResolutionMethod,
  RunStatus,
  Severity,
  TerminationReason,
} from "@/db/vocabulary";
import type { RunViolation } from "@/server/activity/contract";

/** Who vouches for a figure: our own clock and counting, the tenant's price table, or the runner alone. */
export type FigureAssurance = "server" | "price_table" | "self_reported" | "gateway_observed" | "mixed";

/** One number a document prints. `formula` says how it was computed; an estimate always has one. */
export type KeyFigure = {
  id: string;
  label: string;
  value: number | null;
  unit: "count" | "tokens" | "cents" | "seconds" | "ms" | "percent" | "cents_per_minute";
  assurance: FigureAssurance;
  is_estimate: boolean;
  formula: string | null;
  /** Set exactly where `value` is null. */
  unknown_because: string | null;
};

/** Why a member of the bundle is null although one would look for a value there. `field` is its path: `total_cost_cents`. */
export type Unknown = { field: string; reason: string };

/** `id` is `user:<id>`, `key:<id>`, `policy:<id>` or `system:<component>`; a name where the tenant has one for it. */
export type ActorRef = { id: string; name: string | null };

/** What the incident says of itself at the time of the export. */
export type IncidentFacts = {
  incident_id: string;
  title: string;
  description: string | null;
  type: IncidentType;
  category: IncidentCategory;
  source: IncidentSource;
  severity: Severity;
  status: IncidentStatus;
  is_synthetic: boolean;
  created_at: string;
  created_by: ActorRef;
  sla_due_at: string;
  /** Judged at `created_at` of the bundle. */
  sla_state: "pending" | "met" | "breached";
  escalation_level: number;
  escalated_at: string | null;
  escalated_to: string | null;
  reopen_count: number;
  acknowledged_at: string | null;
  acknowledged_by: ActorRef | null;
  resolved_at: string | null;
  resolved_by: ActorRef | null;
  resolution_method: ResolutionMethod | null;
  resolution_notes: string | null;
  error_code: string | null;
  error_message: string | null;
  violation: IncidentViolation | null;
};

export type PauseRelease = { decision: "approve" | "deny"; at: string; by: ActorRef | null; reason: string | null };

/**
 * What this incident broke, when it was first decided. `violation_step_index`, `violation_timestamp` and `policy_context` are
 * held to the violation that ended the run (docs/evidence-format.md §16), which may be another incident's.
 */
export type IncidentViolation = RunViolation & {
  /** When it was decided; null where rows do not tell. False: it was asked for, and held back. */
  step_had_run: boolean | null;
  /** pause | stop | kill; null: nothing held the run. */
  enforcement: string | null;
  /** What became of that. `ended`: otherwise, while it was paused. */
  course: "stopped" | "waits" | "released" | "denied" | "timed_out" | "ended" | null;
  /** Of this incident's pauses, oldest first. */
  releases: PauseRelease[];
};

export type StepVerdict = "ok" | "warning" | "violation";

export type TraceStepEvidence = {
  /** From 1. */
  step_index: number;
  /** Server time of its first record. */
  timestamp: string;
  step_type: string;
  /** Null until a result has come. The runner's claim. */
  tokens: number | null;
  /** Null until a result has come, and where there is no price. */
  cost_cents: number | null;
  /** The runner's claim. */
  duration_ms: number | null;
  status: StepVerdict;
  is_inflection: boolean;
  /** Of its newest record. */
  content_hash: string | null;
  /** open | settled | lapsed | presumed | late */
  state: string;
  action: "allow" | "warn" | "block";
  skill: string | null;
  model: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  /** What was reserved when it was admitted; of a step that never ran this is all there is. */
  estimated_tokens: number;
  estimated_cost_cents: number;
  /** From the run's start, server time. */
  offset_ms: number;
  settled_at: string | null;
  /** The runner's own clock. */
  claimed_started_at: string | null;
  cost_source: string | null;
  /** reported → self_reported, computed → price_table, unpriced → unknown cost. Of tokens: always self_reported. */
  cost_assurance: FigureAssurance | null;
  /** Seqs of its chain records, in order. */
  records: number[];
  /** Commitments to payloads: `sha256:…`; salts are in `salts` of the file while they are kept. */
  input_commit: string | null;
  output_commit: string | null;
  stored_commit: string | null;
};

export type PolicyInForce = {
  policy_id: string | null;
  limit_id: string | null;
  kind: "rule" | "limit" | "default";
  name: string;
  version: number | null;
  /** Of this version's definition. */
  content_hash: string | null;
  category: string | null;
  metric: string | null;
  threshold: string | null;
  condition: string | null;
  enforcement: string;
  scope: string;
  bind_at: string | null;
  /** `shadow` decides and records but never acts. */
  rollout: string;
  failure_mode: string | null;
  /** Who made this version and when; who approved it, where the tenant's rules ask for one. */
  author: ActorRef | null;
  authored_at: string | null;
  approved_by: ActorRef | null;
  approved_at: string | null;
  is_violated: boolean;
  /** What the arbitration of the snapshot made of it: won, lost and why, or null. */
  arbitration: string | null;
};

export type PolicyContext = {
  policy_snapshot_id: string | null;
  snapshot_hash: string | null;
  strategy: string | null;
  active_policies: PolicyInForce[];
  violated_policy_id: string | null;
  violated_policy_name: string | null;
  violation_type: string | null;
  /** Plain decimals in the metric's wire unit; text for conditions. */
  threshold_value: string | null;
  actual_value: string | null;
  violated_limit_id: string | null;
  metric: string | null;
  severity: string | null;
  reason: string | null;
  /** rule | limit | default | failure_mode */
  source: string | null;
  /** The step never ran: `actual_value` is what it would have come to. */
  projected: boolean | null;
  /** How far over the threshold, in the metric's unit and in per cent; null where they are no numbers. */
  excess: string | null;
  excess_percentage: number | null;
};

export type SignalEvidence = {
  signal_id: string;
  signal_type: "near" | "breach" | "unpriced";
  recorded_at: string;
  step_index: number | null;
  metric: string;
  current_value: string;
  threshold_value: string;
  percentage: number | null;
  source: string;
  policy_id: string | null;
  limit_id: string | null;
  enforcement: string;
};

export type EnforcementEvidence = {
  enforcement_id: string;
  recorded_at: string;
  action: string;
  source: string;
  policy_id: string | null;
  limit_id: string | null;
  policy_name: string | null;
  policy_version: number | null;
  step_index: number | null;
  shadow: boolean;
  reason: string;
};

/** One thing that happened to the incident or its run, oldest first. */
export type IncidentTimelineEntry = {
  at: string;
  type: string;
  actor: ActorRef | null;
  /** One plain sentence. */
  text: string;
  is_inflection: boolean;
};

/** One hand the evidence passed through, oldest first: snapshot, genesis, records, seal, leaf, checkpoint, exports. */
export type CustodyEntry = {
  at: string | null;
  event: string;
  actor: ActorRef;
  /** `sha256:…` of what was handed on. */
  hash: string | null;
  leaf_index: number | null;
  detail: string;
};

/** What was looked for, and what was found: an empty list says what it is empty of. */
export type Search<Item> = { looked_for: string; items: Item[] };

export type OverrideEvidence = {
  override_id: string;
  kind: "limit" | "policy" | "hold_release";
  at: string;
  ends_at: string | null;
  requested_by: ActorRef | null;
  approved_by: ActorRef | null;
  target: string;
  reason: string | null;
  run_id: string | null;
};

/** One question put to the database. */
export type ProductionQuery = {
  id: string;
  /** Tables read. */
  reads: string[];
  condition: string;
  parameters: Record<string, string | number | boolean | null>;
  /** Rows found; null where it answers figures and not rows. */
  rows: number | null;
};

/** How the bundle came to be, so that somebody else can ask the same questions again. */
export type Production = {
  produced_at: string;
  requested_by: ActorRef;
  requested_by_role: string | null;
  export_reason: string | null;
  prepared_for: string | null;
  operation: string;
  parameters: Record<string, string | number | boolean | null>;
  /** One repeatable-read transaction; every figure is of this instant. */
  as_of: string;
  isolation: string;
  queries: ProductionQuery[];
  engine: {
    product: string;
    version: string;
    decision_engine: string | null;
    evidence_format: string;
    database: string;
  };
  /** The zone periods are counted in. Instants themselves are UTC. */
  time_zone: string;
  clock: string;
};

export type IntegrityEvidence = {
  /** The run was verified from its rows when the bundle was made; null: there is no run. */
  verified: boolean | null;
  /** The first thing that did not hold. */
  finding: string | null;
  finding_seq: number | null;
  finding_step: number | null;
  records_checked: number;
  chain_root: string | null;
  seal_hash: string | null;
  sealed_at: string | null;
  genesis_hash: string | null;
  late_records: number;
  how_to_verify: string[];
};

/** What every bundle has. */
export type BundleHead = {
  bundle_id: string;
  bundle_type: BundleType;
  created_at: string;
  tenant_id: string;
  tenant_name: string | null;
  incident: IncidentFacts;
  key_figures: KeyFigure[];
  unknowns: Unknown[];
  production: Production;
  /** "System-generated statement; not an attestation." */
  statement: string;
  /** What this cannot show. */
  scope_limits: string[];
  /** Where anybody may check the file: path of the verifier's operation and the offline command. */
  verify: { address: string; command: string; keys_address: string };
};

export type RunEvidenceContent = {
  run_id: string | null;
  incident_id: string;
  trace_id: string | null;
  agent_id: string | null;
  agent_verified: boolean | null;
  run_status: RunStatus | null;
  started_by: ActorRef | null;
  policy_context: PolicyContext;
  violation_step_index: number | null;
  violation_timestamp: string | null;
  /** Empty when `steps_included` is false; otherwise every step there is. */
  steps: TraceStepEvidence[];
  steps_included: boolean;
  /** Closing steps of the system included, as in `steps`. */
  total_steps: number | null;
  /** Steps of the runner with a result. */
  steps_completed: number | null;
  stopped_at_step: number | null;
  total_duration_ms: number | null;
  total_tokens: number | null;
  /** A lower bound where `cost_is_complete` is false. */
  total_cost_cents: number | null;
  cost_is_complete: boolean | null;
  /** Admitted, never reported: their estimates. */
  presumed_tokens: number | null;
  presumed_cost_cents: number | null;
  run_goal: string | null;
  run_started_at: string | null;
  run_completed_at: string | null;
  termination_reason: TerminationReason | null;
  end_note: string | null;
  exported_by: string;
  export_reason: string | null;
  /** Hash of the run's seal: what the bundle is about. The bundle's own hash is `bundle_hash` of the file's proof. */
  content_hash: string | null;
  signals: SignalEvidence[];
  enforcements: EnforcementEvidence[];
  overrides_used: Search<OverrideEvidence>;
  incident_timeline: IncidentTimelineEntry[];
  chain_of_custody: CustodyEntry[];
  integrity: IntegrityEvidence;
};

export type EvidenceBundle = BundleHead & RunEvidenceContent & { bundle_type: "evidence"; sign_off: SignOff };

/** Left blank on paper, for a person. */
export type SignOff = { roles: { role: string; name: null; signature: null; date: null }[] };
