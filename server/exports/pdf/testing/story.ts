// Bundles for the tests of documents: the story of the brief, at any length, and with hostile text in every place.

import type { EvidenceBundle, KeyFigure, TraceStepEvidence } from "@/server/exports/content/bundle-types";
import type { ExecutiveDebriefBundle } from "@/server/exports/content/debrief-bundle-types";
import type { SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";
import type { AnyBundle, PdfModel } from "@/server/exports/pdf/pdf-model";
import { soc2Members } from "@/server/exports/pdf/testing/soc2-story";
import { asOf, hashOf, maria, production, timeline, violationOfStory } from "@/server/exports/pdf/testing/story-parts";

const start = Date.UTC(2026, 10, 12, 9, 14, 2, 113);

export function step(index: number, of: number): TraceStepEvidence {
  // The step before the last: behind it stands the closing step of the system.
  const at = of - 1;
  const isViolation = index === at;
  const isAfter = index > at;
  return {
    step_index: index,
    timestamp: new Date(start + index * 1_412).toISOString(),
    step_type: isAfter ? "stopped" : index % 3 === 1 ? "llm_call" : "tool_call",
    tokens: isViolation || isAfter ? null : 900 + ((index * 137) % 400),
    cost_cents: isViolation || isAfter ? null : 0.42 + (index % 7) / 100,
    duration_ms: isViolation || isAfter ? null : 640 + ((index * 71) % 900),
    status: isViolation ? "violation" : index === at - 1 ? "warning" : "ok",
    is_inflection: isViolation,
    content_hash: hashOf(`step ${index}`),
    state: isViolation ? "open" : "settled",
    action: isViolation ? "block" : index === at - 1 ? "warn" : "allow",
    skill: isAfter || index % 3 === 1 ? null : "crm.lookup_account",
    model: !isAfter && index % 3 === 1 ? "gpt-5-mini" : null,
    input_tokens: 500,
    output_tokens: 400,
    estimated_tokens: isAfter ? 0 : 2_400,
    estimated_cost_cents: isAfter ? 0 : 0.96,
    offset_ms: index * 1_412,
    settled_at: null,
    claimed_started_at: null,
    cost_source: "computed",
    cost_assurance: "price_table",
    records: [index * 2 - 1, index * 2],
    input_commit: null,
    output_commit: null,
    stored_commit: null,
  };
}

const figure = (over: Partial<KeyFigure> & Pick<KeyFigure, "id" | "label" | "value" | "unit">): KeyFigure => ({
  assurance: "server",
  is_estimate: false,
  formula: null,
  unknown_because: null,
  ...over,
});

const figures: KeyFigure[] = [
  figure({
    id: "time_to_detect_seconds",
    label: "Time to detect",
    value: 0.018,
    unit: "seconds",
    formula: "decision − violating step",
  }),
  figure({ id: "time_to_contain_seconds", label: "Time to contain", value: 0.041, unit: "seconds" }),
  figure({ id: "total_cost_cents", label: "Cost incurred", value: 1.2345, unit: "cents", assurance: "price_table" }),
  figure({ id: "total_steps", label: "Steps, closing steps included", value: 10, unit: "count" }),
  figure({
    id: "time_to_acknowledge_seconds",
    label: "Time to acknowledge",
    value: null,
    unit: "seconds",
    unknown_because: "It has not been acknowledged.",
  }),
  figure({ id: "total_tokens", label: "Tokens", value: 4_187, unit: "tokens", assurance: "self_reported" }),
];

function head(
  id: string,
): Pick<
  EvidenceBundle,
  | "bundle_id"
  | "created_at"
  | "tenant_id"
  | "tenant_name"
  | "incident"
  | "key_figures"
  | "unknowns"
  | "production"
  | "statement"
  | "scope_limits"
  | "verify"
> {
  return {
    bundle_id: id,
    created_at: asOf,
    tenant_id: "ten_0190a7c2-44f0-7cc1-9e55-7f1f2f9f4b21",
    tenant_name: "Northwind Logistics",
    incident: {
      incident_id: "0193b1d4-7c1e-7a52-8f0a-2f5de0f3b8aa",
      title: "Token limit exceeded by customer-refund-agent",
      description: null,
      type: "token_limit_exceeded",
      category: "POLICY_VIOLATION",
      source: "rule",
      severity: "high",
      status: "resolved",
      is_synthetic: false,
      created_at: "2026-11-12T09:14:06.391Z",
      created_by: { id: "system:gate", name: null },
      sla_due_at: "2026-11-12T13:14:06.391Z",
      sla_state: "met",
      escalation_level: 0,
      escalated_at: null,
      escalated_to: null,
      reopen_count: 0,
      acknowledged_at: "2026-11-12T09:31:40.000Z",
      acknowledged_by: maria,
      resolved_at: "2026-11-12T11:02:09.000Z",
      resolved_by: maria,
      resolution_method: "policy_enforcement",
      resolution_notes: "The prompt template no longer attaches the whole order history.",
      error_code: null,
      error_message: null,
      violation: null,
    },
    key_figures: figures,
    unknowns: [{ field: "incident.escalated_at", reason: "The incident was never escalated." }],
    production,
    statement: "System-generated statement; not an attestation.",
    scope_limits: [
      "What a runner does not post to the gate is not on record here.",
      "Without a copy of a checkpoint or receipt kept elsewhere, an operator who holds the signing key could rewrite the log.",
      "Token counts and durations are the runner's claims.",
    ],
    verify: {
      address: "https://holdpoint.northwind.example/verify",
      command: "node bin/holdpoint-verify.mjs EVD-4f1c09ab77de.pdf --key holdpoint-keys.json",
      keys_address: "https://holdpoint.northwind.example/.well-known/holdpoint-keys.json",
    },
  };
}

function run(steps: number): Omit<EvidenceBundle, keyof ReturnType<typeof head> | "bundle_type" | "sign_off"> {
  const all = Array.from({ length: steps }, (_, at) => step(at + 1, steps));
  const violation = all.find(({ is_inflection }) => is_inflection);
  const total = all.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0);
  return {
    run_id: "run_refund_2026-11-12_0007",
    incident_id: "0193b1d4-7c1e-7a52-8f0a-2f5de0f3b8aa",
    trace_id: "0193b1d4-6aa0-7d11-b1f4-cc3a5d8efc10",
    agent_id: "customer-refund-agent",
    agent_verified: true,
    run_status: "failed_policy",
    started_by: { id: "key:hp_live_7Q2…", name: "Refund worker" },
    policy_context: {
      ...policyContext,
      threshold_value: String(total + 1_000),
      actual_value: String(total + 2_400),
      excess: "1400",
      excess_percentage: Math.round((140_000 / (total + 1_000)) * 10) / 10,
    },
    violation_step_index: violation?.step_index ?? null,
    violation_timestamp: violation?.timestamp ?? null,
    steps: all,
    steps_included: true,
    total_steps: steps,
    steps_completed: all.filter(({ tokens }) => tokens !== null).length,
    stopped_at_step: violation?.step_index ?? null,
    total_duration_ms: steps * 1_412,
    total_tokens: total,
    total_cost_cents: 1.2345,
    cost_is_complete: false,
    presumed_tokens: 2_400,
    presumed_cost_cents: 0.96,
    run_goal: "Answer refund request #88412 of Zoë Müller (Łódź) — Ελληνικά, Кириллица",
    run_started_at: new Date(start).toISOString(),
    run_completed_at: new Date(start + steps * 1_412).toISOString(),
    termination_reason: "policy_block",
    end_note: null,
    exported_by: "user:0190…(Maria Keller)",
    export_reason: "Q4 audit",
    content_hash: hashOf("seal"),
    signals: [
      {
        signal_id: "s1",
        signal_type: "near",
        recorded_at: all[1]?.timestamp ?? asOf,
        step_index: 2,
        metric: "run.tokens",
        current_value: "3400",
        threshold_value: "4000",
        percentage: 85,
        source: "rule",
        policy_id: "p1",
        limit_id: null,
        enforcement: "stop",
      },
    ],
    enforcements: [
      {
        enforcement_id: "e1",
        recorded_at: violation?.timestamp ?? asOf,
        action: "stop",
        source: "rule",
        policy_id: "p1",
        limit_id: null,
        policy_name: "Run token ceiling",
        policy_version: 4,
        step_index: violation?.step_index ?? null,
        shadow: false,
        reason: "run.tokens would be 4 887, over 4 000",
      },
    ],
    overrides_used: { looked_for: "limit and policy overrides and releases that touched this run", items: [] },
    incident_timeline: timeline,
    chain_of_custody: [
      {
        at: asOf,
        event: "snapshot",
        actor: { id: "system:gate", name: null },
        hash: hashOf("snapshot"),
        leaf_index: 118,
        detail: "policies frozen at run start",
      },
      {
        at: asOf,
        event: "seal",
        actor: { id: "system:gate", name: null },
        hash: hashOf("seal"),
        leaf_index: 121,
        detail: "run sealed with 8 records",
      },
      { at: asOf, event: "export", actor: maria, hash: null, leaf_index: null, detail: "this bundle" },
    ],
    integrity: {
      verified: true,
      finding: null,
      finding_seq: null,
      finding_step: null,
      records_checked: steps * 2,
      chain_root: hashOf("root"),
      seal_hash: hashOf("seal"),
      sealed_at: asOf,
      genesis_hash: hashOf("genesis"),
      late_records: 0,
      how_to_verify: [
        "Take the JSON out of this document (it is attached) or download it.",
        "Run the offline verifier with the public key you keep; it needs no network.",
        "Compare the bundle hash it prints with the one in the foot of every page.",
      ],
    },
  };
}

const policyContext: EvidenceBundle["policy_context"] = {
  policy_snapshot_id: "0193b1d4-6a9f-7002-93a1-0b8c6d2e1f00",
  snapshot_hash: hashOf("snapshot"),
  strategy: "most_restrictive",
  active_policies: ["Run token ceiling", "No personal data in prompts", "Burn rate"].map((name, at) => ({
    policy_id: `p${at + 1}`,
    limit_id: null,
    kind: "rule",
    name,
    version: 4 - at,
    content_hash: hashOf(name),
    category: at === 1 ? "PRIVACY" : "OPERATIONAL",
    metric: at === 1 ? null : at === 0 ? "run.tokens" : "run.burn_rate_cents_per_minute",
    threshold: at === 1 ? null : at === 0 ? "4000" : "250.5",
    condition: at === 1 ? 'step.labels.exists(l, l == "pii")' : null,
    enforcement: at === 2 ? "warn" : "stop",
    scope: "all runs",
    bind_at: "each_step",
    rollout: at === 2 ? "shadow" : "active",
    failure_mode: "fail_closed",
    author: maria,
    authored_at: "2026-10-02T08:00:00.000Z",
    approved_by: at === 0 ? { id: "user:0190-b", name: "Jonas Weber" } : null,
    approved_at: at === 0 ? "2026-10-02T10:30:00.000Z" : null,
    is_violated: at === 0,
    arbitration: at === 0 ? "won: most restrictive" : null,
  })),
  violated_policy_id: "p1",
  violated_policy_name: "Run token ceiling",
  violation_type: "token_limit",
  threshold_value: "4000",
  actual_value: "4887",
  violated_limit_id: null,
  metric: "run.tokens",
  severity: "high",
  reason: "run.tokens would be 4 887, over 4 000",
  source: "rule",
  projected: true,
  excess: "887",
  excess_percentage: 22.2,
};

const signOff: EvidenceBundle["sign_off"] = {
  roles: ["Preparer", "Reviewer", "Auditor"].map((role) => ({ role, name: null, signature: null, date: null })),
};

/** The incident is about what ended the run. */
function about(bundleId: string, told: ReturnType<typeof run>): ReturnType<typeof head> {
  const whole = head(bundleId);
  return { ...whole, incident: { ...whole.incident, violation: violationOfStory(told) } };
}

export function evidenceStory(steps = 10): EvidenceBundle {
  const told = run(steps);
  return { ...about("EVD-4f1c09ab77de", told), ...told, bundle_type: "evidence", sign_off: signOff };
}

export function soc2Story(steps = 10): SOC2Bundle {
  const told = run(steps);
  const members = { ...told, ...soc2Members, bundle_type: "soc2", sign_off: signOff } as const;
  return { ...about("SOC2-90c3d1e5aa42", told), ...members };
}

export function debriefStory(): ExecutiveDebriefBundle {
  const { run_id, trace_id, agent_id, incident_id, violation_step_index, incident_timeline, integrity, content_hash } =
    run(10);
  return {
    ...about("EXEC-7be20f4c1d93", run(10)),
    bundle_type: "executive_debrief",
    key_figures: [
      ...figures,
      figure({
        id: "cost_avoided_cents",
        label: "Cost avoided (estimate)",
        value: 3.1,
        unit: "cents",
        is_estimate: true,
        assurance: "mixed",
        formula: "max(0, projected − incurred)",
      }),
    ],
    run_id,
    trace_id,
    agent_id,
    incident_id,
    violation_step_index,
    incident_timeline,
    integrity,
    content_hash,
    incident_summary:
      "On 12 November 2026 the customer-refund-agent reached the token ceiling of its run. The gate stopped it at step 3, before the step was carried out. Maria Keller acknowledged the incident 17 minutes later and resolved it the same morning.",
    business_impact: [
      "One refund request was answered by hand.",
      "No data left the company: the violating step never ran.",
    ],
    risk_level: "high",
    risk_reason: "High: the step would have passed the ceiling by 22.2 %, and the policy stops runs.",
    policy_violated: "Run token ceiling",
    violation_time: "2026-11-12T09:14:06.349Z",
    detection_time: "2026-11-12T09:14:06.367Z",
    contained_at: "2026-11-12T09:14:06.391Z",
    recommended_actions: [
      {
        id: "a1",
        action: "Lower the size of the order history that the prompt attaches.",
        why: "Step 3 alone was estimated at 2,400 tokens.",
        priority: "now",
      },
      {
        id: "a2",
        action: "Bind “Burn rate” as an active policy.",
        why: "It is in shadow and would have warned one step earlier.",
        priority: "soon",
      },
    ],
    remediation_status: "completed",
    remediation_notes: "The prompt template no longer attaches the whole order history.",
    time_to_detect_seconds: 0.018,
    time_to_contain_seconds: 0.024,
    time_to_acknowledge_seconds: 1_053.6,
    time_to_resolve_seconds: 6_482.6,
    cost_incurred_cents: 1.2345,
    cost_prevented_cents: 3.1,
    cost_avoided: {
      label: "estimate",
      value_cents: 3.1,
      formula: "max(0, burn rate × planned time left − incurred)",
      inputs: [
        { name: "burn rate", value: 17.5, unit: "cents a minute", source: "counted by the server" },
        { name: "planned steps left", value: 7, unit: "steps", source: "runner's claim" },
      ],
      unknown_because: null,
    },
    prepared_for: "Audit committee",
    prepared_by: maria,
    classification: "CONFIDENTIAL",
  };
}

export function modelOf(bundle: AnyBundle): PdfModel {
  const bytes = new TextEncoder().encode(JSON.stringify({ bundle }));
  return { bundle, bundleHash: hashOf(bundle.bundle_id), attachment: { name: `${bundle.bundle_id}.json`, bytes } };
}
