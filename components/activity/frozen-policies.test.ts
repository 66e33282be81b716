import { describe, expect, it } from "vitest";
import { buildPolicySet, type FrozenRule } from "@/server/policies/policy-set";
import type { PolicySnapshotDetail } from "@/server/policies/wire";
import { frozenPolicies, runLimits, winnerOf } from "./frozen-policies";
import { breachOf } from "./why";

function rule(policy_id: string, change: Partial<FrozenRule> = {}): FrozenRule {
  return {
    ...{ policy_id, name: `Rule ${policy_id}`, version: 1, rule_type: "token_limit", category: "OPERATIONAL" },
    ...{ metric: "run.tokens", threshold: "10000", near_percentage: 80, enforcement: "stop", on_kill: "none" },
    ...{ bound_by: "all_runs", precedence: 100, conflict_strategy: "most_restrictive", bind_at: "each_step" },
    ...{ rollout: "active", content_hash: "sha256:0" },
    ...change,
  };
}

function snapshot(rules: readonly FrozenRule[]): PolicySnapshotDetail {
  const set = buildPolicySet(rules, [], { near_percentage: 80, windows_apply: false });
  return {
    ...{ snapshot_id: "s", run_id: "r", content_hash: "sha256:1", set_hash: "sha256:2", policy_count: rules.length },
    ...{ strategy: set.strategy, ambiguous: set.ambiguous, created_at: "2026-01-22T09:30:00.000Z" },
    content: null,
    policy_set: { ...set },
    integrity: { content_hash: "sha256:1", status: "VERIFIED", checks: [] },
  };
}

const rules = [
  rule("a"),
  rule("b", { threshold: "50000" }),
  rule("c", { enforcement: "warn", threshold: "12000" }),
  rule("d", { rollout: "shadow", threshold: "1" }),
];

describe("a snapshot", () => {
  it("says who won, who lost and why", () => {
    const frozen = frozenPolicies(snapshot(rules));
    expect(frozen?.winners.map((winner) => winner.name)).toEqual(["Rule a"]);
    expect(frozen?.winners[0]?.losers.map(({ name, why }) => `${name} ${why}`)).toEqual([
      "Rule b allows more",
      "Rule c could never act: the winner ends the run first",
    ]);
    expect(frozen?.shadows.map((shadow) => shadow.name)).toEqual(["Rule d"]);
  });

  it("names the defaults where nothing else applied", () => {
    const frozen = frozenPolicies(snapshot([]));
    expect(frozen?.areDefaults).toBe(true);
    expect(frozen?.winners.every((winner) => winner.name === "Default threshold")).toBe(true);
  });

  it("is nothing when its content is gone", () => {
    expect(frozenPolicies({ ...snapshot(rules), policy_set: null })).toBeNull();
    expect(runLimits({ ...snapshot(rules), policy_set: null })).toEqual([]);
  });

  it("gives gauges their limits", () => {
    expect(runLimits(snapshot(rules))).toEqual([
      { metric: "run.tokens", limit: 10_000, near: 8_000, enforcement: "stop" },
    ]);
  });
});

it("finds what the limit that acted had won against", () => {
  const frozen = frozenPolicies(snapshot(rules));
  const violation = {
    ...{ step_index: 3, timestamp: "2026-01-22T09:30:00.000Z", reason: "", source: "rule", severity: "high" },
    ...{ violation_type: "token_limit", policy_id: "a", limit_id: null, policy_name: "Rule a", metric: "run.tokens" },
    ...{ threshold_value: "10000", actual_value: "15000", projected: true, excess: "5000", excess_percentage: 50 },
  };
  const run = {
    status: "failed_policy",
    termination_reason: "policy_block",
    end_note: null,
    refusal_reason: null,
  } as const;
  const breach = breachOf({ ...run, stopped_at_step: 3, last_step_index: 5, violation }, []);
  expect(frozen && breach && winnerOf(frozen, breach)?.losers).toHaveLength(2);
  expect(frozen && breach && winnerOf(frozen, { ...breach, policy_id: "b" })).toBeNull();
});
