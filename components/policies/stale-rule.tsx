"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Failure } from "@/components/data/action-form";
import { Diff } from "@/components/data/diff";
import { wordedPolicy } from "@/components/policies/definition-words";
import { ruleQueryOf } from "@/components/policies/policy-queries";
import { StaleCallout } from "@/components/policies/stale-callout";
import { api } from "@/server/platform/http/client";
import { StaleVersion } from "@/server/platform/http/problem";
import { getPolicy } from "@/server/policies/contract";
import type { Policy } from "@/server/policies/wire";

/** For `refused` of a form that edits a rule. */
export function staleRule(base: Policy): (problem: Failure) => ReactNode {
  return (problem) => (problem.type.endsWith(`/${StaleVersion.slug}`) ? <StaleRule base={base} /> : null);
}

function StaleRule({ base }: { base: Policy }) {
  const { data } = useQuery({ ...api.query(getPolicy, ruleQueryOf(base.policy_id)), refetchOnMount: "always" });
  const now = data !== undefined && data.entity.version > base.version ? data.entity : null;
  return (
    <StaleCallout what="rule" from={base.version} now={now}>
      {now === null ? null : <Diff before={wordedPolicy(base)} after={wordedPolicy(now)} />}
    </StaleCallout>
  );
}
