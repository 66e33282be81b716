// An incident's story in one order: what was done to it, merged with its run's start, inflection, pauses and end and with
// its due time. Comments make it unbounded, so the merging is the database's.

import { eq } from "drizzle-orm";
import { incidentEvents } from "@/db/schema/incidents";
import type { RunRelease } from "@/server/activity/contract";
import { listPauses, type RunPause } from "@/server/activity/releases";
import { type TimelineEntry, timelineEntryTypes } from "@/server/incidents/contract";
import type { IncidentRow } from "@/server/incidents/image";
import { countCap, type PageRequest } from "@/server/incidents/page";
import { known, statusOf, violationOf, wireActor } from "@/server/incidents/wire";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export type TimelineRow = {
  /** `<place>:<id>`: what comes first of several entries of one millisecond. */
  id: string;
  type: string;
  at: Date;
  actor_type: string | null;
  actor_id: string | null;
  detail: Record<string, unknown>;
};

/** The run's part and the due time, oldest first. `now` decides whether the due time was kept, missed, or is ahead. */
export function milestonesOf(incident: IncidentRow, run: RunFacts | null, now: Date): TimelineRow[] {
  const violation = violationOf(incident);
  const milestones: TimelineRow[] = [];
  const pauses = run?.pauses.filter((pause) => pause.incident_id === incident.id) ?? [];
  const add = (id: string, type: TimelineEntry["type"], at: Date, detail: Record<string, unknown>) =>
    milestones.push({ id, type, at, actor_type: null, actor_id: null, detail });
  if (run) add(`0:run_started`, "run_started", run.started_at, { run_id: run.run_id, agent_id: run.agent_id });
  if (violation && incident.violationAt) {
    const { timestamp: _at, ...detail } = violation;
    const isHeld = pauses.some((pause) => pause.isHeld && pause.step_index === detail.step_index);
    const held = isHeld ? { held: true } : {};
    add("1:inflection", "inflection", incident.violationAt, { ...detail, ...held, policy_id: incident.policyId });
  }
  milestones.push(...pauses.flatMap(rowsOfPause));
  if (run?.completed_at) milestones.push(endOfRun(run, run.completed_at, incident.id));
  add("4:sla_due", "sla_due", incident.slaDueAt, { severity: incident.severity, state: slaState(incident, now) });
  return milestones;
}

function rowsOfPause({ seq, at, step_index, reason, isHeld, skill, release }: RunPause): TimelineRow[] {
  const place = { step_index, ...(isHeld ? { held: true } : {}), ...(skill === null ? {} : { skill }) };
  const pause = { id: `1:paused-${seq}`, type: "paused", at, ...actorOf(null), detail: { ...place, reason } };
  if (release === null) return [pause];
  const said = { decision: release.decision, ...(release.reason === null ? {} : { reason: release.reason }) };
  const released = { id: `1:released-${seq}`, type: "released", at: new Date(release.at), ...actorOf(release.by) };
  return [pause, { ...released, detail: { step_index, ...said } }];
}

function actorOf(by: string | null): Pick<TimelineRow, "actor_type" | "actor_id"> {
  if (by === null) return { actor_type: null, actor_id: null };
  const [type = "", ...id] = by.split(":");
  return { actor_type: type, actor_id: id.join(":") };
}

// Who denied its release ended it, with the reason that they gave; every other end is nobody's. What ended it may be another
// policy or a failure, which has an incident of its own.
function endOfRun(run: RunFacts, at: Date, incidentId: string): TimelineRow {
  const { run_id, status, termination_reason, end_note, stopped_at_step, denial, policy_name } = run;
  const hasOwn = status === "failed" || status === "failed_policy";
  const isOther = hasOwn && run.incident_id !== null && run.incident_id !== incidentId;
  const other = { ended_in_incident: run.incident_id, ...(policy_name === null ? {} : { ended_by: policy_name }) };
  return {
    ...{ id: "2:run_ended", type: "run_ended", at, ...actorOf(denial?.by ?? null) },
    detail: {
      ...{ run_id, status, termination_reason, end_note, stopped_at_step, ...(isOther ? other : {}) },
      ...(denial?.reason ? { reason: denial.reason } : {}),
    },
  };
}

/** `pending` until it is resolved or late. */
function slaState(incident: IncidentRow, now: Date): "pending" | "met" | "breached" {
  const judgedAt = statusOf(incident) === "resolved" ? (incident.resolvedAt ?? now) : now;
  if (judgedAt > incident.slaDueAt) return "breached";
  return statusOf(incident) === "resolved" ? "met" : "pending";
}

export type RunFacts = {
  run_id: string;
  agent_id: string;
  status: string;
  termination_reason: string | null;
  end_note: string | null;
  stopped_at_step: number | null;
  started_at: Date;
  completed_at: Date | null;
  /** Of the failure or the policy that ended it; while it is live, of the newest pause. */
  incident_id: string | null;
  /** Of what ended it, where a policy did. */
  policy_name: string | null;
  pauses: RunPause[];
  /** What ended it, where somebody denied the release of its pause. */
  denial: RunRelease | null;
};

export async function findRunFacts(db: TenantDb, runId: string): Promise<RunFacts | null> {
  const [run] = await db.sql<Omit<RunFacts, "denial" | "pauses">>`
    select run_id, agent_id, status, termination_reason, end_note, stopped_at_step, started_at, completed_at, incident_id,
      violation ->> 'policy_name' as policy_name
    from runs where ${db.mine()} and run_id = ${runId}`;
  if (run === undefined) return null;
  const pauses = await listPauses(db, runId);
  const last = run.end_note === "denied" ? pauses.findLast(({ release_seq }) => release_seq !== null)?.release : null;
  return { ...run, pauses, denial: last?.decision === "deny" ? last : null };
}

/** One page of events and milestones together, and how many there are of both. */
export async function listTimelineRows(
  db: TenantDb,
  of: { incidentId: string; milestones: readonly TimelineRow[] },
  request: PageRequest,
): Promise<[TimelineRow[], number]> {
  const [rows, events] = await Promise.all([
    db.sql<TimelineRow>`
      select * from (
        select '3:' || e.id as id, e.type, e.recorded_at as at, e.actor_type, e.actor_id,
          case when c.id is null then e.detail else e.detail || jsonb_build_object('content', c.content) end as detail
        from incident_events e
        left join incident_comments c on c.tenant_id = e.tenant_id and c.id = e.id
        where ${db.mine("e")} and e.incident_id = ${of.incidentId}
        union all
        select m.id, m.type, m.at, m.actor_type, m.actor_id, m.detail
        from jsonb_to_recordset(${JSON.stringify(of.milestones)}::text::jsonb)
          as m(id text, type text, at timestamptz(3), actor_type text, actor_id text, detail jsonb)
      ) as entry
      where ${behindCursor(db, request)}
      order by ${request.direction === "asc" ? db.fragment`at, id collate "C"` : db.fragment`at desc, id collate "C" desc`}
      limit ${request.limit} offset ${request.offset}`,
    db.count(incidentEvents, eq(incidentEvents.incidentId, of.incidentId), countCap),
  ]);
  return [[...rows], events + of.milestones.length];
}

function behindCursor(db: TenantDb, { after, direction }: PageRequest) {
  if (after === null) return db.fragment`true`;
  const position = db.fragment`(${after.key}::text::timestamptz, ${after.id}::text collate "C")`;
  return direction === "asc"
    ? db.fragment`(at, id collate "C") > ${position}`
    : db.fragment`(at, id collate "C") < ${position}`;
}

export function wireTimelineEntry(row: TimelineRow): TimelineEntry {
  return {
    entry_id: row.id.slice(2),
    type: known(timelineEntryTypes, row.type),
    at: row.at.toISOString(),
    actor: row.actor_type === null || row.actor_id === null ? null : wireActor(row.actor_type, row.actor_id),
    detail: row.detail,
  };
}
