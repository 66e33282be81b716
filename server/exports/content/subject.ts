// What a bundle is about, read once: the incident, its run, the tenant's settings, and who is who.

import { eq } from "drizzle-orm";
import { runs } from "@/db/schema/activity";
import type { exportBundles } from "@/db/schema/exports";
import { incidents } from "@/db/schema/incidents";
import { tenantControls } from "@/db/schema/tenancy";
import { traces } from "@/db/schema/traces";
import { type ActorNames, readActorNames } from "@/server/exports/content/actor-names";
import type { Unknown } from "@/server/exports/content/bundle-types";
import { type Violated, violatedOf } from "@/server/exports/content/incident-violation";
import { Questions } from "@/server/exports/content/questions";
import type { IncidentRow } from "@/server/incidents/image";
import { statusOf } from "@/server/incidents/wire";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { NotFound } from "@/server/platform/http/problem";
import { GateSettings } from "@/server/policies/settings";

type ExportRow = typeof exportBundles.$inferSelect;
export type SubjectRun = typeof runs.$inferSelect;
export type SubjectTrace = typeof traces.$inferSelect;

/** What is asked for. `db` of the builders must read one state throughout (`asTenant` with `isSnapshot`). */
export type ContentRequest = {
  export: Pick<
    ExportRow,
    | "bundleId"
    | "format"
    | "incidentId"
    | "exportReason"
    | "preparedFor"
    | "preparerNotes"
    | "includeRawSteps"
    | "periodStart"
    | "periodEnd"
    | "requestedBy"
    | "createdAt"
  >;
  /** Names of the tenant's members by user id (server/account/member-names.ts). */
  members: ReadonlyMap<string, string>;
  /** Where the server is reached: `https://holdpoint.example`, without a slash at its end. */
  address: string;
};

export type Subject = {
  db: TenantDb;
  request: ContentRequest;
  /** When the bundle is made: everything that is judged by time is judged at this instant. */
  at: Date;
  tenantName: string | null;
  incident: IncidentRow;
  slaState: "pending" | "met" | "breached";
  run: SubjectRun | null;
  trace: SubjectTrace | null;
  settings: GateSettings;
  names: ActorNames;
  questions: Questions;
  unknowns: Unknown[];
} & Violated;

/** @throws NotFound when the tenant has no such incident. */
export async function readSubject(db: TenantDb, request: ContentRequest): Promise<Subject> {
  const { incidentId, createdAt } = request.export;
  const incident = await db.first(incidents, eq(incidents.id, incidentId));
  if (incident === null) throw NotFound.with();
  const runId = incident.sourceRunId;
  const run = runId === null ? null : await db.first(runs, eq(runs.runId, runId));
  const trace = runId === null ? null : await db.first(traces, eq(traces.runId, runId));
  const [controls] = await db.rows(tenantControls, { limit: 1 });
  const questions = new Questions();
  const rows = [incident, run, trace].filter((row) => row !== null).length;
  questions.note({
    id: "subject",
    reads: ["incidents", "runs", "traces"],
    condition: "incidents.id = incident_id; the run and the trace of its source_run_id",
    parameters: { incident_id: incidentId },
    rows,
  });
  const names = await readActorNames(db, request.members);
  return {
    ...{ db, request, at: createdAt, incident, run, trace, questions, names },
    ...(await violatedOf({ db, incident, run, names, questions })),
    tenantName: await tenantNameOf(db),
    slaState: slaStateOf(incident, createdAt),
    settings: GateSettings.parse(controls?.settings ?? {}),
    unknowns: [],
  };
}

// The tenants table is keyed by its own id: row security shows a tenant its own row and no other.
async function tenantNameOf(db: TenantDb): Promise<string | null> {
  const [row] = await db.sql<{ name: string }>`
    select t.name from tenants t join tenant_controls c on c.tenant_id = t.id where ${db.mine("c")}`;
  return row?.name ?? null;
}

export function slaStateOf(
  incident: { status: string; resolvedAt: Date | null; slaDueAt: Date },
  at: Date,
): Subject["slaState"] {
  const isResolved = statusOf(incident) === "resolved";
  const judgedAt = isResolved ? (incident.resolvedAt ?? at) : at;
  if (judgedAt > incident.slaDueAt) return "breached";
  return isResolved ? "met" : "pending";
}
