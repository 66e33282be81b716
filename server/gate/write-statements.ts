// What a batch writes, as constant statements that are prepared once a connection.

import { recordPayloads, runs, steps, traceRecords } from "@/db/schema/activity";
import { costRecords } from "@/db/schema/enforcement";
import { traces } from "@/db/schema/traces";
import { inserting, together, updating, upserting } from "@/server/platform/db/bulk";

const progressColumns = [
  "lastSeenAt",
  "lastAt",
  "dueAt",
  "seq",
  "lastStepIndex",
  "headHash",
  "stepsCompleted",
  "inputTokens",
  "outputTokens",
  "costUnits",
  "reservedInputTokens",
  "reservedOutputTokens",
  "reservedCostUnits",
  "openSteps",
  "presumedInputTokens",
  "presumedOutputTokens",
  "presumedCostUnits",
  "lapsedSteps",
  "lateRecords",
  "memory",
] as const;

/** What a run that just goes on does not change. Triggers watch these columns, and cost nothing where they are not named. */
export const stateColumns = [
  "status",
  "terminationReason",
  "endNote",
  "stoppedAtStep",
  "completedAt",
  "pausedAt",
  "pausedMs",
  "violationPolicyId",
  "violation",
  "incidentId",
  "errorCode",
  "errorMessage",
  "endRequestHash",
  "endAnswer",
] as const;

export const UPDATE_RUNS = updating(runs, "runId", [...progressColumns, ...stateColumns]);

export const UPSERT_STEPS = upserting(
  steps,
  ["tenantId", "runId", "stepIndex"],
  [
    "state",
    "skill",
    "model",
    "status",
    "retryCount",
    "estimateInputTokens",
    "estimateOutputTokens",
    "estimateCostUnits",
    "inputTokens",
    "outputTokens",
    "costUnits",
    "costSource",
    "durationMs",
    "claimedStartedAt",
    "reservations",
    "lapsesAt",
    "resultSeq",
    "action",
    "isInflection",
    "settledAt",
  ],
);

export const UPDATE_TRACES = updating(traces, "traceId", [
  "status",
  "completedAt",
  "rootHash",
  "seal",
  "sealHash",
  "violationStepIndex",
  "violationTimestamp",
  "violationPolicyId",
  "violationReason",
  "incidentId",
]);

export const INSERT_RECORDS = inserting(traceRecords);

/** Steps of runs that go on: nearly everything a gate ever writes, in one message. */
export const TAKE_STEPS = together({
  runs: updating(runs, "runId", progressColumns),
  records: INSERT_RECORDS,
  payloads: inserting(recordPayloads),
  steps: UPSERT_STEPS,
  costs: inserting(costRecords),
});
