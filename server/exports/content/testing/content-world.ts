// A tenant with incidents that the real gate made, and the bundles of them as the exports ask for them.

import type { exportBundles } from "@/db/schema/exports";
import { memberNames } from "@/server/account/member-names";
import type { EvidenceBundle, TraceStepEvidence } from "@/server/exports/content/bundle-types";
import type { ExecutiveDebriefBundle } from "@/server/exports/content/debrief-bundle-types";
import { debriefContent } from "@/server/exports/content/debrief-content";
import { evidenceContent } from "@/server/exports/content/evidence-content";
import type { SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";
import { soc2Content } from "@/server/exports/content/soc2-content";
import { stepPages } from "@/server/exports/content/step-content";
import type { ContentRequest } from "@/server/exports/content/subject";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { sequenceNow, signCheckpoint } from "@/server/transparency/sequencer";

type Asked = Partial<typeof exportBundles.$inferSelect>;
type Builder<Bundle> = (db: TenantDb, request: ContentRequest) => Promise<Bundle>;

export class ContentWorld {
  private constructor(readonly gate: GateWorld) {}

  static async mint(settings: object = {}): Promise<ContentWorld> {
    return new ContentWorld(await GateWorld.mint(settings));
  }

  get tenantId(): string {
    return this.gate.tenant.tenantId;
  }

  /** The story of the brief: 15 000 tokens and 450 cents where 10 000 tokens are allowed, stopped at step 3. */
  async blockedRun(start: object = {}): Promise<{ run_id: string; trace_id: string; incident_id: string }> {
    const { gate } = this;
    const run = await gate.start({ model: "claude-sonnet-4", provider: "anthropic", goal: "Pay invoices", ...start });
    await gate.report(run, { step_index: 1, step_type: "input" }, used(0, { input_tokens: 500, cost_cents: 15 }));
    await gate.report(run, { step_index: 2 }, used(2_450, { input_tokens: 2_550, cost_cents: 150 }));
    const last = await gate.report(run, { step_index: 3 }, used(7_550, { input_tokens: 1_950, cost_cents: 285 }));
    return { run_id: run.run_id, trace_id: run.trace_id, incident_id: String(last.incident_id) };
  }

  async failedRun(): Promise<{ run_id: string; incident_id: string }> {
    const run = await this.gate.start();
    await this.gate.report(run, { step_index: 1 }, used(100, { cost_cents: 2 }));
    const error = { code: "AGENT_CRASH", message: "out of memory" };
    const done = await this.gate.complete(run, { status: "failed", error });
    return { run_id: run.run_id, incident_id: String(done.body.incident_id) };
  }

  async manualIncident(): Promise<string> {
    const body = { title: "Odd mails", description: "A customer called", severity: "medium" };
    return String((await this.respond("", body, 201)).incident_id);
  }

  /** What a member does to incidents; `path` is below /incidents. */
  async respond(path: string, body: object, status = 200): Promise<Record<string, unknown>> {
    const sent = await this.gate.manage("POST", `/incidents${path}`, body);
    if (sent.status !== status) throw new Error(`${path} answered ${sent.status}: ${sent.text}`);
    return sent.body;
  }

  async acknowledgeAndResolve(incidentId: string): Promise<void> {
    await this.respond(`/${incidentId}/acknowledge`, { note: "looking" });
    const how = { resolution_method: "policy_enforcement", resolution_notes: "The agent asks for less now." };
    await this.respond(`/${incidentId}/resolve`, how);
  }

  /** Everything becomes leaves, under a signed checkpoint. */
  async sign(): Promise<void> {
    await sequenceNow(this.tenantId);
    await signCheckpoint(this.tenantId);
  }

  evidence(incidentId: string, asked: Asked = {}): Promise<EvidenceBundle> {
    return this.bundle(evidenceContent, incidentId, asked);
  }

  soc2(incidentId: string, asked: Asked = {}): Promise<SOC2Bundle> {
    return this.bundle(soc2Content, incidentId, { bundleId: "SOC2-0123456789ab", ...asked });
  }

  debrief(incidentId: string, asked: Asked = {}): Promise<ExecutiveDebriefBundle> {
    return this.bundle(debriefContent, incidentId, { bundleId: "EXEC-0123456789ab", ...asked });
  }

  private async bundle<B>(build: Builder<B>, incidentId: string, asked: Asked): Promise<B> {
    const { principal, userId } = this.gate.tenant;
    const exported = {
      ...{ bundleId: "EVD-0123456789ab", format: "json", incidentId, includeRawSteps: true },
      ...{ exportReason: "Q4 audit", preparedFor: "Audit committee", preparerNotes: null },
      ...{ periodStart: null, periodEnd: null, requestedBy: `user:${userId}`, createdAt: new Date() },
      ...asked,
    };
    const members = await memberNames(this.tenantId);
    const request: ContentRequest = { export: exported, members, address: "https://holdpoint.test" };
    return asTenant(principal, async (db) => withSteps(db, await build(db, request)), { isSnapshot: true });
  }

  /** Changes rows as somebody would who holds the database, past every trigger. */
  async tamper(statement: string): Promise<void> {
    await inspect().begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql.unsafe(statement);
    });
  }
}

/** As the file will list them. */
async function withSteps<B>(db: TenantDb, bundle: B): Promise<B> {
  const run = Object(bundle);
  if (run.steps_included !== true) return bundle;
  const steps: TraceStepEvidence[] = [];
  for await (const page of stepPages(db, { runId: run.run_id, startedAt: new Date(run.run_started_at) }))
    steps.push(...page);
  return { ...bundle, steps };
}

/** An instant of an inspected row, as bundles write it. */
export function isoOf(row: Record<string, unknown> | undefined, column: string): string {
  const value = row?.[column];
  if (!(value instanceof Date)) throw new Error(`no instant in ${column}`);
  return value.toISOString();
}
