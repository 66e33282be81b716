// The tables of a run: its steps, the policies it was held to, what came near, what was enforced, through which hands
// its evidence went.

import type {
  CustodyEntry,
  EnforcementEvidence,
  OverrideEvidence,
  PolicyInForce,
  RunEvidenceContent,
  Search,
  SignalEvidence,
  TraceStepEvidence,
} from "@/server/exports/content/bundle-types";
import {
  actorName,
  count,
  decimal,
  inSeconds,
  instant,
  milliseconds,
  moment,
  money,
  none,
  sentenceCase,
  words,
} from "@/server/exports/pdf/figures";
import type { Column, Listing, Row } from "@/server/exports/pdf/listing";

const ROWS_IN_PAGE = 40;
/** The brief's reader wants the steps beside the chart as long as that can be read. */
const STEPS_IN_PAGE = 200;

const stepColumns: Column[] = [
  { head: "Step", share: 37, align: "right" },
  { head: "Server time (UTC)", share: 110 },
  { head: "After start, s", share: 60, align: "right" },
  { head: "Type · skill · model", share: 92 },
  { head: "Tokens *", share: 46, align: "right" },
  { head: "Cost", share: 58, align: "right" },
  { head: "Duration *", share: 46, align: "right" },
  { head: "Status", share: 76 },
];

export function runListings(bundle: RunEvidenceContent): Listing[] {
  return [
    stepListing(bundle),
    policyListing(bundle.policy_context.active_policies),
    signalListing(bundle.signals),
    enforcementListing(bundle.enforcements),
    overrideListing("overrides", bundle.overrides_used),
    custodyListing(bundle.chain_of_custody),
  ];
}

function stepListing({ steps, steps_included }: RunEvidenceContent): Listing {
  return {
    id: "steps",
    title: "Execution timeline: all steps",
    columns: stepColumns,
    rows: steps.map(stepRow),
    empty: steps_included
      ? "The run has no steps."
      : "Left out at the exporter's request; the totals above cover every step.",
    rowsInPage: STEPS_IN_PAGE,
  };
}

export function stepRow(step: TraceStepEvidence): Row {
  const what = [words(step.step_type), step.skill, step.model].filter((part) => part !== null && part !== "");
  const cells = [
    String(step.step_index),
    `${step.timestamp.slice(0, 10)} ${step.timestamp.slice(11, 23)}`,
    inSeconds(step.offset_ms),
    what.join(" · "),
    tokensOf(step),
    costOf(step),
    step.duration_ms === null ? none : milliseconds(step.duration_ms),
    statusOf(step),
  ];
  return step.status === "ok" ? { cells } : { cells, tone: step.status === "violation" ? "bad" : "warn" };
}

/** Of a step that never ran, what was reserved is all there is; a closing step reserves nothing. */
function tokensOf({ tokens, estimated_tokens }: TraceStepEvidence): string {
  if (tokens !== null) return count(tokens);
  return estimated_tokens === 0 ? none : `est. ${count(estimated_tokens)}`;
}

function costOf({ cost_cents, tokens, estimated_cost_cents }: TraceStepEvidence): string {
  if (cost_cents !== null) return money(cost_cents);
  if (tokens !== null) return "unpriced";
  return estimated_cost_cents === 0 ? none : `est. ${money(estimated_cost_cents)}`;
}

function statusOf({ status, action, state, is_inflection }: TraceStepEvidence): string {
  if (is_inflection) return `VIOLATION · ${action} · inflection`;
  return status === "violation" ? `VIOLATION · ${action}` : `${status} · ${action === "allow" ? state : action}`;
}

/** The steps around the inflection, which stand in the page when all of them stand in an annex. */
export function stepsAroundInflection(listing: Listing, steps: readonly TraceStepEvidence[]): Listing {
  const at = steps.findIndex(({ is_inflection }) => is_inflection);
  const first = Math.max(0, (at < 0 ? steps.length - 1 : at) - 7);
  return { ...listing, id: "steps-excerpt", rows: steps.slice(first, first + 12).map(stepRow) };
}

function policyListing(policies: readonly PolicyInForce[]): Listing {
  return {
    id: "policies",
    title: "Policies in force",
    columns: [
      { head: "Policy", share: 124 },
      { head: "Version", share: 36 },
      { head: "Threshold or condition", share: 120 },
      { head: "Enforcement", share: 62 },
      { head: "Scope · bound at", share: 72 },
      { head: "Author · approver", share: 90 },
    ],
    rows: policies.map(policyRow),
    empty: "No policy was in force for this run.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

function policyRow(policy: PolicyInForce): Row {
  const rule = policy.condition ?? `${policy.metric ?? ""} ≤ ${decimal(policy.threshold)}`;
  const by = [
    `${actorName(policy.author)}, ${moment(policy.authored_at)}`,
    ...(policy.approved_by === null
      ? []
      : [`approved by ${actorName(policy.approved_by)}, ${moment(policy.approved_at)}`]),
  ];
  const cells = [
    `${policy.is_violated ? "VIOLATED · " : ""}${policy.name} (${policy.kind}${policy.category === null ? "" : `, ${words(policy.category)}`})`,
    policy.version === null ? none : `v${policy.version}`,
    policy.arbitration === null ? rule : `${rule}. Arbitration: ${policy.arbitration}`,
    `${policy.enforcement}${policy.rollout === "active" ? "" : ` · ${policy.rollout}`}`,
    [words(policy.scope), words(policy.bind_at)].join(" · "),
    by.join("; "),
  ];
  return policy.is_violated ? { cells, tone: "bad" } : { cells };
}

function signalListing(signals: readonly SignalEvidence[]): Listing {
  return {
    id: "signals",
    title: "Threshold signals",
    columns: [
      { head: "Recorded (UTC)", share: 104 },
      { head: "Signal", share: 44 },
      { head: "Step", share: 36, align: "right" },
      { head: "Metric", share: 92 },
      { head: "Measured", share: 64, align: "right" },
      { head: "Threshold", share: 64, align: "right" },
      { head: "Share", share: 44, align: "right" },
      { head: "Enforcement", share: 66 },
    ],
    rows: signals.map((signal) => ({
      cells: [
        instant(signal.recorded_at).replace(" UTC", ""),
        signal.signal_type,
        signal.step_index === null ? none : String(signal.step_index),
        signal.metric,
        decimal(signal.current_value),
        decimal(signal.threshold_value),
        signal.percentage === null ? none : `${signal.percentage} %`,
        signal.enforcement,
      ],
      tone: signal.signal_type === "breach" ? "bad" : "warn",
    })),
    empty: "No threshold came near or was passed.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

function enforcementListing(enforcements: readonly EnforcementEvidence[]): Listing {
  return {
    id: "enforcements",
    title: "Enforcement decisions",
    columns: [
      { head: "Recorded (UTC)", share: 104 },
      { head: "Step", share: 36, align: "right" },
      { head: "Action", share: 56 },
      { head: "Policy", share: 120 },
      { head: "Reason", share: 198 },
    ],
    rows: enforcements.map((each) => ({
      cells: [
        instant(each.recorded_at).replace(" UTC", ""),
        each.step_index === null ? none : String(each.step_index),
        each.shadow ? `${each.action} (shadow: not acted on)` : each.action,
        `${each.policy_name ?? each.policy_id ?? each.limit_id ?? each.source}${each.policy_version === null ? "" : ` v${each.policy_version}`}`,
        each.reason,
      ],
      ...(/stop|kill|refus|paus|block/.test(each.action) && !each.shadow ? { tone: "bad" as const } : {}),
    })),
    empty: "Nothing was enforced in this run.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

export function overrideListing(id: string, { looked_for, items }: Search<OverrideEvidence>): Listing {
  return {
    id,
    title: "Overrides",
    columns: [
      { head: "From – until (UTC)", share: 116 },
      { head: "Kind", share: 62 },
      { head: "Target", share: 92 },
      { head: "Requested · approved", share: 120 },
      { head: "Reason", share: 114 },
    ],
    rows: items.map((item) => ({
      cells: [
        timeOf(item),
        words(item.kind),
        item.target,
        `${actorName(item.requested_by)} · ${actorName(item.approved_by)}`,
        item.reason ?? none,
      ],
      tone: "warn",
    })),
    empty: `None found. Looked for: ${looked_for}`,
    rowsInPage: ROWS_IN_PAGE,
  };
}

/** A release lets one pause go on and is over with that; an override holds until it ends. */
function timeOf({ kind, at, ends_at }: OverrideEvidence): string {
  if (kind === "hold_release" && ends_at === null) return moment(at);
  return `${moment(at)} – ${ends_at === null ? "open" : moment(ends_at)}`;
}

function custodyListing(entries: readonly CustodyEntry[]): Listing {
  return {
    id: "custody",
    title: "Chain of custody",
    columns: [
      { head: "Time (UTC)", share: 104 },
      { head: "What", share: 130 },
      { head: "By", share: 78 },
      { head: "Leaf", share: 32, align: "right" },
      { head: "Hash handed on", share: 160, face: "mono" },
    ],
    rows: entries.map((entry) => ({
      cells: [
        instant(entry.at).replace(" UTC", ""),
        `${sentenceCase(words(entry.event))}: ${entry.detail}`,
        actorName(entry.actor),
        entry.leaf_index === null ? none : String(entry.leaf_index),
        entry.hash ?? "-",
      ],
    })),
    empty: "Nothing was handed on.",
    rowsInPage: ROWS_IN_PAGE,
  };
}
