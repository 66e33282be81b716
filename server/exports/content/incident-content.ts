// The incident as a bundle shows it: its facts, and its story in plain sentences.

import type { ActorRef, IncidentFacts, IncidentTimelineEntry } from "@/server/exports/content/bundle-types";
import type { Subject } from "@/server/exports/content/subject";
import { plain } from "@/server/exports/content/wording";
import type { TimelineEntry } from "@/server/incidents/contract";
import { findRunFacts, listTimelineRows, milestonesOf, wireTimelineEntry } from "@/server/incidents/timeline";
import { wireSummary } from "@/server/incidents/wire";

export function incidentFactsOf({ incident, names, slaState, violation }: Subject): IncidentFacts {
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
    violation,
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
    type: typeOf(entry),
    actor,
    text: sentenceOf(entry, actor),
    is_inflection: entry.type === "inflection",
  };
}

/** One type of entry stands for both answers to a pause. */
function typeOf({ type, detail }: TimelineEntry): string {
  if (type !== "released") return type;
  return detail.decision === "deny" ? "release_denied" : "release_approved";
}

type Sentence = (detail: (name: string) => string, by: string) => string;

const sentences: Readonly<Record<string, Sentence>> = {
  run_started: (detail) => `The run of agent ${detail("agent_id")} started.`,
  inflection: (detail) => ended(`Step ${detail("step_index")} broke policy${heldOf(detail)}: ${detail("reason")}`),
  paused: (detail) =>
    ended(`The run was paused at step ${detail("step_index")}${heldOf(detail)}${noteOf(detail("reason"))}`),
  released: (detail, by) =>
    detail("decision") === "deny"
      ? ended(`The release of its pause at step ${detail("step_index")} was denied${by}${noteOf(detail("reason"))}`)
      : ended(`The release of its pause at step ${detail("step_index")} was approved${by}${noteOf(detail("reason"))}`),
  run_ended: (detail, by) => ended(`The run ended as ${plain(detail("status"))}${endOf(detail, by)}`),
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

/** One plain sentence of the story. What has no sentence of its own is told by its name and what it says. */
export function sentenceOf(entry: Pick<TimelineEntry, "detail"> & { type: string }, actor: ActorRef | null): string {
  const detail = (name: string): string => {
    const value = entry.detail[name];
    return typeof value === "string" || typeof value === "number" || value === true ? String(value) : "";
  };
  const by = actor === null ? "" : ` by ${actor.name ?? actor.id}`;
  const sentence = sentences[entry.type];
  return sentence === undefined ? otherwise(entry.type, detail, by) : sentence(detail, by);
}

type Detail = (name: string) => string;

function otherwise(type: string, detail: Detail, by: string): string {
  const title = detail("title") || `${type.charAt(0).toUpperCase()}${plain(type).slice(1)}`;
  const step = detail("step_index") === "" ? "" : ` at step ${detail("step_index")}`;
  return ended(`${title}${step}${by}${noteOf(detail("text") || detail("reason") || detail("note"))}`);
}

function heldOf(detail: Detail): string {
  return detail("held") === "" ? "" : ", before it ran";
}

/** By whom or what; where another incident is about that, by which. */
function endOf(detail: Detail, by: string): string {
  const note = noteOfEnd(detail, by);
  if (detail("ended_in_incident") !== "") {
    const what = detail("ended_by") === "" ? "for another reason" : `by “${detail("ended_by")}”`;
    const place = detail("stopped_at_step") === "" ? "" : ` at step ${detail("stopped_at_step")}`;
    return `${place}, ${what}; incident ${detail("ended_in_incident")} is about that${note}`;
  }
  const why = detail("termination_reason");
  return note !== "" || why === "" ? note : ` (${plain(why)})`;
}

function noteOfEnd(detail: Detail, by: string): string {
  switch (detail("end_note")) {
    case "denied":
      return `: the release of its pause was denied${by}${noteOf(detail("reason"))}`;
    case "timed_out":
      return ": nobody decided about its pause in time";
    default:
      return "";
  }
}

// What people wrote may end with a full stop of its own.
function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

function noteOf(note: string): string {
  return note === "" ? "" : `: ${note}`;
}
