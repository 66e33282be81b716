// Documents of incidents whose run was paused: who let it go on or denied that, and what ended the run in the end.

import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import type { EvidenceBundle } from "@/server/exports/content/bundle-types";
import type { ExecutiveDebriefBundle } from "@/server/exports/content/debrief-bundle-types";
import type { SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";
import { flatTextOf } from "@/server/exports/pdf/testing/read-back";
import { exported, verdictOf } from "@/server/exports/testing/exports-world";
import { inspect } from "@/server/platform/db/testing/test-database";
import { type KeySeat, newKey, newSeat, newTenant, type Seat, send, sent } from "@/server/testing/callers";

type Told = { incident_id: string };
type Bundles = { evidence: EvidenceBundle; soc2: SOC2Bundle; debrief: ExecutiveDebriefBundle };

let key: KeySeat;
let owner: Seat;
let tenantId: string;

beforeAll(async () => {
  tenantId = await newTenant(`pauses-${uuidv7().slice(-6)}`);
  key = await newKey(tenantId, { name: "runner" });
  owner = await newSeat(tenantId, "owner", "Ada Owner");
  const rule = (body: object) => sent(key.headers, "/policies/rules", { body });
  const held = { rule_type: "custom_rule", condition: 'step.skill == "deploy"', bind_at: "step_start" };
  await rule({ name: "No deploys", ...held, enforcement: "pause" });
  const cap = { name: "Never above 10,000 tokens", rule_type: "token_limit", metric: "run.tokens", threshold: 10_000 };
  await rule({ ...cap, enforcement: "stop" });
  // A change of the rules holds for runs that start a second later.
  await sleep(1_100);
});

async function startedRun(): Promise<string> {
  const run_id = uuidv7();
  await sent(key.headers, "/runs", { body: { run_id, agent_id: "release-bot", goal: "Ship it" } });
  await report(run_id, 1, 500);
  return run_id;
}

function report(runId: string, step_index: number, output_tokens: number): Promise<Record<string, unknown>> {
  const usage = { input_tokens: 0, output_tokens, cost_cents: 1, duration_ms: 12 };
  return step(runId, { step_index, status: "success", usage });
}

function step(runId: string, body: object): Promise<Record<string, unknown>> {
  return sent(key.headers, `/runs/${runId}/steps`, { body: { step_type: "tool_call", ...body } });
}

/** Asks for it, and is paused. */
async function deploy(runId: string, step_index: number): Promise<Told> {
  const told = await step(runId, { step_index, skill: "deploy" });
  // Later things happen in another millisecond.
  await sleep(5);
  return { incident_id: String(told.incident_id) };
}

async function release(runId: string, decision: "approve" | "deny", reason: string): Promise<void> {
  await sent(owner.headers, `/runs/${runId}/release`, { body: { decision, reason } });
  await sleep(5);
}

/** Every bundle of it as JSON; each file verifies. */
async function bundlesOf({ incident_id }: Told): Promise<Bundles> {
  const read = async (kind: string) => {
    const file = await exported(owner, incident_id, kind, { format: "json" });
    expect((await verdictOf(owner, file.bytes)).body, kind).toMatchObject({ verified: true, first_failure: null });
    return JSON.parse(file.bytes.toString("utf8")).bundle;
  };
  return { evidence: await read("evidence"), soc2: await read("soc2"), debrief: await read("executive-debrief") };
}

async function pagesOf({ incident_id }: Told, kind: string): Promise<string> {
  const file = await exported(owner, incident_id, kind, {});
  return flatTextOf(file.bytes);
}

function figureOf({ key_figures }: ExecutiveDebriefBundle, id: string) {
  return key_figures.find((figure) => figure.id === id);
}

describe("a condition paused the run before its step, and the release was denied", () => {
  let told: Told;
  let bundles: Bundles;
  let pausedAt: string;

  beforeAll(async () => {
    const run = await startedRun();
    told = await deploy(run, 2);
    await release(run, "deny", "Too dear.");
    bundles = await bundlesOf(told);
    const [row] = await inspect()`select violation_at from incidents where id = ${told.incident_id}`;
    pausedAt = row?.violation_at.toISOString();
  });

  it("its step never ran, its time is that of the pause, and nothing was spent beyond it", () => {
    const { debrief, evidence } = bundles;
    expect(evidence.incident.violation).toMatchObject({
      ...{ step_index: 2, timestamp: pausedAt, policy_name: "No deploys", step_had_run: false, course: "denied" },
      releases: [{ decision: "deny", by: { name: "Ada Owner" }, reason: "Too dear." }],
    });
    expect(debrief).toMatchObject({ violation_time: pausedAt, contained_at: pausedAt, time_to_detect_seconds: 0 });
    expect(debrief.incident_summary).toContain("the run was paused there, before the step ran; Ada Owner denied");
    expect(debrief.recommended_actions.map(({ id }) => id)).not.toContain("ask_before_the_step");
    expect(JSON.stringify(debrief)).not.toContain("after the step was reported");
    expect(debrief.business_impact).toContain("The run ended as failed policy; its work was not completed.");
  });

  it("is told as a denial on the first page and among the deeds of those with privileges", async () => {
    const words = "Ada Owner denied its release on ";
    expect((await pagesOf(told, "evidence")).slice(0, 2_500)).toContain(words);
    const soc2 = await pagesOf(told, "soc2");
    expect(soc2.slice(0, 2_500)).toContain(words);
    expect(soc2).toContain("release denied");
    expect(await pagesOf(told, "executive-debrief")).toContain(words);
    const deeds = bundles.soc2.privileged_access.actions.map(({ action }) => action);
    expect(deeds).toContain("run.released (release denied)");
  });

  it("of a run that was sealed with the time of the denial tells the time of the pause, and the file verifies", async () => {
    const run = await startedRun();
    const old = await deploy(run, 2);
    await sleep(20);
    // As the gate wrote it until it kept the time: the pause remembers what the record of the end will say.
    const [row] = await inspect().begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      return sql`
        update runs set memory = jsonb_set(memory, '{pause,violation,timestamp}', to_jsonb('2099-01-01T00:00:00.000Z'::text))
        where tenant_id = ${tenantId} and run_id = ${run} returning started_at`;
    });
    expect(row).toBeDefined();
    await release(run, "deny", "Too dear.");
    const { debrief, evidence } = await bundlesOf(old);
    expect(evidence.violation_timestamp).toBe("2099-01-01T00:00:00.000Z");
    expect(debrief).not.toHaveProperty("violation_time");
    expect(debrief.incident_summary).not.toContain("2099");
    expect(debrief.time_to_detect_seconds).toBe(0);
    expect((await pagesOf(old, "evidence")).slice(0, 2_500)).not.toContain("2099");
  });
});

describe("a pause was approved, and another rule stopped the run later", () => {
  let told: Told;
  let bundles: Bundles;

  beforeAll(async () => {
    const run = await startedRun();
    told = await deploy(run, 2);
    await release(run, "approve", "The window is open");
    await step(run, {
      step_index: 2,
      skill: "deploy",
      status: "success",
      usage: { input_tokens: 1, output_tokens: 1, cost_cents: 1, duration_ms: 5 },
    });
    await report(run, 3, 20_000);
    bundles = await bundlesOf(told);
  });

  it("the incident of the pause tells its own violation, and contains nothing", () => {
    const { debrief, evidence } = bundles;
    expect(debrief).toMatchObject({ policy_violated: "No deploys", contained_at: null, time_to_contain_seconds: null });
    expect(debrief).not.toHaveProperty("violation_step_index");
    expect(figureOf(debrief, "time_to_contain_seconds")?.unknown_because).toContain("was approved on");
    expect(debrief.incident.violation).toMatchObject({
      ...{ step_index: 2, policy_name: "No deploys", course: "released", step_had_run: false, metric: null },
      releases: [{ decision: "approve", by: { name: "Ada Owner" }, reason: "The window is open" }],
    });
    expect(debrief.incident_summary).toContain("broke “No deploys” at step 2");
    expect(debrief.incident_summary).toContain("the run was ended later by “Never above 10,000 tokens”, at step 3.");
    expect(debrief.cost_avoided.unknown_because).toBe("no run was stopped for this incident");
    // Held to the record of the run's end, as docs/evidence-format.md §16 says.
    expect(evidence).toMatchObject({
      violation_step_index: 3,
      policy_context: { violated_policy_name: "Never above 10,000 tokens" },
    });
  });

  it("its documents say who approved it, and by what the run ended", async () => {
    for (const kind of ["evidence", "soc2"]) {
      const text = await pagesOf(told, kind);
      expect(text.slice(0, 2_600)).toContain("Ada Owner approved its release on ");
      expect(text).toContain("as failed policy, by “Never above 10,000 tokens”.");
      expect(text).toContain("Violated: No deploys");
      expect(text).not.toContain("– open");
    }
    const debrief = await pagesOf(told, "executive-debrief");
    expect(debrief).toContain("Policy violated No deploys");
    expect(debrief).not.toMatch(/0 ms.{0,40}Time to contain|Time to contain 0 ms/);
    expect(debrief).toContain("The release of its pause at step 2 was approved by Ada Owner: The window is open.");
  });
});

it("a pause that was approved, and one behind it that was denied: both are told, and the second contains", async () => {
  const run = await startedRun();
  const told = await deploy(run, 2);
  await release(run, "approve", "Once");
  await step(run, {
    step_index: 2,
    skill: "deploy",
    status: "success",
    usage: { input_tokens: 1, output_tokens: 1, cost_cents: 1, duration_ms: 5 },
  });
  await deploy(run, 3);
  await release(run, "deny", "Not again");
  const { debrief } = await bundlesOf(told);
  expect(debrief.incident_summary).toMatch(
    /approved its release .* \(“Once”\), and it went on; it was paused again; Ada Owner denied its release .* \(“Not again”\), which ended it/,
  );
  expect(debrief.contained_at ?? "").toBe((await secondPause(run)) ?? "none");
  expect(debrief.time_to_contain_seconds).toBeGreaterThan(0);
});

it("a result that breaks a rule is violated when it is decided, and its step was heard of before", async () => {
  const run = await startedRun();
  await step(run, { step_index: 2, skill: "search" });
  await sleep(20);
  const usage = { input_tokens: 0, output_tokens: 20_000, cost_cents: 1, duration_ms: 12 };
  const over = await sent(key.headers, `/runs/${run}/steps/2/result`, { body: { status: "success", usage } });
  const { debrief } = await bundlesOf({ incident_id: String(over.incident_id) });
  expect(debrief).toMatchObject({ violation_step_index: 2, violation_time: debrief.detection_time });
  expect(debrief.time_to_detect_seconds).toBeGreaterThan(0.01);
  expect(debrief.incident_summary).toContain("the run was ended there, after the step was reported");
  expect(debrief.recommended_actions.map(({ id }) => id)).toContain("ask_before_the_step");
});

it("nobody decided in time: the documents say so, and name nobody", async () => {
  const run = await startedRun();
  const told = await deploy(run, 2);
  await inspect()`update runs set paused_at = paused_at - interval '1000 days' where run_id = ${run}`;
  // The sweeper has not come: whoever decides too late ends it as one that timed out.
  const late = await send(owner.headers, `/runs/${run}/release`, { body: { decision: "approve", reason: "Late" } });
  expect(late.status).toBe(409);
  const { debrief, evidence } = await bundlesOf(told);
  expect(evidence.end_note).toBe("timed_out");
  expect(debrief.incident_summary).toContain("nobody decided about its release in time, which ended it.");
  expect(debrief.incident.violation).toMatchObject({ course: "timed_out", releases: [] });
});

async function secondPause(runId: string): Promise<string | undefined> {
  const rows = await inspect()`
    select recorded_at from prevention_records where tenant_id = ${tenantId} and run_id = ${runId} order by recorded_at`;
  return rows[1]?.recorded_at.toISOString();
}
