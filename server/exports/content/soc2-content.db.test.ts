// The SOC2 bundle over incidents of the real gate: what each criterion comes to, and the population counted against the rows.

import { beforeAll, describe, expect, test } from "vitest";
import type { ExceptionKind, SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";
import { ContentWorld, isoOf } from "@/server/exports/content/testing/content-world";
import { used } from "@/server/gate/testing/gate-world";

function statuses(bundle: SOC2Bundle): Record<string, string> {
  return Object.fromEntries(bundle.control_mappings.map((one) => [one.control_id, one.evidence_status]));
}

function counts(bundle: SOC2Bundle): Record<string, number | null> {
  return Object.fromEntries(bundle.population.counts.map((one) => [one.id, one.value]));
}

function exception(bundle: SOC2Bundle, kind: ExceptionKind) {
  const found = bundle.exceptions.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`nothing was looked for as ${kind}`);
  return found;
}

const allThree = (status: string) => ({ "CC7.2": status, "CC7.3": status, "CC7.4": status });

describe("what the criteria come to", () => {
  let world: ContentWorld;
  let run: { run_id: string; incident_id: string };

  beforeAll(async () => {
    world = await ContentWorld.mint();
    await world.gate.rule({ name: "Token Limit Policy", threshold: 10_000 });
    run = await world.blockedRun();
    await world.sign();
  });

  test("a block nobody has acknowledged: seen, not evaluated and not answered by people", async () => {
    expect(statuses(await world.soc2(run.incident_id))).toEqual({
      ...{ "CC7.2": "DEMONSTRATED", "CC7.3": "PARTIAL", "CC7.4": "PARTIAL" },
    });
  });

  test("acknowledged and resolved: demonstrated, each test with its leaf and the official subject first", async () => {
    await world.acknowledgeAndResolve(run.incident_id);
    await world.sign();
    const bundle = await world.soc2(run.incident_id);
    expect(statuses(bundle)).toEqual(allThree("DEMONSTRATED"));
    expect(bundle.criteria_covered).toEqual(["CC7.2", "CC7.3", "CC7.4"]);
    expect(bundle.attestation_statement).toMatch(/^System-generated statement; not an attestation\./);
    expect(bundle.review_status).toBe("PENDING");
    const leaves = await world.gate.rows("log_leaves");
    for (const test of bundle.control_mappings.flatMap((mapping) => mapping.tests)) {
      expect(test.leaf, test.id).not.toBeNull();
      const leaf = leaves.find((row) => Number(row.leaf_index) === test.leaf?.leaf_index);
      expect(leaf, test.id).toMatchObject({ kind: test.leaf?.kind, source_id: test.leaf?.id });
    }
  });

  test("its words never speak of cost avoided", async () => {
    const text = JSON.stringify(await world.soc2(run.incident_id));
    expect(text).not.toMatch(/avoided|prevented_cents|would have cost/i);
  });

  test("a run that failed by itself has nothing to monitor to the point", async () => {
    const failed = await world.failedRun();
    await world.acknowledgeAndResolve(failed.incident_id);
    expect(statuses(await world.soc2(failed.incident_id))).toEqual({
      ...{ "CC7.2": "PARTIAL", "CC7.3": "DEMONSTRATED", "CC7.4": "DEMONSTRATED" },
    });
  });

  test("an incident without a run shows neither monitoring nor response", async () => {
    const manual = await world.manualIncident();
    expect(statuses(await world.soc2(manual))).toEqual({
      ...{ "CC7.2": "NOT_APPLICABLE", "CC7.3": "PARTIAL", "CC7.4": "NOT_DEMONSTRATED" },
    });
  });
});

describe("tampering is an exception of every criterion", () => {
  async function tampered(statement: (of: { run: string; incident: string }) => string) {
    const world = await ContentWorld.mint();
    await world.gate.rule({ threshold: 10_000 });
    const { run_id, incident_id } = await world.blockedRun();
    await world.acknowledgeAndResolve(incident_id);
    await world.sign();
    await world.tamper(statement({ run: run_id, incident: incident_id }));
    return world.soc2(incident_id);
  }

  test.each([
    [
      "a record's body",
      (run: string) => `update trace_records
      set canonical = convert_to(regexp_replace(convert_from(canonical, 'UTF8'), '"cost_units":\\d+', '"cost_units":1'), 'UTF8')
      where run_id = '${run}' and seq = 2`,
    ],
    ["a record that is gone", (run: string) => `delete from trace_records where run_id = '${run}' and seq = 2`],
    ["a step", (run: string) => `update steps set output_tokens = 1 where run_id = '${run}' and step_index = 2`],
    ["the run's totals", (run: string) => `update runs set cost_units = 1 where run_id = '${run}'`],
    ["the seal's hash", (run: string) => `update traces set seal_hash = sha256('x') where run_id = '${run}'`],
    [
      "the run as a whole, against its leaf",
      (run: string) => `update log_leaves set hash = sha256('x')
      where kind = 'seal' and source_id = '${run}'`,
    ],
  ])("%s", async (_name, statement) => {
    const bundle = await tampered(({ run }) => statement(run));
    expect(statuses(bundle)).toEqual(allThree("EXCEPTION"));
    expect(bundle.integrity).toMatchObject({ verified: false, finding: expect.any(String) });
    expect(exception(bundle, "unverified_trace")).toMatchObject({ result: "found", count: 1 });
  });

  test("an incident that was made milder", async () => {
    const bundle = await tampered(({ incident }) => `update incidents set severity = 'low' where id = '${incident}'`);
    expect(statuses(bundle)).toEqual(allThree("EXCEPTION"));
    expect(bundle.integrity.verified).toBe(true);
  });

  test("another run of the period is an exception of the population, and not of this one's criteria", async () => {
    const world = await ContentWorld.mint();
    await world.gate.rule({ threshold: 10_000 });
    const [ours, other] = [await world.blockedRun(), await world.blockedRun()];
    await world.acknowledgeAndResolve(ours.incident_id);
    await world.sign();
    await world.tamper(`update trace_records set canonical = sha256('x') where run_id = '${other.run_id}' and seq = 2`);
    const bundle = await world.soc2(ours.incident_id);
    expect(statuses(bundle)).toEqual(allThree("DEMONSTRATED"));
    expect(exception(bundle, "unverified_trace").items).toMatchObject([
      { subject: `run ${other.run_id}`, detail: "it does not verify: record_changed at record 2" },
    ]);
  });

  test("a log from which a leaf was taken is not consistent", async () => {
    const world = await ContentWorld.mint();
    await world.gate.rule({ threshold: 10_000 });
    const { incident_id } = await world.blockedRun();
    await world.sign();
    const before = await world.soc2(incident_id);
    expect(before.population.completeness).toMatchObject({ consistent: true, from: null });
    const leaves = await world.gate.count("log_leaves");
    expect(before.population.completeness).toMatchObject({ leaves, to: { size: leaves } });
    await world.tamper(`delete from log_leaves where tenant_id = '${world.tenantId}' and leaf_index = 1`);
    const after = await world.soc2(incident_id);
    expect(after.population.completeness).toMatchObject({ consistent: false, unknown_because: expect.any(String) });
  });
});

describe("the population", () => {
  let world: ContentWorld;
  let bundle: SOC2Bundle;
  let incident: string;
  const shadow = "Shadow cap";

  beforeAll(async () => {
    world = await ContentWorld.mint();
    await world.gate.rule({ name: "Token Limit Policy", threshold: 10_000 });
    await world.gate.rule({ name: shadow, threshold: 100, rollout: "shadow" });
    const run = await world.blockedRun();
    incident = run.incident_id;
    // Work after the end, a clean run, a run that failed, an incident by hand.
    const late = { step_type: "llm_call", step_index: 4, status: "success", usage: used(700, { cost_cents: 21 }) };
    await world.gate.step(run, late);
    const clean = await world.gate.start();
    await world.gate.admit(clean, { step_index: 1 }, 10);
    await world.gate.result(clean, 1, used(10));
    await world.gate.complete(clean);
    await world.failedRun();
    await world.manualIncident();
    await world.sign();
    bundle = await world.soc2(incident);
  });

  test("is counted as the rows are", async () => {
    const { gate } = world;
    const decided = "kind in ('admission', 'result', 'report', 'pause')";
    expect(counts(bundle)).toMatchObject({
      runs: await gate.count("runs"),
      steps: await gate.count("steps", "step_type not in ('violation', 'stopped')"),
      evaluations: await gate.count("trace_records", decided),
      blocks: await gate.count("policy_enforcements", "action = 'stopped'"),
      incidents: await gate.count("incidents"),
      shadow_acts: await gate.count("policy_enforcements", "shadow"),
      ...{ overrides: 0, hold_releases: 0, fail_open_decisions: 0, warnings: 0, pauses: 0, refusals: 0 },
    });
    expect(counts(bundle)).toMatchObject({ runs: 3, steps: 5, evaluations: 6, blocks: 1, incidents: 3 });
    expect(bundle.population.runs_by_status).toEqual([
      { status: "failed", count: 1 },
      { status: "failed_policy", count: 1 },
      { status: "succeeded", count: 1 },
    ]);
  });

  test("lists every incident of the period, this one marked and why", async () => {
    const rows = await world.gate.rows("incidents");
    expect(bundle.population.incidents.map((one) => one.incident_id).sort()).toEqual(rows.map((row) => row.id).sort());
    expect(bundle.population.incidents.filter((one) => one.is_selected).map((one) => one.incident_id)).toEqual([
      incident,
    ]);
    expect(bundle.population.selection).toMatchObject({
      incident_id: incident,
      why: expect.stringContaining("request"),
    });
  });

  test("defaults to the quarter, and takes no incident that lies outside of it", async () => {
    const from = new Date(bundle.compliance_period_start);
    expect(bundle.period_basis).toBe("calendar_quarter");
    expect([from.getUTCDate(), from.getUTCMonth() % 3, from.getUTCHours()]).toEqual([1, 0, 0]);
    const [row] = await world.gate.rows("incidents", `id = '${incident}'`);
    const start = new Date(isoOf(row, "created_at"));
    const narrow = { periodStart: start, periodEnd: new Date(start.getTime() + 1) };
    const one = await world.soc2(incident, narrow);
    expect(one.period_basis).toBe("requested");
    expect(one.population.incidents).toHaveLength(1);
    expect(counts(one)).toMatchObject({ runs: 0, incidents: 1 });
    const elsewhere = { periodStart: new Date(0), periodEnd: new Date(1) };
    await expect(world.soc2(incident, elsewhere)).rejects.toThrow(RangeError);
  });

  test("its exceptions are looked for kind by kind", () => {
    expect(exception(bundle, "ungoverned_work")).toMatchObject({
      ...{ result: "found", count: 1 },
      items: [{ detail: "1 step, 700 tokens, $0.21, as the runner reported" }],
    });
    expect(exception(bundle, "shadow_policy").items.map((item) => item.subject)).toEqual([`${shadow}, version 1`]);
    for (const kind of [
      "degraded_time",
      "unverified_trace",
      "sla_miss",
      "override",
      "fail_open",
      "log_halted",
    ] as const) {
      expect(exception(bundle, kind), kind).toMatchObject({ result: "none", count: 0 });
    }
    expect(exception(bundle, "unapproved_change").count).toBe(2);
    expect(bundle.exceptions.every((one) => one.looked_for !== "")).toBe(true);
  });

  test("the control names its versions, the people their deeds", async () => {
    const author = { id: `user:${world.gate.tenant.userId}`, name: "owner" };
    expect(bundle.control).toMatchObject({ nature: "preventive", execution: "automated", owner: author });
    expect(bundle.control.policy_versions).toMatchObject([
      { name: "Token Limit Policy", version: 1, is_of_run: true, bound: true, author, in_force_until: null },
      { name: shadow, version: 1, rollout: "shadow", is_of_run: true },
    ]);
    expect(bundle.privileged_access.holders).toContainEqual(expect.objectContaining({ actor: author, role: "owner" }));
    const created = bundle.privileged_access.actions.filter((deed) => deed.action === "policy.created");
    expect(created).toMatchObject([{ actor: author }, { actor: author }]);
    expect(bundle.alert_delivery.events.map((event) => event.topic)).toContain("incident.created");
    expect(bundle.alert_delivery).toMatchObject({ delivered: null, unknown_because: expect.any(String) });
    expect(bundle.user_entity_controls.length).toBeGreaterThan(0);
    expect(bundle.sign_off.roles.every((role) => role.name === null && role.signature === null)).toBe(true);
  });
});

describe("exceptions that take time or an odd tenant", () => {
  test("a time target that was missed, open or resolved too late", async () => {
    const world = await ContentWorld.mint();
    await world.gate.rule({ threshold: 10_000 });
    const run = await world.blockedRun();
    const late = new Date(Date.now() + 5 * 3_600_000);
    const bundle = await world.soc2(run.incident_id, { createdAt: late, periodEnd: new Date(Date.now() + 9e9) });
    expect(exception(bundle, "sla_miss")).toMatchObject({ result: "found", count: 1 });
    expect(bundle.incident.sla_state).toBe("breached");
    expect(statuses(bundle)["CC7.4"]).toBe("PARTIAL");
  });

  test("a leaf without a checkpoint for more than a minute, and a seal that never became a leaf", async () => {
    const world = await ContentWorld.mint();
    await world.gate.rule({ threshold: 10_000 });
    const run = await world.blockedRun();
    await world.sign();
    const tenant = `tenant_id = '${world.tenantId}'`;
    await world.tamper(`update log_leaves set appended_at = appended_at - interval '5 minutes' where ${tenant}`);
    expect(exception(await world.soc2(run.incident_id), "checkpoint_gap")).toMatchObject({
      ...{ result: "found", count: 1, items: [{ subject: "from leaf 0", detail: expect.stringMatching(/^covered /) }] },
    });
    await world.tamper(`delete from log_leaves where ${tenant} and kind = 'seal'`);
    await world.tamper(`update runs set completed_at = completed_at - interval '2 minutes' where ${tenant}`);
    const bundle = await world.soc2(run.incident_id);
    expect(exception(bundle, "unverified_trace").items.map((item) => item.detail)).toContain(
      "its seal is not in the log",
    );
  });

  test("a rule bound to nothing, a condition that fails open, a pause that was released", async () => {
    const world = await ContentWorld.mint();
    const { gate } = world;
    await gate.rule({ name: "Cap", threshold: 1_000, enforcement: "pause" });
    await gate.condition("1 / step.tokens > 0", { name: "Odd", enforcement: "stop", failure_mode: "fail_open" });
    const loose = await gate.rule({ name: "Loose", threshold: 5 });
    await world.tamper(`update policy_versions set definition = jsonb_set(definition, '{scopes}', '[]')
      where policy_id = '${loose}'`);
    const gone = await gate.manage("DELETE", `/policies/rules/${loose}`, { reason: "only for its version" });
    expect(gone.status, gone.text).toBeLessThan(300);
    const run = await gate.start();
    await gate.admit(run, { step_index: 1 });
    const paused = await gate.admit(run, { step_index: 2 }, 2_000);
    const how = { decision: "approve", reason: "it may" };
    const released = await gate.manage("POST", `/runs/${run.run_id}/release`, how);
    expect(released.status, released.text).toBe(200);
    const bundle = await world.soc2(String(paused.incident_id));
    expect(exception(bundle, "unbound_policy").items.map((item) => item.subject)).toEqual(["Loose, version 1"]);
    expect(exception(bundle, "fail_open").result).toBe("found");
    expect(exception(bundle, "override").items).toMatchObject([{ detail: expect.stringContaining("it may") }]);
    expect(counts(bundle)).toMatchObject({ hold_releases: 1, overrides: 0 });
    expect(bundle.overrides_used.items).toMatchObject([{ kind: "hold_release", reason: "it may" }]);
  });
});

test("a run that waits at its first step is said to have let in none, not to have posted none", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ name: "Cap", threshold: 1_000, enforcement: "pause" });
  const paused = await world.gate.admit(await world.gate.start(), { step_index: 1 }, 2_000);
  const bundle = await world.soc2(String(paused.incident_id));
  const found = bundle.control_mappings.flatMap(({ tests }) =>
    tests.map(({ result, detail }) => `${result}: ${detail}`),
  );
  expect(found).toContain("not_met: No step of the run was let in.");
  expect(found).toContain("not_applicable: The run was not ended over a policy.");
});

test("D5: nothing of another tenant is in a bundle, though their rows look alike", async () => {
  const [ours, theirs] = [await ContentWorld.mint(), await ContentWorld.mint()];
  const canary = "canary-7f3a9";
  await ours.gate.rule({ name: "Ours", threshold: 10_000 });
  await theirs.gate.rule({ name: canary, threshold: 10_000 });
  const run = await ours.blockedRun();
  const other = await theirs.blockedRun({ run_id: run.run_id, agent_id: canary, goal: canary });
  expect(other.run_id).toBe(run.run_id);
  await theirs.manualIncident();
  await Promise.all([ours.sign(), theirs.sign()]);
  const bundles = [
    await ours.evidence(run.incident_id),
    await ours.soc2(run.incident_id),
    await ours.debrief(run.incident_id),
  ];
  for (const bundle of bundles) {
    const text = JSON.stringify(bundle);
    expect(text).not.toContain(canary);
    expect(text).not.toContain(theirs.tenantId);
    expect(text).not.toContain(other.incident_id);
    expect(text).not.toContain(theirs.gate.tenant.userId);
  }
  await expect(ours.soc2(other.incident_id)).rejects.toMatchObject({ definition: { status: 404 } });
});
