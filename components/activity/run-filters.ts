// The filters of run lists.

import type { FilterDef } from "@/components/data/filter-value";
import { words } from "@/components/data/format";
import { liveRunStatuses, runSources, runStatuses } from "@/db/vocabulary";
import { reasonOptions, riskOptions, statusOptions } from "./run-words";

const shared: readonly FilterDef[] = [
  { key: "q", label: "Text", free: true, single: true },
  { key: "agent", label: "Agent", free: true, single: true },
  { key: "risk_level", label: "Risk", options: riskOptions },
  { key: "provider", label: "Provider", free: true, single: true },
  { key: "model", label: "Model", free: true, single: true },
  { key: "project", label: "Project", free: true, single: true },
  { key: "source", label: "Source", options: runSources.map((value) => ({ value, label: words(value) })) },
  { key: "policy_id", label: "Policy", free: true, single: true },
  {
    ...{ key: "synthetic", label: "Rehearsals", single: true },
    options: [
      { value: "true", label: "only" },
      { value: "false", label: "none" },
    ],
  },
];

export const liveFilters: readonly FilterDef[] = [
  { key: "status", label: "Status", options: statusOptions(liveRunStatuses) },
  ...shared,
];

const live: readonly string[] = liveRunStatuses;

export const completedFilters: readonly FilterDef[] = [
  { key: "status", label: "Status", options: statusOptions(runStatuses.filter((one) => !live.includes(one))) },
  { key: "termination_reason", label: "Reason", options: reasonOptions },
  ...shared,
  {
    ...{ key: "refused", label: "Refused starts", single: true },
    options: [
      { value: "true", label: "only" },
      { value: "false", label: "none" },
    ],
  },
  { key: "completed_after", label: "Ended after", free: true, single: true },
  { key: "completed_before", label: "Ended before", free: true, single: true },
];
