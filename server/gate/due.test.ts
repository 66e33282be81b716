import { describe, expect, test } from "vitest";
import { systemPrincipal } from "@/server/platform/auth/principal";
import type { PolicyBook } from "@/server/policies/scopes";
import { defaultGateSettings } from "@/server/policies/settings";
import { Draft } from "./draft";
import { dueAt } from "./due";
import { emptyStep } from "./ending";
import type { RunRow, StepRow } from "./rows";
import { startedRun } from "./testing/simulated-run";
import { ruleOver } from "./testing/simulated-tenant";
import { emptyWorld } from "./world";

const START = new Date("2026-03-01T12:00:00.000Z");
const tenantId = "01990000-0000-7000-8000-000000000001";

function draftOf(run: Partial<RunRow> = {}, rules: PolicyBook["rules"] = []): Draft {
  const settings = { ...defaultGateSettings, run_timeout_ms: 900_000, pause_timeout_ms: 3_600_000 };
  // Compiled sets are kept by tenant, epoch and context, so every book has an epoch of its own.
  const shared = {
    settings,
    settings_version: 1,
    prices: { version: 1, entries: [] },
    thresholds: [],
    windows: [],
    tampered: [],
  };
  const book: PolicyBook = { epoch: epoch++, rules, ...shared };
  const principal = systemPrincipal(tenantId, "test");
  const made = startedRun({ tenantId, book, runId: "run", agentId: "bot", principal, at: START });
  const world = emptyWorld(tenantId, START, book);
  world.governance.set("run", made.governance);
  return new Draft(world, { ...made.run, ...run }, principal, null);
}
let epoch = 1;

const later = (ms: number) => new Date(START.getTime() + ms);
const duration = (threshold: string, more: object = {}) => ruleOver("run.duration_ms", threshold, more);
const key = (enforcement: string) => `run.duration_ms|${enforcement}|each_step`;

function open(draft: Draft, step: Partial<StepRow>): Draft {
  draft.run.openSteps += 1;
  draft.step({ ...emptyStep(draft, draft.run.openSteps, "llm_call"), ...step });
  return draft;
}

describe("when the sweeper must look again", () => {
  test("after the idle time-out since the last sign of life; never once the run is over", () => {
    expect(dueAt(draftOf())).toEqual(later(900_000));
    expect(dueAt(draftOf({ lastSeenAt: later(5_000) }))).toEqual(later(905_000));
    expect(dueAt(draftOf({ completedAt: later(1) }))).toBeNull();
  });

  test("while paused, only when the pause times out", () => {
    expect(dueAt(draftOf({ pausedAt: later(60_000) }, [duration("70000")]))).toEqual(later(3_660_000));
  });

  test("when the first open reservation lapses; settled and lapsed ones do not count", () => {
    const draft = open(draftOf(), { lapsesAt: later(300_000) });
    expect(dueAt(open(draft, { lapsesAt: later(200_000) }))).toEqual(later(200_000));
    expect(dueAt(open(draft, { state: "lapsed", lapsesAt: null }))).toEqual(later(200_000));
  });

  test("one millisecond past a duration limit, pauses and an approved hold added", () => {
    expect(dueAt(draftOf({}, [duration("60000")]))).toEqual(later(60_001));
    expect(dueAt(draftOf({ pausedMs: 5_000 }, [duration("60000")]))).toEqual(later(65_001));
    const { memory } = draftOf().run;
    const held = { memory: { ...memory, holds: { [key("pause")]: 66_000 } } };
    expect(dueAt(draftOf(held, [duration("60000", { enforcement: "pause" })]))).toEqual(later(66_001));
  });

  test("a warning that was given, a shadow and a rule of the first call do not call the sweeper", () => {
    const { memory } = draftOf().run;
    const told = { memory: { ...memory, signalled: { [key("warn")]: "breach" as const } } };
    expect(dueAt(draftOf({}, [duration("60000", { enforcement: "warn" })]))).toEqual(later(60_001));
    expect(dueAt(draftOf(told, [duration("60000", { enforcement: "warn" })]))).toEqual(later(900_000));
    expect(dueAt(draftOf({}, [duration("60000", { rollout: "shadow" })]))).toEqual(later(900_000));
    expect(dueAt(draftOf({}, [duration("60000", { bind_at: "first_token" })]))).toEqual(later(900_000));
  });
});
