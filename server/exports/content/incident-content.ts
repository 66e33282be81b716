// The incident as a bundle shows it: its facts, and its story in plain sentences.

import type { ActorRef, IncidentFacts, IncidentTimelineEntry } from "@/server/exports/content/bundle-types";
import type { Subject } from "@/server/exports/content/subject";
import type { TimelineEntry } from "@/server/incidents/contract";
import { findRunFacts, listTimelineRows, milestonesOf, wireTimelineEntry } from "@/server/incidents/timeline";
import { wireSummary } from "@/server/incidents/wire";

export function incidentFactsOf({ incident, names, slaState }: Subject): IncidentFacts {
  const { tenant_id: _tenant, source_run_id: _run, trace_id: _trace, ...shown } = wireSummary(incident);
  return {
    incident_id: shown.incident_id,
    title: shown.title,
    description: shown.description,
    type: shown.type,
    category: shown.category,
    source: shown.source,
    severity: shown.severity,
    status: shown.status,
    is_synthetic: shown.is_synthetic,
    created_at: shown.created_at,
    created_by: names.of(incident.createdBy),
    sla_due_at: shown.sla_due_at,
    sla_state: slaState,
    escalation_level: shown.escalation_level,
    escalated_at: incident.escalatedAt?.toISOString() ?? null,
    escalated_to: shown.escalated_to,
    reopen_count: shown.reopen_count,
    acknowledged_at: shown.acknowledged_at,
    acknowledged_by: names.orNull(shown.acknowledged_by),
    resolved_at: shown.resolved_at,
    resolved_by: names.orNull(shown.resolved_by),
    resolution_method: shown.resolution_method,
    resolution_notes: shown.resolution_notes,
    error_code: shown.error_code,
    error_message: shown.error_message,
  };
}

const PAGE = 500;

/** Everything that happened to it and its run up to now, oldest first; a due time that lies ahead comes last. */
export async function incidentTimelineOf(subject: Subject): Promise<IncidentTimelineEntry[]> {
  const { db, incident, questions } = subject;
  const run = incident.sourceRunId === null ? null : await findRunFacts(db, incident.sourceRunId);
  const milestones = milestonesOf(incident, run, subject.at);
  const found: TimelineEntry[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const request = { field: "at", direction: "asc", limit: PAGE, offset, after: null } as const;
    const [rows] = await listTimelineRows(db, { incidentId: incident.id, milestones }, request);
    found.push(...rows.map(wireTimelineEntry));
    if (rows.length < PAGE) break;
  }
  questions.note({
    id: "incident_timeline",
    reads: ["incident_events", "incident_comments", "runs"],
    condition: "incident_events.incident_id = incident_id, with the run's start and end",
    parameters: { incident_id: incident.id },
    rows: found.length,
  });
  return found.map((entry) => timelineEntry(entry, subject));
}

function timelineEntry(entry: TimelineEntry, { names }: Subject): IncidentTimelineEntry {
  const actor = entry.actor === null ? null : names.of(`${entry.actor.actor_type}:${entry.actor.actor_id}`);
  return {
    at: entry.at,
    type: entry.type,
    actor,
    text: sentenceOf(entry, actor),
    is_inflection: entry.type === "inflection",
  };
}

type Sentence = (detail: (name: string) => string, by: string) => string;

const sentences: Readonly<Record<TimelineEntry["type"], Sentence>> = {
  run_started: (detail) => `The run of agent ${detail("agent_id")} started.`,
  inflection: (detail) => ended(`Step ${detail("step_index")} broke policy: ${detail("reason")}`),
  run_ended: (detail, by) =>
    detail("end_note") === "denied"
      ? ended(
          `The run ended as ${detail("status")}: the release of its pause was denied${by}${noteOf(detail("reason"))}`,
        )
      : `The run ended as ${detail("status")} (${detail("termination_reason")}).`,
  created: (detail, by) =>
    detail("source") === "manual"
      ? `The incident was opened${by} with severity ${detail("severity")}.`
      : `The system opened the incident with severity ${detail("severity")}, on a post${by}.`,
  acknowledged: (detail, by) => ended(`It was acknowledged${by}${noteOf(detail("note"))}`),
  escalated: (detail, by) => ended(`It was escalated${by} to ${detail("target")}: ${detail("reason")}`),
  severity_changed: (detail, by) => `Its severity was changed${by} from ${detail("from")} to ${detail("to")}.`,
  resolved: (detail, by) => `It was resolved${by}: ${detail("resolution_method").replaceAll("_", " ")}.`,
  reopened: (detail, by) => ended(`It was reopened${by}: ${detail("reason")}`),
  commented: (detail, by) => `A comment was made${by}: ${detail("content")}`,
  sla_due: (detail) => `Time target of its severity: ${detail("state")}.`,
};

/** One plain sentence of the story. */
export function sentenceOf(entry: TimelineEntry, actor: ActorRef | null): string {
  const detail = (name: string): string => {
    const value = entry.detail[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return sentences[entry.type](detail, actor === null ? "" : ` by ${actor.name ?? actor.id}`);
}

// What people wrote may end with a full stop of its own.
function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

function noteOf(note: string): string {
  return note === "" ? "" : `: ${note}`;
}
