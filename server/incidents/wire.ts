// Rows as the wire shows them. A stored word that the vocabulary does not know is a broken invariant and throws.

import type { incidentComments, incidents } from "@/db/schema/incidents";
import {
  causeTypes,
  type IncidentStatus,
  incidentCategories,
  incidentSources,
  incidentStatuses,
  incidentTypes,
  resolutionMethods,
  type Severity,
  severities,
} from "@/db/vocabulary";
import type { Comment, Incident, IncidentSummary, Violation } from "@/server/incidents/contract";

type IncidentRow = typeof incidents.$inferSelect;
type CommentRow = typeof incidentComments.$inferSelect;

const actorTypes = ["user", "key", "system"] as const;

export function statusOf(row: { status: string }): IncidentStatus {
  return known(incidentStatuses, row.status);
}

export function severityOf(row: { severity: string }): Severity {
  return known(severities, row.severity);
}

export function wireActor(type: string, id: string) {
  return { actor_type: known(actorTypes, type), actor_id: id };
}

export function wireIncident(row: IncidentRow): Incident {
  return {
    incident_id: row.id,
    tenant_id: row.tenantId,
    source_run_id: row.sourceRunId,
    trace_id: row.traceId,
    policy_id: row.policyId,
    severity: severityOf(row),
    status: statusOf(row),
    type: known(incidentTypes, row.type),
    title: row.title,
    description: row.description,
    violation: violationOf(row),
    escalation_level: row.escalationLevel,
    sla_due_at: row.slaDueAt.toISOString(),
    created_at: row.createdAt.toISOString(),
    acknowledged_at: wireInstant(row.acknowledgedAt),
    acknowledged_by: row.acknowledgedBy,
    resolved_at: wireInstant(row.resolvedAt),
    resolved_by: row.resolvedBy,
    resolution_method: row.resolutionMethod === null ? null : known(resolutionMethods, row.resolutionMethod),
    resolution_notes: row.resolutionNotes,
  };
}

export function wireSummary(row: IncidentRow): IncidentSummary {
  return {
    ...wireIncident(row),
    category: known(incidentCategories, row.category),
    cause_type: known(causeTypes, row.causeType),
    source: known(incidentSources, row.source),
    limit_id: row.limitId,
    agent_id: row.agentId,
    error_code: row.errorCode,
    error_message: row.errorMessage,
    is_synthetic: row.isSynthetic,
    escalated: row.escalationLevel > 0,
    escalated_to: row.escalatedTo,
    reopen_count: row.reopenCount,
    updated_at: row.updatedAt.toISOString(),
  };
}

export function wireComment(row: CommentRow): Comment {
  return {
    comment_id: row.id,
    incident_id: row.incidentId,
    author: wireActor(row.authorType, row.authorId),
    content: row.content,
    created_at: row.recordedAt.toISOString(),
  };
}

export function violationOf(row: IncidentRow): Violation | null {
  if (row.violationStepIndex === null || row.violationAt === null) return null;
  return {
    step_index: row.violationStepIndex,
    timestamp: row.violationAt.toISOString(),
    threshold_value: row.thresholdValue ?? "",
    actual_value: row.actualValue ?? "",
    reason: row.violationReason ?? "",
  };
}

function wireInstant(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

export function known<T extends string>(words: readonly T[], stored: string): T {
  const word = words.find((candidate) => candidate === stored);
  if (word === undefined) throw new Error(`stored word "${stored}" is none of ${words.join(", ")}`);
  return word;
}
