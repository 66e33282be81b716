import { describe, expect, it } from "vitest";
import type { Policy } from "@/server/policies/wire";
import {
  evidenceOf,
  fullest,
  gaugesOf,
  liveCounts,
  pagesWithProgress,
  progressOf,
  type RunProgress,
  withProgress,
} from "./live-runs";
import { grouped } from "./run-groups";
import { runOf } from "./testing/runs";

const progress: RunProgress = {
  run_id: "r1",
  status: "running",
  last_step_index: 4,
  steps_completed: 3,
  tokens_used: 900,
  cost_cents: 4.5,
  last_seen_at: "2026-01-22T09:30:20.000Z",
};
const now = Date.parse("2026-01-22T09:31:00.000Z");

describe("progress", () => {
  it("moves the row it is about, and no other", () => {
    const data = {
      pages: [{ items: [runOf({ run_id: "r0" }), runOf()] }, { items: [runOf({ run_id: "r2" })] }],
      pageParams: [],
    };
    const moved = pagesWithProgress(data, progress);
    expect(moved.pages[0]?.items[1]?.tokens_used).toBe(900);
    expect(moved.pages[0]?.items[0]).toBe(data.pages[0]?.items[0]);
    expect(moved.pages[1]).toBe(data.pages[1]);
    expect(pagesWithProgress(data, { ...progress, run_id: "elsewhere" })).toBe(data);
  });

  it("never turns back, and never wakes a run that is over", () => {
    const ahead = runOf({ last_seen_at: "2026-01-22T09:30:30.000Z" });
    const over = runOf({ state: "completed", status: "succeeded" });
    const farther = runOf({ last_step_index: 5 });
    for (const run of [ahead, over, farther]) expect(withProgress(run, progress)).toBe(run);
  });

  it("is taken only as it should be", () => {
    expect(progressOf({ ...progress, seq: 1 })).toEqual(progress);
    expect(progressOf({ ...progress, status: "succeeded" })).toBeNull();
    expect(progressOf({ ...progress, tokens_used: "900" })).toBeNull();
    expect(progressOf({})).toBeNull();
  });
});

describe("gauges", () => {
  const limit = { enforcement: "stop", near: 80 };
  const limits = [
    { ...limit, metric: "run.tokens", limit: 1_000 },
    { ...limit, metric: "run.cost_cents", limit: 5 },
    { ...limit, metric: "step.tokens", limit: 10 },
    { ...limit, metric: "run.duration_ms", limit: 120_000 },
  ];

  it("fill by the run's own numbers, and leave limits on single steps out", () => {
    const gauges = gaugesOf(limits, runOf({ tokens_used: 900, cost_cents: 1 }), now);
    expect(gauges.map((gauge) => [gauge.metric, gauge.value])).toEqual([
      ["run.tokens", 900],
      ["run.cost_cents", 1],
      ["run.duration_ms", 60_000],
    ]);
    expect(fullest(gauges)?.metric).toBe("run.tokens");
  });

  it("know what they do not know", () => {
    const [gauge] = gaugesOf(limits.slice(1, 2), runOf({ cost_is_complete: false }), now);
    expect(gauge?.value).toBeNull();
    expect(gaugesOf(limits.slice(3), runOf(), null)[0]?.value).toBeNull();
    expect(fullest([])).toBeNull();
  });

  it("stand still in a pause", () => {
    const paused = runOf({ paused_at: "2026-01-22T09:30:30.000Z" });
    expect(gaugesOf(limits.slice(3), paused, now)[0]?.value).toBe(30_000);
  });
});

describe("all together", () => {
  const rule = { metric: "run.duration_ms", threshold: 30_000, scopes: [{ type: "agent", ids: ["invoice-bot"] }] };

  it("are counted, and what nobody limits is not 0 but unknown", () => {
    const runs = [
      runOf({ last_seen_at: new Date(now - 1_000).toISOString() }),
      runOf({ agent_id: "other", last_seen_at: new Date(now - 120_000).toISOString() }),
      runOf({ agent_id: "other", status: "paused" }),
      runOf({ synthetic: true, counts_in_metrics: false }),
    ];
    expect(liveCounts(runs, [asPolicy(rule)], now)).toEqual({ overTime: 1, reporting: 1, expected: 2 });
    expect(liveCounts(runs, [], now).overTime).toBeNull();
  });

  it("are heard lately, late or not at all", () => {
    const heard = (ago: number) => evidenceOf(runOf({ last_seen_at: new Date(now - ago).toISOString() }), now);
    expect([heard(0), heard(60_000), heard(300_000)]).toEqual(["flowing", "late", "silent"]);
    expect(evidenceOf(runOf({ status: "queued" }), now)).toBe("waiting");
  });

  it("stand in their groups, each in the order it came", () => {
    const runs = ["b", "a", "b"].map((agent_id, at) => runOf({ agent_id, run_id: String(at) }));
    expect(grouped(runs, "agent").map((run) => run.run_id)).toEqual(["1", "0", "2"]);
  });
});

// The counts look at these three members only.
function asPolicy(part: object): Policy {
  return part as Policy;
}
