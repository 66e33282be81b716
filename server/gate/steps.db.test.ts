// runner-api.md "Post a step": both ways, the order of checks, same key and same body, late results.

import { v4 as uuidv4 } from "uuid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decided, GateWorld, together, used } from "@/server/gate/testing/gate-world";
import { inspect } from "@/server/platform/db/testing/test-database";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

const typeOf = (problem: string) => ({ status: 409, type: expect.stringContaining(problem) });

describe("two ways, mixed freely", () => {
  test("report, admit and result, and a result through POST /steps", async () => {
    const run = await gate.start();
    const reported = await gate.report(run, { step_index: 1 }, used(100));
    expect(reported).toMatchObject({ step_index: 1, phase: "result", seq: 1 });
    const admitted = await gate.admit(run, { step_index: 2 }, 500);
    expect(admitted).toMatchObject({ step_index: 2, phase: "admission", seq: 2 });
    expect(admitted.run).toMatchObject({ tokens_used: 100, steps_completed: 1 });
    expect(admitted.run.limits[0]).toMatchObject({ used: 100, reserved: 500, remaining: 99_400 });
    const settled = await gate.result(run, 2, used(300));
    expect(settled).toMatchObject({
      step_index: 2,
      phase: "result",
      seq: 3,
      run: { tokens_used: 400, steps_completed: 2 },
    });
    expect(settled.run.limits[0]).toMatchObject({ used: 400, reserved: 0 });
    await gate.admit(run, { step_index: 3 }, 500);
    expect((await gate.report(run, { step_index: 3 }, used(600))).run).toMatchObject({
      tokens_used: 1_000,
      steps_completed: 3,
    });
  });

  test("step_id runs side by side: the server assigns the next index under the run's lock", async () => {
    const run = await gate.start();
    await gate.report(run, { step_index: 1 }, used(1));
    const ids = Array.from({ length: 16 }, () => uuidv4());
    const admitted = await Promise.all(ids.map((step_id) => gate.admit(run, { step_id }, 10)));
    expect(admitted.map((step) => step.step_index).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 2),
    );
    expect(admitted.map((step) => step.step_id)).toEqual(ids);
    const results = await Promise.all(
      ids.map((step_id, i) =>
        i % 2 === 0 ? gate.report(run, { step_id }, used(9)) : gate.result(run, admitted[i]?.step_index ?? 0, used(9)),
      ),
    );
    expect(results.map((step) => step.step_index)).toEqual(admitted.map((step) => step.step_index));
    expect((await gate.report(run, { step_index: 18 }, used(1))).run).toMatchObject({
      tokens_used: 146,
      steps_completed: 18,
    });
  });

  test("a step_index and a step_id that name different steps are 409 step-conflict", async () => {
    const run = await gate.start();
    const [one, two] = [uuidv4(), uuidv4()];
    await gate.admit(run, { step_id: one });
    await gate.admit(run, { step_id: two });
    expect((await gate.step(run, { step_index: 1, step_id: two })).body).toMatchObject(typeOf("step-conflict"));
    const usage = { status: "success", usage: used(1), step_id: two };
    expect((await gate.send(`/${run.run_id}/steps/1/result`, usage)).body).toMatchObject(typeOf("step-conflict"));
    await gate.result(run, 2, used(1), { step_id: two });
  });

  test("what a step must and may not carry: 422 with the pointer, and nothing is stored", async () => {
    const run = await gate.start();
    const refused = async (body: object) => {
      const sent = await gate.step(run, body);
      const errors = (sent.body.errors ?? []) as { pointer: string }[];
      return [sent.status, ...errors.map(({ pointer }) => pointer)];
    };
    expect(await refused({})).toEqual([422, "#/step_index"]);
    expect(await refused({ step_index: 0 })).toEqual([422, "#/step_index"]);
    expect(await refused({ step_index: 1, step_type: "stopped" })).toEqual([422, "#/step_type"]);
    expect(await refused({ step_index: 1, usage: used(1) })).toEqual([422, "#/status"]);
    expect(await refused({ step_index: 1, usage: { output_tokens: 1 }, status: "success" })).toEqual([
      ...[422, "#/usage/input_tokens", "#/usage/duration_ms"],
    ]);
    expect(await refused({ step_index: 1, usage: used(1, { cost_cents: 0.00001 }), status: "success" })).toEqual([
      422,
      "#/usage/cost_cents",
    ]);
    expect(await refused({ step_index: 1, usage: used(1, { cost_cents: 1e9 + 1 }), status: "success" })).toEqual([
      422,
      "#/usage/cost_cents",
    ]);
    expect(await refused({ step_index: 1, usage: used(-1), status: "success" })).toEqual([
      422,
      "#/usage/output_tokens",
    ]);
    expect(await refused({ step_index: 1, surely_unknown: 1 })).toEqual([422, "#/surely_unknown"]);
    expect(await refused({ step_index: 1, input: "x".repeat(256 * 1024) })).toEqual([422, "#/input"]);
    expect(await gate.count("trace_records")).toBe(0);
    expect((await gate.report(run, { step_index: 1 }, used(1, { cost_cents: 0.0001 }))).run.cost_cents).toBe(0.0001);
  });
});

describe("order of checks", () => {
  test("A6/A7: same key and body, the stored answer byte for byte; 64 at once, one decision; another body, 409", async () => {
    const run = await gate.start();
    const body = { step_index: 1, status: "success", usage: used(7), input: { a: [1, 2], b: "x" } };
    const sent = await together(64, () => gate.step(run, body));
    expect(sent.map(({ status }) => status)).toEqual(Array(64).fill(200));
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
    expect(sent.filter(({ headers }) => headers.get("idempotent-replayed") === "true")).toHaveLength(63);
    const reordered = { usage: { ...used(7) }, input: { b: "x", a: [1, 2] }, status: "success", step_index: 1 };
    expect((await gate.step(run, reordered)).text).toBe(sent[0]?.text);
    expect((await gate.step(run, { ...body, usage: used(8) })).body).toMatchObject(typeOf("step-conflict"));
    // Defaults are not added: a member that is sent makes another body.
    expect((await gate.step(run, { ...body, retry_count: 0 })).body).toMatchObject(typeOf("step-conflict"));
    expect(await gate.count("trace_records")).toBe(1);
    expect((await gate.get(run)).tokens_used).toBe(7);
  });

  test("a result is the same through either door; with another body it is 409 at both", async () => {
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 10);
    const result = { status: "success", usage: used(5), output: { done: true } };
    const first = await gate.send(`/${run.run_id}/steps/1/result`, result);
    const other = await gate.step(run, { step_index: 1, ...result });
    expect([other.status, other.text, other.headers.get("idempotent-replayed")]).toEqual([200, first.text, "true"]);
    const changed = { ...result, usage: used(6) };
    expect((await gate.send(`/${run.run_id}/steps/1/result`, changed)).body).toMatchObject(typeOf("step-conflict"));
    expect((await gate.step(run, { step_index: 1, ...changed })).body).toMatchObject(typeOf("step-conflict"));
    // The admission still answers as it did.
    const again = await gate.step(run, { step_index: 1, estimate: { output_tokens: 10, cost_cents: 0 } });
    expect([again.status, decided(again).phase]).toEqual([200, "admission"]);
    expect((await gate.step(run, { step_index: 1, estimate: { output_tokens: 11 } })).body).toMatchObject(
      typeOf("step-conflict"),
    );
  });

  test("a gap is 409 step-out-of-order with the expected index", async () => {
    const run = await gate.start();
    expect((await gate.step(run, { step_index: 2 })).body).toMatchObject({
      ...typeOf("step-out-of-order"),
      expected: 1,
    });
    await gate.admit(run, { step_index: 1 });
    expect((await gate.step(run, { step_index: 3 })).body).toMatchObject({
      ...typeOf("step-out-of-order"),
      expected: 2,
    });
    const result = { status: "success", usage: used(1) };
    const early = await gate.send(`/${run.run_id}/steps/2/result`, result);
    expect(early.body).toMatchObject({ ...typeOf("step-out-of-order"), expected: 2 });
    expect(await gate.count("steps")).toBe(1);
  });

  test("a stored answer comes before everything: the run's end, its pause and gaps", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    const first = await gate.step(run, { step_index: 1, status: "success", usage: used(50) });
    const last = await gate.step(run, { step_index: 2, status: "success", usage: used(80) });
    expect(decided(last).decision.enforcement).toBe("stop");
    for (const [step_index, usage, told] of [
      [1, used(50), first],
      [2, used(80), last],
    ] as const) {
      const again = await gate.step(run, { step_index, status: "success", usage });
      expect([again.text, again.headers.get("idempotent-replayed")]).toEqual([told.text, "true"]);
    }
    expect((await gate.step(run, { step_index: 2, status: "success", usage: used(1) })).body).toMatchObject(
      typeOf("step-conflict"),
    );
    expect((await gate.step(run, { step_index: 9 })).body).toMatchObject(typeOf("run-not-live"));
  });

  test("a run of another tenant is 404 at every door", async () => {
    const run = await gate.start();
    const other = await GateWorld.mint();
    for (const path of ["/steps", "/steps/1/result", "/complete", "/heartbeat", "/cancel"]) {
      const body = {
        "/steps": { step_type: "other", step_index: 1 },
        "/complete": { status: "failed" },
        "/cancel": {},
      }[path];
      const result = { status: "success", usage: used(1) };
      const sent = await other.send(`/${run.run_id}${path}`, body ?? (path.endsWith("result") ? result : {}));
      expect([path, sent.status]).toEqual([path, 404]);
    }
    for (const path of ["", "/verify", "/events"]) expect((await other.send(`/${run.run_id}${path}`)).status).toBe(404);
  });
});

describe("late results", () => {
  test("within 24 h the result of a step admitted before the end is an addendum: charged, signalled, never enforced", async () => {
    await gate.rule({ threshold: 100 });
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 30);
    await gate.admit(run, { step_index: 2 }, 10);
    const stop = await gate.report(run, { step_index: 3 }, used(500));
    expect(stop.run).toMatchObject({ status: "failed_policy", stopped_at_step: 3 });
    expect(stop.run.limits[0]).toMatchObject({ reserved: 0, presumed: 40 });
    const [sealed] = await gate.rows("traces");

    const late = await gate.result(run, 1, used(80));
    expect(late).toMatchObject({
      late: true,
      phase: "result",
      step_index: 1,
      decision: { action: "allow", enforcement: "none" },
    });
    expect(late.run).toMatchObject({
      status: "failed_policy",
      termination_reason: "policy_block",
      stopped_at_step: 3,
      tokens_used: 580,
    });
    expect(late.run.limits[0]).toMatchObject({ presumed: 10, overshoot: { estimate_excess: 50, reported: 430 } });
    const again = await gate.send(`/${run.run_id}/steps/1/result`, { status: "success", usage: used(80) });
    expect([decided(again).seq, again.headers.get("idempotent-replayed")]).toEqual([late.seq, "true"]);
    expect(
      (await gate.send(`/${run.run_id}/steps/1/result`, { status: "success", usage: used(81) })).body,
    ).toMatchObject(typeOf("step-conflict"));

    expect((await gate.rows("traces"))[0]).toEqual(sealed);
    expect((await gate.get(run)).late_records).toBe(1);
    expect(await gate.rows("cost_records", "kind = 'late'")).toMatchObject([{ step_index: 1, output_tokens: "80" }]);
    expect((await gate.send(`/${run.run_id}/verify`)).body).toMatchObject({
      verified: true,
      sealed: true,
      late_records: 1,
    });
    expect(await gate.count("incidents")).toBe(1);
  });

  test.each(["succeeded", "failed", "cancelled"])("after any end, also %s with abandon", async (status) => {
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 30);
    const body = { status, abandon: true };
    expect((await gate.complete(run, body)).body).toMatchObject({ status, presumed_tokens: 30, unsettled: 1 });
    const late = await gate.result(run, 1, used(20));
    expect(late).toMatchObject({ late: true, run: { status, tokens_used: 20 } });
    expect(await gate.get(run)).toMatchObject({ status, presumed_tokens: 0, unsettled: 0 });
  });

  test("after 24 h, and for a step that was never admitted, it is refused as any other post", async () => {
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 }, 30);
    await gate.complete(run, { status: "succeeded", abandon: true });
    const result = { status: "success", usage: used(20) };
    expect((await gate.send(`/${run.run_id}/steps/2/result`, result)).body).toMatchObject(typeOf("run-not-live"));
    await endedBy(run.run_id, "- interval '24 hours 1 second'");
    expect((await gate.send(`/${run.run_id}/steps/1/result`, result)).body).toMatchObject(typeOf("run-not-live"));
    expect(await gate.rows("cost_records", "kind = 'ungoverned'")).toHaveLength(2);
    await endedBy(run.run_id, "+ interval '24 hours 1 second'");
  });
});

/** Moves a run's end, which nobody but this test can. */
async function endedBy(runId: string, shift: string): Promise<void> {
  await inspect().begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql.unsafe(`update runs set completed_at = completed_at ${shift} where run_id = $1`, [runId]);
  });
}
