// The evidence bundle of runs that the real gate decided, compared with the rows behind it, figure by figure.

import { beforeAll, describe, expect, test } from "vitest";
import type { EvidenceBundle, KeyFigure } from "@/server/exports/content/bundle-types";
import { ContentWorld, isoOf } from "@/server/exports/content/testing/content-world";
import { used } from "@/server/gate/testing/gate-world";

function figure(figures: readonly KeyFigure[], id: string): KeyFigure {
  const found = figures.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no figure ${id}`);
  return found;
}

describe("a blocked run, acknowledged and resolved", () => {
  let world: ContentWorld;
  let run: { run_id: string; trace_id: string; incident_id: string };
  let bundle: EvidenceBundle;
  let policy: string;

  beforeAll(async () => {
    world = await ContentWorld.mint();
    policy = await world.gate.rule({ name: "Token Limit Policy", threshold: 10_000 });
    run = await world.blockedRun();
    await world.respond(`/${run.incident_id}/comments`, { content: "Seen." }, 201);
    await world.acknowledgeAndResolve(run.incident_id);
    await world.sign();
    bundle = await world.evidence(run.incident_id);
  });

  test("names what it is about, by whom and why", () => {
    expect(bundle).toMatchObject({
      ...{ bundle_id: "EVD-0123456789ab", bundle_type: "evidence", tenant_id: world.tenantId },
      ...{ run_id: run.run_id, trace_id: run.trace_id, incident_id: run.incident_id, agent_id: "invoice-bot" },
      ...{ run_status: "failed_policy", termination_reason: "policy_block", run_goal: "Pay invoices" },
      ...{ exported_by: `user:${world.gate.tenant.userId}`, export_reason: "Q4 audit", stopped_at_step: 3 },
      statement: "System-generated statement; not an attestation.",
    });
    expect(bundle.production).toMatchObject({
      requested_by: { id: `user:${world.gate.tenant.userId}`, name: "owner" },
      ...{ requested_by_role: "owner", prepared_for: "Audit committee", time_zone: "UTC" },
      engine: { product: "Holdpoint", decision_engine: "holdpoint/1", evidence_format: "holdpoint-evidence/1" },
    });
    expect(bundle.production.queries.length).toBeGreaterThan(5);
    expect(new Set(bundle.production.queries.map((query) => query.id)).size).toBe(bundle.production.queries.length);
  });

  test("its totals are the run's row", async () => {
    const [row] = await world.gate.rows("runs");
    const sum = Number(row?.input_tokens) + Number(row?.output_tokens);
    const duration = Number(row?.completed_at) - Number(row?.started_at);
    expect(bundle).toMatchObject({
      ...{ total_tokens: sum, total_cost_cents: Number(row?.cost_units) / 10_000, cost_is_complete: true },
      ...{ total_duration_ms: duration, steps_completed: row?.steps_completed, total_steps: 5 },
    });
    expect([bundle.total_tokens, bundle.total_cost_cents]).toEqual([15_000, 450]);
    expect(figure(bundle.key_figures, "total_tokens")).toMatchObject({ value: 15_000, assurance: "self_reported" });
    expect(figure(bundle.key_figures, "total_cost_cents")).toMatchObject({ value: 450, assurance: "self_reported" });
    expect(figure(bundle.key_figures, "records_checked").value).toBe(await world.gate.count("trace_records"));
  });

  test("its steps are the steps' rows, with their records and hashes, and one inflection", async () => {
    const rows = (await world.gate.rows("steps")).sort((a, b) => Number(a.step_index) - Number(b.step_index));
    const records = await world.gate.rows("trace_records");
    expect(bundle.steps.map((step) => [step.step_index, step.step_type, step.status, step.is_inflection])).toEqual([
      [1, "input", "ok", false],
      [2, "llm_call", "ok", false],
      [3, "llm_call", "violation", true],
      [4, "violation", "violation", false],
      [5, "stopped", "ok", false],
    ]);
    for (const [at, step] of bundle.steps.entries()) {
      const own = records.filter((record) => record.step_index === step.step_index);
      const newest = own.sort((a, b) => Number(a.seq) - Number(b.seq)).at(-1)?.hash as Buffer;
      const cost = rows[at]?.cost_units === null ? null : Number(rows[at]?.cost_units) / 10_000;
      expect(step).toMatchObject({
        ...{ records: own.map((record) => record.seq), content_hash: `sha256:${newest.toString("hex")}` },
        ...{ cost_cents: cost, timestamp: isoOf(rows[at], "recorded_at") },
        cost_assurance: cost === null ? null : "self_reported",
      });
    }
  });

  test("says which policy was in force, by whom it was written, and by how much it was broken", () => {
    expect(bundle.policy_context).toMatchObject({
      ...{ violated_policy_id: policy, violated_policy_name: "Token Limit Policy", violation_type: "token_limit" },
      ...{ threshold_value: "10000", actual_value: "15000", excess: "5000", excess_percentage: 50, projected: false },
      active_policies: [
        {
          ...{ policy_id: policy, version: 1, is_violated: true, rollout: "active", threshold: "10000" },
          author: { id: `user:${world.gate.tenant.userId}`, name: "owner" },
          approved_by: null,
        },
      ],
    });
    expect(bundle.signals).toMatchObject([{ signal_type: "breach", metric: "run.tokens", percentage: 150 }]);
    expect(bundle.enforcements).toMatchObject([{ action: "stopped", policy_id: policy, step_index: 3, shadow: false }]);
    expect(bundle.overrides_used).toEqual({ looked_for: expect.stringContaining("overrides"), items: [] });
  });

  test("tells the incident's story in order, with who did what", () => {
    expect(bundle.incident_timeline.map((entry) => entry.type)).toEqual([
      ...["run_started", "inflection", "run_ended", "created", "commented", "acknowledged", "resolved", "sla_due"],
    ]);
    expect(bundle.incident_timeline.map((entry) => entry.text)).toContain("It was acknowledged by owner: looking.");
    expect(bundle.incident_timeline.map((entry) => entry.text)).toContain("A comment was made by owner: Seen.");
    expect(bundle.incident).toMatchObject({ status: "resolved", sla_state: "met", severity: "high" });
  });

  test("its chain of custody goes from the snapshot to this bundle, with the leaves' places", async () => {
    const leaves = await world.gate.rows("log_leaves");
    const indexOf = (kind: string) => Number(leaves.find((leaf) => leaf.kind === kind)?.leaf_index);
    expect(bundle.chain_of_custody.map((entry) => entry.event)).toEqual([
      ...["policies_frozen", "chain_begun", "sealed", "incident_opened", "checkpoint_signed", "exported"],
    ]);
    const [frozen, , sealed, , checkpoint] = bundle.chain_of_custody;
    expect(frozen?.leaf_index).toBe(indexOf("snapshot"));
    expect(sealed).toMatchObject({ leaf_index: indexOf("seal"), hash: bundle.content_hash });
    expect(checkpoint?.hash).toMatch(/^sha256:/);
  });

  test("its times are differences of the rows' times", async () => {
    const [incident] = await world.gate.rows("incidents");
    const seconds = (column: string) => (Number(incident?.[column]) - Number(incident?.created_at)) / 1_000;
    expect(figure(bundle.key_figures, "time_to_acknowledge_seconds").value).toBe(seconds("acknowledged_at"));
    expect(figure(bundle.key_figures, "time_to_resolve_seconds").value).toBe(seconds("resolved_at"));
    expect(figure(bundle.key_figures, "time_to_detect_seconds").value).toBe(0);
    expect(figure(bundle.key_figures, "violating_step_duration_ms")).toMatchObject({ value: 10, unit: "ms" });
  });

  test("it verifies, and nothing it could know is unknown", () => {
    expect(bundle.integrity).toMatchObject({ verified: true, finding: null, records_checked: 5, late_records: 0 });
    expect(bundle.unknowns).toEqual([]);
  });

  test("without raw steps it counts them and says that they are left out", async () => {
    const short = await world.evidence(run.incident_id, { includeRawSteps: false });
    expect(short).toMatchObject({ steps: [], steps_included: false, total_steps: 5 });
    expect(short.integrity.records_checked).toBe(5);
  });
});

test("an admission that would break the limit never ran: its step has an estimate and no usage", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ threshold: 1_000 });
  const run = await world.gate.start();
  const asked = await world.gate.admit(run, { step_index: 1 }, 5_000);
  const bundle = await world.evidence(String(asked.incident_id));
  expect(bundle.steps[0]).toMatchObject({
    tokens: null,
    cost_cents: null,
    estimated_tokens: 5_000,
    is_inflection: true,
  });
  expect(bundle.policy_context).toMatchObject({ projected: true, actual_value: "5000" });
  expect(figure(bundle.key_figures, "time_to_contain_seconds").value).toBe(0);
});

test("usage without a price has no cost, and not one of 0", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ threshold: 100 });
  const run = await world.gate.start({ model: "nobody-knows" });
  const { cost_cents: _none, ...usage } = used(500);
  const blocked = await world.gate.report(run, { step_index: 1, model: "nobody-knows" }, usage);
  const bundle = await world.evidence(String(blocked.incident_id));
  expect(bundle).toMatchObject({ total_cost_cents: null, cost_is_complete: false, total_tokens: 500 });
  expect(bundle.steps[0]).toMatchObject({ cost_cents: null, cost_source: "unpriced", cost_assurance: null });
  expect(bundle.unknowns).toContainEqual({ field: "total_cost_cents", reason: "no usage of the run had a price" });
  expect(figure(bundle.key_figures, "total_cost_cents")).toMatchObject({
    value: null,
    unknown_because: expect.any(String),
  });
});

test("an incident that a person made has no run, and every figure of one is unknown", async () => {
  const world = await ContentWorld.mint();
  const bundle = await world.evidence(await world.manualIncident());
  expect(bundle).toMatchObject({
    run_id: null,
    steps: [],
    steps_included: false,
    total_tokens: null,
    content_hash: null,
  });
  expect(bundle.integrity.verified).toBeNull();
  for (const one of bundle.key_figures.filter(({ id }) => id.startsWith("total") || id === "records_checked")) {
    expect(one).toMatchObject({ value: null, unknown_because: "the incident has no run" });
  }
  expect(bundle.policy_context.active_policies).toEqual([]);
});

test("a run that is still live is said to be so", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ threshold: 1_000, enforcement: "pause" });
  const run = await world.gate.start();
  await world.gate.report(run, { step_index: 1 }, used(900));
  const paused = await world.gate.admit(run, { step_index: 2 }, 500);
  const bundle = await world.evidence(String(paused.incident_id));
  expect(bundle).toMatchObject({
    run_status: "paused",
    total_duration_ms: null,
    content_hash: null,
    steps_completed: 1,
  });
  expect(bundle.unknowns.map((one) => one.field)).toContain("total_duration_ms");
  expect(bundle.integrity).toMatchObject({ verified: true, sealed_at: null });
});

test("2 500 steps come whole and in order, read in pages", async () => {
  const world = await ContentWorld.mint();
  await world.gate.rule({ rule_type: "step_limit", metric: "run.steps", threshold: 2_500 });
  const run = await world.gate.start();
  for (let step_index = 1; step_index <= 2_500; step_index++) await world.gate.report(run, { step_index }, used(1));
  const blocked = await world.gate.report(run, { step_index: 2_501 }, used(1));
  const bundle = await world.evidence(String(blocked.incident_id));
  expect(bundle.steps.map((step) => step.step_index)).toEqual(Array.from({ length: 2_503 }, (_, at) => at + 1));
  expect(bundle).toMatchObject({ total_steps: 2_503, total_tokens: 2_501 });
  expect(bundle.integrity).toMatchObject({ verified: true, records_checked: 2_503 });
}, 180_000);
