import { expect, it } from "vitest";
import type { EventTopic } from "@/db/vocabulary";
import { latestEvent } from "./event-words";

const titleOf = (topic: EventTopic, payload: object) =>
  latestEvent({ seq: 1, recorded_at: new Date(0), topic, entity_id: "e-1", payload }).title;

it.each<[EventTopic, object, string]>([
  ["run.blocked", { enforcement: "pause" }, "Run paused by policy"],
  ["run.blocked", { enforcement: "stop", source: "rule" }, "Run stopped by policy"],
  ["run.blocked", { enforcement: "kill" }, "Run killed by policy"],
  ["run.released", { decision: "approve" }, "Release of a paused run approved"],
  ["run.released", { decision: "deny" }, "Release of a paused run denied"],
  ["run.ended", { status: "succeeded", termination_reason: "completed" }, "Run succeeded"],
  ["run.ended", { status: "failed_policy", termination_reason: "policy_block" }, "Run ended by policy"],
  ["run.ended", { status: "cancelled", termination_reason: "user_abort" }, "Run cancelled"],
  ["run.ended", { termination_reason: "made_up" }, "Run ended"],
  ["run.blocked", {}, "Run blocked by policy"],
  ["signal.near", { metric: "run.tokens" }, "Limit nearly used up: run tokens"],
  ["incident.created", { severity: "high", status: "active" }, "Incident opened: high"],
])("%s %j is “%s”", (topic, payload, title) => {
  expect(titleOf(topic, payload)).toBe(title);
});
