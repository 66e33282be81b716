"use client";

import { useQuery } from "@tanstack/react-query";
import { limitQueryOf } from "@/components/policies/policy-queries";
import { api } from "@/server/platform/http/client";
import { getLimit } from "@/server/policies/contract";

/** Counters move with every step, and no event tells of it. */
export const GAUGE_REFRESH_MS = 15_000;

export function useLimit(limitId: string) {
  return useQuery({ ...api.query(getLimit, limitQueryOf(limitId)), refetchInterval: GAUGE_REFRESH_MS });
}
