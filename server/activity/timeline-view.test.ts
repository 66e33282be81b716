import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { centreOf, type Moment, momentOfRecord, type TimelineRecord, timelineOf, windowAround } from "./timeline-view";

const at = (ms: number) => new Date(Date.UTC(2026, 0, 22, 9, 30) + ms);
const trace = { startedAt: at(0), completedAt: at(5_000), violationTimestamp: at(4_000) };
const moment = (over: Partial<Moment>): Moment => ({
  ...{
    source: "llm",
    at: at(0),
    step_index: null,
    seq: null,
    action: "report llm_call",
    outcome: "allow",
    claimed_at: null,
  },
  ...over,
});

function record(kind: string, body: object, over: Partial<TimelineRecord> = {}): TimelineRecord {
  const bytes = { canonical: Buffer.from(JSON.stringify({ body })), hash: Buffer.alloc(32) };
  return { seq: 4, kind, stepIndex: 3, stepType: "llm_call", recordedAt: at(0), ...bytes, ...over };
}

describe("the window", () => {
  it("is centred on the violation, else on the completion, else on the start", () => {
    expect(centreOf(trace)).toEqual({ at: at(4_000), on: "violation" });
    expect(centreOf({ ...trace, violationTimestamp: null })).toEqual({ at: at(5_000), on: "completion" });
    const live = { ...trace, violationTimestamp: null, completedAt: null };
    expect(centreOf(live)).toEqual({ at: at(0), on: "start" });
  });

  it("holds its edges and nothing beyond them", () => {
    const window = windowAround({ at: at(0), on: "start" });
    const moments = [-30_001, -30_000, 30_000, 30_001].map((ms) => moment({ at: at(ms) }));
    const events = timelineOf(moments, window, { step_index: null });
    expect(events.map((event) => event.offset_ms)).toEqual([0, 60_000]);
  });
});

describe("a record", () => {
  it.each([
    [
      "report",
      { step: { skill: "draft-mail" }, decision: { action: "block", enforcement: "stop" } },
      "llm",
      "report llm_call draft-mail",
      "block stop",
    ],
    [
      "admission",
      { step: {}, decision: { action: "allow", enforcement: "none" } },
      "llm",
      "admission llm_call",
      "allow",
    ],
    ["result", { step: {}, decision: { action: "warn", enforcement: "warn" } }, "llm", "result llm_call", "warn"],
    ["late", { step: { status: "failure" } }, "llm", "late llm_call", "failure"],
    ["lapse", {}, "system", "lapse", "lapsed"],
    ["pause", { decision: { action: "block", enforcement: "pause" } }, "system", "pause", "block pause"],
    ["release", { release: { decision: "deny" } }, "system", "release", "deny"],
    [
      "release",
      { release: { decision: "deny", reason: "too dear" }, actor: { actor_type: "user", actor_id: "u-1" } },
      "system",
      "release",
      "deny user:u-1 too dear",
    ],
    ["violation", { violation: { reason: "over" } }, "system", "violation", "over"],
    [
      "stopped",
      { end: { status: "failed_policy", termination_reason: "policy_block" } },
      "system",
      "stopped",
      "failed_policy policy_block",
    ],
    ["end", { end: { status: "succeeded", termination_reason: "completed" } }, "system", "end", "succeeded completed"],
  ])("%s %j is told as %s: %s, %s", (kind, body, source, action, outcome) => {
    expect(momentOfRecord(record(kind, body))).toMatchObject({ source, action, outcome });
  });

  it("of a pause and of its release say which step was held back, by its skill, and why", () => {
    const decision = { action: "block", enforcement: "pause", reason: "step.skill is deploy" };
    const body = { decision, inputs: { step: { index: 3 } }, step: { skill: "deploy" } };
    const none = { stepIndex: null, stepType: null };
    const pause = momentOfRecord(record("pause", body, none));
    expect(pause).toMatchObject({
      ...{ source: "system", step_index: 3, action: "pause deploy", outcome: "block pause step.skill is deploy" },
    });
    const release = momentOfRecord(record("release", { release: { decision: "approve" } }, { ...none, seq: 5 }));
    const told = timelineOf([release, pause], windowAround({ at: at(0), on: "start" }), { step_index: null });
    expect(told.map(({ action, step_index }) => [action, step_index])).toEqual([
      ["pause deploy", 3],
      ["release", 3],
    ]);
  });

  it("keeps what the client claims beside the server's time", () => {
    const told = momentOfRecord(record("report", { step: { started_at: "1999-12-31T23:59:59Z" } }));
    expect(told).toMatchObject({ at: at(0), claimed_at: "1999-12-31T23:59:59Z" });
  });
});

describe("the inflection", () => {
  const window = windowAround({ at: at(0), on: "violation" });
  const marked = (moments: Moment[], step: number | null) =>
    timelineOf(moments, window, { step_index: step }).flatMap((event) => (event.is_inflection ? [event.action] : []));
  const violation = moment({ source: "system", action: "violation", step_index: 4, seq: 5 });

  it("is the post that took the run over, not its admission and not the record that says so", () => {
    const admission = moment({ action: "admission", step_index: 3, seq: 2, at: at(-10) });
    const result = moment({ action: "result", step_index: 3, seq: 4, outcome: "block stop" });
    expect(marked([violation, result, admission], 3)).toEqual(["result"]);
  });

  it("is the violation's own record where no post did it", () => {
    expect(marked([moment({ step_index: 3 }), violation], 3)).toEqual(["violation"]);
  });

  it("is nowhere without a violation", () => {
    expect(marked([moment({ step_index: 3, outcome: "block stop" })], null)).toEqual([]);
  });
});

it("every timeline is in order, inside its window, with at most one inflection", () => {
  const anyMoment = fc.record({
    source: fc.constantFrom("llm" as const, "system" as const, "policy" as const),
    at: fc.integer({ min: -40_000, max: 40_000 }).map(at),
    step_index: fc.option(fc.integer({ min: 1, max: 5 })),
    seq: fc.option(fc.integer({ min: 1, max: 9 })),
    action: fc.constantFrom("report", "violation"),
    outcome: fc.constantFrom("allow", "block stop"),
    claimed_at: fc.constant(null),
  });
  fc.assert(
    fc.property(fc.array(anyMoment), fc.integer({ min: 1, max: 5 }), (moments, step) => {
      const events = timelineOf(moments, windowAround({ at: at(0), on: "violation" }), { step_index: step });
      const offsets = events.map((event) => event.offset_ms);
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      expect(offsets.every((offset) => offset >= 0 && offset <= 60_000)).toBe(true);
      expect(events.filter((event) => event.is_inflection).length).toBeLessThanOrEqual(1);
    }),
  );
});
