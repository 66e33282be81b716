import { describe, expect, it } from "vitest";
import {
  basesFor,
  draftWords,
  metricsFor,
  momentsFor,
  newRuleDraft,
  type RuleDraft,
  ruleDraftOf,
  withChoice,
} from "@/components/policies/rule-draft";
import { ruleNotes, ruleSentence, ruleTest } from "@/components/policies/rule-sentence";
import { limitWire, ruleWire, scopesForm, scopesWire } from "@/components/policies/rule-wire";
import { metrics, ruleEnforcements, ruleTypes, scopeTypes } from "@/db/vocabulary";
import { formValues } from "@/server/platform/http/form";
import { createLimit, createRule, replaceScopes } from "@/server/policies/contract";
import type { Policy } from "@/server/policies/wire";
import { LimitBody, RuleBody } from "@/server/policies/wire";

function formOf(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

/** As the form of a rule sends it. */
function ruleForm({ scope_type, scope_ids, ...fields }: RuleDraft): FormData {
  return formOf({ ...fields, "scope.type": scope_type, "scope.ids": scope_ids });
}

function ruleBody(draft: RuleDraft): RuleBody {
  return RuleBody.parse(formValues(createRule.body, [...ruleWire(ruleForm(draft))]));
}

describe("a rule's form", () => {
  it.each(ruleTypes)("of a %s makes a body that the contract takes", (type) => {
    const draft = { ...newRuleDraft(type), name: "A", threshold: "1.5", condition: "synthetic" };
    const body = ruleBody(draft);
    expect(body.rule_type).toBe(type);
    expect(body.metric === null).toBe(body.condition !== null);
    expect(body.threshold === null).toBe(body.metric === null);
  });

  it("asks in dollars and seconds, and sends cents and milliseconds", () => {
    const draft = { ...newRuleDraft("cost_limit"), name: "A" };
    expect(ruleBody({ ...draft, threshold: "10.50" }).threshold).toBe(1_050);
    expect(ruleBody({ ...newRuleDraft("time_limit"), name: "A", threshold: "90" }).threshold).toBe(90_000);
  });

  it("sends what goes with the choices, and nothing else", () => {
    const draft: RuleDraft = { ...newRuleDraft("token_limit"), name: "A", threshold: "5", on_kill: "freeze_agent" };
    expect(ruleBody(draft)).toMatchObject({ on_kill: "none", condition: null });
    expect(ruleBody({ ...draft, enforcement: "kill" }).on_kill).toBe("freeze_agent");
    expect(ruleBody({ ...draft, scope_type: "agent", scope_ids: "a, x\r\n b\na, x\n" }).scope).toEqual({
      type: "agent",
      ids: ["a, x", "b"],
    });
    expect(ruleBody({ ...draft, scope_ids: "left over" }).scope).toEqual({ type: "all_runs", ids: [] });
    expect(ruleBody({ ...draft, failure_mode: "null" }).failure_mode).toBeNull();
  });

  it("comes back as it was stored", () => {
    const body = ruleBody({ ...newRuleDraft("cost_limit"), name: "A", threshold: "4.5", severity: "high" });
    const { scope, ...fields } = body;
    const stored = { ...fields, scope, scopes: [scope] } as unknown as Policy;
    expect(ruleBody(ruleDraftOf(stored))).toEqual(body);
  });

  it("keeps a metric that is unusual for the type", () => {
    expect(metricsFor({ rule_type: "token_limit", metric: "run.steps", basis: "metric" })).toContain("run.steps");
    expect(basesFor({ rule_type: "token_limit", basis: "condition" })).toEqual(["metric", "condition"]);
  });

  it("offers the moments at which the test has a value", () => {
    expect(momentsFor("metric")).not.toContain("run_start");
    expect(momentsFor("condition")).not.toContain("on_change");
    const late: RuleDraft = { ...newRuleDraft("custom_rule"), bind_at: "run_start" };
    expect(withChoice(late, "basis", "metric").bind_at).toBe("each_step");
  });
});

it("sends a rule's scopes as a list", () => {
  const body = (fields: Record<string, string>) =>
    replaceScopes.body.parse(formValues(replaceScopes.body, [...scopesWire(formOf({ version: "3", ...fields }))]));
  expect(body({ reach: "all_runs", "ids.agent": "a" }).scopes).toEqual([{ type: "all_runs", ids: [] }]);
  expect(body({ reach: "chosen", "ids.agent": "a\nb", "ids.human_actor": "c" }).scopes).toEqual([
    { type: "agent", ids: ["a", "b"] },
    { type: "human_actor", ids: ["c"] },
  ]);
});

it("puts several scopes back after an edit", () => {
  const scopes = [
    { type: "agent", ids: ["a", "b"] },
    { type: "human_actor", ids: ["c"] },
  ];
  const saved = { policy_id: "p", version: 4 };
  const form = scopesForm(formOf({ kept_scopes: JSON.stringify(scopes) }), saved);
  const { policy_id, ...body } = formValues(replaceScopes.body, [...(form ?? [])]);
  expect({ policy_id, ...replaceScopes.body.parse(body) }).toEqual({ policy_id: "p", version: 4, scopes });
  expect(scopesForm(formOf({}), saved)).toBeNull();
  expect(scopesForm(formOf({ kept_scopes: "{" }), saved)).toBeNull();
});

describe("a limit's form", () => {
  const base = { name: "A", "scope.type": "tenant", "scope.ids": "", max_value: "500", enforcement: "refuse" };
  const all = { reset_period: "daily", window_seconds: "60", per: "run" };
  const body = (fields: Record<string, string>) =>
    LimitBody.parse(formValues(createLimit.body, [...limitWire(formOf({ ...base, ...all, ...fields }))]));

  it.each([
    ["BUDGET", "COST_CENTS", { max_value: 50_000, reset_period: "daily", window_seconds: null, per: null }],
    ["RATE", "RUNS", { max_value: 500, reset_period: null, window_seconds: 60, per: null }],
    ["THRESHOLD", "STEPS", { reset_period: null, window_seconds: null, per: "run" }],
    ["THRESHOLD", "CONCURRENT_RUNS", { reset_period: null, window_seconds: null, per: null }],
  ])("of a %s over %s sends what goes with it", (limit_category, limit_type, wanted) => {
    expect(body({ limit_category, limit_type })).toMatchObject(wanted);
  });
});

describe("a rule's sentence", () => {
  const say = (changes: Partial<RuleDraft>, type: RuleDraft["rule_type"] = "token_limit") =>
    ruleSentence(draftWords({ ...newRuleDraft(type), ...changes }));

  it("says what, whom and then what", () => {
    expect(say({ threshold: "10000" })).toBe("Every run is stopped when it uses more than 10,000 tokens.");
    expect(say({ threshold: "10", scope_type: "agent", scope_ids: "biller", enforcement: "pause" }, "cost_limit")).toBe(
      "A run of agent “biller” is paused when it costs more than $10.00, and waits until a person approves or denies it.",
    );
    expect(say({ metric: "run.repeats", threshold: "3", enforcement: "kill", on_kill: "freeze_agent" })).toBe(
      "Every run is killed when the same call comes more than 3 times in a row, and its agent is frozen.",
    );
    expect(say({ condition: "synthetic", enforcement: "warn", bind_at: "run_start" }, "custom_rule")).toBe(
      "Every run gets a warning at its start when the condition holds, and goes on.",
    );
  });

  it("has no hole for any metric, enforcement or scope", () => {
    for (const metric of metrics) {
      for (const enforcement of ruleEnforcements) {
        for (const scope_type of scopeTypes) {
          const sentence = say({ metric, enforcement, scope_type, scope_ids: "a\nb", threshold: "2" }, "custom_rule");
          const words = draftWords({ ...newRuleDraft("token_limit"), metric, threshold: "2" });
          expect(`${sentence} ${ruleTest(words)}`).not.toMatch(/undefined|null|NaN|unknown|…/);
        }
      }
    }
  });

  it("leaves a place for what is not typed yet", () => {
    expect(say({})).toBe("Every run is stopped when it uses more than ….");
    expect(say({ scope_type: "agent", threshold: "1" })).toContain("agent …");
  });

  it("notes the signal before, and that a trial does nothing", () => {
    const notes = (changes: Partial<RuleDraft>) =>
      ruleNotes(draftWords({ ...newRuleDraft("token_limit"), ...changes }));
    expect(notes({ threshold: "10000" })).toEqual(["A signal comes at 80%, which is 8,000 tokens."]);
    expect(notes({ threshold: "10000", rollout: "shadow" })).toEqual([
      "On trial: it is decided and recorded, and nothing happens to any run.",
    ]);
    expect(notes({ threshold: "0" })).toEqual([]);
  });
});
