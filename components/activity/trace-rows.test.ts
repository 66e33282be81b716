import { describe, expect, it } from "vitest";
import { markOf } from "./step-decision";
import { recordOf, stepOf } from "./testing/steps";
import { moveInTree, type StepRow, traceRows } from "./trace-rows";

const stopped = [
  stepOf(1, { duration_ms: 500, cost_cents: 2 }),
  stepOf(2, { duration_ms: 2_000, cost_cents: null, records: [recordOf(2), recordOf(3)] }),
  stepOf(3, {
    action: "block",
    is_inflection: true,
    state: "presumed",
    tokens: null,
    cost_cents: null,
    duration_ms: null,
    estimate: { input_tokens: 1, output_tokens: 1, cost_cents: 1 },
    records: [recordOf(4, { decision: { action: "block", enforcement: "stop" } }, "admission")],
  }),
  stepOf(4, { type: "violation", tokens: null, records: [recordOf(5, {}, "violation")] }),
  stepOf(5, { type: "stopped", tokens: null, records: [recordOf(6, {}, "stopped")] }),
];
const all = new Set(["step-1", "step-2", "step-3", "step-4"]);

function steps(expanded: ReadonlySet<string> = new Set()): StepRow[] {
  return traceRows(stopped, expanded).filter((row) => row.kind === "step");
}

describe("rows", () => {
  it("are the steps, with what closed the run below the step that broke policy", () => {
    expect(traceRows(stopped, new Set()).map((row) => row.id)).toEqual(["step-1", "step-2", "step-3"]);
    const open = traceRows(stopped, all).map((row) => `${row.level}:${row.id}`);
    expect(open).toEqual([
      "1:step-1",
      "2:step-1-record-1",
      "1:step-2",
      "2:step-2-record-2",
      "2:step-2-record-3",
      "1:step-3",
      "2:step-3-record-4",
      "2:step-4",
      "3:step-4-record-5",
      "2:step-5",
    ]);
  });

  it("keep closing steps at the top where no step was left to hang them on", () => {
    const denied = [stepOf(1), stepOf(2, { type: "violation", is_inflection: true }), stepOf(3, { type: "stopped" })];
    expect(traceRows(denied, new Set()).map((row) => row.level)).toEqual([1, 1, 1]);
  });

  it("know their place among their siblings", () => {
    const places = traceRows(stopped, new Set(["step-3"])).map((row) => [row.position, row.siblings]);
    expect(places).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it("have bars in proportion to the greatest, and tell unknown from nothing", () => {
    expect(steps().map((row) => row.durationBar)).toEqual([
      { share: 0.25, state: "known" },
      { share: 1, state: "known" },
      { share: 0, state: "unknown" },
    ]);
    expect(steps().map((row) => row.costBar)).toEqual([
      { share: 1, state: "known" },
      { share: 0, state: "unknown" },
      { share: 0.5, state: "estimate" },
    ]);
  });

  it("sum up tokens as far as they are settled", () => {
    expect(steps().map((row) => row.tokensSoFar)).toEqual([100, 200, 200]);
    expect(steps().map((row) => row.tokensAsked)).toEqual([0, 0, 2]);
  });

  it("are made of a thousand steps without fuss", () => {
    const many = Array.from({ length: 5_000 }, (_, at) => stepOf(at + 1));
    expect(traceRows(many, new Set())).toHaveLength(5_000);
  });
});

describe("marks", () => {
  it("make the inflection unmistakable", () => {
    expect(steps(all).map((row) => row.mark.word)).toEqual([
      "Allowed",
      "Allowed",
      "Stopped here",
      "Violation",
      "Closed",
    ]);
  });

  it("say what became of a step that was let through", () => {
    expect(markOf(stepOf(1, { state: "lapsed" })).word).toBe("Lapsed");
    expect(markOf(stepOf(1, { claimed_status: "failure" })).tone).toBe("error");
    expect(markOf(stepOf(1, { action: "warn" })).tone).toBe("review");
    expect(markOf(stepOf(1, { state: "open", claimed_status: null })).word).toBe("Running");
    const refused = [recordOf(1, { decision: { action: "block", enforcement: "refuse" } })];
    expect(markOf(stepOf(1, { action: "block", records: refused })).word).toBe("Refused");
  });
});

describe("keys", () => {
  const rows = traceRows(stopped, new Set(["step-2"]));

  it("walk over what is shown", () => {
    expect(moveInTree(rows, "step-1", "ArrowDown")).toEqual({ focus: "step-2" });
    expect(moveInTree(rows, "step-2-record-2", "ArrowUp")).toEqual({ focus: "step-2" });
    expect(moveInTree(rows, "step-1", "ArrowUp")).toBeNull();
    expect(moveInTree(rows, "step-1", "End")).toEqual({ focus: "step-3" });
    expect(moveInTree(rows, "step-3", "Home")).toEqual({ focus: "step-1" });
  });

  it("open, go in, go out and close", () => {
    expect(moveInTree(rows, "step-1", "ArrowRight")).toEqual({ toggle: "step-1" });
    expect(moveInTree(rows, "step-2", "ArrowRight")).toEqual({ focus: "step-2-record-2" });
    expect(moveInTree(rows, "step-2-record-3", "ArrowLeft")).toEqual({ focus: "step-2" });
    expect(moveInTree(rows, "step-2", "ArrowLeft")).toEqual({ toggle: "step-2" });
    expect(moveInTree(rows, "step-1", "ArrowLeft")).toBeNull();
  });

  it("begin at the top when the focus is nowhere, and leave other keys alone", () => {
    expect(moveInTree(rows, "gone", "ArrowDown")).toEqual({ focus: "step-1" });
    expect(moveInTree(rows, "step-1", "a")).toBeNull();
    expect(moveInTree([], null, "ArrowDown")).toBeNull();
  });
});
