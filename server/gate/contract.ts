// The operations of the runner API and the problems they answer.

import { z } from "zod";
import { runStatuses } from "@/db/vocabulary";
import { endpoint, Instant, RawAnswer, Uuid } from "@/server/platform/http/contract";
import { problem } from "@/server/platform/http/problem";
import { Reason } from "@/server/policies/wire";
import {
  CompleteAnswer,
  CompleteBody,
  ReleaseBody,
  ResultBody,
  RunDetail,
  SnapshotSummary,
  StartRunAnswer,
  StartRunBody,
  StepAnswer,
  StepBody,
  Verification,
} from "./wire";

export const RunIdReused = problem("run-id-reused", 409, "The run id was used with another body");
export const RunRefused = problem("run-refused", 403, "The run or the post is refused");
export const QuotaExceeded = problem("quota-exceeded", 429, "A limit over a window has no room");
export const StepConflict = problem("step-conflict", 409, "The step was posted with another body");
export const RunNotLive = problem("run-not-live", 409, "The run is over");
export const RunPaused = problem("run-paused", 409, "The run waits for release");
export const RunNotPaused = problem("run-not-paused", 409, "The run is not paused");
export const StepOutOfOrder = problem("step-out-of-order", 409, "A step is missing before this one");
export const StepsInFlight = problem("steps-in-flight", 409, "Admitted steps are still open");
export const NotYourRelease = problem("release-by-starter", 403, "Who started the run may not release it");

const runParams = z.strictObject({ run_id: Uuid });
const gate = { rate: "gate", transaction: "own" } as const;
const chained = { none: "the trace record is its evidence; a stop is audited by the gate itself" } as const;

export const startRun = endpoint({
  id: "gate.start_run",
  method: "POST",
  path: "/api/v1/runs",
  summary: "Start a run: resolve, arbitrate and freeze the policies that bind it",
  permission: "runs:write",
  audit: chained,
  body: StartRunBody,
  returns: StartRunAnswer,
  status: 201,
  problems: [RunIdReused, RunRefused, QuotaExceeded],
  ...gate,
});

export const checkRun = endpoint({
  id: "gate.check_run",
  method: "POST",
  path: "/api/v1/runs/check",
  summary: "What would bind such a run: the snapshot, what won, what lost and why; starts nothing",
  permission: "runs:read",
  audit: { none: "changes nothing" },
  body: StartRunBody,
  returns: z.object({
    would_start: z.boolean(),
    refusal: z.object({ reason: z.string(), detail: z.string() }).nullable(),
    policy_snapshot: SnapshotSummary.omit({ snapshot_id: true, content_hash: true })
      .extend({ policy_set_hash: z.string() })
      .nullable(),
  }),
});

export const postStep = endpoint({
  id: "gate.post_step",
  method: "POST",
  path: "/api/v1/runs/{run_id}/steps",
  summary: "Report a step, or ask whether it may run",
  permission: "runs:write",
  audit: chained,
  params: runParams,
  body: StepBody,
  returns: StepAnswer,
  problems: [RunRefused, StepConflict, RunNotLive, RunPaused, StepOutOfOrder],
  ...gate,
});

export const postResult = endpoint({
  id: "gate.post_result",
  method: "POST",
  path: "/api/v1/runs/{run_id}/steps/{step_index}/result",
  summary: "Settle an admitted step",
  permission: "runs:write",
  audit: chained,
  params: z.strictObject({ run_id: Uuid, step_index: z.coerce.number().int().min(1).max(2_147_483_647) }),
  body: ResultBody,
  returns: StepAnswer,
  problems: [RunRefused, StepConflict, RunNotLive, RunPaused, StepOutOfOrder],
  ...gate,
});

export const completeRun = endpoint({
  id: "gate.complete_run",
  method: "POST",
  path: "/api/v1/runs/{run_id}/complete",
  summary: "End a run",
  permission: "runs:write",
  audit: chained,
  params: runParams,
  body: CompleteBody,
  returns: CompleteAnswer,
  problems: [RunRefused, RunNotLive, StepsInFlight, RunPaused],
  ...gate,
});

export const heartbeat = endpoint({
  id: "gate.heartbeat",
  method: "POST",
  path: "/api/v1/runs/{run_id}/heartbeat",
  summary: "Keep a quiet run alive; extends its open reservations",
  permission: "runs:write",
  audit: { none: "a sign of life" },
  params: runParams,
  returns: z.object({ run_id: z.string(), status: z.enum(runStatuses), last_seen_at: Instant }),
  problems: [RunRefused, RunNotLive],
  ...gate,
});

export const cancelRun = endpoint({
  id: "gate.cancel_run",
  method: "POST",
  path: "/api/v1/runs/{run_id}/cancel",
  summary: "Stop a run by hand",
  permission: "runs:write",
  audit: "run.cancelled",
  params: runParams,
  body: z.strictObject({ reason: Reason.optional() }),
  returns: RunDetail,
  problems: [RunRefused, RunNotLive],
  ...gate,
});

export const releaseRun = endpoint({
  id: "gate.release_run",
  method: "POST",
  path: "/api/v1/runs/{run_id}/release",
  summary: "End a pause: approve or deny",
  permission: "policies:override",
  audit: "run.released",
  params: runParams,
  body: ReleaseBody,
  returns: RunDetail,
  problems: [RunRefused, RunNotLive, RunNotPaused, NotYourRelease],
  ...gate,
});

export const getRun = endpoint({
  id: "gate.get_run",
  method: "GET",
  path: "/api/v1/runs/{run_id}",
  permission: "runs:read",
  params: runParams,
  returns: RunDetail,
});

export const streamRun = endpoint({
  id: "gate.stream_run",
  method: "GET",
  path: "/api/v1/runs/{run_id}/events",
  summary: "The run as it happens (text/event-stream); Last-Event-ID resumes without loss",
  permission: "runs:read",
  params: runParams,
  returns: RawAnswer,
  media: "text/event-stream",
  transaction: "own",
});

export const verifyRun = endpoint({
  id: "gate.verify_run",
  method: "GET",
  path: "/api/v1/runs/{run_id}/verify",
  summary: "Re-compute chain, seal, addenda and snapshot from the rows",
  permission: "runs:read",
  params: runParams,
  returns: Verification,
  transaction: "own",
});
