// What the SOC 2 story has beside the evidence: a quarter with its population, one exception and one unknown.

import type { KeyFigure } from "@/server/exports/content/bundle-types";
import type {
  ControlTest,
  ExceptionEvidence,
  PopulationIncident,
  SOC2Bundle,
} from "@/server/exports/content/soc2-bundle-types";
import { exceptionKinds } from "@/server/exports/content/soc2-bundle-types";
import { hashOf, maria } from "@/server/exports/pdf/testing/story-parts";

type Soc2Members = Pick<
  SOC2Bundle,
  | "control_mappings"
  | "attestation_statement"
  | "compliance_period_start"
  | "compliance_period_end"
  | "period_basis"
  | "preparer_notes"
  | "auditor_notes"
  | "review_status"
  | "reviewed_by"
  | "reviewed_at"
  | "criteria_covered"
  | "control"
  | "population"
  | "exceptions"
  | "privileged_access"
  | "alert_delivery"
  | "user_entity_controls"
>;

const counted = (id: string, label: string, value: number | null): KeyFigure => ({
  id,
  label,
  value,
  unit: "count",
  assurance: "server",
  is_estimate: false,
  formula: null,
  unknown_because: value === null ? "The counter did not answer in time." : null,
});

const test = (id: string, text: string, result: ControlTest["result"], detail: string): ControlTest => ({
  id,
  test: text,
  result,
  detail,
  leaf:
    result === "passed"
      ? { kind: "seal", id: "run_refund_2026-11-12_0007", hash: hashOf("seal"), leaf_index: 121 }
      : null,
});

export function populationIncident(at: number): PopulationIncident {
  return {
    incident_id: `0193b1d4-7c1e-7a52-8f0a-${String(at).padStart(12, "0")}`,
    created_at: new Date(Date.UTC(2026, 9, 1 + (at % 60), 8, at % 60)).toISOString(),
    type: at % 3 === 0 ? "cost_limit_exceeded" : "token_limit_exceeded",
    severity: at % 5 === 0 ? "critical" : "high",
    status: at % 4 === 0 ? "active" : "resolved",
    title: at === 2 ? "Token limit exceeded by customer-refund-agent" : `Limit exceeded by agent-${at}`,
    run_id: `run-${at}`,
    acknowledged_at: null,
    resolved_at: null,
    sla_state: at % 4 === 0 ? "breached" : "met",
    is_synthetic: false,
    is_selected: at === 2,
  };
}

const exceptions: ExceptionEvidence[] = exceptionKinds.map((kind) => ({
  kind,
  title: `${kind.charAt(0).toUpperCase()}${kind.slice(1).replace(/_/g, " ")}`,
  result: kind === "sla_miss" ? "found" : kind === "ungoverned_work" ? "unknown" : "none",
  count: kind === "sla_miss" ? 1 : kind === "ungoverned_work" ? null : 0,
  looked_for: "rows of the period that say so.",
  unknown_because: kind === "ungoverned_work" ? "Runs that were never posted leave no row." : null,
  items:
    kind === "sla_miss"
      ? [
          {
            at: "2026-10-20T12:00:00.000Z",
            subject: "incident 0193…0004",
            detail: "acknowledged 41 min after it was due",
          },
        ]
      : [],
}));

export const soc2Members: Soc2Members = {
  control_mappings: [
    {
      control_id: "CC7.2",
      control_name: "Incident Response",
      official_subject: "Monitoring of system components for anomalies",
      control_description:
        "The entity monitors system components and their operation for anomalies that are indicative of malicious acts, natural disasters, and errors affecting its ability to meet its objectives.",
      evidence_provided:
        "The run was held to a snapshot of three policies, each step was evaluated before it ran, and the violation was found at step 3.",
      evidence_status: "DEMONSTRATED",
      compliance_status: "DEMONSTRATED",
      status_reason: null,
      tests: [
        test("t1", "The run has a policy snapshot whose hash matches", "passed", "snapshot 0193b1d4, three policies"),
        test("t2", "Every step has an evaluation", "passed", "10 of 10 steps"),
      ],
    },
    {
      control_id: "CC7.3",
      control_name: "Incident Management",
      official_subject: "Evaluation of security events",
      control_description:
        "The entity evaluates security events to determine whether they could or have resulted in a failure of the entity to meet its objectives.",
      evidence_provided:
        "The incident was opened by the gate in the same transaction, with severity high, and acknowledged after 17 minutes.",
      evidence_status: "DEMONSTRATED",
      compliance_status: "DEMONSTRATED",
      status_reason: null,
      tests: [
        test("t3", "The incident was acknowledged", "passed", "by Maria Keller, 17 min 34 s after it was opened"),
      ],
    },
    {
      control_id: "CC7.4",
      control_name: "Analysis and Remediation",
      official_subject: "Response to identified security incidents",
      control_description:
        "The entity responds to identified security incidents by executing a defined incident-response program.",
      evidence_provided: "The trace verified. No postmortem is on record; a resolution is.",
      evidence_status: "PARTIAL",
      compliance_status: "PARTIAL",
      status_reason: "No postmortem is recorded.",
      tests: [
        test("t4", "The run verifies from its rows", "passed", "20 records, chain and seal"),
        test("t5", "A postmortem is recorded", "not_met", "none found"),
      ],
    },
  ],
  attestation_statement:
    "Holdpoint states that the rows it holds show the following of bundle SOC2-90c3d1e5aa42: the run was stopped at step 3 under policy “Run token ceiling” v4.",
  compliance_period_start: "2026-10-01T00:00:00.000Z",
  compliance_period_end: "2027-01-01T00:00:00.000Z",
  period_basis: "calendar_quarter",
  preparer_notes: null,
  auditor_notes: null,
  review_status: "PENDING",
  reviewed_by: null,
  reviewed_at: null,
  criteria_covered: ["CC7.2", "CC7.3", "CC7.4"],
  control: {
    name: "Policy gate for agent runs",
    description:
      "Before each step of a run, the gate decides by the policies frozen at the run's start whether it may go on.",
    owner: maria,
    nature: "preventive",
    execution: "automated",
    frequency: "Each step of each run",
    policy_versions: [4, 3].map((version) => ({
      kind: "rule",
      policy_id: "p1",
      name: "Run token ceiling",
      version,
      content_hash: hashOf(`v${version}`),
      enforcement: "stop",
      rollout: "active",
      in_force_from: version === 4 ? "2026-10-02T10:30:00.000Z" : "2026-07-01T00:00:00.000Z",
      in_force_until: version === 4 ? null : "2026-10-02T10:30:00.000Z",
      change: "updated",
      author: maria,
      authored_at: "2026-10-02T08:00:00.000Z",
      approved_by: version === 4 ? { id: "user:0190-b", name: "Jonas Weber" } : null,
      approved_at: version === 4 ? "2026-10-02T10:30:00.000Z" : null,
      is_of_run: version === 4,
      bound: true,
    })),
  },
  population: {
    counts: [
      counted("runs", "Runs", 18_204),
      counted("steps", "Steps", 211_006),
      counted("evaluations", "Evaluations", 633_018),
      counted("blocks", "Blocks", 41),
      counted("incidents", "Incidents", 12),
      counted("overrides", "Overrides", 0),
      counted("fail_open", "Fail-open decisions", null),
    ],
    runs_by_status: [
      { status: "succeeded", count: 17_980 },
      { status: "failed_policy", count: 41 },
      { status: "failed", count: 183 },
    ],
    incidents: Array.from({ length: 12 }, (_, at) => populationIncident(at + 1)),
    covered_until: "2026-11-14T08:30:00.000Z",
    selection: {
      incident_id: "0193b1d4-7c1e-7a52-8f0a-000000000002",
      why: "Named by the person who asked for the export.",
    },
    completeness: {
      from: { size: 118, root: hashOf("a"), signed_at: "2026-09-30T23:59:02.000Z" },
      to: { size: 40_311, root: hashOf("b"), signed_at: "2026-11-14T08:29:58.000Z" },
      leaves: 40_193,
      leaves_by_kind: [
        { kind: "seal", count: 18_204 },
        { kind: "audit", count: 21_977 },
        { kind: "incident_event", count: 12 },
      ],
      checkpoints: 8_122,
      consistent: true,
      consistency_path: [hashOf("c"), hashOf("d")],
      unknown_because: null,
    },
  },
  exceptions,
  privileged_access: {
    looked_for: "audit entries of owners and admins on policies, limits and keys in the period",
    holders: [{ actor: maria, role: "owner", since: "2026-01-04T09:00:00.000Z", expires_at: null }],
    actions: [
      { at: "2026-10-02T10:30:00.000Z", actor: maria, action: "policy.updated", entity: "policy p1", request_id: null },
    ],
  },
  alert_delivery: {
    looked_for: "events of this incident in the tenant's stream",
    events: [{ at: "2026-11-12T09:14:06.391Z", topic: "incident.created", seq: 40_288, published: true }],
    delivered: null,
    unknown_because: "No delivery beyond the stream is configured.",
  },
  user_entity_controls: [
    { id: "CUEC-1", text: "Runners post every step before they carry it out and stop when they are told to." },
    { id: "CUEC-2", text: "Checkpoints or receipts are kept where the operator of Holdpoint cannot change them." },
  ],
};
