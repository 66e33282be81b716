// The incident for people who decide: what happened, what it meant, what to do, in words made from the rows.

import type { Severity } from "@/db/vocabulary";
import type {
  ActorRef,
  BundleHead,
  IncidentTimelineEntry,
  IntegrityEvidence,
} from "@/server/exports/content/bundle-types";

export type RecommendedAction = {
  id: string;
  action: string;
  /** The fact it follows from. */
  why: string;
  priority: "now" | "soon" | "later";
};

/** max(0, projected cost − incurred), an estimate; null parts say why. */
export type CostAvoided = {
  label: "estimate";
  value_cents: number | null;
  formula: string;
  inputs: { name: string; value: number | null; unit: string; source: string }[];
  unknown_because: string | null;
};

export type ExecutiveDebriefBundle = BundleHead & {
  bundle_type: "executive_debrief";
  /** Two or three plain sentences. */
  incident_summary: string;
  business_impact: string[];
  risk_level: Severity;
  risk_reason: string;
  run_id: string | null;
  trace_id: string | null;
  agent_id: string | null;
  incident_id: string;
  /** Its name; null: no policy, limit or default was behind it. */
  policy_violated: string | null;
  /**
   * Both are left out where the run was ended by another violation than this incident's, or its record has another time:
   * a file is held to that record, and this incident's step and time stand in `incident.violation`.
   */
  violation_step_index?: number | null;
  violation_time?: string | null;
  detection_time: string;
  contained_at: string | null;
  recommended_actions: RecommendedAction[];
  remediation_status: "pending" | "in_progress" | "completed";
  remediation_notes: string | null;
  time_to_detect_seconds: number | null;
  time_to_contain_seconds: number | null;
  time_to_acknowledge_seconds: number | null;
  time_to_resolve_seconds: number | null;
  cost_incurred_cents: number | null;
  /** An estimate: see `cost_avoided`. */
  cost_prevented_cents: number | null;
  cost_avoided: CostAvoided;
  prepared_for: string | null;
  prepared_by: ActorRef;
  classification: "INTERNAL" | "CONFIDENTIAL" | "PUBLIC";
  incident_timeline: IncidentTimelineEntry[];
  integrity: IntegrityEvidence;
  /** Hash of the run's seal. */
  content_hash: string | null;
};
