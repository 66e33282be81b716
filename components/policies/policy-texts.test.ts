import { describe, expect, it } from "vitest";
import {
  byMetric,
  conditionRules,
  refusalText,
  strategyNote,
  trialRules,
  winnersOf,
} from "@/components/policies/arbitration";
import { checkBody } from "@/components/policies/check-question";
import { wordedDefinition } from "@/components/policies/definition-words";
import {
  limitDraftOf,
  limitDraftWords,
  limitTypesFor,
  newLimitDraft,
  persFor,
  withLimitChoice,
} from "@/components/policies/limit-draft";
import { limitNotes, limitSentence } from "@/components/policies/limit-sentence";
import { limitCategories, limitEnforcements, limitScopeTypes } from "@/db/vocabulary";
import { type SnapshotSummary, StartRunBody } from "@/server/gate/wire";
import type { Limit } from "@/server/policies/wire";

describe("a limit's sentence", () => {
  const say = (category: Limit["limit_category"], changes: Partial<ReturnType<typeof newLimitDraft>>) =>
    limitSentence(limitDraftWords({ ...newLimitDraft(category), ...changes }));

  it("says who may what, and for how long", () => {
    expect(say("BUDGET", { max_value: "500" })).toBe("All runs together may cost at most $500.00 a day.");
    expect(say("RATE", { max_value: "60", scope_type: "agent" })).toBe(
      "Each agent may start at most 60 runs in any 60 seconds.",
    );
    expect(
      say("THRESHOLD", { limit_type: "TOKENS", max_value: "9000", per: "step", scope_type: "agent", scope_ids: "a" }),
    ).toBe("A step of agent “a” may use at most 9,000 tokens.");
    expect(say("THRESHOLD", { limit_type: "CONCURRENT_RUNS", max_value: "5", scope_type: "api_key" })).toBe(
      "Each API key may have at most 5 runs at the same time.",
    );
  });

  it("has no hole for any category, type, scope or enforcement", () => {
    for (const category of limitCategories) {
      for (const limit_type of limitTypesFor(category)) {
        for (const scope_type of limitScopeTypes) {
          for (const enforcement of limitEnforcements) {
            const draft = { ...newLimitDraft(category), limit_type, scope_type, enforcement, max_value: "3" };
            const text = [limitSentence(limitDraftWords(draft)), ...limitNotes(limitDraftWords(draft))].join(" ");
            expect(text).not.toMatch(/undefined|null|NaN|unknown|…/);
          }
        }
      }
    }
  });

  it("keeps choices that go together", () => {
    const steps = { ...newLimitDraft("THRESHOLD"), limit_type: "TOKENS" as const, per: "step" as const };
    expect(withLimitChoice(steps, "limit_type", "STEPS").per).toBe("run");
    expect(withLimitChoice(newLimitDraft("RATE"), "limit_category", "THRESHOLD").limit_type).not.toBe("RUNS");
    expect(persFor("STEPS")).toEqual(["run"]);
  });

  it("comes back from the wire in the form's units", () => {
    const limit = {
      ...{ name: "Daily", description: null, limit_category: "BUDGET", limit_type: "COST_CENTS", max_value: 50_000 },
      ...{ scope: { type: "agent", ids: ["a", "b"] }, reset_period: "weekly", window_seconds: null, per: null },
      ...{ enforcement: "refuse", near_percentage: 80, status: "active" },
    } as unknown as Limit;
    expect(limitDraftOf(limit)).toMatchObject({ max_value: "500", scope_ids: "a\nb", reset_period: "weekly" });
  });
});

it("a version is shown in words", () => {
  const definition = {
    ...{ policy_id: "x", version: 2, name: "Cost cap", metric: "run.cost_cents", threshold: 1_000, condition: null },
    ...{
      enforcement: "stop",
      failure_mode: null,
      rollout: "shadow",
      scopes: [{ type: "agent", ids: ["a"] }],
      later: 1,
    },
  };
  expect(wordedDefinition(definition)).toEqual({
    Name: "Cost cap",
    Measures: "Cost of the run",
    Threshold: "$10.00",
    Condition: "none",
    Enforcement: "Stop",
    "Holds for": "Chosen agents: a",
    "If it cannot be evaluated": "As the tenant's settings say",
    Rollout: "On trial",
    later: "1",
  });
});

describe("a dry check", () => {
  const policy = (policy_id: string, name: string, rollout = "active") => ({
    ...{ policy_id, name, version: 1, rule_type: "token_limit" as const, precedence: 100 },
    ...{ bound_by: "all_runs" as const, rollout },
  });
  const limit = (changes: Partial<SnapshotSummary["limits"][number]>): SnapshotSummary["limits"][number] => ({
    ...{ metric: "run.tokens", enforcement: "stop", limit: 5_000, near: 4_000, bind_at: "each_step", source: "rule" },
    ...{ policy_id: "a", limit_id: null, lost: [] },
    ...changes,
  });
  const summary = {
    ...{ policy_count: 4, windows: [], strategy: "most_restrictive", ambiguous: false },
    policies: [policy("a", "Low"), policy("b", "High"), policy("c", "Payments"), policy("d", "Trial", "shadow")],
    limits: [limit({ lost: [{ policy_id: "b", limit_id: null, limit: 9_000, why: "less_restrictive" }] })],
    defaults: {
      ...{ step_estimate: { tokens: 0, cost_cents: 0 }, step_timeout_ms: 1, run_timeout_ms: 1, pause_timeout_ms: 1 },
      unpriced: "flag" as const,
    },
  };

  it("names winners, losers and reasons", () => {
    const [winner] = winnersOf(summary, () => undefined);
    expect(winner).toMatchObject({ name: "Low", says: "Stop over 5,000 tokens", note: null });
    expect(winner?.losers).toEqual([
      {
        policyId: "b",
        limitId: null,
        name: "High",
        says: "9,000 tokens",
        why: "lost: 5,000 tokens is the lower value",
      },
    ]);
    expect(
      byMetric(
        summary,
        winnersOf(summary, () => undefined),
      ),
    ).toHaveLength(1);
  });

  it("keeps conditions and trials apart", () => {
    expect(conditionRules(summary).map(({ name }) => name)).toEqual(["Payments"]);
    expect(trialRules(summary).map(({ name }) => name)).toEqual(["Trial"]);
  });

  it("says once why a start would be refused", () => {
    expect(refusalText("agent_frozen", "the agent is frozen")).toBe("The agent is frozen.");
    expect(refusalText("policy", "the condition of Payments holds")).toBe(
      "A rule refuses the start. The condition of Payments holds.",
    );
  });

  it("says so when only the defaults hold", () => {
    expect(strategyNote(summary)).toContain("Most restrictive");
    const defaults = { ...summary, limits: [limit({ source: "default", policy_id: null })] };
    expect(strategyNote(defaults)).toContain("default thresholds");
    expect(winnersOf(defaults, () => undefined)[0]?.name).toBe("Default threshold");
  });
});

describe("the question of a dry check", () => {
  const none = {
    ...{ agent_id: null, actor_type: null, actor_id: null, project: null, provider: null, model: null, goal: null },
    tags: null,
  };

  it("is asked from an agent on", () => {
    expect(checkBody(none)).toBeNull();
    expect(checkBody({ ...none, agent_id: " " })).toBeNull();
    expect(checkBody({ ...none, agent_id: " biller " })).toEqual({ agent_id: "biller" });
  });

  it("says what was filled in", () => {
    const asked = { ...none, agent_id: "a", actor_type: "human", actor_id: "eve", project: "p", tags: "env=prod\n\nx" };
    const body = checkBody(asked);
    expect(body).toEqual({
      ...{ agent_id: "a", actor: { type: "human", id: "eve" }, project: "p" },
      tags: { env: "prod", x: "" },
    });
    expect(StartRunBody.safeParse(body).success).toBe(true);
  });
});
