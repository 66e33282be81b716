// Somebody with SQL past every trigger lists a run, or its trace, under another incident than its own, or under none.

import { expect, test } from "vitest";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { inspect } from "@/server/platform/db/testing/test-database";

type Run = { run_id: string; trace_id: string };
const incidentOf = async (gate: GateWorld, run: Run) => String((await gate.get(run)).incident_id);

async function point(table: string, run: Run, incidentId: unknown): Promise<void> {
  await inspect().begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(`update ${table} set incident_id = $2 where run_id = $1`, [run.run_id, incidentId] as never[]);
  });
}

/** Verify's answer while the row names that incident. */
async function whileUnder(gate: GateWorld, table: string, run: Run, incidentId: string | null): Promise<unknown> {
  const [row] = await gate.rows(table, `run_id = '${run.run_id}'`);
  await point(table, run, incidentId);
  const { body } = await gate.send(`/${run.run_id}/verify`);
  await point(table, run, row?.incident_id ?? null);
  return body;
}

/** It is no other's than those given, whichever of them is tried. */
async function expectFound(gate: GateWorld, run: Run, others: readonly (string | null)[]): Promise<void> {
  for (const other of others) {
    const found = { verified: false, first_bad_seq: null };
    expect(await whileUnder(gate, "runs", run, other), `runs: ${other}`).toMatchObject({
      ...found,
      reason: "run_changed",
    });
    expect(await whileUnder(gate, "traces", run, other), `traces: ${other}`).toMatchObject({
      ...found,
      reason: "trace_changed",
    });
  }
}

async function manualIncident(gate: GateWorld, run: Run): Promise<string> {
  const body = { run_id: run.run_id, severity: "low", title: "Seen by hand" };
  const made = await gate.manage("POST", "/incidents", body);
  expect(made.status, made.text).toBe(201);
  return String(made.body.incident_id);
}

/** Whoever pays is held. */
async function mint(): Promise<GateWorld> {
  const gate = await GateWorld.mint();
  await gate.condition(`step.skill == "pay"`, { enforcement: "pause" });
  return gate;
}

/** Held and let go on: a run that has had one incident already. */
async function pausedOnce(gate: GateWorld): Promise<{ run: Run; first: string }> {
  const run = await gate.start();
  await gate.admit(run, { step_index: 1, skill: "pay" });
  const first = await incidentOf(gate, run);
  await gate.manage("POST", `/runs/${run.run_id}/release`, { decision: "approve", reason: "looked at" });
  return { run, first };
}

test("a stopped run and its trace are listed under the incident that stopped it, and under no other", async () => {
  const gate = await mint();
  await gate.rule({ threshold: 100 });
  const other = await gate.start();
  await gate.report(other, { step_index: 1 }, used(101));
  const { run, first } = await pausedOnce(gate);
  await gate.admit(run, { step_index: 1 });
  await gate.report(run, { step_index: 2 }, used(101));
  const own = await incidentOf(gate, run);
  expect(own).not.toBe(first);
  const manual = await manualIncident(gate, run);
  await expectFound(gate, run, [await incidentOf(gate, other), first, manual, null]);
  // What people do about it, and what comes late, changes nothing.
  const resolution = { resolution_method: "manual_intervention", resolution_notes: "done" };
  const resolved = await gate.manage("POST", `/incidents/${own}/resolve`, resolution);
  expect(resolved.status, resolved.text).toBe(200);
  expect((await gate.result(run, 1, used(1))).late).toBe(true);
  await gate.proveEvidence();
});

test("a run that failed by itself is listed under that, whatever held it before", async () => {
  const gate = await mint();
  const { run, first } = await pausedOnce(gate);
  await gate.complete(run, { status: "failed", error: { code: "E1", message: "no mail" } });
  expect(await incidentOf(gate, run)).not.toBe(first);
  await expectFound(gate, run, [first, null]);
  await gate.proveEvidence();
});

test("a run that lives, or ended well, is listed under its newest; its trace only where a freeze ended it", async () => {
  const gate = await mint();
  const { run: live, first } = await pausedOnce(gate);
  const { run: ended } = await pausedOnce(gate);
  await gate.complete(ended);
  const { run: frozen, first: held } = await pausedOnce(gate);
  await gate.manage("POST", "/policies/freezes", { type: "run", id: frozen.run_id, reason: "drill" });
  expect((await gate.get(frozen)).status).toBe("cancelled");
  for (const run of [live, ended]) {
    expect(await gate.rows("traces", `run_id = '${run.run_id}'`)).toMatchObject([{ incident_id: null }]);
    expect(await whileUnder(gate, "runs", run, null)).toMatchObject({ verified: false, reason: "run_changed" });
    const under = await whileUnder(gate, "traces", run, first);
    expect(under).toMatchObject({ verified: false, reason: "trace_changed" });
  }
  expect(await gate.rows("traces", `run_id = '${frozen.run_id}'`)).toMatchObject([{ incident_id: held }]);
  await expectFound(gate, frozen, [first, null]);
  await gate.proveEvidence();
});

test("a run without an incident is listed under none", async () => {
  const gate = await GateWorld.mint();
  const run = await gate.start();
  await expectFound(gate, run, [await manualIncident(gate, run)]);
  await gate.complete(run);
  await expectFound(gate, run, [await manualIncident(gate, run)]);
  await gate.proveEvidence();
});
