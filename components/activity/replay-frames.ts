// The replay of sixty seconds: one scale for every run, so that two can be laid over each other. Pure; the player draws it.

import type { Replay, StepRecord, TimelineEvent } from "@/server/activity/contract";
import { asRecord } from "./step-decision";

export const WINDOW_MS = 60_000;
export const CENTRE_MS = 30_000;
/** What is closer together than this on the scale is drawn as one mark. */
const CLUSTER_MS = 400;

export const lanes = ["llm", "policy", "system"] as const satisfies readonly TimelineEvent["source"][];
export type Lane = (typeof lanes)[number];

export interface LaneMark {
  /** Of its first event, from the window's start. */
  offset: number;
  events: TimelineEvent[];
  isInflection: boolean;
}

/** The marks of each lane, in order of time; close ones become one, but the inflection always stands alone. */
export function laneMarks(timeline: readonly TimelineEvent[]): Record<Lane, LaneMark[]> {
  const marks: Record<Lane, LaneMark[]> = { llm: [], policy: [], system: [] };
  for (const event of timeline) {
    const lane = marks[event.source];
    const last = lane.at(-1);
    const joins = last !== undefined && !last.isInflection && !event.is_inflection;
    if (joins && event.offset_ms - last.offset < CLUSTER_MS) last.events.push(event);
    else lane.push({ offset: event.offset_ms, events: [event], isInflection: event.is_inflection });
  }
  return marks;
}

/** Index of the newest event that has happened at the position; −1 before the first. Of several at once the last. */
export function eventAt(timeline: readonly TimelineEvent[], position: number): number {
  return timeline.findLastIndex((event) => event.offset_ms <= position);
}

export interface PlayState {
  /** ms from the window's start. */
  position: number;
  isPlaying: boolean;
  speed: number;
}
export const speeds = [1, 4, 10] as const;

export type PlayMove =
  | { do: "toggle" | "pause" }
  | { do: "seek"; to: number }
  | { do: "speed"; speed: number }
  /** Time passed, in ms of the wall. */
  | { do: "tick"; ms: number };

/** All of it is seen at first; playing begins at the beginning. */
export const startOfReplay: PlayState = { position: WINDOW_MS, isPlaying: false, speed: 4 };

/** At its end it stops; playing again from there begins anew. */
export function played(state: PlayState, move: PlayMove): PlayState {
  switch (move.do) {
    case "toggle": {
      const isOver = state.position >= WINDOW_MS;
      return { ...state, position: isOver && !state.isPlaying ? 0 : state.position, isPlaying: !state.isPlaying };
    }
    case "pause":
      return { ...state, isPlaying: false };
    case "seek":
      return { ...state, position: inWindow(move.to) };
    case "speed":
      return { ...state, speed: move.speed };
    case "tick": {
      if (!state.isPlaying) return state;
      const position = inWindow(state.position + move.ms * state.speed);
      return { ...state, position, isPlaying: position < WINDOW_MS };
    }
  }
}

function inWindow(position: number): number {
  return Math.min(WINDOW_MS, Math.max(0, position));
}

/** Where the next or the previous event lies; the ends of the window where there is none. */
export function neighbour(timeline: readonly TimelineEvent[], position: number, direction: 1 | -1): number {
  const offsets = timeline.map((event) => event.offset_ms);
  if (direction === 1) return offsets.find((offset) => offset > position) ?? WINDOW_MS;
  return offsets.findLast((offset) => offset < position) ?? 0;
}

/** The position after a key of the scrubber, or null where the key means nothing to it. */
export function keyOnScrubber(timeline: readonly TimelineEvent[], position: number, key: string): number | null {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return inWindow(position + 1_000);
    case "ArrowLeft":
    case "ArrowDown":
      return inWindow(position - 1_000);
    case "PageDown":
    case "]":
      return neighbour(timeline, position, 1);
    case "PageUp":
    case "[":
      return neighbour(timeline, position, -1);
    case "Home":
      return 0;
    case "End":
      return WINDOW_MS;
    default:
      return null;
  }
}

/** "−12.5 s", "0 s", "+30 s": seconds from the centre. */
export function fromCentre(offset: number): string {
  const seconds = Math.round((offset - CENTRE_MS) / 100) / 10;
  if (seconds === 0) return "0 s";
  return `${seconds < 0 ? "−" : "+"}${Math.abs(seconds)} s`;
}

/** What was settled up to a moment of the window, from the records' own usage. */
export function totalsAt(
  records: readonly StepRecord[],
  window: Pick<Replay["window"], "from">,
  position: number,
): { tokens: number; cost_cents: number } {
  const until = Date.parse(window.from) + position;
  const usages = records.flatMap((record) => {
    const usage = Date.parse(record.recorded_at) <= until ? asRecord(record.body.usage) : null;
    return usage === null ? [] : [usage];
  });
  const sum = (name: string) => usages.reduce((total, usage) => total + numberOf(usage[name]), 0);
  return { tokens: sum("input_tokens") + sum("output_tokens"), cost_cents: sum("cost_units") / 10_000 };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
