// The executive debrief of incidents that the real gate made.

import { expect, test } from "vitest";
import { ContentWorld, isoOf } from "@/server/exports/content/testing/content-world";
import { used } from "@/server/gate/testing/gate-world";

test("a block is told with its times, its cost and what to do about it", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ name: "Token Limit Policy", threshold: 10_000 });
  const run = await world.blockedRun();
  const open = await world.debrief(run.incident_id);
  const [incident] = await world.gate.rows("incidents");
  const [stopped] = await world.gate.rows("runs");
  const [step] = await world.gate.rows("steps", "is_inflection");
  expect(open).toMatchObject({
    ...{ policy_violated: "Token Limit Policy", remediation_status: "pending", cost_incurred_cents: 450 },
    ...{ violation_time: isoOf(step, "recorded_at"), violation_step_index: 3 },
    detection_time: isoOf(incident, "created_at"),
    contained_at: isoOf(stopped, "completed_at"),
    ...{ time_to_detect_seconds: 0, time_to_contain_seconds: 0, time_to_acknowledge_seconds: null },
    ...{ risk_level: "high", classification: "INTERNAL", prepared_for: "Audit committee" },
  });
  expect(open.recommended_actions.map((action) => action.id)).toEqual([
    ...["acknowledge", "resolve", "ask_before_the_step", "bind_the_key"],
  ]);
  await world.respond(`/${run.incident_id}/acknowledge`, {});
  expect((await world.debrief(run.incident_id)).remediation_status).toBe("in_progress");
  await world.respond(`/${run.incident_id}/resolve`, {
    resolution_method: "rollback",
    resolution_notes: "Rolled back.",
  });
  const closed = await world.debrief(run.incident_id);
  expect(closed).toMatchObject({ remediation_status: "completed", remediation_notes: "Rolled back." });
  expect(closed.incident_summary).toContain("by rollback");
});

test("cost avoided is the run's own rate over its agent's usual time, from rows; unknown without them", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ name: "Cost cap", rule_type: "cost_limit", metric: "run.cost_cents", threshold: 100 });
  for (let i = 0; i < 3; i++) {
    const earlier = await world.gate.start();
    await world.gate.report(earlier, { step_index: 1 }, used(1, { cost_cents: 1 }));
    await world.gate.complete(earlier);
  }
  const tenant = `tenant_id = '${world.tenantId}'`;
  await world.tamper(`update runs set completed_at = started_at + interval '10 seconds' where ${tenant}`);
  const run = await world.gate.start();
  const blocked = await world.gate.report(run, { step_index: 1 }, used(1, { cost_cents: 200 }));
  const incident = String(blocked.incident_id);
  expect((await world.debrief(incident)).cost_avoided).toMatchObject({
    ...{ value_cents: null, unknown_because: expect.stringContaining("less than 1 s") },
  });
  await world.tamper(`update runs set completed_at = started_at + interval '2 seconds'
    where ${tenant} and run_id = '${run.run_id}'`);
  const debrief = await world.debrief(incident);
  // 200 cents in 2 s, 10 s planned: 1 000 projected, 800 more than were spent.
  expect(debrief).toMatchObject({ cost_prevented_cents: 800, cost_avoided: { label: "estimate", value_cents: 800 } });
  expect(debrief.key_figures.find((one) => one.id === "cost_avoided_cents")).toMatchObject({
    ...{ value: 800, is_estimate: true, formula: expect.stringContaining("max(0") },
  });
});

test("posts after the stop, work done anyway and incidents before it are counted from their rows", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ name: "Token Limit Policy", threshold: 10_000 });
  for (let i = 0; i < 3; i++) await world.blockedRun();
  const run = await world.blockedRun();
  const late = { step_index: 4, status: "success", usage: used(700, { cost_cents: 21 }) };
  for (let i = 0; i < 3; i++) await world.gate.step(run, late);
  const debrief = await world.debrief(run.incident_id);
  const why = (id: string) => debrief.recommended_actions.find((action) => action.id === id)?.why;
  expect(why("honour_the_stop")).toBe("After the end it posted 3 steps more, and reported $0.21 of work done anyway.");
  expect(why("review_the_policy")).toBe("3 incidents like it in the 30 days before.");
  expect(debrief.risk_level).toBe("critical");
  expect(debrief.risk_reason).toContain("3 like it");
  expect(debrief.business_impact.join(" ")).toContain("1 step of work done anyway: 700 tokens, $0.21");
});

test("a run that failed by itself, and an incident without one", async () => {
  const world = await ContentWorld.mint();
  const failed = await world.failedRun();
  const ofFailure = await world.debrief(failed.incident_id);
  expect(ofFailure).toMatchObject({
    ...{ policy_violated: null, violation_time: null, time_to_detect_seconds: null, cost_prevented_cents: null },
  });
  expect(ofFailure.incident_summary).toContain("out of memory");
  expect(ofFailure.recommended_actions.map((action) => action.id)).toContain("fix_the_error");
  const manual = await world.debrief(await world.manualIncident());
  expect(manual).toMatchObject({ run_id: null, cost_incurred_cents: null, time_to_contain_seconds: null });
  expect(manual.unknowns.map((one) => one.field)).toEqual(
    expect.arrayContaining(["time_to_detect_seconds", "time_to_contain_seconds", "cost_prevented_cents"]),
  );
});

test("evidence that does not verify makes it critical, and says so first", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ threshold: 10_000 });
  const run = await world.blockedRun();
  await world.tamper(`update steps set output_tokens = 1 where run_id = '${run.run_id}' and step_index = 2`);
  const debrief = await world.debrief(run.incident_id);
  expect(debrief.risk_level).toBe("critical");
  expect(debrief.recommended_actions[0]?.id).toBe("investigate_evidence");
});
