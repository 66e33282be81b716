import { expect, it } from "vitest";
import { handshakeSteps } from "./handshake-steps";

const states = (...input: Parameters<typeof handshakeSteps>) => handshakeSteps(...input).map(({ state }) => state);
const at = "2026-11-22T12:00:00.000Z";

it("waits for the key, then the run, then its step, then its end", () => {
  const run = { started_at: at, completed_at: null, last_step_index: 0, status: "running" } as const;
  expect(states(null, null)).toEqual(["current", "todo", "todo", "todo"]);
  expect(states(null, at)).toEqual(["done", "current", "todo", "todo"]);
  expect(states(run, null)).toEqual(["done", "done", "current", "todo"]);
  expect(states({ ...run, last_step_index: 1 }, at)).toEqual(["done", "done", "done", "current"]);
  expect(states({ ...run, last_step_index: 1, completed_at: at, status: "succeeded" }, at)).toEqual([
    "done",
    "done",
    "done",
    "done",
  ]);
});

it("does not call a step asked that a run ended without", () => {
  const run = { started_at: at, completed_at: at, last_step_index: 0, status: "cancelled" } as const;
  expect(states(run, at)).toEqual(["done", "done", "current", "done"]);
});
