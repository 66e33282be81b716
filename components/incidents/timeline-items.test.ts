import { describe, expect, it } from "vitest";
import { actorName } from "@/components/account/actor-names";
import { type TimelineEntry, timelineEntryTypes } from "@/server/incidents/contract";
import { escalatedTo, momentOf, reopenings } from "./timeline-items";

const me = "01a203eb-320e-768e-b18b-19a908cea50b";
const ada = "01a203eb-320e-768e-b18b-19a908cea50c";
const known = { selfId: me, members: new Map([[ada, "Ada Lovelace"]]), keys: new Map([[me, "runner"]]) };

function entry(
  type: TimelineEntry["type"],
  detail: Record<string, unknown> = {},
  who: string | null = ada,
): TimelineEntry {
  const actor = who === null ? null : ({ actor_type: "user", actor_id: who } as const);
  return { entry_id: type, type, at: "2026-11-22T03:00:00.000Z", actor, detail };
}

describe("a moment", () => {
  it("has words for every type, also without any detail", () => {
    for (const type of timelineEntryTypes) {
      const { title } = momentOf(entry(type, {}, null), known);
      expect(title, type).toMatch(/^[A-Z]/);
      expect(title, type).not.toMatch(/null|undefined/);
    }
  });

  it("names who did it", () => {
    expect(momentOf(entry("acknowledged"), known).by).toBe("Ada Lovelace");
    expect(momentOf(entry("acknowledged", {}, me), known).by).toBe("you");
    expect(momentOf(entry("run_started", {}, null), known).by).toBeNull();
  });

  it("keeps what people wrote as they wrote it", () => {
    const text = "<b>why</b>\nnot";
    expect(momentOf(entry("commented", { content: text }), known).said).toBe(text);
    expect(momentOf(entry("escalated", { target: `user:${ada}`, level: 2, reason: text }), known)).toMatchObject({
      title: "Escalated to Ada Lovelace, level 2",
      said: text,
    });
  });

  it("says how the run ended and how long the incident was open", () => {
    const end = { status: "failed_policy", termination_reason: "policy_block", stopped_at_step: 3 };
    expect(momentOf(entry("run_ended", end), known)).toMatchObject({
      title: "Run stopped by policy",
      facts: ["Stopped at step: 3"],
    });
    const failed = { ...end, status: "failed", termination_reason: "system_failure" };
    expect(momentOf(entry("run_ended", failed), known)).toMatchObject({
      title: "Run ended: failed",
      facts: ["Reason: system failure", "Stopped at step: 3"],
      incidentId: null,
    });
    const done = { resolution_method: "rollback", time_to_resolution_seconds: 7_800 };
    expect(momentOf(entry("resolved", done), known)).toMatchObject({
      title: "Resolved: rollback",
      facts: ["2 h 10 m after it was opened"],
    });
  });

  it("tells a pause that somebody denied, or that nobody released, from a block by policy", () => {
    const end = { status: "failed_policy", termination_reason: "policy_block", stopped_at_step: 3 };
    expect(momentOf(entry("run_ended", { ...end, end_note: "denied", reason: "Too dear" }), known)).toMatchObject({
      ...{
        title: "Run ended: its release was denied",
        by: "Ada Lovelace",
        said: "Too dear",
        facts: ["Stopped at step: 3"],
      },
    });
    expect(momentOf(entry("run_ended", { ...end, end_note: "denied" }, null), known)).toMatchObject({
      ...{ title: "Run ended: its release was denied", by: null, said: null },
    });
    expect(momentOf(entry("run_ended", { ...end, end_note: "timed_out" }, null), known)).toMatchObject({
      ...{ title: "Run ended: nobody released it in time", by: null, facts: ["Stopped at step: 3"] },
    });
  });

  it("tells each pause and its release, and a step that was held back from one that ran", () => {
    const held = { step_index: 3, held: true, skill: "deploy", reason: "The condition of the rule is met" };
    expect(momentOf(entry("paused", held, null), known)).toMatchObject({
      ...{ title: "Run paused before step 3, deploy, ran", tone: "review", facts: [held.reason], by: null },
    });
    expect(momentOf(entry("paused", { step_index: 3, reason: "over" }, null), known).title).toBe(
      "Run paused after step 3",
    );
    expect(momentOf(entry("paused", { step_index: 0 }, null), known).title).toBe("Run paused before its first step");
    expect(momentOf(entry("inflection", held, null), known).title).toBe("Step 3 was held back by policy");
    expect(momentOf(entry("inflection", { step_index: 3 }, null), known).title).toBe("Step 3 broke policy");
    expect(momentOf(entry("released", { decision: "approve", reason: "Go on" }), known)).toMatchObject({
      ...{ title: "Release approved", tone: "allow", by: "Ada Lovelace", said: "Go on" },
    });
    expect(momentOf(entry("released", { decision: "deny" }), known)).toMatchObject({
      title: "Release denied",
      said: null,
    });
  });

  it("says that something else ended the run, and where that is told", () => {
    const end = { status: "failed_policy", termination_reason: "policy_block", ended_in_incident: me };
    expect(momentOf(entry("run_ended", { ...end, ended_by: "Never above 10,000 tokens" }, null), known)).toMatchObject({
      ...{ title: "Run stopped by another policy", facts: ["It was “Never above 10,000 tokens”."], incidentId: me },
    });
    expect(momentOf(entry("run_ended", { ...end, status: "failed" }, null), known)).toMatchObject({
      facts: ["Reason: policy block", "It has an incident of its own."],
      incidentId: me,
    });
  });

  it.each([
    ["pending", "Due to be resolved", true],
    ["met", "Due time: kept", false],
    ["breached", "Due time passed", false],
  ])("shows a due time that is %s", (state, title, isAhead) => {
    expect(momentOf(entry("sla_due", { state }, null), known)).toMatchObject({ title, isAhead });
  });
});

it("finds the last escalation and counts reopenings, or says that it cannot", () => {
  const story = [
    entry("created"),
    entry("escalated", { target: "role:admin" }),
    entry("reopened"),
    entry("escalated", { target: `user:${ada}` }),
  ];
  expect(escalatedTo(story)).toBe(`user:${ada}`);
  expect(escalatedTo([])).toBeNull();
  expect(reopenings(story, true)).toBe(1);
  expect(reopenings(story, false)).toBeNull();
});

it("tells actors apart", () => {
  expect(actorName("system:sweeper", known)).toBe("Holdpoint (sweeper)");
  expect(actorName(`key:${me}`, known)).toBe("API key “runner”");
  expect(actorName(`key:${ada}`, known)).toBe("API key …cea50c");
  expect(actorName("user:gone-12345678", known)).toBe("member 345678");
  expect(actorName("role:admin", known)).toBe("every admin");
});
