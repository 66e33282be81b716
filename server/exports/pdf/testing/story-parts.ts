// People, times and texts that the stories share.

import { createHash } from "node:crypto";
import type {
  ActorRef,
  IncidentTimelineEntry,
  IncidentViolation,
  Production,
  RunEvidenceContent,
} from "@/server/exports/content/bundle-types";

export const asOf = "2026-11-14T08:30:00.000Z";
export const maria: ActorRef = { id: "user:0190a7c2-5b1d-7f3e-8c11-d0f3a9b7e655", name: "Maria Keller" };

export function hashOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

export const production: Production = {
  produced_at: asOf,
  requested_by: maria,
  requested_by_role: "admin",
  export_reason: "Q4 audit",
  prepared_for: "Audit committee",
  operation: "POST /api/v1/incidents/{incident_id}/export/evidence",
  parameters: { format: "pdf", include_raw_steps: true },
  as_of: asOf,
  isolation: "repeatable read, read only",
  queries: [
    {
      id: "incident",
      reads: ["incidents"],
      condition: "id = incident",
      parameters: { incident: "0193b1d4-7c1e-7a52-8f0a-2f5de0f3b8aa" },
      rows: 1,
    },
    {
      id: "steps",
      reads: ["run_steps", "run_records"],
      condition: "run = the incident's run, by step",
      parameters: { run: "run_refund_2026-11-12_0007" },
      rows: 10,
    },
    { id: "totals", reads: ["runs", "traces"], condition: "run = the incident's run", parameters: {}, rows: null },
  ],
  engine: {
    product: "Holdpoint",
    version: "0.1.0",
    decision_engine: "gate/1",
    evidence_format: "holdpoint-evidence/1",
    database: "PostgreSQL 18.4",
  },
  time_zone: "Europe/Berlin",
  clock: "The database's clock, cut to milliseconds.",
};

export const timeline: IncidentTimelineEntry[] = [
  {
    at: "2026-11-12T09:14:02.113Z",
    type: "run_started",
    actor: { id: "key:hp_live", name: "Refund worker" },
    text: "The run began under snapshot 0193b1d4.",
    is_inflection: false,
  },
  {
    at: "2026-11-12T09:14:06.349Z",
    type: "violation",
    actor: { id: "policy:p1", name: "Run token ceiling" },
    text: "Step 3 would have brought run.tokens to 4 887, over 4 000; it was refused and the run stopped.",
    is_inflection: true,
  },
  {
    at: "2026-11-12T09:14:06.391Z",
    type: "incident_opened",
    actor: { id: "system:gate", name: null },
    text: "The incident was opened with the run's trace.",
    is_inflection: false,
  },
  {
    at: "2026-11-12T09:31:40.000Z",
    type: "acknowledged",
    actor: maria,
    text: "Acknowledged: “looking at the prompt”.",
    is_inflection: false,
  },
  {
    at: "2026-11-12T11:02:09.000Z",
    type: "resolved",
    actor: maria,
    text: "Resolved by policy enforcement.",
    is_inflection: false,
  },
];

type Told = Pick<RunEvidenceContent, "policy_context" | "violation_step_index" | "violation_timestamp">;

/** The incident's own is the one that ended the run, at a step that was held back. */
export function violationOfStory(told: Told): IncidentViolation | null {
  const { policy_context: policy, violation_step_index } = told;
  if (violation_step_index === null) return null;
  const { violation_type, severity, metric, threshold_value, actual_value, excess, excess_percentage } = policy;
  return {
    ...{ step_index: violation_step_index, timestamp: told.violation_timestamp ?? asOf, reason: policy.reason ?? "" },
    ...{ source: policy.source ?? "", violation_type, severity, metric, threshold_value, actual_value },
    ...{ policy_id: policy.violated_policy_id, limit_id: policy.violated_limit_id },
    ...{ policy_name: policy.violated_policy_name, projected: policy.projected === true, excess, excess_percentage },
    ...{ step_had_run: false, enforcement: "stop", course: "stopped", releases: [] },
  };
}
