"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Failure } from "@/components/data/action-form";
import { Diff } from "@/components/data/diff";
import { wordedLimit } from "@/components/policies/definition-words";
import { limitQueryOf } from "@/components/policies/policy-queries";
import { StaleCallout } from "@/components/policies/stale-callout";
import { api } from "@/server/platform/http/client";
import { StaleVersion } from "@/server/platform/http/problem";
import { getLimit } from "@/server/policies/contract";
import type { Limit } from "@/server/policies/wire";

/** For `refused` of the form that edits a limit. */
export function staleLimit(base: Limit): (problem: Failure) => ReactNode {
  return (problem) => (problem.type.endsWith(`/${StaleVersion.slug}`) ? <StaleLimit base={base} /> : null);
}

function StaleLimit({ base }: { base: Limit }) {
  const { data } = useQuery({ ...api.query(getLimit, limitQueryOf(base.limit_id)), refetchOnMount: "always" });
  const now = data !== undefined && data.entity.version > base.version ? data.entity : null;
  return (
    <StaleCallout what="limit" from={base.version} now={now}>
      {now === null ? null : <Diff before={wordedLimit(base)} after={wordedLimit(now)} />}
    </StaleCallout>
  );
}
