// What was frozen for a run, read from its snapshot: what applied, what won, what lost and why. Pure.

import type { SnapshotContent } from "@/server/gate/snapshot";
import type { EffectiveLimit, FrozenRule, PolicySet, WhyLost } from "@/server/policies/policy-set";
import type { PolicySnapshotDetail } from "@/server/policies/wire";
import type { RunLimit } from "./live-runs";
import type { Breach } from "./why";

interface Loser {
  name: string;
  policy_id: string | null;
  limit_id: string | null;
  limit: string;
  why: string;
}
export type Winner = EffectiveLimit & { losers: Loser[] };

export interface FrozenPolicies {
  winners: Winner[];
  conditions: FrozenRule[];
  /** Rules on trial: decided and recorded, never acting. */
  shadows: FrozenRule[];
  windows: SnapshotContent["windows"];
  rules: FrozenRule[];
  strategy: string;
  ambiguity: string | null;
  /** No rule and no limit applied: the thresholds of the product did. */
  areDefaults: boolean;
  engine: string;
  pricesVersion: number | null;
}

const whyWords: Readonly<Record<WhyLost, string>> = {
  less_restrictive: "allows more",
  lower_priority: "has a lower priority",
  dominated: "could never act: the winner ends the run first",
  same_value: "sets the same value",
};

/** Null where the content is not there any more; the snapshot's integrity says why. */
export function frozenPolicies({ content, policy_set }: PolicySnapshotDetail): FrozenPolicies | null {
  if (policy_set === null || !Array.isArray(policy_set.rules) || !Array.isArray(policy_set.effective)) return null;
  const set = asSet(policy_set);
  const byId = new Map(set.rules.map((rule) => [rule.policy_id, rule]));
  const rulesOf = (ids: readonly string[]) => ids.flatMap((id) => byId.get(id) ?? []);
  const frame = content === null ? null : asContent(content);
  return {
    winners: set.effective.map((limit) => ({ ...limit, losers: limit.lost.map((lost) => loserOf(set, lost)) })),
    conditions: rulesOf(set.conditions),
    shadows: set.rules.filter((rule) => rule.rollout === "shadow"),
    windows: frame?.windows ?? [],
    rules: set.rules,
    strategy: set.strategy,
    ambiguity: set.ambiguity ?? null,
    areDefaults: set.defaults_apply,
    engine: set.engine,
    pricesVersion: frame?.prices_version ?? null,
  };
}

function loserOf(set: PolicySet, lost: EffectiveLimit["lost"][number]): Loser {
  const rule = set.rules.find((one) => one.policy_id === lost.policy_id);
  const limit = set.limits.find((one) => one.limit_id === lost.limit_id);
  return {
    name: rule?.name ?? limit?.name ?? "a default threshold",
    policy_id: lost.policy_id ?? null,
    limit_id: lost.limit_id ?? null,
    limit: lost.limit,
    why: whyWords[lost.why],
  };
}

/** The limits that won, as gauges need them. */
export function runLimits(snapshot: PolicySnapshotDetail): RunLimit[] {
  return (frozenPolicies(snapshot)?.winners ?? []).map(({ metric, limit, near_percentage, enforcement }) => ({
    metric,
    limit: Number(limit),
    near: (Number(limit) * near_percentage) / 100,
    enforcement,
  }));
}

/** What the limit that acted had won against when the run started; null where the snapshot does not know it. */
export function winnerOf(frozen: FrozenPolicies, breach: Breach): Winner | null {
  const isIt = (winner: Winner) =>
    winner.metric === breach.metric &&
    (winner.policy_id ?? null) === breach.policy_id &&
    (winner.limit_id ?? null) === breach.limit_id;
  return frozen.winners.find(isIt) ?? null;
}

// The gate wrote both, and their hashes are checked with every look at a snapshot.
function asSet(policySet: Record<string, unknown>): PolicySet {
  return policySet as unknown as PolicySet;
}
function asContent(content: Record<string, unknown>): SnapshotContent {
  return content as SnapshotContent;
}
