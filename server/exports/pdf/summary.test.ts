import { expect, it } from "vitest";
import { summarySentences } from "@/server/exports/pdf/summary";
import { evidenceStory } from "@/server/exports/pdf/testing/story";

it("says of a paused run under a condition what is so, and claims neither a figure nor a seal", () => {
  const story = evidenceStory(3);
  const [enforcement] = story.enforcements;
  if (enforcement === undefined) throw new Error("the story has no enforcement");
  const paused = summarySentences({
    ...story,
    ...{ run_status: "paused", stopped_at_step: null, termination_reason: null, violation_step_index: 1 },
    enforcements: [{ ...enforcement, action: "paused", step_index: 1, shadow: false }],
    policy_context: {
      ...story.policy_context,
      ...{
        metric: null,
        threshold_value: "",
        actual_value: "",
        excess_percentage: null,
        reason: "the condition holds",
      },
    },
    integrity: { ...story.integrity, verified: true, records_checked: 1, seal_hash: null },
  }).join("\n");
  expect(paused).toContain("The run was paused at it and waits for release.");
  expect(paused).toMatch(/^the condition holds$/m);
  expect(paused).toContain("The one record and the chain so far were verified");
  expect(paused).toContain("there is no seal yet");
  expect(paused).not.toContain("allows");
  expect(summarySentences(story).join("\n")).toContain("records, their chain and their seal were verified");
});
