// Who released a pause, as the run and its incident tell it to whoever may read them.

import { afterEach, beforeEach, expect, test } from "vitest";
import { GateWorld, until, used } from "@/server/gate/testing/gate-world";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { startSweeper } from "./sweeper";

let gate: GateWorld;
let viewer: Principal;
beforeEach(async () => {
  gate = await GateWorld.mint({ pause_timeout_ms: 1_000 });
  await gate.rule({ threshold: 100, enforcement: "pause" });
  viewer = { ...gate.tenant.principal, role: "viewer", permissions: rolePermissions.viewer, userId: gate.tenant.keyId };
});
afterEach(() => gate.proveEvidence());

type Run = { run_id: string };
type Entry = { type: string; actor: object | null; detail: Record<string, unknown> };

const release = (run: Run, decision: "approve" | "deny", reason: string) =>
  gate.manage("POST", `/runs/${run.run_id}/release`, { decision, reason });

async function releasesOf(run: Run): Promise<unknown> {
  const { body } = await gate.manage("GET", `/activity/${run.run_id}`, undefined, viewer);
  return (body.entity as { releases: unknown }).releases;
}

async function endOf(incidentId: string | null): Promise<Entry | undefined> {
  const { body } = await gate.manage("GET", `/incidents/${incidentId}/timeline`, undefined, viewer);
  return (body.items as Entry[]).find(({ type }) => type === "run_ended");
}

test("a run says who decided about each of its pauses, when and why; its incident says that the last was denied", async () => {
  const run = await gate.start();
  const paused = await gate.admit(run, { step_index: 1 }, 101);
  expect(await releasesOf(run)).toEqual([]);
  await release(run, "approve", "go on");
  await gate.admit(run, { step_index: 1 }, 130);
  await release(run, "deny", "too dear");
  const { userId } = gate.tenant;
  const at = expect.stringMatching(/^\d{4}-.*Z$/);
  expect(await releasesOf(run)).toEqual([
    { decision: "approve", reason: "go on", by: `user:${userId}`, at },
    { decision: "deny", reason: "too dear", by: `user:${userId}`, at },
  ]);
  expect(await endOf(paused.incident_id)).toMatchObject({
    actor: { actor_type: "user", actor_id: userId },
    detail: { status: "failed_policy", termination_reason: "policy_block", end_note: "denied", reason: "too dear" },
  });
});

test("nobody ended a run by a pause that timed out, whoever approved one before, nor one that a policy stopped", async () => {
  const run = await gate.start();
  await gate.admit(run, { step_index: 1 }, 101);
  await release(run, "approve", "go on");
  const paused = await gate.admit(run, { step_index: 1 }, 130);
  const sweeper = startSweeper();
  await until(async () => (await gate.get(run)).completed_at !== null, 5_000);
  sweeper.stop();
  expect(await endOf(paused.incident_id)).toMatchObject({ actor: null, detail: { end_note: "timed_out" } });
  await gate.rule({ threshold: 10, enforcement: "stop" });
  const stopped = await gate.start();
  const told = await gate.report(stopped, { step_index: 1 }, used(50));
  expect(await endOf(told.incident_id)).toMatchObject({
    actor: null,
    detail: { termination_reason: "policy_block", end_note: null },
  });
});
