"use client";

import { useQuery } from "@tanstack/react-query";
import { effectQuery, incidentCountQuery, type RuleOrLimit, ruleQueryOf } from "@/components/policies/policy-queries";
import { listIncidentsOfPolicy } from "@/server/incidents/contract";
import { api } from "@/server/platform/http/client";
import { getPolicy, listViolations } from "@/server/policies/contract";

const EFFECT_FRESH_MS = 60_000;
export function useRule(policyId: string) {
  return useQuery(api.query(getPolicy, ruleQueryOf(policyId)));
}

interface Effect {
  /** null while it is not known. */
  violations: number | null;
  isLowerBound: boolean;
  lastAt: string | null;
}

/** What a rule or limit did so far, of all time. Counted when it is looked at, and kept for a minute. */
export function useViolationsOf(of: RuleOrLimit) {
  const found = useQuery({ ...api.query(listViolations, effectQuery(of)), staleTime: EFFECT_FRESH_MS });
  const { data } = found;
  const effect: Effect = {
    violations: data?.pagination.total ?? null,
    isLowerBound: data?.pagination.total_is_lower_bound === true,
    lastAt: data?.items[0]?.recorded_at ?? null,
  };
  return { ...effect, items: data?.items ?? [], isLoading: found.isPending, isFailed: found.isError };
}

export function useIncidentsOf(policyId: string) {
  const asked = api.query(listIncidentsOfPolicy, incidentCountQuery(policyId));
  const found = useQuery({ ...asked, staleTime: EFFECT_FRESH_MS });
  return { total: found.data?.pagination.total ?? null, isLoading: found.isPending };
}
