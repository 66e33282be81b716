// runner-api.md "End a run" and "Others": complete, cancel, heartbeat, GET run, the stream.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { gateFetch } from "./front-door";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

const notLive = { status: 409, type: expect.stringContaining("run-not-live") };

describe("complete", () => {
  test("ends the run with one cost record per settled step; the same body replays, another is 409", async () => {
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(5, { cost_cents: 1 }));
    await gate.admit(run, { step_index: 2 }, 9);
    await gate.result(run, 2, used(7, { cost_cents: 2 }));
    const done = await gate.complete(run, { status: "succeeded", output: { paid: 3 } });
    expect([done.status, done.headers.get("idempotent-replayed")]).toEqual([200, null]);
    expect(done.body).toMatchObject({
      status: "succeeded",
      termination_reason: "completed",
      steps_completed: 2,
      tokens_used: 12,
      cost_cents: 3,
    });
    const again = await gate.complete(run, { output: { paid: 3 }, status: "succeeded" });
    expect([again.text, again.headers.get("idempotent-replayed")]).toEqual([done.text, "true"]);
    expect((await gate.complete(run, { status: "succeeded" })).body).toMatchObject({
      ...notLive,
      termination_reason: "completed",
    });
    expect((await gate.complete(run, { status: "failed" })).body).toMatchObject(notLive);
    expect(await gate.count("cost_records")).toBe(2);
    expect(await gate.rows("traces")).toMatchObject([{ status: "completed", violation_step_index: null }]);
  });

  test("failed is system_failure and opens an incident of category execution failure", async () => {
    const run = await gate.start();
    const error = { code: "TOOL_DOWN", message: "the bank is away" };
    const done = await gate.complete(run, { status: "failed", error });
    expect(done.body).toMatchObject({ status: "failed", termination_reason: "system_failure" });
    expect(await gate.rows("incidents")).toMatchObject([
      {
        type: "execution_failure",
        category: "EXECUTION_FAILURE",
        error_code: "TOOL_DOWN",
        id: done.body.incident_id,
        source_run_id: run.run_id,
      },
    ]);
    await gate.complete(run, { status: "failed", error });
    expect(await gate.count("incidents")).toBe(1);
  });

  test("cancelled is user_abort, without an incident", async () => {
    const run = await gate.start();
    expect((await gate.complete(run, { status: "cancelled" })).body).toMatchObject({
      status: "cancelled",
      termination_reason: "user_abort",
    });
    expect(await gate.count("incidents")).toBe(0);
  });

  test("with admitted steps still open: 409 with their list, unless abandoned; they end as presumed", async () => {
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 10);
    await gate.admit(run, { step_index: 2 }, 20);
    await gate.result(run, 1, used(5));
    const open = await gate.complete(run);
    expect(open.body).toMatchObject({
      ...{ status: 409, type: expect.stringContaining("steps-in-flight") },
      steps: [{ step_index: 2, step_id: null, state: "open" }],
    });
    expect((await gate.get(run)).status).toBe("running");
    const done = await gate.complete(run, { status: "succeeded", abandon: true });
    expect(done.body).toMatchObject({ status: "succeeded", unsettled: 1, presumed_tokens: 20 });
    expect(done.body.unsettled_steps).toEqual([{ step_index: 2, step_id: null, state: "presumed" }]);
  });
});

describe("cancel and heartbeat", () => {
  test("cancel ends a run from either side, once; a heartbeat answers while it lives", async () => {
    const [mine, theirs] = [await gate.start(), await gate.start()];
    await gate.report(mine, { step_index: 1 }, used(5));
    expect((await gate.send(`/${mine.run_id}/heartbeat`, {})).body).toMatchObject({
      run_id: mine.run_id,
      status: "running",
    });
    const cancelled = await gate.send(`/${mine.run_id}/cancel`, { reason: "not needed" });
    expect(cancelled.body).toMatchObject({ status: "cancelled", termination_reason: "user_abort", stopped_at_step: 1 });
    const byHand = await gate.manage("POST", `/runs/${theirs.run_id}/cancel`, {});
    expect([byHand.status, byHand.body.status]).toEqual([200, "cancelled"]);
    expect((await gate.send(`/${mine.run_id}/cancel`, {})).status).toBe(200);
    expect((await gate.send(`/${mine.run_id}/heartbeat`, {})).body).toMatchObject(notLive);
    expect((await gate.complete(mine)).body).toMatchObject(notLive);
    expect((await gate.rows("audit_logs", "action = 'run.cancelled'")).length).toBe(2);
  });
});

describe("GET run", () => {
  test("is the run object at the top level, and the next read sees what was acknowledged", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start({ goal: "Pay" });
    const step = await gate.report(run, { step_index: 1 }, used(30));
    const seen = await gate.get(run);
    expect(seen).toMatchObject({
      ...step.run,
      run_id: run.run_id,
      trace_id: run.trace_id,
      agent_id: "invoice-bot",
      goal: "Pay",
    });
    expect(seen).toMatchObject({
      unsettled: 0,
      overshoot: { estimate_excess: 0, reported: 0 },
      started_at: run.started_at,
    });
    expect(seen.policy_snapshot).toEqual(run.policy_snapshot);
  });
});

describe("the event stream", () => {
  type Event = { event: string; id: string | null; data: Record<string, unknown> };

  async function events(run: { run_id: string }, headers: Record<string, string> = {}): Promise<Event[]> {
    const request = new Request(`http://localhost/api/v1/runs/${run.run_id}/events`, {
      headers: { authorization: `Bearer ${gate.key}`, ...headers },
    });
    const response = await gateFetch(request);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    return (await response.text()).split("\n\n").flatMap((block) => {
      const field = (name: string) =>
        block
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const [event, data] = [field("event"), field("data")];
      return event === undefined || data === undefined
        ? []
        : [{ event, id: field("id") ?? null, data: JSON.parse(data) }];
    });
  }

  test("tells step, decision, signal and status with the seq as id, ends after the run's end, and resumes without loss", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    const told = events(run);
    await gate.report(run, { step_index: 1 }, used(90));
    await gate.admit(run, { step_index: 2 }, 5);
    await gate.report(run, { step_index: 2 }, used(50));
    const all = await told;
    expect(new Set(all.map(({ event }) => event))).toEqual(new Set(["step", "decision", "signal", "status"]));
    const ids = all.flatMap(({ id }) => (id === null ? [] : [Number(id)]));
    expect(ids).toEqual([0, 1, 2, 3, 4, 5]);
    expect(all.at(-1)).toMatchObject({ event: "status", data: { status: "failed_policy", stopped_at_step: 2 } });
    for (const id of ids) {
      const resumed = await events(run, { "last-event-id": String(id) });
      const seen = all.findIndex((event) => event.id === String(id));
      expect(resumed).toEqual(all.slice(seen + 1));
    }
  });

  test("an id that is none of ours is 422", async () => {
    const run = await gate.start();
    const sent = await gate.send(`/${run.run_id}/events`, undefined, { "last-event-id": "soon" });
    expect(sent.status).toBe(422);
  });
});
