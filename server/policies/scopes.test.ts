import { describe, expect, it } from "vitest";
import {
  type BookRule,
  type PolicyBook,
  type RuleScope,
  resolveScopes,
  scopeKey,
  type WindowLimit,
} from "@/server/policies/scopes";
import { defaultGateSettings } from "@/server/policies/settings";

const context = { agent_id: "bot", api_key_id: "k1", human_actor_id: null, project: "billing", provider: null };

function bookRule(policy_id: string, scopes: RuleScope[]): BookRule {
  return {
    policy_id,
    name: policy_id,
    version: 1,
    rule_type: "token_limit",
    category: "OPERATIONAL",
    metric: "run.tokens",
    threshold: "1",
    near_percentage: 80,
    enforcement: "stop",
    on_kill: "none",
    precedence: 100,
    conflict_strategy: "most_restrictive",
    bind_at: "each_step",
    rollout: "active",
    content_hash: "sha256:00",
    scopes,
  };
}

function window(
  limit_id: string,
  scope_type: WindowLimit["scope_type"],
  scope_ids: string[],
  scope_rank = 0,
): WindowLimit {
  const counted = { limit_category: "BUDGET", limit_type: "TOKENS", reset_period: "daily" } as const;
  const rest = {
    name: limit_id,
    version: 1,
    max: 1,
    max_value: "1",
    enforcement: "refuse",
    near_percentage: 80,
  } as const;
  return { limit_id, ...counted, ...rest, scope_type, scope_ids, scope_rank };
}

function book(parts: Partial<PolicyBook>): PolicyBook {
  const prices = { version: 1, entries: [] };
  return {
    epoch: 1,
    settings: defaultGateSettings,
    settings_version: 1,
    prices,
    rules: [],
    thresholds: [],
    windows: [],
    tampered: [],
    ...parts,
  };
}

describe("rules", () => {
  it("bind where an id is present and listed; without a scope they bind nothing", () => {
    const rules = [
      bookRule("all", [{ scope_type: "all_runs", ids: [] }]),
      bookRule("mine", [{ scope_type: "agent", ids: ["bot", "other"] }]),
      bookRule("other", [{ scope_type: "agent", ids: ["bo", "bot2"] }]),
      bookRule("human", [{ scope_type: "human_actor", ids: ["u-1"] }]),
      bookRule("either", [
        { scope_type: "agent", ids: ["x"] },
        { scope_type: "api_key", ids: ["k1"] },
      ]),
      bookRule("unbound", []),
    ];
    const { rules: bound } = resolveScopes(book({ rules }), context);
    expect(bound.map((rule) => [rule.policy_id, rule.bound_by])).toEqual([
      ["all", "all_runs"],
      ["mine", "agent"],
      ["either", "api_key"],
    ]);
    expect(bound[0]).not.toHaveProperty("scopes");
  });
});

describe("limits", () => {
  it("count by value of their scope; empty ids mean every value", () => {
    expect(scopeKey(window("l", "tenant", []), context)).toBe("tenant:");
    expect(scopeKey(window("l", "agent", []), context)).toBe("agent:bot");
    expect(scopeKey(window("l", "project", ["billing"]), context)).toBe("project:billing");
    expect(scopeKey(window("l", "project", ["sales"]), context)).toBeNull();
    expect(scopeKey(window("l", "provider", []), context)).toBeNull();
    expect(scopeKey(window("l", "human_actor", []), context)).toBeNull();
  });

  it("come in lock order: rank, then id", () => {
    const windows = [window("b", "tenant", [], 5), window("a", "tenant", [], 5), window("c", "agent", [], 0)];
    expect(resolveScopes(book({ windows }), context).windows.map((limit) => limit.limit_id)).toEqual(["c", "a", "b"]);
  });
});
