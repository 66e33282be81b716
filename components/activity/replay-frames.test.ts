import { describe, expect, it } from "vitest";
import type { TimelineEvent } from "@/server/activity/contract";
import {
  CENTRE_MS,
  eventAt,
  fromCentre,
  keyOnScrubber,
  laneMarks,
  neighbour,
  played,
  startOfReplay,
  totalsAt,
  WINDOW_MS,
} from "./replay-frames";
import { recordOf } from "./testing/steps";

function event(offset_ms: number, change: Partial<TimelineEvent> = {}): TimelineEvent {
  const timestamp = new Date(offset_ms).toISOString();
  const rest = { step_index: null, seq: null, action: "report", outcome: "allow", claimed_at: null };
  return { source: "llm", timestamp, offset_ms, is_inflection: false, ...rest, ...change };
}

const timeline = [
  event(0),
  event(15_000),
  event(15_100),
  event(CENTRE_MS, { is_inflection: true }),
  event(CENTRE_MS, { source: "policy" }),
  event(CENTRE_MS + 20, { source: "system" }),
];

describe("lanes", () => {
  it("draw what is close together as one, and the inflection by itself", () => {
    const close = [event(29_900), event(CENTRE_MS, { is_inflection: true }), event(30_050)];
    expect(laneMarks(timeline).llm.map((mark) => [mark.offset, mark.events.length])).toEqual([
      [0, 1],
      [15_000, 2],
      [CENTRE_MS, 1],
    ]);
    expect(laneMarks(close).llm.map((mark) => mark.isInflection)).toEqual([false, true, false]);
    expect(laneMarks(timeline).policy).toHaveLength(1);
  });
});

describe("frames", () => {
  it("show the newest event that has happened", () => {
    expect(eventAt(timeline, 0)).toBe(0);
    expect(eventAt(timeline, 14_999)).toBe(0);
    expect(eventAt(timeline, CENTRE_MS)).toBe(4);
    expect(eventAt([event(5)], 4)).toBe(-1);
  });

  it("lead from event to event", () => {
    expect(neighbour(timeline, 0, 1)).toBe(15_000);
    expect(neighbour(timeline, CENTRE_MS, -1)).toBe(15_100);
    expect(neighbour(timeline, 31_000, 1)).toBe(WINDOW_MS);
    expect(neighbour(timeline, 0, -1)).toBe(0);
  });

  it("are reached by keys", () => {
    const to = (key: string) => keyOnScrubber(timeline, 1_000, key);
    expect([to("ArrowRight"), to("ArrowLeft"), to("]"), to("["), to("Home"), to("End"), to("x")]).toEqual([
      2_000,
      0,
      15_000,
      0,
      0,
      WINDOW_MS,
      null,
    ]);
  });

  it("are named by their distance from the centre", () => {
    expect([0, 17_500, CENTRE_MS, 42_000].map(fromCentre)).toEqual(["−30 s", "−12.5 s", "0 s", "+12 s"]);
  });
});

describe("the player", () => {
  const playing = played(startOfReplay, { do: "toggle" });

  it("runs at its speed, and stops at the end", () => {
    expect(played(playing, { do: "tick", ms: 1_000 }).position).toBe(4_000);
    expect(played(startOfReplay, { do: "tick", ms: 1_000 })).toBe(startOfReplay);
    expect(played(playing, { do: "tick", ms: 60_000 })).toEqual({ position: WINDOW_MS, isPlaying: false, speed: 4 });
  });

  it("begins anew when it is played at the end", () => {
    const over = { position: WINDOW_MS, isPlaying: false, speed: 1 };
    expect(played(over, { do: "toggle" })).toEqual({ position: 0, isPlaying: true, speed: 1 });
  });

  it("goes where it is sent, and no farther", () => {
    expect(played(playing, { do: "seek", to: 99_000 }).position).toBe(WINDOW_MS);
    expect(played(playing, { do: "seek", to: -1 }).position).toBe(0);
    expect(played(playing, { do: "pause" }).isPlaying).toBe(false);
    expect(played(playing, { do: "speed", speed: 10 }).speed).toBe(10);
  });
});

it("knows what was used up to a moment", () => {
  const usage = { input_tokens: 100, output_tokens: 50, cost_units: 20_000 };
  const records = [recordOf(1, { usage }), recordOf(2), recordOf(10, { usage })];
  const window = { from: "2026-01-22T09:30:00.000Z" };
  expect(totalsAt(records, window, 500)).toEqual({ tokens: 0, cost_cents: 0 });
  expect(totalsAt(records, window, 5_000)).toEqual({ tokens: 150, cost_cents: 2 });
  expect(totalsAt(records, window, 10_000)).toEqual({ tokens: 300, cost_cents: 4 });
});
