import type { InfiniteData } from "@tanstack/react-query";
import { type Prefetch, pages, read } from "@/app/prefetched";
import {
  effectQuery,
  incidentCountQuery,
  limitQueryOf,
  ruleQueryOf,
  snapshotsQuery,
  statsQueries,
  versionsQuery,
} from "@/components/policies/policy-queries";
import { listIncidentsOfPolicy } from "@/server/incidents/contract";
import { pagesKeyOf } from "@/server/platform/http/client";
import type { CallOf, OutputOf } from "@/server/platform/http/contract";
import {
  getLimit,
  getPolicy,
  getViolationStats,
  listPolicies,
  listSnapshots,
  listVersions,
  listViolations,
} from "@/server/policies/contract";

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

/** A page of rules, and what each of them did so far. */
export function rulesWithEffects(input: CallOf<typeof listPolicies>): Prefetch {
  return async (queries, principal) => {
    await pages(listPolicies, input)(queries, principal);
    const known = queries.getQueryData<InfiniteData<OutputOf<typeof listPolicies>>>(pagesKeyOf(listPolicies, input));
    const rules = known?.pages.flatMap((page) => page.items) ?? [];
    const counted = statsQueries(rules).map((asked) => read(getViolationStats, asked)(queries, principal));
    await Promise.all(counted);
  };
}

/** All that a limit's detail shows. */
export function limitReads(limitId: string): Prefetch[] {
  return [read(getLimit, limitQueryOf(limitId)), read(listViolations, effectQuery({ limit_id: limitId }))];
}
