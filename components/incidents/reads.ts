// What the incident pages read and what makes it stale. Pages read the same on the server, so nothing here is a hook.

import {
  getIncident,
  listActiveIncidents,
  listIncidentComments,
  listIncidents,
  listIncidentTimeline,
  listRelatedIncidents,
  listResolvedIncidents,
} from "@/server/incidents/contract";
import { getHighlights, getSummary } from "@/server/overview/contract";

/** What any change of an incident makes stale. */
export const incidentReads = [
  getIncident,
  listIncidents,
  listActiveIncidents,
  listResolvedIncidents,
  listIncidentTimeline,
  listIncidentComments,
  listRelatedIncidents,
  getSummary,
  getHighlights,
] as const;

export function incidentInput(incidentId: string) {
  return { params: { incident_id: incidentId } };
}

export function runInput(runId: string) {
  return { params: { run_id: runId } };
}

export function violationsInput(runId: string) {
  return { query: { run_id: runId, page_size: 100 } };
}

export function relatedInput(incidentId: string) {
  return { ...incidentInput(incidentId), query: { page_size: 10 } };
}

/** Of members, keys and policies: their names. */
export const hundredInput = { query: { page_size: 100 } } as const;
