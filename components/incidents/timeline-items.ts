// The timeline's entries in words: what it was, who did it, and what they said. Pure.

import { actorIn, actorName, type Known } from "@/components/account/actor-names";
import { duration, words } from "@/components/data/format";
import type { Severity } from "@/db/vocabulary";
import type { TimelineEntry } from "@/server/incidents/contract";

export type MomentTone = Severity | "deny" | "review" | "allow" | "info" | "neutral" | "error";

export interface Moment {
  id: string;
  at: string;
  type: TimelineEntry["type"];
  tone: MomentTone;
  title: string;
  by: string | null;
  /** What a person wrote, verbatim. */
  said: string | null;
  /** Further facts, each a line. */
  facts: string[];
  /** Another incident that it belongs to. */
  incidentId: string | null;
  /** It lies ahead. */
  isAhead: boolean;
}

type Detail = (name: string) => string | null;
type Reading = Pick<Moment, "title"> & Partial<Pick<Moment, "tone" | "said" | "facts" | "incidentId" | "isAhead">>;
type Reader = (detail: Detail, known: Known) => Reading;

const readers: Readonly<Record<TimelineEntry["type"], Reader>> = {
  run_started: (detail) => ({ title: `Run of ${detail("agent_id") ?? "unknown agent"} started` }),
  inflection: (detail) => ({
    title: `Step ${detail("step_index") ?? "?"} ${detail("held") === null ? "broke" : "was held back by"} policy`,
    tone: "deny",
    facts: lines(detail("reason")),
  }),
  paused: (detail) => ({ title: pausedWords(detail), tone: "review", facts: lines(detail("reason")) }),
  released: (detail) => {
    const isApproval = detail("decision") === "approve";
    return {
      title: isApproval ? "Release approved" : "Release denied",
      tone: isApproval ? "allow" : "deny",
      said: detail("reason"),
    };
  },
  run_ended: endReading,
  created: (detail) => ({
    title: `Incident opened as ${lower(detail("severity"))}`,
    tone: toneOf(detail("severity")),
  }),
  acknowledged: (detail) => ({ title: "Acknowledged", tone: "info", said: detail("note") }),
  escalated: (detail, known) => ({
    title: `Escalated to ${target(detail("target"), known)}, level ${detail("level") ?? "unknown"}`,
    tone: "high",
    said: detail("reason"),
  }),
  severity_changed: (detail) => ({
    title: `Severity raised from ${lower(detail("from"))} to ${lower(detail("to"))}`,
    tone: toneOf(detail("to")),
  }),
  resolved: (detail) => ({
    title: `Resolved: ${lower(detail("resolution_method"))}`,
    tone: "allow",
    said: detail("resolution_notes"),
    facts: lines(openFor(detail("time_to_resolution_seconds"))),
  }),
  reopened: (detail) => ({ title: "Reopened", tone: "high", said: detail("reason") }),
  commented: (detail) => ({ title: "Comment", said: detail("content") }),
  sla_due: (detail) => dueReading(detail("state")),
};

export function momentOf(entry: TimelineEntry, known: Known): Moment {
  const detail: Detail = (name) => {
    const value = entry.detail[name];
    return ["string", "number", "boolean"].includes(typeof value) ? String(value) : null;
  };
  const reading = readers[entry.type](detail, known);
  return {
    id: entry.entry_id,
    at: entry.at,
    type: entry.type,
    by: entry.actor === null ? null : actorName(entry.actor, known),
    tone: "neutral",
    said: null,
    facts: [],
    incidentId: null,
    isAhead: false,
    ...reading,
  };
}

function pausedWords(detail: Detail): string {
  const step = detail("step_index") ?? "0";
  if (step === "0") return "Run paused before its first step";
  const skill = detail("skill");
  return detail("held") === null
    ? `Run paused after step ${step}`
    : `Run paused before step ${step}${skill === null ? "" : `, ${skill},`} ran`;
}

// A pause that nobody approved ends a run as a block does, and is none: a person denied it, or no one came.
function endReading(detail: Detail): Reading {
  const incidentId = detail("ended_in_incident");
  const by = detail("ended_by");
  const another = incidentId === null ? null : by === null ? "It has an incident of its own." : `It was “${by}”.`;
  const end = { facts: lines(another, stoppedAt(detail("stopped_at_step"))), incidentId };
  const note = detail("end_note");
  if (note === "denied")
    return { title: "Run ended: its release was denied", tone: "deny", said: detail("reason"), ...end };
  if (note === "timed_out") return { title: "Run ended: nobody released it in time", ...end };
  if (detail("status") !== "failed_policy") {
    const reason = because(detail("termination_reason"));
    return { ...end, title: `Run ended: ${lower(detail("status"))}`, facts: lines(reason, ...end.facts) };
  }
  return { title: `Run stopped by ${incidentId === null ? "policy" : "another policy"}`, ...end };
}

function dueReading(state: string | null): Reading {
  if (state === "met") return { title: "Due time: kept", tone: "neutral" };
  if (state === "breached") return { title: "Due time passed", tone: "critical" };
  return { title: "Due to be resolved", isAhead: true };
}

/** `role:admin` or `user:<id>`; older entries say the bare word. */
function target(text: string | null, known: Known): string {
  if (text === null) return "somebody unknown";
  return actorIn(text).actor_type === "" ? text : actorName(text, known);
}

function openFor(seconds: string | null): string | null {
  return seconds === null ? null : `${duration(Number(seconds) * 1_000)} after it was opened`;
}

function because(reason: string | null): string | null {
  return reason === null ? null : `Reason: ${lower(reason)}`;
}

function stoppedAt(step: string | null): string | null {
  return step === null ? null : `Stopped at step: ${step}`;
}

function lower(value: string | null): string {
  const text = words(value);
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function lines(...found: (string | null)[]): string[] {
  return found.filter((line) => line !== null && line !== "").map((line) => line ?? "");
}

const tones: Readonly<Record<string, MomentTone>> = {
  low: "low",
  medium: "medium",
  high: "high",
  critical: "critical",
};

function toneOf(severity: string | null): MomentTone {
  return tones[severity ?? ""] ?? "neutral";
}

/** The last person or role it was escalated to, as `role:<role>` or `user:<id>`; null when it never was. */
export function escalatedTo(entries: readonly TimelineEntry[]): string | null {
  const last = entries.findLast((entry) => entry.type === "escalated");
  const found = last?.detail.target;
  return typeof found === "string" ? found : null;
}

/** How often it was opened again; null while not the whole timeline is there. */
export function reopenings(entries: readonly TimelineEntry[], isWhole: boolean): number | null {
  return isWhole ? entries.filter((entry) => entry.type === "reopened").length : null;
}
