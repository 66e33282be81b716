"use client";

import { useQuery } from "@tanstack/react-query";
import { Diff } from "@/components/data/diff";
import { wordedLimit, wordedPolicy } from "@/components/policies/definition-words";
import { limitQueryOf, ruleQueryOf } from "@/components/policies/policy-queries";
import { StaleCallout } from "@/components/policies/stale-callout";
import { api } from "@/server/platform/http/client";
import { getLimit, getPolicy } from "@/server/policies/contract";
import type { Limit, Policy } from "@/server/policies/wire";

export function StaleRule({ base }: { base: Policy }) {
  const { data } = useQuery({ ...api.query(getPolicy, ruleQueryOf(base.policy_id)), refetchOnMount: "always" });
  const now = data !== undefined && data.entity.version > base.version ? data.entity : null;
  return (
    <StaleCallout what="rule" from={base.version} now={now}>
      {now === null ? null : <Diff before={wordedPolicy(base)} after={wordedPolicy(now)} />}
    </StaleCallout>
  );
}

export function StaleLimit({ base }: { base: Limit }) {
  const { data } = useQuery({ ...api.query(getLimit, limitQueryOf(base.limit_id)), refetchOnMount: "always" });
  const now = data !== undefined && data.entity.version > base.version ? data.entity : null;
  return (
    <StaleCallout what="limit" from={base.version} now={now}>
      {now === null ? null : <Diff before={wordedLimit(base)} after={wordedLimit(now)} />}
    </StaleCallout>
  );
}
