// What people do to an incident. State, timeline event, audit entry and outbox event are one transaction each time.

import { v7 as uuidv7 } from "uuid";
import type { incidents } from "@/db/schema/incidents";
import type { IncidentEventType } from "@/db/vocabulary";
import {
  type Comment,
  type Escalation,
  type Incident,
  IncidentAlreadyClosed,
  IncidentNotClosed,
  type NewIncident,
  type Resolution,
} from "@/server/incidents/contract";
import { escalationOf, requireTarget } from "@/server/incidents/escalation";
import { commentImage, type IncidentRow, incidentImage } from "@/server/incidents/image";
import { announcement, openIncident } from "@/server/incidents/open";
import { type IncidentAction, needsResolutionNotes, transition } from "@/server/incidents/rules";
import { slaHoursOf } from "@/server/incidents/sla";
import {
  changeIncident,
  findIncident,
  findSourceRun,
  insertComment,
  insertEvents,
  isPolicy,
  lockIncident,
} from "@/server/incidents/store";
import { severityOf, statusOf, wireComment, wireIncident } from "@/server/incidents/wire";
import { writeOutbox } from "@/server/platform/audit/audit";
import { actorKey, actorOf } from "@/server/platform/auth/principal";
import type { Changes } from "@/server/platform/db/tenant-db";
import type { Context } from "@/server/platform/http/handle";
import { type FieldError, invalid, NotFound, StaleVersion } from "@/server/platform/http/problem";

/** @throws ValidationFailed when the run or the policy is not the tenant's. */
export async function createIncident(cx: Context, body: NewIncident): Promise<Incident> {
  const run = body.run_id === undefined ? null : await findSourceRun(cx.db, body.run_id);
  const knowsPolicy = body.policy_id === undefined || (await isPolicy(cx.db, body.policy_id));
  const faults: FieldError[] = [];
  if (body.run_id !== undefined && run === null) faults.push(unknownId("#/run_id", "run"));
  if (!knowsPolicy) faults.push(unknownId("#/policy_id", "policy"));
  if (faults.length > 0) throw invalid(...faults);
  const opened = await openIncident(
    cx.db,
    {
      run,
      ...(body.policy_id === undefined ? {} : { policy_id: body.policy_id }),
      source: "manual",
      type: "manual",
      severity: body.severity,
      title: body.title,
      ...(body.description === undefined ? {} : { description: body.description }),
      at: await cx.db.now(),
      sla_hours: await slaHoursOf(cx.db),
    },
    { requestId: cx.requestId },
  );
  const row = await findIncident(cx.db, opened.incident_id);
  if (row === null) throw new Error("an incident that was just opened is not there");
  return wireIncident(row);
}

function unknownId(pointer: string, what: string): FieldError {
  return { pointer, code: "unknown_id", detail: `There is no such ${what}` };
}

/** @throws NotFound, IncidentAlreadyClosed */
export async function acknowledgeIncident(
  cx: Context,
  id: string,
  body: { note?: string | undefined },
): Promise<Incident> {
  const { before, isDone } = await incidentFor(cx, id, "acknowledge");
  if (isDone) return wireIncident(before);
  const at = await instantAfter(cx, before);
  return change(cx, before, {
    at,
    changes: { status: "acknowledged", acknowledgedAt: at, acknowledgedBy: actorKey(cx.principal) },
    events: [{ type: "acknowledged", detail: body.note === undefined ? {} : { note: body.note } }],
  });
}

/** @throws NotFound, IncidentAlreadyClosed, ValidationFailed */
export async function escalateIncident(cx: Context, id: string, body: Escalation): Promise<Incident> {
  const { before } = await incidentFor(cx, id, "escalate");
  const target = await requireTarget(cx.db, body.target);
  const at = await instantAfter(cx, before);
  const hours = await slaHoursOf(cx.db);
  return change(cx, before, { at, ...escalationOf(before, { ...body, target, at, hours }) });
}

/** @throws NotFound, IncidentAlreadyClosed, ValidationFailed */
export async function resolveIncident(cx: Context, id: string, body: Resolution): Promise<Incident> {
  const { before } = await incidentFor(cx, id, "resolve");
  if (body.resolution_notes === undefined && needsResolutionNotes(severityOf(before))) {
    const detail = `They are required for ${before.severity} incidents`;
    throw invalid({ pointer: "#/resolution_notes", code: "required", detail });
  }
  const at = await instantAfter(cx, before);
  const { resolution_method, resolution_notes } = body;
  const seconds = Math.round((at.getTime() - before.createdAt.getTime()) / 1_000);
  return change(cx, before, {
    at,
    changes: {
      status: "resolved",
      resolvedAt: at,
      resolvedBy: actorKey(cx.principal),
      resolutionMethod: resolution_method,
      resolutionNotes: resolution_notes ?? null,
    },
    events: [
      {
        type: "resolved",
        detail: {
          resolution_method,
          ...(resolution_notes === undefined ? {} : { resolution_notes }),
          time_to_resolution_seconds: seconds,
        },
      },
    ],
  });
}

/**
 * Active again, as if nobody had taken it up: the timeline keeps who had. The due time stays, or closing and reopening
 * would buy time.
 * @throws NotFound, IncidentNotClosed
 */
export async function reopenIncident(cx: Context, id: string, body: { reason: string }): Promise<Incident> {
  const { before } = await incidentFor(cx, id, "reopen");
  const reopenCount = before.reopenCount + 1;
  return change(cx, before, {
    at: await instantAfter(cx, before),
    changes: {
      status: "active",
      reopenCount,
      acknowledgedAt: null,
      acknowledgedBy: null,
      resolvedAt: null,
      resolvedBy: null,
      resolutionMethod: null,
      resolutionNotes: null,
    },
    events: [{ type: "reopened", detail: { reason: body.reason, reopen_count: reopenCount } }],
  });
}

/** Kept verbatim and for good; the incident's row does not change. @throws NotFound */
export async function commentOnIncident(cx: Context, id: string, body: { content: string }): Promise<Comment> {
  const incident = await findIncident(cx.db, id);
  if (incident === null) throw NotFound.with();
  const { actor_type: authorType, actor_id: authorId } = actorOf(cx.principal);
  const recordedAt = await cx.db.now();
  const commentId = uuidv7();
  const { content } = body;
  const comment = { id: commentId, incidentId: id, authorType, authorId, content, recordedAt };
  const row = await insertComment(cx.db, comment);
  // One id for both: the timeline shows a comment's text beside its event.
  await insertEvents(cx.db, [
    {
      id: commentId,
      incidentId: id,
      type: "commented",
      actorType: authorType,
      actorId: authorId,
      detail: {},
      recordedAt,
    },
  ]);
  await cx.audit({
    entity_type: "incident_comment",
    entity_id: commentId,
    ...runOf(incident),
    after: commentImage(row),
    detail: { incident_id: id },
  });
  const payload = { incident_id: id, comment_id: commentId };
  await writeOutbox(cx.db, [{ topic: "incident.commented", entity_id: id, payload }], recordedAt);
  return wireComment(row);
}

type Change = {
  at: Date;
  changes: Changes<typeof incidents>;
  /** The first names the outbox topic. */
  events: { type: IncidentEventType; detail: object }[];
};

async function change(cx: Context, before: IncidentRow, { at, changes, events }: Change): Promise<Incident> {
  const after = await changeIncident(cx.db, before, { ...changes, updatedAt: at });
  if (after === null) throw StaleVersion.with();
  const { actor_type: actorType, actor_id: actorId } = actorOf(cx.principal);
  await insertEvents(
    cx.db,
    events.map((event) => ({ ...event, id: uuidv7(), incidentId: before.id, actorType, actorId, recordedAt: at })),
  );
  await cx.audit({
    entity_type: "incident",
    entity_id: before.id,
    ...runOf(before),
    before: incidentImage(before),
    after: incidentImage(after),
    detail: { events },
  });
  const outbox = events.map(({ type }) => ({
    topic: `incident.${type}` as const,
    entity_id: before.id,
    payload: announcement(after),
  }));
  await writeOutbox(cx.db, outbox, at);
  return wireIncident(after);
}

function runOf(row: IncidentRow): { run_id?: string } {
  return row.sourceRunId === null ? {} : { run_id: row.sourceRunId };
}

/** The row, locked. Throws 404, or 409 when its state forbids the action; `isDone`: the action would change nothing. */
async function incidentFor(
  cx: Context,
  id: string,
  action: IncidentAction,
): Promise<{ before: IncidentRow; isDone: boolean }> {
  const before = await lockIncident(cx.db, id);
  if (before === null) throw NotFound.with();
  const step = transition(statusOf(before), action);
  if (step.outcome !== "refused") return { before, isDone: step.outcome === "unchanged" };
  if (step.why === "resolved") throw IncidentAlreadyClosed.with({ ...closedFacts(before) });
  throw IncidentNotClosed.with({ incident_id: before.id, incident_status: before.status });
}

function closedFacts(row: IncidentRow) {
  return { incident_id: row.id, resolved_at: row.resolvedAt?.toISOString() ?? null, resolved_by: row.resolvedBy };
}

// The gate's clock may run ahead by its runs' last instant; an incident's own story never goes back.
async function instantAfter(cx: Context, row: IncidentRow): Promise<Date> {
  const now = await cx.db.now();
  return new Date(Math.max(now.getTime(), row.updatedAt.getTime()));
}
