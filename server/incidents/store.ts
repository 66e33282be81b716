import { and, eq, gt, gte, inArray, isNull, lt, lte, ne, or, type SQL, sql } from "drizzle-orm";
import { incidentComments, incidentEvents, incidents } from "@/db/schema/incidents";
import { policyRules } from "@/db/schema/policies";
import { memberships } from "@/db/schema/tenancy";
import type { IncidentEventType } from "@/db/vocabulary";
import { severities } from "@/db/vocabulary";
import { incidentEventHash } from "@/server/evidence/incident-event-hash";
import type { IncidentRow } from "@/server/incidents/image";
import { behind, countCap, inOrder, type PageRequest } from "@/server/incidents/page";
import { relationRank } from "@/server/incidents/related";
import { writeLeafSources } from "@/server/platform/audit/leaf-sources";
import type { Changes, NewRow, TenantDb } from "@/server/platform/db/tenant-db";

export type CommentRow = typeof incidentComments.$inferSelect;

export function findIncident(db: TenantDb, id: string): Promise<IncidentRow | null> {
  return db.first(incidents, eq(incidents.id, id));
}

/** The row, locked to the end of the transaction: the changes of one incident follow one another. */
export function lockIncident(db: TenantDb, id: string): Promise<IncidentRow | null> {
  return db.lock(incidents, eq(incidents.id, id));
}

/** Null when somebody changed it since `before` was read. Every change raises the version; the database insists. */
export async function changeIncident(
  db: TenantDb,
  before: IncidentRow,
  changes: Changes<typeof incidents>,
): Promise<IncidentRow | null> {
  const unchanged = both(eq(incidents.id, before.id), eq(incidents.version, before.version));
  const [after] = await db.update(incidents, { ...changes, version: before.version + 1 }, unchanged);
  return after ?? null;
}

export type NewEvent = Omit<NewRow<typeof incidentEvents>, "type"> & { type: IncidentEventType };

/** Writes events and what the log will have of them. */
export async function insertEvents(db: TenantDb, events: NewEvent[]): Promise<void> {
  // Hashed as stored: only then would a verifier that reads the row find the same.
  const rows = await db.insert(incidentEvents, events);
  const deeds = rows.map((row) => ({
    kind: "incident_event" as const,
    id: row.id,
    hash: incidentEventHash(row),
    at: row.recordedAt,
  }));
  await writeLeafSources(db, deeds);
}

export async function insertComment(db: TenantDb, comment: NewRow<typeof incidentComments>): Promise<CommentRow> {
  const [row] = await db.insert(incidentComments, comment);
  if (row === undefined) throw new Error("an insert that returns nothing");
  return row;
}

/** What lists may be narrowed by; absent means not narrowed. */
export type IncidentFilters = {
  severity?: readonly string[] | undefined;
  status?: readonly string[] | undefined;
  type?: readonly string[] | undefined;
  category?: readonly string[] | undefined;
  cause_type?: readonly string[] | undefined;
  policy_id?: string | undefined;
  run_id?: string | undefined;
  agent?: string | undefined;
  escalated?: boolean | undefined;
  synthetic?: boolean | undefined;
  created_after?: string | undefined;
  created_before?: string | undefined;
  resolved_after?: string | undefined;
  resolved_before?: string | undefined;
  q?: string | undefined;
};

export async function listIncidentRows(
  db: TenantDb,
  filters: IncidentFilters,
  request: PageRequest,
): Promise<[IncidentRow[], number]> {
  const where = and(...conditions(filters));
  const { key, type } = sortKey(request.field);
  return Promise.all([
    db.rows(incidents, {
      where: and(where, behind(request, key, incidents.id, type)),
      orderBy: inOrder(request, key, incidents.id),
      limit: request.limit,
      offset: request.offset,
    }),
    db.count(incidents, where, countCap),
  ]);
}

function conditions(f: IncidentFilters): (SQL | undefined)[] {
  return [
    oneOf(incidents.severity, f.severity),
    oneOf(incidents.status, f.status),
    oneOf(incidents.type, f.type),
    oneOf(incidents.category, f.category),
    oneOf(incidents.causeType, f.cause_type),
    f.policy_id === undefined ? undefined : eq(incidents.policyId, f.policy_id),
    f.run_id === undefined ? undefined : eq(incidents.sourceRunId, f.run_id),
    f.agent === undefined ? undefined : eq(incidents.agentId, f.agent),
    f.synthetic === undefined ? undefined : eq(incidents.isSynthetic, f.synthetic),
    f.escalated === undefined ? undefined : (f.escalated ? gt : eq)(incidents.escalationLevel, 0),
    f.created_after === undefined ? undefined : gte(incidents.createdAt, new Date(f.created_after)),
    f.created_before === undefined ? undefined : lt(incidents.createdAt, new Date(f.created_before)),
    f.resolved_after === undefined ? undefined : gte(incidents.resolvedAt, new Date(f.resolved_after)),
    f.resolved_before === undefined ? undefined : lt(incidents.resolvedAt, new Date(f.resolved_before)),
    f.q === undefined ? undefined : containing(f.q),
  ];
}

type TextColumn =
  | typeof incidents.severity
  | typeof incidents.status
  | typeof incidents.type
  | typeof incidents.category
  | typeof incidents.causeType;

function oneOf(column: TextColumn, words: readonly string[] | undefined): SQL | undefined {
  return words === undefined ? undefined : inArray(column, [...words]);
}

// % and _ are what somebody looks for, not wildcards.
function containing(text: string): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return sql`(${incidents.title} ilike ${pattern} or ${incidents.description} ilike ${pattern})`;
}

const severityRank = sql`array_position(array[${sql.join(
  severities.map((severity) => sql.raw(`'${severity}'`)),
  sql`, `,
)}], ${incidents.severity})`;

function sortKey(field: string): { key: SQL; type: "timestamptz" | "int" } {
  if (field === "severity") return { key: severityRank, type: "int" };
  // An unresolved one counts as resolved before all others, so that "latest resolved first" ends with it.
  if (field === "resolved_at") return { key: sql`coalesce(${incidents.resolvedAt}, '-infinity')`, type: "timestamptz" };
  return { key: sql`${incidents.createdAt}`, type: "timestamptz" };
}

/** The value `sortKey` sorts by, as a cursor's text. */
export function sortValue(row: IncidentRow, field: string): string {
  if (field === "severity") return String((severities as readonly string[]).indexOf(row.severity) + 1);
  if (field === "resolved_at") return row.resolvedAt?.toISOString() ?? "-infinity";
  return row.createdAt.toISOString();
}

/** Those that share the run, the policy, or category and agent within `days` of it; best first. */
export async function listRelatedRows(
  db: TenantDb,
  of: IncidentRow,
  request: PageRequest & { days: number },
): Promise<[IncidentRow[], number]> {
  const ties = tiesTo(of, request.days);
  if (ties.length === 0) return [[], 0];
  const where = both(ne(incidents.id, of.id), or(...ties.map((tie) => tie.condition)));
  const rank = sql`(${sql.join(
    ties.map((tie) => sql`case when ${tie.condition} then ${sql.raw(String(tie.rank))} else 0 end`),
    sql` + `,
  )})`;
  return Promise.all([
    db.rows(incidents, {
      where: both(where, behind(request, rank, incidents.id, "int")),
      orderBy: inOrder(request, rank, incidents.id),
      limit: request.limit,
      offset: request.offset,
    }),
    db.count(incidents, where, countCap),
  ]);
}

type Tie = { condition: SQL; rank: number };

function tiesTo(of: IncidentRow, days: number): Tie[] {
  const ties: Tie[] = [];
  const { sourceRunId, policyId, agentId, category } = of;
  if (sourceRunId !== null)
    ties.push({ condition: eq(incidents.sourceRunId, sourceRunId), rank: relationRank.same_run });
  if (policyId !== null) ties.push({ condition: eq(incidents.policyId, policyId), rank: relationRank.same_policy });
  if (agentId !== null) {
    const reach = days * 86_400_000;
    const near = both(
      gte(incidents.createdAt, new Date(of.createdAt.getTime() - reach)),
      lte(incidents.createdAt, new Date(of.createdAt.getTime() + reach)),
    );
    const condition = both(eq(incidents.agentId, agentId), eq(incidents.category, category), near);
    ties.push({ condition, rank: relationRank.same_category_and_agent });
  }
  return ties;
}

/** The incident that stands for these facts already; `sourceId` and `runId` count as values when they are null. */
export function findBySource(
  db: TenantDb,
  of: { runId: string | null; type: string; source: string; sourceId: string | null },
): Promise<IncidentRow | null> {
  return db.first(
    incidents,
    both(
      eq(incidents.type, of.type),
      eq(incidents.source, of.source),
      of.runId === null ? isNull(incidents.sourceRunId) : eq(incidents.sourceRunId, of.runId),
      of.sourceId === null ? isNull(incidents.sourceId) : eq(incidents.sourceId, of.sourceId),
    ),
  );
}

/** What an incident takes over from its run; null when the tenant has no such run. */
export async function findSourceRun(
  db: TenantDb,
  runId: string,
): Promise<{ run_id: string; trace_id: string; agent_id: string; synthetic: boolean } | null> {
  const [run] = await db.sql<{ run_id: string; trace_id: string; agent_id: string; synthetic: boolean }>`
    select run_id, trace_id, agent_id, synthetic from runs where ${db.mine()} and run_id = ${runId}`;
  return run ?? null;
}

export async function isPolicy(db: TenantDb, policyId: string): Promise<boolean> {
  return (await db.count(policyRules, eq(policyRules.id, policyId), 1)) > 0;
}

/** True for somebody who is a member now; a time-boxed seat ends at its hour, and a suspended one lets nobody in. */
export async function isMember(db: TenantDb, userId: string): Promise<boolean> {
  const seated = sql`(${memberships.expiresAt} is null or ${memberships.expiresAt} > clock_timestamp())`;
  const isActive = eq(memberships.status, "active");
  return (await db.count(memberships, both(eq(memberships.userId, userId), isActive, seated), 1)) > 0;
}

// drizzle's `and` is undefined only for no condition at all.
function both(first: SQL, ...others: (SQL | undefined)[]): SQL {
  return and(first, ...others) ?? first;
}
