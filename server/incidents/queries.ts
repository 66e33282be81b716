import { eq } from "drizzle-orm";
import { incidentComments } from "@/db/schema/incidents";
import { incidentStatuses } from "@/db/vocabulary";
import type { Incident } from "@/server/incidents/contract";
import type { IncidentRow } from "@/server/incidents/image";
import { pageOf, pageRequest } from "@/server/incidents/page";
import { rankOf, relatedScore, relatedWithinDays, relationsOf } from "@/server/incidents/related";
import { type IncidentAction, incidentActions, transition } from "@/server/incidents/rules";
import {
  findIncident,
  type IncidentFilters,
  isPolicy,
  listIncidentRows,
  listRelatedRows,
  sortValue,
} from "@/server/incidents/store";
import { findRunFacts, listTimelineRows, milestonesOf, wireTimelineEntry } from "@/server/incidents/timeline";
import { statusOf, wireComment, wireIncident, wireSummary } from "@/server/incidents/wire";
import type { Principal } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Action } from "@/server/platform/http/contract";
import { type ListQuery, listPage } from "@/server/platform/http/list";
import { NotFound } from "@/server/platform/http/problem";

const unresolved = incidentStatuses.filter((status) => status !== "resolved");

type IncidentQuery = ListQuery & IncidentFilters;

/** `fixed` are the filters that the address says. */
export async function listIncidents(db: TenantDb, query: IncidentQuery, fixed: IncidentFilters = {}) {
  const request = pageRequest(query);
  const [rows, counted] = await listIncidentRows(db, { ...query, ...fixed }, request);
  const positionOf = (row: IncidentRow) => ({ key: sortValue(row, request.field), id: row.id });
  return pageOf({ query, rows, counted, positionOf, item: wireSummary, fixed });
}

export function listActiveIncidents(db: TenantDb, query: IncidentQuery) {
  return listIncidents(db, query, { status: unresolved });
}

export function listResolvedIncidents(db: TenantDb, query: IncidentQuery) {
  return listIncidents(db, query, { status: ["resolved"] });
}

/** @throws NotFound when the tenant has no such policy. */
export async function listIncidentsOfPolicy(db: TenantDb, policyId: string, query: IncidentQuery) {
  if (!(await isPolicy(db, policyId))) throw NotFound.with();
  return listIncidents(db, query, { policy_id: policyId });
}

/** @throws NotFound */
export async function getIncident(db: TenantDb, id: string): Promise<{ entity: Incident; actions: Action[] }> {
  const row = await incidentOf(db, id);
  return { entity: wireIncident(row), actions: actionsOn(row, db.principal) };
}

const labels: Readonly<Record<IncidentAction, string>> = {
  acknowledge: "Acknowledge",
  escalate: "Escalate",
  resolve: "Resolve",
  reopen: "Reopen",
  comment: "Comment",
};

/** What the viewer may do to it now; what is disabled says why. */
function actionsOn(row: IncidentRow, viewer: Principal): Action[] {
  return incidentActions.map((action) => {
    const reason = whyNot(action, row, viewer);
    return { action, label: labels[action], enabled: reason === null, reason };
  });
}

function whyNot(action: IncidentAction, row: IncidentRow, viewer: Principal): string | null {
  if (!viewer.permissions.has("incidents:respond")) return "This needs the permission incidents:respond";
  const step = transition(statusOf(row), action);
  if (step.outcome === "unchanged") return "It is acknowledged already";
  if (step.outcome === "changed") return null;
  return step.why === "resolved" ? "It is resolved; reopen it first" : "It is not resolved";
}

/** @throws NotFound */
export async function listIncidentTimeline(db: TenantDb, id: string, query: ListQuery) {
  const incident = await incidentOf(db, id);
  const run = incident.sourceRunId === null ? null : await findRunFacts(db, incident.sourceRunId);
  const milestones = milestonesOf(incident, run, await db.now());
  const [rows, counted] = await listTimelineRows(db, { incidentId: id, milestones }, pageRequest(query));
  const positionOf = (row: { at: Date; id: string }) => ({ key: row.at.toISOString(), id: row.id });
  return pageOf({ query, rows, counted, positionOf, item: wireTimelineEntry });
}

/** @throws NotFound */
export async function listRelatedIncidents(db: TenantDb, id: string, query: ListQuery) {
  const incident = await incidentOf(db, id);
  const request = { ...pageRequest(query), days: relatedWithinDays };
  const [rows, counted] = await listRelatedRows(db, incident, request);
  const positionOf = (row: IncidentRow) => ({ key: String(rankOf(relationsOf(incident, row))), id: row.id });
  return pageOf({ query, rows, counted, positionOf, item: (row) => relatedItem(incident, row) });
}

function relatedItem(incident: IncidentRow, row: IncidentRow) {
  const found = relationsOf(incident, row);
  const [relation] = found;
  if (relation === undefined) throw new Error("the database called an incident related that is not");
  return { incident: wireSummary(row), relation, relations: found, score: relatedScore(found) };
}

/** @throws NotFound */
export async function listIncidentComments(db: TenantDb, id: string, query: ListQuery) {
  await incidentOf(db, id);
  return listPage(db, query, {
    table: incidentComments,
    where: eq(incidentComments.incidentId, id),
    sorts: { created_at: incidentComments.recordedAt },
    id: incidentComments.id,
    item: wireComment,
  });
}

async function incidentOf(db: TenantDb, id: string): Promise<IncidentRow> {
  const row = await findIncident(db, id);
  if (row === null) throw NotFound.with();
  return row;
}
