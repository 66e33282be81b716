import { describe, expect, it } from "vitest";
import type { RunViolation } from "@/server/activity/contract";
import type { PolicyViolation } from "@/server/policies/wire";
import { breachOf, overBy, type Run, whyOf } from "./why";

const violation: RunViolation = {
  step_index: 3,
  timestamp: "2026-01-22T09:30:00.000Z",
  reason: "run.tokens would reach 15000, over the limit of 10000",
  source: "rule",
  violation_type: "token_limit",
  severity: "high",
  policy_id: "p1",
  limit_id: null,
  policy_name: "Token limit",
  metric: "run.tokens",
  threshold_value: "10000",
  actual_value: "15000",
  projected: true,
  excess: "5000",
  excess_percentage: 50,
};
const run: Run = {
  status: "failed_policy",
  termination_reason: "policy_block",
  end_note: null,
  refusal_reason: null,
  stopped_at_step: 3,
  last_step_index: 5,
  violation,
};
const row: PolicyViolation = {
  violation_id: "v1",
  run_id: "r1",
  source: "rule",
  policy_id: "p1",
  limit_id: null,
  policy_name: "Token limit",
  policy_version: 4,
  action: "stopped",
  violation_type: "token_limit",
  severity: "high",
  metric: "run.tokens",
  threshold_value: "10000",
  actual_value: "15000",
  projected: true,
  reason: violation.reason,
  step_index: 3,
  incident_id: "i1",
  recorded_at: "2026-01-22T09:30:00.000Z",
};

function why(change: Partial<Run>, acted: readonly PolicyViolation[] = [row], error: string | null = null) {
  const changed = { ...run, ...change };
  return whyOf(changed, breachOf(changed, acted), error);
}

function withViolation(change: Partial<RunViolation>): Partial<Run> {
  return { violation: { ...violation, ...change } };
}

describe("a run that a policy ended", () => {
  it("names the step, the value, the threshold and the rule", () => {
    expect(why({})).toBe(
      "Stopped before step 3 ran: it would have brought the run to 15,000 tokens, and the rule “Token limit” allows 10,000.",
    );
  });

  it("tells a report from a step that never ran, and a kill from a stop", () => {
    const sentence = why(withViolation({ projected: false }), [{ ...row, action: "killed" }]);
    expect(sentence).toBe(
      "Killed after step 3: it brought the run to 15,000 tokens, and the rule “Token limit” allows 10,000.",
    );
  });

  it("names limits over windows and the defaults", () => {
    const window = { source: "limit", policy_id: null, limit_id: "l1", policy_name: "Daily budget" };
    const money = { metric: "COST_CENTS", actual_value: "1240", threshold_value: "1000" };
    expect(why(withViolation({ ...window, ...money }))).toBe(
      "Stopped before step 3 ran: it would have brought “Daily budget” to $12.40, and this limit allows $10.00.",
    );
    expect(why(withViolation({ source: "default", policy_id: null, policy_name: "Default threshold" }))).toContain(
      "and the default threshold allows 10,000.",
    );
  });

  it("says which condition held, and that one failed closed", () => {
    const condition = { metric: null, threshold_value: null, actual_value: null, projected: false };
    expect(why(withViolation(condition))).toBe("Stopped at step 3: the condition of the rule “Token limit” was met.");
    expect(why(withViolation({ ...condition, source: "failure_mode" }))).toBe(
      "Stopped at step 3: the rule “Token limit” could not be evaluated, and it fails closed.",
    );
  });

  it("knows the version that acted, among everything that was enforced", () => {
    const other = { ...row, violation_id: "v0", policy_id: "p0", policy_version: 9 };
    expect(breachOf(run, [other, { ...row, action: "warned", policy_version: 1 }, row])?.policy_version).toBe(4);
  });

  it("says by how much", () => {
    const breach = breachOf(run, [row]);
    expect(breach && overBy(breach, violation)).toBe("5,000 tokens over (50%)");
  });
});

describe("a pause", () => {
  const paused = { ...row, action: "paused" } as const;

  it("takes its reason from what was enforced: the run has no violation yet", () => {
    expect(why({ status: "paused", violation: null, termination_reason: null }, [paused])).toBe(
      "Paused before step 3 ran: it would have brought the run to 15,000 tokens, and the rule “Token limit” allows 10,000. It waits for somebody to approve or deny it.",
    );
  });

  it("at a condition comes before the step that it holds back", () => {
    const held = { ...paused, metric: null, threshold_value: null, actual_value: null, projected: false };
    expect(why({ status: "paused", violation: null, last_step_index: 2 }, [held])).toMatch(
      /^Paused before step 3 ran: the condition of the rule “Token limit” was met\. /,
    );
  });

  it("takes the newest of several", () => {
    const older = { ...paused, step_index: 2, recorded_at: "2026-01-22T09:00:00.000Z" };
    expect(breachOf({ ...run, status: "paused", violation: null }, [older, paused])?.step_index).toBe(3);
  });

  it("says when nobody approved", () => {
    expect(why({ end_note: "denied" })).toMatch(/allows 10,000\. The run’s release was denied\.$/);
    expect(why({ end_note: "timed_out" })).toMatch(/allows 10,000\. Nobody released the run in time\.$/);
  });

  it("that was denied had held its step back, unless the step came before it", () => {
    const condition = { metric: null, threshold_value: null, actual_value: null, projected: false };
    const held = { ...row, ...condition, action: "paused" } as const;
    const denied = { end_note: "denied", ...withViolation(condition) };
    expect(why({ ...denied, last_step_index: 4 }, [held])).toMatch(/^Stopped before step 3 ran: /);
    expect(why({ ...denied, last_step_index: 5 }, [held])).toMatch(/^Stopped at step 3: /);
  });
});

describe("other ends", () => {
  const none = { violation: null, stopped_at_step: null } as const;

  it("are told from what the run says", () => {
    expect(why({ ...none, status: "cancelled", end_note: "frozen" }, [])).toBe(
      "Ended after step 5: it, its agent, its key or the tenant was frozen.",
    );
    expect(why({ ...none, status: "cancelled" }, [], "Wrong customer")).toBe("Cancelled after step 5: Wrong customer.");
    expect(why({ ...none, status: "failed", end_note: "idle", termination_reason: "timeout" }, [])).toBe(
      "Failed after step 5: nothing was heard from its runner for too long.",
    );
    expect(why({ ...none, status: "failed", termination_reason: "system_failure" }, [], "Out of memory!")).toBe(
      "Failed after step 5: Out of memory!",
    );
  });

  it("are refusals where there was no start", () => {
    expect(why({ ...none, refusal_reason: "agent_frozen" }, [])).toBe(
      "Refused at its start: its agent is frozen. No step ran.",
    );
  });

  it("need no reason when all is well", () => {
    expect(why({ ...none, status: "succeeded", termination_reason: "completed" }, [])).toBeNull();
    expect(why({ ...none, status: "running", termination_reason: null }, [])).toBeNull();
  });
});
