import { expect, it } from "vitest";
import type { EvidenceBundle, IncidentViolation, PauseRelease } from "@/server/exports/content/bundle-types";
import { summarySentences } from "@/server/exports/pdf/summary";
import { evidenceStory } from "@/server/exports/pdf/testing/story";

const story = evidenceStory(3);
const condition = { metric: null, threshold_value: null, actual_value: null, excess: null, excess_percentage: null };
const ada = { id: "user:u-1", name: "Ada" };
const deny: PauseRelease = { decision: "deny", at: "2026-11-12T09:31:00.000Z", by: ada, reason: "Too dear" };

/** A condition paused the run before its step ran. */
function pausedStory(course: Partial<IncidentViolation>, more: Partial<EvidenceBundle> = {}): string {
  const { violation } = story.incident;
  if (violation === null) throw new Error("the story has no violation");
  const own = { ...violation, ...condition, reason: "the condition holds", enforcement: "pause", ...course };
  return summarySentences({ ...story, ...more, incident: { ...story.incident, violation: own } }).join("\n");
}

it("says of a paused run under a condition what is so, and claims neither a figure nor a seal", () => {
  const live = {
    run_status: "paused",
    stopped_at_step: null,
    termination_reason: null,
    run_completed_at: null,
  } as const;
  const integrity = { ...story.integrity, verified: true, records_checked: 1, seal_hash: null };
  const paused = pausedStory({ course: "waits" }, { ...live, integrity });
  expect(paused).toContain("the run was paused there, before the step ran; it waits for release.");
  expect(paused).toMatch(/^the condition holds$/m);
  expect(paused).toContain("The one record and the chain so far were verified");
  expect(paused).toContain("there is no seal yet");
  expect(paused).not.toMatch(/allows|ended/);
  expect(summarySentences(story).join("\n")).toContain("records, their chain and their seal were verified");
});

it("says who denied a release and why, and that nobody decided in time", () => {
  const denied = pausedStory({ course: "denied", releases: [deny] }, { end_note: "denied" });
  expect(denied).toContain("Ada denied its release on 2026-11-12 09:31:00 UTC (“Too dear”), which ended it.");
  expect(pausedStory({ course: "timed_out" }, { end_note: "timed_out" })).toContain(
    "nobody decided about its release in time, which ended it.",
  );
});

it("tells the incident's own violation where another policy ended the run, and which that was", () => {
  const approve: PauseRelease = { ...deny, decision: "approve" };
  const released: Partial<IncidentViolation> = { course: "released", releases: [approve] };
  const text = pausedStory({ ...released, policy_id: "p9", policy_name: "No deploys", step_index: 1 });
  expect(text).toContain("broke policy at step 1 at ");
  expect(text).toContain("Ada approved its release on 2026-11-12 09:31:00 UTC (“Too dear”), and it went on.");
  expect(text).toContain("The run ended at step 2 as failed policy, by “Run token ceiling”.");
  expect(text).toMatch(/^the condition holds$/m);
});
