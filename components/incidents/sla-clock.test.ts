import { describe, expect, it } from "vitest";
import { slaClock, timeToResolve } from "./sla-clock";

const MINUTE = 60_000;
const opened = Date.parse("2026-11-22T03:00:00.000Z");
const at = (minutes: number) => new Date(opened + minutes * MINUTE).toISOString();
const open = { status: "active", created_at: at(0), sla_due_at: at(240), resolved_at: null } as const;

describe("an open incident", () => {
  it.each([
    [0, "running", 240],
    [180, "running", 60],
    [181, "at_risk", 59],
    [240, "at_risk", 0],
    [241, "late", -1],
  ])("after %d of 240 minutes is %s", (minutes, state, left) => {
    expect(slaClock(open, opened + minutes * MINUTE)).toEqual({ state, leftMs: left * MINUTE });
  });

  it("does not say anything before the clock is known", () => {
    expect(slaClock(open, null)).toBeNull();
  });
});

describe("a resolved incident", () => {
  it.each([
    [30, "kept", 210],
    [240, "kept", 0],
    [300, "missed", -60],
  ])("after %d of 240 minutes has %s it, whatever the time is now", (minutes, state, left) => {
    const resolved = { ...open, status: "resolved", resolved_at: at(minutes) } as const;
    expect(slaClock(resolved, null)).toEqual({ state, leftMs: left * MINUTE });
    expect(timeToResolve(resolved)).toBe(minutes * MINUTE);
  });
});

it("has no time to resolve while it is open", () => {
  expect(timeToResolve(open)).toBeNull();
});
