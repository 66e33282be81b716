// An event in words, from its topic and the ids its payload holds. Pure.

import type { EventTopic } from "@/db/vocabulary";
import type { LatestEvent } from "@/server/overview/contract";

const titles: Readonly<Record<EventTopic, string>> = {
  "run.started": "Run started",
  "run.blocked": "Run blocked by policy",
  "run.released": "Pause decided",
  "run.ended": "Run ended",
  "run.late_result": "Result came after the end",
  "step.refused": "Step refused",
  "step.lapsed": "Step never came back",
  "signal.near": "Limit nearly used up",
  "signal.breach": "Limit passed",
  "signal.unpriced": "Usage without a price",
  "incident.created": "Incident opened",
  "incident.acknowledged": "Incident acknowledged",
  "incident.escalated": "Incident escalated",
  "incident.severity_changed": "Incident is graver",
  "incident.resolved": "Incident resolved",
  "incident.reopened": "Incident reopened",
  "incident.commented": "Comment on an incident",
  "policy.created": "Policy created",
  "policy.changed": "Policy changed",
  "policy.retired": "Policy retired",
  "policy.scopes_changed": "Policy holds for others",
  "policy.precedence_changed": "Policy precedence changed",
  "limit.created": "Limit created",
  "limit.changed": "Limit changed",
  "limit.disabled": "Limit disabled",
  "prices.changed": "Prices changed",
  "export.created": "Export asked for",
  "export.progress": "Export is being made",
  "export.ready": "Export is ready",
  "export.failed": "Export failed",
  "export.reviewed": "Export reviewed",
};

/** Members of the payload that say more than the topic, the most telling first. */
const details = ["metric", "severity", "verdict"] as const;

/** The topics whose payload says what happened: the member that says it, and the sentence of each of its words. */
const sentences: Partial<Record<EventTopic, readonly [member: string, Readonly<Record<string, string>>]>> = {
  "run.blocked": [
    "enforcement",
    { pause: "Run paused by policy", stop: "Run stopped by policy", kill: "Run killed by policy" },
  ],
  "run.released": ["decision", { approve: "Release of a paused run approved", deny: "Release of a paused run denied" }],
  "run.ended": [
    "termination_reason",
    {
      completed: "Run succeeded",
      policy_block: "Run ended by policy",
      budget_exceeded: "Run ended: its budget is used up",
      rate_limited: "Run ended: too many requests",
      timeout: "Run ended: silent for too long",
      system_failure: "Run failed",
      user_abort: "Run cancelled",
    },
  ],
};

export type EventRow = { seq: number; recorded_at: Date; topic: EventTopic; entity_id: string; payload: unknown };

export function latestEvent({ seq, recorded_at, topic, entity_id, payload }: EventRow): LatestEvent {
  const text = (name: string): string | null => {
    const value: unknown = typeof payload === "object" && payload !== null ? Reflect.get(payload, name) : undefined;
    return typeof value === "string" ? value : null;
  };
  const [member, words] = sentences[topic] ?? [];
  const sentence = member === undefined ? undefined : words?.[text(member) ?? ""];
  const of = (family: string) => (topic.startsWith(`${family}.`) ? entity_id : null);
  return {
    event_id: seq,
    topic,
    at: recorded_at.toISOString(),
    title: sentence ?? withDetail(titles[topic], details.map(text)),
    subject: text("title") ?? text("agent_id"),
    run_id: text("run_id") ?? text("source_run_id") ?? of("run"),
    incident_id: text("incident_id") ?? of("incident"),
    policy_id: text("policy_id") ?? of("policy"),
    limit_id: text("limit_id") ?? of("limit"),
    bundle_id: text("bundle_id") ?? of("export"),
  };
}

function withDetail(title: string, said: readonly (string | null)[]): string {
  const detail = said.find((value) => value !== null);
  return detail == null ? title : `${title}: ${detail.replaceAll(/[_.]/g, " ")}`;
}
