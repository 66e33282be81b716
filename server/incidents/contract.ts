// The wire nouns of incidents and their operations. Who acts always comes from the principal, never from a body.

import { z } from "zod";
import {
  causeTypes,
  incidentCategories,
  incidentEventTypes,
  incidentSources,
  incidentStatuses,
  incidentTypes,
  resolutionMethods,
  severities,
} from "@/db/vocabulary";
import { When } from "@/server/activity/contract";
import { detailOf, endpoint, Instant, listEndpoint, Uuid } from "@/server/platform/http/contract";
import { NotFound, problem, ValidationFailed } from "@/server/platform/http/problem";

export const IncidentAlreadyClosed = problem("incident-already-closed", 409, "The incident is already closed");
export const IncidentNotClosed = problem("incident-not-closed", 409, "The incident is not closed");

const Severity = z.enum(severities);

export const Violation = z.object({
  step_index: z.int(),
  timestamp: Instant,
  threshold_value: z.string(),
  actual_value: z.string(),
  reason: z.string(),
});
export type Violation = z.output<typeof Violation>;

/** `…_by` is `user:<id>`, `key:<id>` or `system:<component>`. */
export const Incident = z
  .object({
    incident_id: Uuid,
    tenant_id: Uuid,
    source_run_id: Uuid.nullable(),
    trace_id: Uuid.nullable(),
    policy_id: Uuid.nullable(),
    severity: Severity,
    status: z.enum(incidentStatuses),
    type: z.enum(incidentTypes),
    title: z.string(),
    description: z.string().nullable(),
    violation: Violation.nullable(),
    escalation_level: z.int().min(0).max(3),
    sla_due_at: Instant,
    created_at: Instant,
    acknowledged_at: Instant.nullable(),
    acknowledged_by: z.string().nullable(),
    resolved_at: Instant.nullable(),
    resolved_by: z.string().nullable(),
    resolution_method: z.enum(resolutionMethods).nullable(),
    resolution_notes: z.string().nullable(),
  })
  .meta({ id: "Incident" });
export type Incident = z.output<typeof Incident>;

/** A row of a list: the incident with what lists are filtered by. */
export const IncidentSummary = Incident.extend({
  category: z.enum(incidentCategories),
  cause_type: z.enum(causeTypes),
  source: z.enum(incidentSources),
  limit_id: Uuid.nullable(),
  agent_id: z.string().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  is_synthetic: z.boolean(),
  escalated: z.boolean(),
  escalated_to: z.string().nullable(),
  reopen_count: z.int(),
  updated_at: Instant,
}).meta({ id: "IncidentSummary" });
export type IncidentSummary = z.output<typeof IncidentSummary>;

const Actor = z.object({ actor_type: z.enum(["user", "key", "system"]), actor_id: z.string() });

export const timelineEntryTypes = [
  ...(["run_started", "inflection", "paused", "released", "run_ended"] as const),
  ...incidentEventTypes,
  "sla_due",
] as const;

/** One thing that happened to the incident or to its run; `sla_due` may lie ahead. */
export const TimelineEntry = z
  .object({
    entry_id: z.string(),
    type: z.enum(timelineEntryTypes),
    at: Instant,
    actor: Actor.nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "TimelineEntry" });
export type TimelineEntry = z.output<typeof TimelineEntry>;

export const relations = ["same_run", "same_policy", "same_category_and_agent"] as const;
export type Relation = (typeof relations)[number];

const RelatedIncident = z
  .object({
    incident: IncidentSummary,
    /** The strongest of `relations`. */
    relation: z.enum(relations),
    relations: z.array(z.enum(relations)),
    /** 0–1; several relations together weigh more than the strongest of them. */
    score: z.number(),
  })
  .meta({ id: "RelatedIncident" });

export const Comment = z
  .object({ comment_id: Uuid, incident_id: Uuid, author: Actor, content: z.string(), created_at: Instant })
  .meta({ id: "IncidentComment" });
export type Comment = z.output<typeof Comment>;

/** Kept verbatim; what shows it must escape it. */
function words(max: number) {
  return z.string().max(max).regex(/\S/, "It must not be blank");
}

const base = "/api/v1/incidents";
const one = { params: z.object({ incident_id: Uuid }) };
const reads = { permission: "incidents:read" } as const;
const responds = { permission: "incidents:respond" } as const;

const sort = ["created_at", "resolved_at", "severity"] as const;
const common = {
  severity: z.array(Severity),
  type: z.array(z.enum(incidentTypes)),
  category: z.array(z.enum(incidentCategories)),
  cause_type: z.array(z.enum(causeTypes)),
  run_id: Uuid,
  agent: z.string().min(1).max(128),
  escalated: z.boolean(),
  synthetic: z.boolean(),
  created_after: When,
  created_before: When,
  /** Part of the title or the description, in either case. */
  q: z.string().min(1).max(200),
};
const byPolicy = { policy_id: Uuid };
const byResolution = { resolved_after: When, resolved_before: When };
const byStatus = { status: z.array(z.enum(incidentStatuses)) };

export const listIncidents = listEndpoint({
  id: "incidents.list",
  path: base,
  ...reads,
  item: IncidentSummary,
  filters: { ...common, ...byPolicy, ...byStatus },
  sort,
  defaultSort: "-created_at",
});

/** Active and acknowledged ones: what still needs somebody. */
export const listActiveIncidents = listEndpoint({
  id: "incidents.listActive",
  path: `${base}/active`,
  ...reads,
  item: IncidentSummary,
  filters: { ...common, ...byPolicy },
  sort,
  defaultSort: "-created_at",
});

export const listResolvedIncidents = listEndpoint({
  id: "incidents.listResolved",
  path: `${base}/resolved`,
  ...reads,
  item: IncidentSummary,
  filters: { ...common, ...byPolicy, ...byResolution },
  sort,
  defaultSort: "-resolved_at",
});

/** 404 for a policy that is not there, an empty list for one without incidents. */
export const listIncidentsOfPolicy = listEndpoint({
  id: "incidents.listOfPolicy",
  path: `${base}/policy/{policy_id}`,
  ...reads,
  params: z.object({ policy_id: Uuid }),
  item: IncidentSummary,
  filters: { ...common, ...byStatus },
  sort,
  defaultSort: "-created_at",
  problems: [NotFound],
});

export const getIncident = endpoint({
  id: "incidents.get",
  method: "GET",
  path: `${base}/{incident_id}`,
  ...reads,
  ...one,
  returns: detailOf(Incident),
  problems: [NotFound],
});

export const createIncident = endpoint({
  id: "incidents.create",
  method: "POST",
  path: base,
  ...responds,
  audit: "incident.created",
  body: z.strictObject({
    title: words(256),
    description: words(4_000).optional(),
    severity: Severity,
    run_id: Uuid.optional(),
    policy_id: Uuid.optional(),
  }),
  returns: Incident,
  status: 201,
  problems: [ValidationFailed],
});
export type NewIncident = z.output<(typeof createIncident)["body"]>;

/** Saying it twice changes nothing: the second answer shows who did it first. */
export const acknowledgeIncident = endpoint({
  id: "incidents.acknowledge",
  method: "POST",
  path: `${base}/{incident_id}/acknowledge`,
  ...responds,
  ...one,
  audit: "incident.acknowledged",
  body: z.strictObject({ note: words(2_000).optional() }),
  returns: Incident,
  problems: [NotFound, IncidentAlreadyClosed],
});

/** `target` is a role or a member's user id. At level 3 the level stays and the new target still counts. */
export const escalateIncident = endpoint({
  id: "incidents.escalate",
  method: "POST",
  path: `${base}/{incident_id}/escalate`,
  ...responds,
  ...one,
  audit: "incident.escalated",
  body: z.strictObject({
    target: z.string().min(1).max(64),
    reason: words(2_000),
    raise_severity: z.boolean().optional(),
  }),
  returns: Incident,
  problems: [NotFound, IncidentAlreadyClosed, ValidationFailed],
});
export type Escalation = z.output<(typeof escalateIncident)["body"]>;

/** `resolution_notes` are required for high and critical incidents. */
export const resolveIncident = endpoint({
  id: "incidents.resolve",
  method: "POST",
  path: `${base}/{incident_id}/resolve`,
  ...responds,
  ...one,
  audit: "incident.resolved",
  body: z.strictObject({
    resolution_method: z.enum(resolutionMethods),
    resolution_notes: words(4_000).optional(),
  }),
  returns: Incident,
  problems: [NotFound, IncidentAlreadyClosed, ValidationFailed],
});
export type Resolution = z.output<(typeof resolveIncident)["body"]>;

export const reopenIncident = endpoint({
  id: "incidents.reopen",
  method: "POST",
  path: `${base}/{incident_id}/reopen`,
  ...responds,
  ...one,
  audit: "incident.reopened",
  body: z.strictObject({ reason: words(2_000) }),
  returns: Incident,
  problems: [NotFound, IncidentNotClosed],
});

export const listIncidentTimeline = listEndpoint({
  id: "incidents.timeline",
  path: `${base}/{incident_id}/timeline`,
  ...reads,
  ...one,
  item: TimelineEntry,
  sort: ["at"],
  defaultSort: "at",
  problems: [NotFound],
});

export const listRelatedIncidents = listEndpoint({
  id: "incidents.related",
  path: `${base}/{incident_id}/related`,
  ...reads,
  ...one,
  item: RelatedIncident,
  sort: ["score"],
  defaultSort: "-score",
  problems: [NotFound],
});

export const listIncidentComments = listEndpoint({
  id: "incidents.comments",
  path: `${base}/{incident_id}/comments`,
  ...reads,
  ...one,
  item: Comment,
  sort: ["created_at"],
  defaultSort: "created_at",
  problems: [NotFound],
});

export const commentOnIncident = endpoint({
  id: "incidents.comment",
  method: "POST",
  path: `${base}/{incident_id}/comments`,
  ...responds,
  ...one,
  audit: "incident.commented",
  body: z.strictObject({ content: words(4_000) }),
  returns: Comment,
  status: 201,
  problems: [NotFound],
});
