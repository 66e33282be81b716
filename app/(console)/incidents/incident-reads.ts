import { type Prefetch, pages, read } from "@/app/prefetched";
import { namesInput } from "@/components/account/actor-names";
import { historyInput } from "@/components/exports/reads";
import { incidentInput, relatedInput, runInput, violationsInput } from "@/components/incidents/reads";
import { listUsers } from "@/server/account/contract";
import { getActivity } from "@/server/activity/contract";
import { listApiKeys } from "@/server/connectivity/contract";
import { listExports } from "@/server/exports/contract";
import { getIncident, listIncidentTimeline, listRelatedIncidents } from "@/server/incidents/contract";
import { keyOf } from "@/server/platform/http/client";
import type { OutputOf } from "@/server/platform/http/contract";
import { listViolations } from "@/server/policies/contract";

/** Everything that an incident's view shows, so that it is whole before its scripts are there. */
export function incidentReads(incidentId: string): Prefetch[] {
  const input = incidentInput(incidentId);
  return [
    incidentWithRun(incidentId),
    pages(listIncidentTimeline, input),
    read(listRelatedIncidents, relatedInput(incidentId)),
    read(listExports, historyInput(incidentId)),
    read(listUsers, namesInput),
    read(listApiKeys, namesInput),
  ];
}

/** The incident first: it names the run. */
function incidentWithRun(incidentId: string): Prefetch {
  return async (queries, principal) => {
    const input = incidentInput(incidentId);
    await read(getIncident, input)(queries, principal);
    const known = queries.getQueryData<OutputOf<typeof getIncident>>(keyOf(getIncident, input));
    const runId = known?.entity.source_run_id;
    if (runId == null) return;
    await Promise.all([
      read(getActivity, runInput(runId))(queries, principal),
      read(listViolations, violationsInput(runId))(queries, principal),
    ]);
  };
}
