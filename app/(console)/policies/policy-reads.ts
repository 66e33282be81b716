import { type Prefetch, pages, read } from "@/app/prefetched";
import {
  effectQuery,
  incidentCountQuery,
  limitQueryOf,
  ruleQueryOf,
  snapshotsQuery,
  versionsQuery,
} from "@/components/policies/policy-queries";
import { listIncidentsOfPolicy } from "@/server/incidents/contract";
import { getLimit, getPolicy, listSnapshots, listVersions, listViolations } from "@/server/policies/contract";

/** All that a rule's detail shows. */
export function ruleReads(policyId: string): Prefetch[] {
  return [
    read(getPolicy, ruleQueryOf(policyId)),
    read(listViolations, effectQuery({ policy_id: policyId })),
    read(listIncidentsOfPolicy, incidentCountQuery(policyId)),
    pages(listVersions, versionsQuery(policyId)),
    read(listSnapshots, snapshotsQuery(policyId)),
  ];
}

/** All that a limit's detail shows. */
export function limitReads(limitId: string): Prefetch[] {
  return [read(getLimit, limitQueryOf(limitId)), read(listViolations, effectQuery({ limit_id: limitId }))];
}
