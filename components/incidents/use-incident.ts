"use client";

import { type InfiniteData, type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import type { RunActivity } from "@/server/activity/contract";
import { getActivity } from "@/server/activity/contract";
import {
  getIncident,
  type Incident,
  type IncidentSummary,
  listIncidents,
  listIncidentTimeline,
  listRelatedIncidents,
  listResolvedIncidents,
} from "@/server/incidents/contract";
import { api } from "@/server/platform/http/client";
import { listViolations } from "@/server/policies/contract";
import type { PolicyViolation } from "@/server/policies/wire";
import { incidentInput, relatedInput, runInput, violationsInput } from "./reads";

/** What a list has shown of it stands in until the answer is there; what may be done is then not known yet. */
export function useIncident(incidentId: string) {
  const queries = useQueryClient();
  return useQuery({
    ...api.query(getIncident, incidentInput(incidentId)),
    placeholderData: () => {
      const entity = listed(queries).find((row) => row.incident_id === incidentId);
      return entity === undefined ? undefined : { entity, actions: [] };
    },
  });
}

function listed(queries: QueryClient): IncidentSummary[] {
  const lists = [listIncidents, listResolvedIncidents].flatMap((endpoint) =>
    queries.getQueriesData<InfiniteData<{ items: IncidentSummary[] }>>({ queryKey: [endpoint.id, "pages"] }),
  );
  return lists.flatMap(([, data]) => data?.pages.flatMap(({ items }) => items) ?? []);
}

export function useTimeline(incidentId: string) {
  return useInfiniteQuery(api.pages(listIncidentTimeline, incidentInput(incidentId)));
}

export function useRelated(incidentId: string) {
  return useQuery(api.query(listRelatedIncidents, relatedInput(incidentId)));
}

export interface Background {
  /** Null where the incident has no run, or it is not known yet. */
  run: RunActivity | null;
  /** What was enforced and opened the incident. */
  violation: PolicyViolation | null;
  /** The run, or what was enforced on it, is still being read. */
  isPending: boolean;
}

/** The run and the enforcement behind an incident. */
export function useBackground(incident: Incident | undefined): Background {
  const runId = incident?.source_run_id ?? null;
  const enabled = runId !== null;
  const run = useQuery({ ...api.query(getActivity, runInput(runId ?? "")), enabled });
  const acted = useQuery({ ...api.query(listViolations, violationsInput(runId ?? "")), enabled });
  const own = acted.data?.items.filter((row) => row.incident_id === incident?.incident_id) ?? [];
  return {
    run: run.data?.entity ?? null,
    violation: own.find((row) => row.step_index === incident?.violation?.step_index) ?? own[0] ?? null,
    isPending: run.isLoading || acted.isLoading,
  };
}
