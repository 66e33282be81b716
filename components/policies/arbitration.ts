// The answer of a dry check, told: what would hold for such a run, what it beat, and why.

import { amountOf, metricName } from "@/components/activity/metric-words";
import { words } from "@/components/data/format";
import { bindWords, conflictWords } from "@/components/policies/exact-words";
import type { SnapshotSummary } from "@/server/gate/wire";

type Summary = Omit<SnapshotSummary, "snapshot_id" | "content_hash">;
type Effective = Summary["limits"][number];

interface Party {
  policyId: string | null;
  limitId: string | null;
  name: string;
}

export interface Winner extends Party {
  key: string;
  /** "Tokens of the run: stop over 10,000 tokens" */
  says: string;
  note: string | null;
  losers: Loser[];
}

export interface Loser extends Party {
  says: string;
  why: string;
}

/** Rules and limits have no names in the answer where they only lost: `nameOf` knows those of the lists. */
type NameOf = (id: string) => string | undefined;

export function winnersOf(summary: Summary, nameOf: NameOf): Winner[] {
  const names = new Map(summary.policies.map((policy) => [policy.policy_id, policy.name]));
  const partyOf = (party: { policy_id: string | null; limit_id: string | null }): Party => {
    const id = party.policy_id ?? party.limit_id;
    const name = id === null ? "Default threshold" : (names.get(id) ?? nameOf(id) ?? "A limit");
    return { policyId: party.policy_id, limitId: party.limit_id, name };
  };
  return summary.limits.map((limit) => ({
    ...partyOf(limit),
    key: `${limit.metric}|${limit.enforcement}|${limit.bind_at}|${limit.policy_id ?? limit.limit_id}`,
    says: `${words(limit.enforcement)} over ${amountOf(limit.metric, limit.limit)}`,
    note: limit.bind_at === "each_step" ? null : `Looked at: ${lower(bindLabel(limit.bind_at))}.`,
    losers: limit.lost.map((lost) => ({
      ...partyOf(lost),
      says: amountOf(limit.metric, lost.limit),
      why: whyLost(lost.why, limit),
    })),
  }));
}

/** Winners by what they measure, in the answer's order. */
export function byMetric(summary: Summary, winners: readonly Winner[]): { metric: string; winners: Winner[] }[] {
  const names = [...new Set(summary.limits.map(({ metric }) => metric))];
  return names.map((metric) => ({
    metric: metricName(metric),
    winners: winners.filter((_winner, at) => summary.limits[at]?.metric === metric),
  }));
}

/** Rules in force whose condition holds beside the limits: those that neither won nor lost a number. */
export function conditionRules(summary: Summary): Summary["policies"] {
  const counted = new Set(
    summary.limits.flatMap((limit) => [limit.policy_id, ...limit.lost.map(({ policy_id }) => policy_id)]),
  );
  return summary.policies.filter((policy) => policy.rollout === "active" && !counted.has(policy.policy_id));
}

export function trialRules(summary: Summary): Summary["policies"] {
  return summary.policies.filter((policy) => policy.rollout === "shadow");
}

/** Which strategy decided, and whether anything held at all. */
export function strategyNote(summary: Summary): string {
  if (summary.limits.some(({ source }) => source === "default")) {
    return "No rule and no limit applies to such a run, so the default thresholds hold.";
  }
  const strategy = Object.entries(conflictWords).find(([name]) => name === summary.strategy)?.[1];
  return strategy ? `${strategy.label}. ${strategy.hint}` : words(summary.strategy);
}

function whyLost(why: string, winner: Effective): string {
  const amount = amountOf(winner.metric, winner.limit);
  switch (why) {
    case "less_restrictive":
      return `lost: ${amount} is the lower value`;
    case "lower_priority":
      return "lost: the other has the lower precedence number";
    case "same_value":
      return "lost: it says the same, and one of them is enough";
    case "dominated":
      return `never reached: the run ends at ${amount} already`;
    default:
      return `lost: ${words(why).toLowerCase()}`;
  }
}

const refusals: Readonly<Record<string, string>> = {
  tenant_frozen: "The tenant is frozen.",
  key_frozen: "The API key is frozen.",
  agent_frozen: "The agent is frozen.",
  ambiguous_policies: "Rules contradict each other, and one of them says to refuse then.",
  snapshot_unavailable: "The rules could not be read whole, so nothing is started on them.",
  policy: "A rule refuses the start.",
};

/** The gate's detail says more only where policies are the reason. */
export function refusalText(reason: string, detail: string): string {
  const text = refusals[reason] ?? `${words(reason)}.`;
  if (reason.endsWith("_frozen")) return text;
  return `${text} ${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}

function bindLabel(moment: string): string {
  return Object.entries(bindWords).find(([name]) => name === moment)?.[1].label ?? moment;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
