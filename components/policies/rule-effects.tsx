"use client";

// What each listed rule did so far: one read for a page of rules, which the cells of all its rows share.

import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { statsQueries, statsQueryOf } from "@/components/policies/policy-queries";
import { api } from "@/server/platform/http/client";
import { getViolationStats } from "@/server/policies/contract";
import type { Policy, ViolationStats } from "@/server/policies/wire";

const EFFECT_FRESH_MS = 60_000;

type StatsQuery = ReturnType<typeof statsQueryOf>;
/** The read that tells of a rule, by the rule's id. */
const Reads = createContext<ReadonlyMap<string, StatsQuery>>(new Map());

export function RuleEffects({ rules, children }: { rules: readonly Policy[]; children: ReactNode }) {
  const reads = useMemo(
    () => new Map(statsQueries(rules).flatMap((read) => read.query.policy_id.map((id) => [id, read]))),
    [rules],
  );
  return <Reads value={reads}>{children}</Reads>;
}

/** `stats` is null while it is being counted, and where it cannot be. */
export function useRuleEffect(policyId: string): { stats: ViolationStats | null; isLoading: boolean } {
  const read = useContext(Reads).get(policyId) ?? statsQueryOf([{ policy_id: policyId }]);
  const found = useQuery({ ...api.query(getViolationStats, read), staleTime: EFFECT_FRESH_MS });
  const stats = found.data?.items.find((one) => one.policy_id === policyId) ?? null;
  return { stats, isLoading: found.isPending };
}
