// The sixty seconds around what matters, on one scale: the database's clock. Pure; replay-timeline.ts reads the rows.

import type { TimelineEvent, TimelineWindow } from "@/server/activity/contract";
import { bodyOf, type RecordColumns } from "@/server/activity/step-view";
import { bodyIn } from "@/server/evidence/record";

const HALF_WINDOW_MS = 30_000;

type Centre = { at: Date; on: TimelineWindow["centred_on"] };
export type Window = { from: Date; to: Date; centre: Date; centred_on: TimelineWindow["centred_on"] };
export type TimelineRecord = RecordColumns & { stepType: string | null };
/** An event before it is put on the scale. */
export type Moment = Omit<TimelineEvent, "timestamp" | "offset_ms" | "is_inflection"> & { at: Date };

/** On the violation; without one on the run's completion, and while it is live on its start. */
export function centreOf(trace: {
  startedAt: Date;
  completedAt: Date | null;
  violationTimestamp: Date | null;
}): Centre {
  if (trace.violationTimestamp !== null) return { at: trace.violationTimestamp, on: "violation" };
  if (trace.completedAt !== null) return { at: trace.completedAt, on: "completion" };
  return { at: trace.startedAt, on: "start" };
}

/** Always 60 s wide, however short the run: windows of different runs can be laid over each other. */
export function windowAround(centre: Centre): Window {
  const at = centre.at.getTime();
  return {
    from: new Date(at - HALF_WINDOW_MS),
    to: new Date(at + HALF_WINDOW_MS),
    centre: centre.at,
    centred_on: centre.on,
  };
}

const systemKinds: ReadonlySet<string> = new Set(["lapse", "violation", "stopped", "pause", "release", "end"]);

/** Posts are the model's side of the story; what the product itself appended is the system's. */
export function momentOfRecord(record: TimelineRecord): Moment {
  const body = bodyOf(bodyIn(record.canonical));
  const isSystem = systemKinds.has(record.kind);
  const claimed = bodyOf(body.step).started_at;
  return {
    source: isSystem ? "system" : "llm",
    at: record.recordedAt,
    step_index: record.stepIndex ?? stepAsked(body),
    seq: record.seq,
    action: actionOf(record, body),
    outcome: outcomeOf(record.kind, body),
    claimed_at: typeof claimed === "string" ? claimed : null,
  };
}

// A pause holds back a step that is none yet: what was asked for stands in what was decided upon.
function stepAsked(body: Record<string, unknown>): number | null {
  const { index } = bodyOf(bodyOf(body.inputs).step);
  return body.step !== undefined && typeof index === "number" ? index : null;
}

function actionOf({ kind, stepType }: TimelineRecord, body: Record<string, unknown>): string {
  const { skill } = bodyOf(body.step);
  const parts = kind === "pause" ? [kind, skill] : systemKinds.has(kind) ? [kind] : [kind, stepType, skill];
  return parts.filter((part) => typeof part === "string").join(" ");
}

function outcomeOf(kind: string, body: Record<string, unknown>): string {
  const decision = bodyOf(body.decision);
  if (kind === "violation") return text(bodyOf(body.violation).reason) ?? "violation";
  if (kind === "release") return releaseOf(body);
  if (kind === "stopped" || kind === "end") {
    const { status, termination_reason } = bodyOf(body.end);
    return [status, termination_reason].filter((part) => typeof part === "string").join(" ");
  }
  if (kind === "lapse") return "lapsed";
  if (kind === "late") return text(bodyOf(body.step).status) ?? "late";
  const enforcement = text(decision.enforcement);
  const action = text(decision.action) ?? "recorded";
  const decided =
    enforcement === null || enforcement === "none" || enforcement === action ? action : `${action} ${enforcement}`;
  return kind === "pause" ? [decided, text(decision.reason) ?? []].flat().join(" ") : decided;
}

/** "deny user:<id> <reason>". */
function releaseOf(body: Record<string, unknown>): string {
  const { decision, reason } = bodyOf(body.release);
  const { actor_type, actor_id } = bodyOf(body.actor);
  const by = typeof actor_id === "string" ? `${actor_type}:${actor_id}` : null;
  return [text(decision) ?? "released", by, by === null ? null : text(reason)]
    .filter((part) => part !== null)
    .join(" ");
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/**
 * Puts moments on the scale, in the order of time, then source, then step. At most one of them is the inflection: the record
 * that took the run over, or the violation's own record where no post did.
 */
export function timelineOf(
  moments: readonly Moment[],
  window: Window,
  inflection: { step_index: number | null },
): TimelineEvent[] {
  const inside = ofPauses(moments.filter((moment) => moment.at >= window.from && moment.at <= window.to).sort(byTime));
  const turning = inflection.step_index === null ? null : turningPoint(inside, inflection.step_index);
  return inside.map(({ at, ...moment }, position) => ({
    ...moment,
    timestamp: at.toISOString(),
    offset_ms: at.getTime() - window.from.getTime(),
    is_inflection: position === turning,
  }));
}

// A release is about the step of the pause before it.
function ofPauses(moments: readonly Moment[]): Moment[] {
  let paused: number | null = null;
  return moments.map((moment) => {
    if (moment.source === "system" && moment.action.startsWith("pause")) paused = moment.step_index;
    return moment.action === "release" && moment.step_index === null ? { ...moment, step_index: paused } : moment;
  });
}

function turningPoint(moments: readonly Moment[], stepIndex: number): number | null {
  const deciding = moments.findIndex(
    (moment) => moment.source === "llm" && moment.step_index === stepIndex && moment.outcome.startsWith("block"),
  );
  const recorded = moments.findIndex((moment) => moment.source === "system" && moment.action === "violation");
  const found = deciding >= 0 ? deciding : recorded;
  return found >= 0 ? found : null;
}

const sourceRank = { llm: 0, policy: 1, system: 2 } as const;

function byTime(one: Moment, other: Moment): number {
  return (
    one.at.getTime() - other.at.getTime() ||
    sourceRank[one.source] - sourceRank[other.source] ||
    (one.seq ?? 0) - (other.seq ?? 0) ||
    (one.step_index ?? 0) - (other.step_index ?? 0)
  );
}
