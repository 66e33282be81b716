import { describe, expect, it } from "vitest";
import { type EventRecord, type EventSignal, eventsOfRecord } from "./run-events";

const run = { runId: "0197a2b4-0000-7000-8000-00000000000a" };
const recordedAt = new Date("2026-01-22T09:30:00.123Z");
const decision = { action: "block", enforcement: "kill", reason: "run.tokens 15000 is over the limit of 10000" };

function record(kind: string, body: object, over: Partial<EventRecord> = {}): EventRecord {
  return {
    ...{ seq: 7, kind, stepIndex: 3, stepId: null, stepType: "llm_call", recordedAt, hash: Buffer.alloc(32) },
    canonical: Buffer.from(JSON.stringify({ body })),
    ...over,
  };
}

const signal: EventSignal = {
  ...{
    tenantId: run.runId,
    id: "s-1",
    runId: run.runId,
    policyId: null,
    limitId: null,
    source: "rule",
    signalType: "breach",
  },
  ...{ metric: "run.tokens", enforcement: "stop", currentValue: "15000", thresholdValue: "10000", percentage: "150" },
  ...{ stepIndex: 3, seq: 7, recordedAt },
};

const told = (kind: string, body: object, over: Partial<EventRecord> = {}, signals: EventSignal[] = []) =>
  eventsOfRecord(run, record(kind, body, over), signals).map((event) => [event.event, event.id]);

describe("the events of a record", () => {
  const usage = { input_tokens: 1, output_tokens: 2, duration_ms: 3, cost_units: 2_850_001, cost_source: "reported" };

  it.each([
    ["admission", { step: {}, estimate: {}, decision }, ["step", "decision"]],
    ["report", { step: {}, usage, decision }, ["step", "decision"]],
    ["late", { step: {}, usage }, ["step"]],
    ["lapse", { admission_seq: 1, estimate: {} }, ["step"]],
    ["violation", { violation: { reason: "over" } }, ["step"]],
    ["stopped", { end: { status: "failed_policy" } }, ["step", "status"]],
  ])("%s", (kind, body, names) => {
    const last = names.length - 1;
    expect(told(kind, body)).toEqual(names.map((name, at) => [name, at === last ? 7 : null]));
  });

  it.each([
    ["pause", { decision }, ["decision", "status"]],
    ["release", { release: { decision: "approve" } }, ["status"]],
    ["end", { end: { status: "succeeded" } }, ["status"]],
  ])("without a step: %s", (kind, body, names) => {
    expect(told(kind, body, { stepIndex: null }).map(([name]) => name)).toEqual(names);
  });

  it("put signals behind the decision, and give the id to the very last", () => {
    expect(told("report", { step: {}, usage, decision }, {}, [signal, { ...signal, id: "s-2" }])).toEqual([
      ["step", null],
      ["decision", null],
      ["signal", null],
      ["signal", 7],
    ]);
  });

  it("carry cents, claims and numbers as the wire has them", () => {
    const step = { skill: "draft-mail", started_at: "1999-12-31T23:59:59Z" };
    const [first, , third] = eventsOfRecord(run, record("report", { step, usage, decision }), [signal]);
    expect(first?.data).toMatchObject({
      ...{ run_id: run.runId, seq: 7, recorded_at: recordedAt.toISOString(), step_index: 3, skill: "draft-mail" },
      ...{ claimed_started_at: step.started_at, model: null, estimate: null },
      usage: { cost_cents: 285.0001, input_tokens: 1 },
    });
    expect(first?.data.usage).not.toHaveProperty("cost_units");
    expect(third?.data).toMatchObject({ type: "breach", percentage: 150, current_value: "15000" });
  });

  it("say unknown cost as null, and tell work beside a run that is over to cancel itself", () => {
    const { cost_units: _, ...unpriced } = usage;
    const [step] = eventsOfRecord(run, record("late", { step: {}, usage: unpriced }), []);
    expect(step?.data.usage).toMatchObject({ cost_cents: null });
    const ended = eventsOfRecord(run, record("stopped", { end: { status: "failed_policy" } }), []).at(-1);
    expect(ended?.data).toMatchObject({ cancel_in_flight: true, note: null });
    const denied = eventsOfRecord(
      run,
      record("release", { release: { decision: "deny" } }, { stepIndex: null }),
      [],
    ).at(-1);
    expect(denied?.data).toMatchObject({ status: "paused", cancel_in_flight: false });
  });
});
