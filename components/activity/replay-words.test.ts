import { describe, expect, it } from "vitest";
import {
  decisionActions,
  enforcementActions,
  enforcements,
  incidentEventTypes,
  incidentTypes,
  raisedSignals,
  recordKinds,
  runStatuses,
  severities,
  stepTypes,
  terminationReasons,
} from "@/db/vocabulary";
import type { TimelineEvent } from "@/server/activity/contract";
import { wordsOfEvent } from "./replay-words";

type Source = TimelineEvent["source"];

function told(source: Source, action: string, outcome: string): string {
  const { deed, outcome: said } = wordsOfEvent({ source, action, outcome }, () => "Ada Lovelace");
  return `${deed} | ${said}`;
}

describe("an event of the replay", () => {
  it.each<[Source, string, string, string]>([
    ["system", "release", "deny", "Release | Denied"],
    ["system", "release", "approve", "Release | Approved"],
    ["system", "release", "deny user:u-1 not today", "Release | Denied by Ada Lovelace: not today"],
    ["system", "pause deploy", "block pause step.skill is deploy", "Pause · deploy | Paused: step.skill is deploy"],
    ["system", "pause", "block pause", "Pause | Paused"],
    ["system", "end", "failed_policy policy_block", "End | Stopped by policy"],
    ["system", "end", "cancelled user_abort", "End | Cancelled: by hand"],
    ["system", "end", "succeeded completed", "End | Succeeded"],
    ["system", "stopped", "failed timeout", "Stopped | Failed: time-out"],
    ["system", "lapse", "lapsed", "Lapse | No result came in time"],
    ["system", "run", "started", "Run | Started"],
    ["llm", "report llm_call", "block kill", "Report · LLM call | Killed"],
    ["llm", "admission tool_call", "allow", "Admission · Tool call | Allowed"],
    ["llm", "result llm_call", "warn", "Result · LLM call | Warned"],
    ["llm", "late llm_call", "failure", "Late · LLM call | Failure"],
    ["policy", "signal near", "run.tokens 8000 of 10000", "Near a limit | Tokens of the run: 8,000 tokens of 10,000"],
    [
      ...(["policy", "signal unpriced", "run.cost_cents no price for my_model of "] as const),
      "A model without a price | No price for my_model",
    ],
    ["policy", "incident created", "high token_limit_exceeded", "Incident created | Token limit exceeded, high"],
  ])("of %s, %s %s, reads %s", (source, action, outcome, text) => {
    expect(told(source, action, outcome)).toBe(text);
  });

  it("leaves as it is what a runner or a rule's author wrote", () => {
    expect(told("llm", "report tool_call draft_mail v2", "allow")).toBe("Report · Tool call · draft_mail v2 | Allowed");
    expect(told("llm", "report draft_mail", "allow")).toBe("Report · draft_mail | Allowed");
    expect(told("system", "violation", "run_x is over max_tokens")).toBe("Violation | run_x is over max_tokens");
    expect(told("policy", "enforcement would_stop", "a_b is over")).toBe("Would stop | a_b is over");
  });

  it("shows no stored value, whichever it is", () => {
    const decided = decisionActions.flatMap((action) => [action, ...enforcements.map((one) => `${action} ${one}`)]);
    const ends = runStatuses.flatMap((status) => terminationReasons.map((reason) => `${status} ${reason}`));
    const raw = [
      ...recordKinds.flatMap((kind) =>
        stepTypes.flatMap((type) => decided.map((one) => told("llm", `${kind} ${type}`, one))),
      ),
      ...decided.map((one) => told("system", "pause", one)),
      ...ends.flatMap((one) => ["stopped", "end"].map((kind) => told("system", kind, one))),
      ...enforcementActions.map((one) => told("policy", `enforcement ${one}`, "Over")),
      ...raisedSignals.map((one) => told("policy", `signal ${one}`, "run.tokens 1 of 2")),
      ...incidentEventTypes.flatMap((type) =>
        incidentTypes.flatMap((one) =>
          severities.map((severity) => told("policy", `incident ${type}`, `${severity} ${one}`)),
        ),
      ),
    ];
    expect(raw.filter((text) => /_|\bblock\b|\bdeny\b|\| [a-z]/.test(text))).toEqual([]);
  });
});
