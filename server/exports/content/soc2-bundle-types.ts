// The evidence bundle seen by an auditor: which criteria the rows show, over which population, with which exceptions.

import type { EvidenceStatus, IncidentStatus, IncidentType, LeafKind, Severity } from "@/db/vocabulary";
import type {
  ActorRef,
  BundleHead,
  KeyFigure,
  RunEvidenceContent,
  SignOff,
} from "@/server/exports/content/bundle-types";

/** A leaf of the tenant's log; null indexes are not sequenced yet. */
export type LeafRef = { kind: LeafKind; id: string; hash: string; leaf_index: number | null };

export type ControlTest = {
  id: string;
  /** What was asked of the rows. */
  test: string;
  result: "passed" | "failed" | "not_met" | "not_applicable" | "unknown";
  /** What was found, with its values. */
  detail: string;
  leaf: LeafRef | null;
};

export type SOC2ControlMapping = {
  /** CC7.2, … */
  control_id: string;
  /** The customary label of this product's bundles. */
  control_name: string;
  control_description: string;
  /** What the AICPA Trust Services Criteria call it; stands first in a document. */
  official_subject: string;
  /** One paragraph, made of the tests' details. */
  evidence_provided: string;
  evidence_status: EvidenceStatus;
  /** The same word under its older name. */
  compliance_status: EvidenceStatus;
  /** Why it is not DEMONSTRATED; null when it is. */
  status_reason: string | null;
  tests: ControlTest[];
};

/** A policy version that was in force at some time of the period. */
export type PolicyVersionEvidence = {
  kind: "rule" | "limit";
  policy_id: string;
  name: string;
  version: number;
  content_hash: string;
  enforcement: string;
  rollout: string;
  in_force_from: string;
  /** Null: still in force. */
  in_force_until: string | null;
  change: string;
  author: ActorRef;
  authored_at: string;
  approved_by: ActorRef | null;
  approved_at: string | null;
  /** The version this incident's run was held to. */
  is_of_run: boolean;
  bound: boolean;
};

export type ControlDescription = {
  name: string;
  description: string;
  owner: ActorRef | null;
  /** preventive: it acts before the next side effect. */
  nature: "preventive";
  execution: "automated";
  frequency: string;
  policy_versions: PolicyVersionEvidence[];
};

export type PopulationIncident = {
  incident_id: string;
  created_at: string;
  type: IncidentType;
  severity: Severity;
  status: IncidentStatus;
  title: string;
  run_id: string | null;
  acknowledged_at: string | null;
  resolved_at: string | null;
  sla_state: "pending" | "met" | "breached";
  is_synthetic: boolean;
  /** The one this bundle is about. */
  is_selected: boolean;
};

export type CheckpointRef = { size: number; root: string; signed_at: string };

/** The log between the checkpoints at the period's ends. */
export type LogCompleteness = {
  /** The last checkpoint at or before the period's start; null: the log began later. */
  from: CheckpointRef | null;
  /** The newest checkpoint in the period. */
  to: CheckpointRef | null;
  /** Leaves in between, and of which kind. */
  leaves: number | null;
  leaves_by_kind: { kind: string; count: number }[];
  checkpoints: number | null;
  /** RFC 9162 consistency proof from `from` to `to`, checked while this was made; null: could not be checked. */
  consistent: boolean | null;
  consistency_path: string[];
  /** Why it could not be checked, or why it does not hold. */
  unknown_because: string | null;
};

export type Population = {
  /** runs, steps, evaluations, blocks, incidents, overrides, fail_open_decisions and what they divide into. */
  counts: KeyFigure[];
  runs_by_status: { status: string; count: number }[];
  incidents: PopulationIncident[];
  /** Where `incidents` ends before its time: figures are of [period start, covered_until). */
  covered_until: string;
  selection: { incident_id: string; why: string };
  completeness: LogCompleteness;
};

export const exceptionKinds = [
  "degraded_time",
  "checkpoint_gap",
  "unverified_trace",
  "sla_miss",
  "override",
  "shadow_policy",
  "unbound_policy",
  "ungoverned_work",
  "fail_open",
  "unapproved_change",
  "log_halted",
] as const;
export type ExceptionKind = (typeof exceptionKinds)[number];

export type ExceptionEvidence = {
  kind: ExceptionKind;
  title: string;
  result: "none" | "found" | "unknown";
  count: number | null;
  looked_for: string;
  unknown_because: string | null;
  items: { at: string | null; subject: string; detail: string }[];
};

export type PrivilegedAccess = {
  looked_for: string;
  /** Who may change the control, now. */
  holders: { actor: ActorRef; role: string; since: string; expires_at: string | null }[];
  /** What was done with it in the period, oldest first. */
  actions: { at: string; actor: ActorRef; action: string; entity: string; request_id: string | null }[];
};

export type AlertDelivery = {
  looked_for: string;
  /** Events of this incident: written in its transaction, numbered when the relay published them. */
  events: { at: string; topic: string; seq: number | null; published: boolean }[];
  /** Delivery beyond the tenant's stream; null: none is configured or recorded. */
  delivered: number | null;
  unknown_because: string | null;
};

export type SOC2Bundle = BundleHead &
  RunEvidenceContent & {
    bundle_type: "soc2";
    control_mappings: SOC2ControlMapping[];
    attestation_statement: string;
    compliance_period_start: string;
    /** Exclusive. */
    compliance_period_end: string;
    /** `calendar_quarter` in the tenant's zone, or as requested. */
    period_basis: "calendar_quarter" | "requested";
    preparer_notes: string | null;
    auditor_notes: string | null;
    /** Of the moment of making; a review is a leaf of its own, added later. */
    review_status: "PENDING" | "REVIEWED" | "APPROVED";
    reviewed_by: string | null;
    reviewed_at: string | null;
    criteria_covered: string[];
    control: ControlDescription;
    population: Population;
    exceptions: ExceptionEvidence[];
    privileged_access: PrivilegedAccess;
    alert_delivery: AlertDelivery;
    /** Complementary user-entity controls. */
    user_entity_controls: { id: string; text: string }[];
    sign_off: SignOff;
  };
