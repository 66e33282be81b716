// What an incident and a run's trace tell of pauses and of who decided about them, from real records.

import { afterEach, beforeEach, expect, test } from "vitest";
import { GateWorld, used } from "@/server/gate/testing/gate-world";

let gate: GateWorld;
beforeEach(async () => {
  gate = await GateWorld.mint();
});
afterEach(() => gate.proveEvidence());

type Run = { run_id: string; trace_id?: string };
type Entry = { type: string; actor: { actor_id: string } | null; detail: Record<string, unknown> };
type Step = { step_index: number; type: string; skill: string | null; records: { kind: string }[] };

const release = (run: Run, decision: "approve" | "deny", reason: string) =>
  gate.manage("POST", `/runs/${run.run_id}/release`, { decision, reason });

async function entriesOf(incidentId: string | null): Promise<Entry[]> {
  const { body } = await gate.manage("GET", `/incidents/${incidentId}/timeline?page_size=100`);
  return body.items as Entry[];
}

const told = (entries: Entry[], ...types: string[]) =>
  entries.flatMap(({ type, actor, detail }) =>
    types.includes(type) ? [{ type, by: actor?.actor_id ?? null, ...detail }] : [],
  );

async function activityOf(run: Run) {
  const { body } = await gate.manage("GET", `/activity/${run.run_id}`);
  return body.entity as { trace_id: string; releases: object[]; releases_total: number };
}

async function stepsOf(run: Run): Promise<Step[]> {
  const { trace_id } = await activityOf(run);
  return (await gate.manage("GET", `/traces/${trace_id}/steps`)).body.items as Step[];
}

const deploy = { step_type: "tool_call", skill: "deploy" };

test("an incident tells each of its pauses and releases, with who and why, and the step that was held back", async () => {
  await gate.condition('step.skill == "deploy"', { enforcement: "pause" });
  const run = await gate.start();
  const paused = await gate.admit(run, { step_index: 1, ...deploy }, 5);
  await release(run, "approve", "go on");
  await gate.admit(run, { step_index: 1, ...deploy }, 5);
  await gate.admit(run, { step_index: 2, ...deploy }, 5);
  await release(run, "deny", "not twice");
  const { userId } = gate.tenant;
  const entries = await entriesOf(paused.incident_id);
  const held = { type: "paused", by: null, held: true, skill: "deploy" };
  expect(told(entries, "paused", "released")).toMatchObject([
    { ...held, step_index: 1 },
    { type: "released", by: userId, step_index: 1, decision: "approve", reason: "go on" },
    { ...held, step_index: 2 },
    { type: "released", by: userId, step_index: 2, decision: "deny", reason: "not twice" },
  ]);
  expect(told(entries, "inflection")).toMatchObject([{ step_index: 1, held: true }]);
  const [end] = told(entries, "run_ended");
  expect(end).toMatchObject({ by: userId, end_note: "denied", reason: "not twice" });
  expect(end).not.toHaveProperty("ended_in_incident");
  const kinds = (await stepsOf(run)).map(({ type, skill, records }) => [type, skill, records.map(({ kind }) => kind)]);
  expect(kinds).toEqual([
    ["tool_call", "deploy", ["pause", "release", "admission"]],
    ["violation", "deploy", ["pause", "release", "violation"]],
    ["stopped", null, ["stopped"]],
  ]);
});

test("an incident of a pause that was lifted says that another policy ended the run, and in which incident", async () => {
  await gate.condition('step.skill == "deploy"', { enforcement: "pause" });
  await gate.rule({ threshold: 100, enforcement: "stop" });
  const run = await gate.start();
  const paused = await gate.admit(run, { step_index: 1, ...deploy }, 5);
  await release(run, "approve", "go on");
  const stopped = await gate.report(run, { step_index: 1, ...deploy }, used(150));
  expect(stopped.incident_id).not.toBe(paused.incident_id);
  const end = { type: "run_ended", by: null, status: "failed_policy" };
  const [told1] = told(await entriesOf(paused.incident_id), "run_ended");
  expect(told1).toMatchObject({ ...end, ended_in_incident: stopped.incident_id, ended_by: expect.any(String) });
  const own = await entriesOf(stopped.incident_id);
  expect(told(own, "run_ended")[0]).not.toHaveProperty("ended_in_incident");
  expect(told(own, "paused", "released")).toEqual([]);
});

test("a result that paused the run held nothing back, and its step tells the release", async () => {
  await gate.rule({ threshold: 100, enforcement: "pause" });
  const run = await gate.start();
  const paused = await gate.report(run, { step_index: 1 }, used(101));
  const [pause] = told(await entriesOf(paused.incident_id), "paused");
  expect(pause).toMatchObject({ step_index: 1 });
  expect(pause).not.toHaveProperty("held");
  await release(run, "deny", "too dear");
  const [step] = await stepsOf(run);
  expect(step?.records.map(({ kind }) => kind)).toEqual(["report", "release"]);
});

test("a run says how many decisions there were, and shows the newest twenty", async () => {
  await gate.condition('step.skill == "deploy"', { enforcement: "pause" });
  const run = await gate.start();
  expect(await activityOf(run)).toMatchObject({ releases: [], releases_total: 0 });
  for (let index = 1; index <= 21; index += 1) {
    await gate.admit(run, { step_index: index, ...deploy }, 5);
    await release(run, "approve", `go on ${index}`);
    await gate.report(run, { step_index: index, ...deploy }, used(1));
  }
  const { releases, releases_total } = await activityOf(run);
  expect([releases.length, releases_total]).toEqual([20, 21]);
  expect(releases.at(-1)).toMatchObject({ reason: "go on 21" });
});
