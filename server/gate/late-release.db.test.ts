// What a release is told that comes too late, or that says nothing.

import { beforeEach, expect, test } from "vitest";
import { GateWorld, type Sent } from "@/server/gate/testing/gate-world";
import type { Principal } from "@/server/platform/auth/principal";
import { sweepOnce } from "./sweeper";

type Run = { run_id: string };
let gate: GateWorld;
let run: Run;
let other: Principal;
beforeEach(async () => {
  gate = await GateWorld.mint({ pause_timeout_ms: 1_000 });
  await gate.rule({ threshold: 100, enforcement: "pause" });
  run = await gate.start();
  await gate.admit(run, { step_index: 1 }, 101);
  other = { ...gate.tenant.principal, userId: gate.tenant.keyId };
});

const release = (body: object, by?: Principal): Promise<Sent> =>
  gate.manage("POST", `/runs/${run.run_id}/release`, { reason: "looked at", ...body }, by);
const last = (decision: string) => ({ decision, by: `user:${gate.tenant.userId}` });

test("of a run that was approved meanwhile: that it was, and by whom", async () => {
  await release({ decision: "approve" });
  expect((await release({ decision: "deny" }, other)).body).toMatchObject({
    ...{ status: 409, type: expect.stringContaining("run-not-paused"), run_status: "running" },
    detail: "The pause is over: its release was approved already.",
    last_release: last("approve"),
  });
  await gate.complete(run);
  expect((await release({ decision: "deny" }, other)).body).toMatchObject({
    ...{ status: 409, type: expect.stringContaining("run-not-live"), run_status: "succeeded", end_note: null },
    last_release: last("approve"),
  });
});

test("of a run that was denied meanwhile: that it was, and by whom, beside what every late post is told", async () => {
  const { body } = await release({ decision: "deny" });
  expect((await release({ decision: "approve" }, other)).body).toMatchObject({
    ...{ status: 409, type: expect.stringContaining("run-not-live"), run_status: "failed_policy", end_note: "denied" },
    ...{ termination_reason: "policy_block", stopped_at_step: 1, incident_id: body.incident_id },
    detail: "The run is over: the release of its pause was denied already.",
    last_release: last("deny"),
  });
});

test("of a run that nobody decided about in time, by the sweeper or here", async () => {
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  const timedOut = {
    ...{ status: 409, run_status: "failed_policy", end_note: "timed_out", last_release: null },
    detail: "The run is over: nobody decided about its pause in time.",
  };
  expect((await release({ decision: "approve" })).body).toMatchObject(timedOut);
  await sweepOnce();
  expect((await release({ decision: "approve" }, other)).body).toMatchObject(timedOut);
});

test("of a run that was cancelled while it was paused again: not that an earlier pause was approved", async () => {
  await release({ decision: "approve" });
  await gate.admit(run, { step_index: 1 }, 200);
  await gate.complete(run, { status: "cancelled" });
  const { body } = await release({ decision: "approve" }, other);
  expect(body).toMatchObject({ status: 409, run_status: "cancelled", last_release: null, detail: "The run is over." });
});

test("of a run that was never paused: how it stands", async () => {
  run = await gate.start();
  expect((await release({ decision: "approve" })).body).toMatchObject({
    ...{ status: 409, run_status: "running", last_release: null, detail: "The run is not paused." },
  });
});

test("who may not read runs is not told who decided, nor how", async () => {
  const blind: Principal = { ...other, permissions: new Set(["policies:override"]) };
  await release({ decision: "approve" });
  const live = await release({ decision: "deny" }, blind);
  expect(live.body).toMatchObject({ status: 409, run_status: "running", last_release: null });
  await gate.complete(run, { status: "cancelled" });
  const over = await release({ decision: "deny" }, blind);
  expect(over.body).toMatchObject({ status: 409, run_status: "cancelled", detail: "The run is over." });
  expect([JSON.stringify(live.body), Object.keys(over.body)]).toEqual([
    expect.not.stringContaining(gate.tenant.userId),
    expect.not.arrayContaining(["last_release", "end_note"]),
  ]);
});

test.each(["", "   ", "\n\t"])("the reason %j is none", async (reason) => {
  const refused = { status: 422, errors: [{ pointer: "#/reason", detail: "It must not be blank" }] };
  expect((await release({ decision: "approve", reason })).body).toMatchObject(refused);
  expect((await gate.send(`/${run.run_id}/cancel`, { reason })).body).toMatchObject(refused);
  expect(await gate.get(run)).toMatchObject({ status: "paused" });
  expect((await gate.send(`/${run.run_id}/cancel`, {})).body).toMatchObject({ status: "cancelled" });
});
