import { describe, expect, it } from "vitest";
import { limitFaults, ruleFaults, scopeFaults } from "@/server/policies/rules";
import { LimitBody, RuleBody } from "@/server/policies/wire";

function ruleCodes(fields: object): string[] {
  const body = { name: "n", rule_type: "token_limit", enforcement: "stop", ...fields };
  return ruleFaults(RuleBody.parse(body)).map((fault) => `${fault.pointer} ${fault.code}`);
}

describe("a rule", () => {
  it.each([
    [{ metric: "run.tokens", threshold: 0 }],
    [{ metric: "run.cost_cents", threshold: 10.0001 }],
    [{ metric: "run.tokens", threshold: 1, enforcement: "kill", on_kill: "freeze_key" }],
    [{ metric: "run.tokens", threshold: 1, bind_at: "on_change" }],
    [{ condition: "run.steps > 3" }],
    [{ condition: 'agent.id == "a" && tags["env"] != "prod"', bind_at: "run_start" }],
  ])("may be %j", (fields) => {
    expect(ruleCodes(fields)).toEqual([]);
  });

  it.each([
    [{}, ["#/metric required"]],
    [{ metric: "run.tokens" }, ["#/threshold required"]],
    [{ threshold: 1, condition: "true" }, ["#/threshold contradiction"]],
    [{ metric: "run.tokens", threshold: 1, condition: "true" }, ["#/condition contradiction"]],
    [{ metric: "run.tokens", threshold: 1.5 }, ["#/threshold too_precise"]],
    [{ metric: "run.cost_cents", threshold: 0.00001 }, ["#/threshold too_precise"]],
    [{ metric: "run.tokens", threshold: 1, on_kill: "freeze_key" }, ["#/on_kill contradiction"]],
    [{ metric: "run.tokens", threshold: 1, bind_at: "run_start" }, ["#/bind_at not_at_this_moment"]],
    [{ condition: "run.tokens > 1", bind_at: "run_start" }, ["#/condition not_at_this_moment"]],
    [{ condition: "synthetic", bind_at: "on_change" }, ["#/condition not_at_this_moment"]],
    [{ condition: "run.nothing > 1" }, ["#/condition unknown_field"]],
    [{ condition: "run.tokens" }, ["#/condition not_bool"]],
    [{ condition: "" }, ["#/condition empty"]],
    [{ condition: `run.goal == "${"x".repeat(1_024)}"` }, ["#/condition too_long"]],
  ])("may not be %j", (fields, faults) => {
    expect(ruleCodes(fields)).toEqual(faults);
  });

  it("says where a condition is wrong", () => {
    const [fault] = ruleFaults(
      RuleBody.parse({ name: "n", rule_type: "custom_rule", enforcement: "stop", condition: "1 + run.x > 1" }),
    );
    expect(fault?.span).toEqual({ from: 4, to: 9 });
  });
});

describe("scopes", () => {
  const codes = (scopes: Parameters<typeof scopeFaults>[0]) =>
    scopeFaults(
      scopes,
      scopes.map((_, at) => `#/scopes/${at}`),
    ).map((fault) => `${fault.pointer} ${fault.code}`);

  it("are all runs, or ids of other types", () => {
    expect(codes([{ type: "all_runs", ids: [] }])).toEqual([]);
    expect(
      codes([
        { type: "agent", ids: ["a"] },
        { type: "human_actor", ids: ["u"] },
      ]),
    ).toEqual([]);
    expect(codes([])).toEqual([]);
  });

  it("are never all runs with ids or beside others, empty, twice, or keys that are none", () => {
    expect(codes([{ type: "all_runs", ids: ["a"] }])).toEqual(["#/scopes/0/ids contradiction"]);
    expect(codes([{ type: "agent", ids: [] }])).toEqual(["#/scopes/0/ids required"]);
    expect(
      codes([
        { type: "agent", ids: ["a"] },
        { type: "all_runs", ids: [] },
      ]),
    ).toEqual(["#/scopes/1/type contradiction"]);
    expect(
      codes([
        { type: "agent", ids: ["a"] },
        { type: "agent", ids: ["b"] },
      ]),
    ).toEqual(["#/scopes/1/type repeated"]);
    expect(codes([{ type: "api_key", ids: ["hp_live_x"] }])).toEqual(["#/scopes/0/ids/0 unknown_api_key"]);
  });
});

describe("a limit", () => {
  const codes = (fields: object) =>
    limitFaults(LimitBody.parse({ name: "n", max_value: 1, ...fields })).map(
      (fault) => `${fault.pointer} ${fault.code}`,
    );

  it.each([
    [{ limit_category: "BUDGET", limit_type: "COST_CENTS", reset_period: "daily", max_value: 0.5 }],
    [{ limit_category: "BUDGET", limit_type: "RUNS", reset_period: "none", max_value: 0 }],
    [{ limit_category: "RATE", limit_type: "STEPS", window_seconds: 60 }],
    [{ limit_category: "THRESHOLD", limit_type: "TOKENS", per: "step", enforcement: "stop" }],
    [{ limit_category: "THRESHOLD", limit_type: "CONCURRENT_RUNS" }],
    [{ limit_category: "THRESHOLD", limit_type: "CONCURRENT_RUNS", scope: { type: "agent", ids: [] } }],
  ])("may be %j", (fields) => {
    expect(codes(fields)).toEqual([]);
  });

  it.each([
    [{ limit_category: "BUDGET", limit_type: "TOKENS" }, ["#/reset_period required"]],
    [
      { limit_category: "BUDGET", limit_type: "TOKENS", reset_period: "daily", window_seconds: 5 },
      ["#/window_seconds contradiction"],
    ],
    [{ limit_category: "RATE", limit_type: "TOKENS" }, ["#/window_seconds required"]],
    [
      { limit_category: "RATE", limit_type: "TOKENS", window_seconds: 5, reset_period: "daily" },
      ["#/reset_period contradiction"],
    ],
    [{ limit_category: "RATE", limit_type: "CONCURRENT_RUNS", window_seconds: 5 }, ["#/limit_type contradiction"]],
    [{ limit_category: "THRESHOLD", limit_type: "TOKENS" }, ["#/per required"]],
    [{ limit_category: "THRESHOLD", limit_type: "CONCURRENT_RUNS", per: "run" }, ["#/per contradiction"]],
    [{ limit_category: "THRESHOLD", limit_type: "RUNS", per: "run" }, ["#/limit_type contradiction"]],
    [{ limit_category: "THRESHOLD", limit_type: "STEPS", per: "step" }, ["#/per contradiction"]],
    [{ limit_category: "RATE", limit_type: "TOKENS", window_seconds: 5, max_value: 1.5 }, ["#/max_value too_precise"]],
    [
      { limit_category: "RATE", limit_type: "TOKENS", window_seconds: 5, scope: { type: "tenant", ids: ["x"] } },
      ["#/scope/ids contradiction"],
    ],
  ])("may not be %j", (fields, faults) => {
    expect(codes(fields)).toEqual(faults);
  });

  it.each([0, 2_678_401, 1.5])("has no window of %d seconds", (window_seconds) => {
    const body = { name: "n", max_value: 1, limit_category: "RATE", limit_type: "TOKENS", window_seconds };
    expect(LimitBody.safeParse(body).success).toBe(false);
  });
});
