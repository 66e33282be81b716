import { expect, it } from "vitest";
import { stepsOf } from "./state-steps";

const at = "2026-11-22T03:00:00.000Z";
const open = { status: "active", created_at: at, acknowledged_at: null, resolved_at: null } as const;
const states = (incident: Parameters<typeof stepsOf>[0]) => stepsOf(incident).map(({ id, state }) => `${id} ${state}`);

it("shows where an incident is on its way", () => {
  expect(states(open)).toEqual(["active current", "acknowledged todo", "resolved todo"]);
  expect(states({ ...open, status: "acknowledged", acknowledged_at: at })).toEqual([
    "active done",
    "acknowledged current",
    "resolved todo",
  ]);
  expect(states({ ...open, status: "resolved", acknowledged_at: at, resolved_at: at })).toEqual([
    "active done",
    "acknowledged done",
    "resolved done",
  ]);
});

it("does not claim an acknowledgement that never was", () => {
  expect(states({ ...open, status: "resolved", resolved_at: at })).toEqual(["active done", "resolved done"]);
});
