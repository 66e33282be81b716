import { describe, expect, it } from "vitest";
import type { RunActivity } from "@/server/activity/contract";
import type { Incident } from "@/server/incidents/contract";
import type { PolicyViolation } from "@/server/policies/wire";
import { excessOf, type Facts, measure, nextStep, whatHappened } from "./story";

const incident = {
  type: "token_limit_exceeded",
  title: "Token cap: run.tokens 15000 is over the limit of 10000",
  description: "Run 1 of agent invoice-bot was stopped.",
  status: "active",
  source_run_id: "0198f3ab-0000-7000-8000-000000000001",
  violation: {
    step_index: 3,
    timestamp: "2026-11-22T03:00:00.000Z",
    threshold_value: "10000",
    actual_value: "15000",
    reason: "run.tokens 15000 is over the limit of 10000",
  },
} as Incident;
const run = { agent_id: "invoice-bot", status: "failed_policy", error: null } as RunActivity;
const violation = {
  action: "stopped",
  policy_name: "Token cap",
  metric: "run.tokens",
  projected: false,
  reason: "run.tokens 15000 is over the limit of 10000",
} as PolicyViolation;

function told(facts: Omit<Facts, "nameOf">): string {
  return whatHappened({ ...facts, nameOf: (actor) => (actor === "user:a" ? "Ada Lovelace" : "you") });
}

describe("what happened", () => {
  it("says who was stopped, where, by what and by how much", () => {
    expect(told({ incident, run, violation })).toBe(
      "Agent invoice-bot was stopped at step 3: it brought the run to 15,000 tokens, and “Token cap” allows 10,000 (50% over).",
    );
  });

  it("says so when the step never ran", () => {
    expect(told({ incident, run, violation: { ...violation, projected: true } })).toContain(
      "it would have brought the run to 15,000 tokens",
    );
  });

  it("gives the rule's own reason where there is no number", () => {
    const at = { ...incident.violation, threshold_value: "", actual_value: "", reason: "a payment needs a release" };
    const facts = {
      incident: { ...incident, violation: at } as Incident,
      run,
      violation: { ...violation, metric: null },
    };
    expect(told(facts)).toBe("Agent invoice-bot was stopped at step 3: a payment needs a release.");
  });

  it("says who denied the release of a pause, and that the step never ran", () => {
    const denial = { decision: "deny", reason: "Not today", by: "user:a", at: "2026-11-22T03:17:00.000Z" };
    const own = { ...incident, incident_id: "i-1" } as Incident;
    const paused = { ...violation, action: "paused", metric: null, reason: "step.skill is deploy" } as PolicyViolation;
    const ended = {
      ...{ ...run, incident_id: "i-1", end_note: "denied", last_step_index: 4, releases: [denial] },
      violation: { step_index: 3 },
    } as RunActivity;
    const facts = {
      incident: { ...own, violation: { ...own.violation, reason: paused.reason } } as Incident,
      run: ended,
    };
    expect(told({ ...facts, violation: paused })).toBe(
      "Agent invoice-bot was paused before step 3 ran: step.skill is deploy. Ada Lovelace denied its release: Not today.",
    );
    const alone = { ...ended, end_note: "timed_out", last_step_index: 5 } as RunActivity;
    expect(told({ ...facts, run: alone, violation: paused })).toBe(
      "Agent invoice-bot was paused at step 3: step.skill is deploy. Nobody released it in time, so the run was ended.",
    );
    const later = { ...ended, last_step_index: 8, violation: { step_index: 7 } } as RunActivity;
    expect(told({ ...facts, run: later, violation: paused })).toContain("denied its release at step 7: Not today.");
    const others = { ...ended, incident_id: "i-2" } as RunActivity;
    expect(told({ ...facts, run: others, violation: paused })).not.toContain("denied");
  });

  it("gets by with the incident alone", () => {
    expect(told({ incident, run: null, violation: null })).toBe(
      "The run broke policy at step 3: run.tokens 15000 is over the limit of 10000.",
    );
    const failed = { ...incident, type: "execution_failure", violation: null } as Incident;
    expect(told({ incident: failed, run: null, violation: null })).toBe(incident.description);
  });

  it("tells a failure by the runner's own error", () => {
    const failed = { ...incident, type: "execution_failure", violation: null } as Incident;
    const crashed = { ...run, error: { code: "STEP_FAILURE", message: "The mail server refused the letter" } };
    expect(told({ incident: failed, run: crashed as RunActivity, violation: null })).toBe(
      "The run of invoice-bot failed: The mail server refused the letter (STEP_FAILURE).",
    );
  });

  it("says what a person wrote of an incident that was opened by hand", () => {
    const manual = { ...incident, type: "manual", description: "The agent mailed the wrong list." } as Incident;
    expect(told({ incident: manual, run: null, violation: null })).toBe("The agent mailed the wrong list.");
  });
});

describe("what to do next", () => {
  const facts = { incident, run };
  it.each([
    ["active", false, "Nobody has it yet. Acknowledge it, then look at what the run did.", "acknowledge"],
    ["active", true, "It is past due and nobody has it. Acknowledge it, then look at what the run did.", "acknowledge"],
    ["acknowledged", false, "Ada has it. Find the cause, then resolve it and say how.", "resolve"],
    ["acknowledged", true, "Ada has it, and it is past due: resolve it, or escalate it.", "resolve"],
    ["resolved", true, "Nothing has to be done: it is resolved.", null],
  ])("of one that is %s (late: %s)", (status, isLate, text, action) => {
    const now = { isLate, owner: "Ada" };
    expect(nextStep({ ...facts, incident: { ...incident, status } as Incident }, now)).toEqual({ text, action });
  });

  it("does not send anybody to a run that is not there", () => {
    const manual = { ...incident, source_run_id: null } as Incident;
    expect(nextStep({ incident: manual, run: null }, { isLate: false, owner: null }).text).toContain("find out what");
  });

  it("is a decision when the run waits for one", () => {
    const paused = { incident, run: { ...run, status: "paused" } as RunActivity };
    expect(nextStep(paused, { isLate: false, owner: null }).action).toBe("decide");
  });
});

it("does not make up a number where a condition has none", () => {
  expect([measure("run.tokens", ""), measure(null, "12"), measure("run.tokens", "12")]).toEqual([
    null,
    "12",
    "12 tokens",
  ]);
  expect([excessOf("", ""), excessOf("0", "3"), excessOf("4", "3"), excessOf("a", "b")]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
