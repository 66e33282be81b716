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
    "The run ended as failed_policy: the release of its pause was denied by Ada: Too dear.",
  );
  expect(sentenceOf(entryOf({ ...end, end_note: null }), null)).toBe("The run ended as failed_policy (policy_block).");
});
