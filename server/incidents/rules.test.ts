import { describe, expect, it } from "vitest";
import { incidentStatuses, incidentTypes, severities, violationTypes } from "@/db/vocabulary";
import {
  categoryOf,
  causeOf,
  deriveSeverity,
  higherSeverity,
  incidentActions,
  incidentTypeOf,
  needsResolutionNotes,
  raisedSeverity,
  severityOfFailure,
  slaDue,
  slaDueAfterRaise,
  transition,
} from "@/server/incidents/rules";

const hours = { critical: 1, high: 4, medium: 24, low: 72 };

describe("severity of a violation", () => {
  it.each([
    ["10001", "10000", "medium"],
    ["10999", "10000", "medium"],
    ["10999.99", "10000", "medium"],
    ["11000", "10000", "high"],
    ["15000", "10000", "high"],
    ["20000", "10000", "high"],
    ["20000.01", "10000", "critical"],
    ["0.11", "0.1", "high"],
    ["0.1099", "0.1", "medium"],
    ["0.2", "0.1", "high"],
    ["0.20000001", "0.1", "critical"],
    ["9007199254740993", "4503599627370496", "critical"],
    ["1", "0", "critical"],
    ["0", "0", "medium"],
    ["9000", "10000", "medium"],
    ["not a number", "10000", "medium"],
  ] as const)("%s over a limit of %s is %s", (actual, threshold, expected) => {
    expect(deriveSeverity({ violation_type: "token_limit", threshold, actual })).toBe(expected);
  });

  it.each(["token_limit", "cost_limit", "step_limit", "time_limit"] as const)("%s goes by overshoot", (type) => {
    expect(deriveSeverity({ violation_type: type, threshold: "10", actual: "30" })).toBe("critical");
  });

  it.each([
    ["pii_detected", "critical"],
    ["safety_violation", "critical"],
    ["content_policy", "high"],
    ["rate_limit", "medium"],
    ["custom_rule", "medium"],
  ] as const)("%s is %s whatever the numbers say", (violation_type, expected) => {
    expect(deriveSeverity({ violation_type })).toBe(expected);
    expect(deriveSeverity({ violation_type, threshold: "1", actual: "100" })).toBe(expected);
  });

  it("takes the larger of the rule's and the derived one", () => {
    const of = { violation_type: "token_limit", threshold: "100", actual: "150" } as const;
    expect(deriveSeverity({ ...of, rule_severity: "low" })).toBe("high");
    expect(deriveSeverity({ ...of, rule_severity: "critical" })).toBe("critical");
    expect(deriveSeverity({ ...of, rule_severity: null })).toBe("high");
  });

  it("takes a custom rule's own severity, a low one too", () => {
    for (const rule_severity of severities) {
      expect(deriveSeverity({ violation_type: "custom_rule", rule_severity })).toBe(rule_severity);
    }
  });
});

it("rates failures by their error code, unknown ones as medium", () => {
  expect(severityOfFailure("AGENT_CRASH")).toBe("critical");
  expect(severityOfFailure("EXECUTION_TIMEOUT")).toBe("high");
  expect(severityOfFailure("CANCELLED")).toBe("low");
  for (const code of ["RETRY_EXHAUSTED", "whatever", "toString", "__proto__", "", null, undefined]) {
    expect(severityOfFailure(code)).toBe("medium");
  }
});

it("names every violation's incident type, category and cause", () => {
  expect(violationTypes.map(incidentTypeOf)).toEqual([
    "token_limit_exceeded",
    "cost_limit_exceeded",
    "rate_limit_exceeded",
    "content_policy_detected",
    "pii_detected",
    "safety_violation_detected",
    "custom_rule_exceeded",
    "step_limit_exceeded",
    "time_limit_exceeded",
  ]);
  expect(Object.fromEntries(incidentTypes.map((type) => [type, categoryOf(type)]))).toMatchObject({
    token_limit_exceeded: "BUDGET_EXCEEDED",
    rate_limit_exceeded: "RATE_LIMIT",
    pii_detected: "POLICY_VIOLATION",
    step_limit_exceeded: "RESOURCE_EXHAUSTION",
    execution_failure: "EXECUTION_FAILURE",
    manual: "MANUAL",
  });
  expect(categoryOf("step_limit_exceeded", "run.repeats")).toBe("LOOP_DETECTED");
  expect(causeOf({ source: "manual", type: "manual", hasRun: true })).toBe("HUMAN");
  expect(causeOf({ source: "rule", type: "token_limit_exceeded", hasRun: true })).toBe("LLM_RUN");
  expect(causeOf({ source: "system", type: "integrity_failure", hasRun: true })).toBe("SYSTEM");
  expect(causeOf({ source: "system", type: "cost_anomaly", hasRun: false })).toBe("SYSTEM");
});

it("orders severities and raises them one step at most", () => {
  expect(higherSeverity("low", "high")).toBe("high");
  expect(higherSeverity("critical", "high")).toBe("critical");
  expect(severities.map(raisedSeverity)).toEqual(["medium", "high", "critical", "critical"]);
});

describe("due time", () => {
  const createdAt = new Date("2026-01-20T10:00:00.000Z");

  it("is the severity's hours after the opening", () => {
    expect(slaDue(createdAt, "critical", hours).toISOString()).toBe("2026-01-20T11:00:00.000Z");
    expect(slaDue(createdAt, "low", hours).toISOString()).toBe("2026-01-23T10:00:00.000Z");
  });

  it("moves earlier when the severity rises, counted from the opening, and never later", () => {
    const slaDueAt = slaDue(createdAt, "medium", hours);
    expect(slaDueAfterRaise({ createdAt, slaDueAt }, "high", hours).toISOString()).toBe("2026-01-20T14:00:00.000Z");
    const generous = { ...hours, high: 100 };
    expect(slaDueAfterRaise({ createdAt, slaDueAt }, "high", generous)).toEqual(slaDueAt);
  });
});

it("permits and forbids exactly these transitions", () => {
  const word = (step: ReturnType<typeof transition>) =>
    step.outcome === "changed" ? step.next : step.outcome === "unchanged" ? "unchanged" : `refused: ${step.why}`;
  const table = incidentStatuses.map((from) => incidentActions.map((action) => word(transition(from, action))));
  expect(incidentActions).toEqual(["acknowledge", "escalate", "resolve", "reopen", "comment"]);
  expect(table).toEqual([
    ["acknowledged", "active", "resolved", "refused: not_resolved", "active"],
    ["unchanged", "acknowledged", "resolved", "refused: not_resolved", "acknowledged"],
    ["refused: resolved", "refused: resolved", "refused: resolved", "active", "resolved"],
  ]);
});

it("wants resolution notes for what is grave", () => {
  expect(severities.map(needsResolutionNotes)).toEqual([false, false, true, true]);
});
