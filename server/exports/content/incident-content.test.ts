import { expect, it } from "vitest";
import type { TimelineEntry } from "@/server/incidents/contract";
import { sentenceOf } from "./incident-content";

const end = { status: "failed_policy", termination_reason: "policy_block", stopped_at_step: 3 };
const ada = { type: "user", id: "u-1", name: "Ada" } as const;

function entryOf(detail: Record<string, unknown>): TimelineEntry {
  return { entry_id: "run_ended", type: "run_ended", at: "2026-11-22T03:00:00.000Z", actor: null, detail };
}

it("tells a pause that somebody denied from a block by policy", () => {
  expect(sentenceOf(entryOf({ ...end, end_note: "denied", reason: "Too dear" }), ada)).toBe(
    "The run ended as failed policy: the release of its pause was denied by Ada: Too dear.",
  );
  expect(sentenceOf(entryOf({ ...end, end_note: null }), null)).toBe("The run ended as failed policy (policy block).");
  expect(sentenceOf(entryOf({ ...end, end_note: "timed_out" }), null)).toBe(
    "The run ended as failed policy: nobody decided about its pause in time.",
  );
});

it("tells who let a pause go on, and that another incident is about the end", () => {
  const released = { ...entryOf({ step_index: 2, decision: "approve", reason: "It may" }), type: "released" } as const;
  expect(sentenceOf(released, ada)).toBe("The release of its pause at step 2 was approved by Ada: It may.");
  const held = { ...entryOf({ step_index: 2, held: true, reason: "the condition holds" }), type: "paused" } as const;
  expect(sentenceOf(held, null)).toBe("The run was paused at step 2, before it ran: the condition holds.");
  const other = { ...end, end_note: null, stopped_at_step: 5, ended_in_incident: "i-2", ended_by: "Cap" };
  expect(sentenceOf(entryOf(other), null)).toBe(
    "The run ended as failed policy at step 5, by “Cap”; incident i-2 is about that.",
  );
});

it("shows an entry that it has no sentence for by its name and what it says", () => {
  expect(sentenceOf({ type: "owner_changed", detail: { step_index: 4, reason: "on leave" } }, ada)).toBe(
    "Owner changed at step 4 by Ada: on leave.",
  );
  expect(sentenceOf({ type: "x", detail: { title: "Asked again", text: "Twice" } }, null)).toBe("Asked again: Twice.");
});
