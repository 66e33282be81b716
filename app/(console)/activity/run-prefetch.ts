// All that a run's page and panel show first, read before the page is sent: what is read next depends on the run.

import { type Prefetch, pages, read } from "@/app/prefetched";
import { namesInput } from "@/components/account/actor-names";
import { ofRun, stepsOf, violationsOf } from "@/components/activity/run-reads";
import { breachOf } from "@/components/activity/why";
import { listUsers } from "@/server/account/contract";
import { getActivity, listTraceSteps, type RunActivity } from "@/server/activity/contract";
import { listApiKeys } from "@/server/connectivity/contract";
import { getRun } from "@/server/gate/contract";
import { keyOf } from "@/server/platform/http/client";
import type { OutputOf } from "@/server/platform/http/contract";
import { getLimit, getSnapshot, listVersions, listViolations } from "@/server/policies/contract";
import type { PolicyViolation } from "@/server/policies/wire";

export function runReads(run_id: string): Prefetch[] {
  return [
    async (queries, principal) => {
      const first = [read(getActivity, ofRun(run_id)), read(listViolations, violationsOf(run_id))];
      await Promise.all(first.map((prefetch) => prefetch(queries, principal)));
      const detail = queries.getQueryData<OutputOf<typeof getActivity>>(keyOf(getActivity, ofRun(run_id)));
      const acted = queries.getQueryData<OutputOf<typeof listViolations>>(keyOf(listViolations, violationsOf(run_id)));
      const behind = detail === undefined ? [] : readsBehind(detail.entity, acted?.items ?? []);
      await Promise.all(behind.map((prefetch) => prefetch(queries, principal)));
    },
    read(getRun, ofRun(run_id)),
    // Names of whoever started, set and changed things.
    read(listUsers, namesInput),
    read(listApiKeys, namesInput),
  ];
}

function readsBehind(run: RunActivity, acted: readonly PolicyViolation[]): Prefetch[] {
  const { policy_id = null, limit_id = null } = breachOf(run, acted) ?? {};
  return [
    pages(listTraceSteps, stepsOf(run.trace_id)),
    ...(run.snapshot_id === null ? [] : [read(getSnapshot, { params: { snapshot_id: run.snapshot_id } })]),
    ...(policy_id === null ? [] : [read(listVersions, { params: { policy_id }, query: { page_size: 100 } })]),
    ...(limit_id === null ? [] : [read(getLimit, { params: { limit_id } })]),
  ];
}
