// What happens now, by the database's clock: a run over the cost cap whose incident is resolved by raising the cap, a
// payment that waits for somebody, a clean run, and the run that is stopped.

import { eq } from "drizzle-orm";
import { runs } from "@/db/schema/activity";
import { incidents } from "@/db/schema/incidents";
import { type Act, act, command, startRun } from "@/db/seed/acts";
import { type Crew, type DemoTenant, demoId } from "@/db/seed/demo-tenant";
import { raiseCostCap } from "@/db/seed/rules";
import { resolveIncident } from "@/server/incidents/commands";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";

const SECOND_MS = 1_000;

/** The run that is stopped at step 3. */
export function storyRunId(tenant: DemoTenant): string {
  return demoId(tenant, "story");
}

export async function isStoryTold(tenant: DemoTenant): Promise<boolean> {
  const run = await asTenant(systemPrincipal(tenant.tenantId, "demo"), (db) =>
    db.first(runs, eq(runs.runId, storyRunId(tenant))),
  );
  return run?.status === "failed_policy";
}

interface Work {
  tokens: readonly [input: number, output: number];
  cents: number;
  seconds: number;
}

/** A reported step; its claimed start lies `ago` seconds before the tenant was made. */
function report(crew: Crew, index: number, work: Work & { type: "input" | "llm_call"; ago: number }): Act {
  const [input_tokens, output_tokens] = work.tokens;
  return {
    kind: "step",
    body: {
      step_index: index,
      step_type: work.type,
      ...(work.type === "llm_call"
        ? { skill: "draft-reminders", model: "claude-sonnet-4" }
        : { skill: "read-request" }),
      started_at: new Date(crew.madeAt.getTime() - work.ago * SECOND_MS).toISOString(),
      status: "success",
      usage: { input_tokens, output_tokens, cost_cents: work.cents, duration_ms: work.seconds * SECOND_MS },
    },
  };
}

const billing = {
  agent_id: "invoice-bot",
  actor: { type: "human", id: "u-17" },
  provider: "anthropic",
  model: "claude-sonnet-4",
  project: "billing",
  source: "sdk",
} as const;

export async function tellStory(crew: Crew): Promise<void> {
  await passCostCap(crew);
  await cleanSibling(crew);
  await waitingPayment(crew);
  const run_id = storyRunId(crew);
  await startRun(crew, { run_id, ...billing, goal: "Remind every customer of the open invoices" }, null);
  const steps = [
    report(crew, 1, { type: "input", tokens: [500, 0], cents: 15, seconds: 0, ago: 30 }),
    report(crew, 2, { type: "llm_call", tokens: [3_550, 1_450], cents: 150, seconds: 15, ago: 15 }),
    report(crew, 3, { type: "llm_call", tokens: [950, 8_550], cents: 285, seconds: 15, ago: 0 }),
  ];
  for (const what of steps) await act(crew, run_id, { what, clock: null });
}

async function cleanSibling(crew: Crew): Promise<void> {
  const run_id = demoId(crew, "sibling");
  await startRun(crew, { run_id, ...billing, goal: "Remind one customer of an open invoice" }, null);
  const acts: Act[] = [
    report(crew, 1, { type: "input", tokens: [400, 0], cents: 5, seconds: 0, ago: 90 }),
    report(crew, 2, { type: "llm_call", tokens: [4_600, 3_000], cents: 145, seconds: 15, ago: 75 }),
    { kind: "complete", body: { status: "succeeded", output: { reminders: 1 } } },
  ];
  for (const what of acts) await act(crew, run_id, { what, clock: null });
}

/** Synthetic, and paused until somebody releases it or a day has passed. */
async function waitingPayment(crew: Crew): Promise<void> {
  const run_id = demoId(crew, "waiting");
  await startRun(crew, { run_id, ...billing, goal: "Pay the invoice of the printer", synthetic: true }, null);
  const acts: Act[] = [
    report(crew, 1, { type: "input", tokens: [350, 0], cents: 4, seconds: 0, ago: 60 }),
    {
      kind: "step",
      body: {
        step_index: 2,
        step_type: "tool_call",
        skill: "send-payment",
        estimate: { input_tokens: 200, output_tokens: 50, cost_cents: 1 },
      },
    },
  ];
  for (const what of acts) await act(crew, run_id, { what, clock: null });
}

/** Just over a cap that turns out to be too low: a medium incident, resolved by raising it. */
async function passCostCap(crew: Crew): Promise<void> {
  const run_id = demoId(crew, "over-the-cap");
  const review = { agent_id: "code-reviewer", provider: "anthropic", model: "claude-opus-4-1", project: "platform" };
  await startRun(crew, { run_id, ...review, goal: "Review the release", source: "sdk" }, null);
  for (const [at, [tokens, cents]] of (
    [
      [600, 100],
      [4_000, 450],
      [4_200, 450],
    ] as const
  ).entries()) {
    const usage = { input_tokens: tokens, output_tokens: 0, cost_cents: cents, duration_ms: 9_000 };
    const step = {
      step_index: at + 1,
      step_type: "llm_call",
      skill: "write-review",
      status: "success",
      usage,
    } as const;
    await act(crew, run_id, { what: { kind: "step", body: step }, clock: null });
  }
  const incident = await asTenant(crew.owner, (db) => db.first(incidents, eq(incidents.sourceRunId, run_id)));
  if (incident === null) throw new Error("the cost cap stopped nothing");
  await raiseCostCap(crew);
  if (incident.status === "resolved") return;
  const resolution_notes = "Reviews of this size are wanted: the cost cap was raised from 950 to 1 000 cents.";
  const resolution = { resolution_method: "manual_intervention", resolution_notes } as const;
  await command(crew.owner, { action: "incident.resolved", clock: null }, (cx) =>
    resolveIncident(cx, incident.id, resolution),
  );
}
