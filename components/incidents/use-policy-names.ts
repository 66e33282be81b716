"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/server/platform/http/client";
import { listPolicies } from "@/server/policies/contract";
import { hundredInput } from "./reads";

/** Names of the newest hundred policies, by id; others are shown by their ids. */
export function usePolicyNames(): ReadonlyMap<string, string> {
  const { data } = useQuery({ ...api.query(listPolicies, hundredInput), staleTime: 60_000 });
  return useMemo(() => new Map((data?.items ?? []).map((policy) => [policy.policy_id, policy.name])), [data]);
}
