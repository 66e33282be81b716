// The acts on a run that are not steps: sign of life, end, cancel, release.

import { commitTo } from "@/server/evidence/commitment";
import { writeHash } from "@/server/evidence/hash";
import { requestHash } from "@/server/evidence/snapshot-hash";
import { actorKey, actorOf, type Principal } from "@/server/platform/auth/principal";
import type { Problem } from "@/server/platform/http/problem";
import { NotYourRelease, RunNotLive, RunNotPaused, StepsInFlight } from "./contract";
import { MOST } from "./countable";
import { Draft } from "./draft";
import { dueAt, pauseEndsAt } from "./due";
import { closeByPolicy, type Ending, endOf, endRun, markInflection, sealRun } from "./ending";
import { endFrozen, frozenBy } from "./frozen";
import { incidentOfFailure } from "./incident-draft";
import { isLive, notLive, type Outcome, paused, runOf } from "./post";
import { receiptFor, withReceipt } from "./receipt";
import type { RunRow } from "./rows";
import { runDetail } from "./run-detail";
import { freshSalt, keepSalts } from "./salts";
import type { CompleteBody, ReleaseBody, RunDetail } from "./wire";
import { openStepsOf, unsettledOf, type World } from "./world";

type Act = { runId: string; principal: Principal; requestId: string };
export type HeartbeatItem = Act & { kind: "heartbeat" };
export type CompleteItem = Act & { kind: "complete"; body: CompleteBody; requestHash: Buffer };
export type CancelItem = Act & { kind: "cancel"; reason: string | null };
export type ReleaseItem = Act & { kind: "release"; body: ReleaseBody };

export function reduceHeartbeat(world: World, item: HeartbeatItem): Outcome {
  const run = runOf(world, item.runId, item.principal);
  if (!isLive(run)) throw notLive(run);
  const frozen = frozenOutcome(world, run);
  if (frozen !== null) return frozen;
  const draft = draftOf(world, run, item);
  draft.run.lastSeenAt = world.now;
  if (draft.run.openSteps > 0) {
    const timeoutMs = world.governance.get(run.runId)?.settings.step_timeout_ms ?? 300_000;
    const lapsesAt = new Date(world.now.getTime() + timeoutMs);
    for (const step of openStepsOf(world, run.runId, draft.effects.steps)) {
      if (step.state === "open") draft.step({ ...step, lapsesAt });
    }
  }
  draft.run.dueAt = dueAt(draft);
  const answer = { run_id: run.runId, status: run.status, last_seen_at: world.now.toISOString() };
  return { change: draft.change(), answer: { status: 200, bytes: Buffer.from(JSON.stringify(answer), "utf8") } };
}

export function reduceComplete(world: World, item: CompleteItem): Outcome {
  const run = runOf(world, item.runId, item.principal);
  if (!isLive(run)) {
    const isSame = run.endRequestHash?.equals(item.requestHash) === true && run.endAnswer !== null;
    if (!isSame || run.endAnswer === null) throw notLive(run);
    return { change: null, answer: { status: 200, bytes: run.endAnswer, replayed: true } };
  }
  const frozen = frozenOutcome(world, run);
  if (frozen !== null) return frozen;
  const { body } = item;
  if (run.status === "paused" && body.status === "succeeded") throw paused(run);
  const draft = draftOf(world, run, item);
  refuseInFlight(draft, body);
  const incidentId = body.status === "failed" ? failureIncident(draft, body) : null;
  const ending: Ending = {
    ...endings[body.status],
    note: null,
    stoppedAtStep: stoppedAt(draft.run, body.status),
    violation: null,
    incidentId,
  };
  endRun(draft, ending);
  const recorded = finish(draft, ending, { body, principal: item.principal });
  draft.run.endRequestHash = item.requestHash;
  draft.run.endAnswer = withReceipt(detailOf(draft), receiptFor(world, { runId: run.runId, ...recorded }));
  return { change: draft.change(), answer: { status: 200, bytes: draft.run.endAnswer } };
}

const endings = {
  succeeded: { status: "succeeded", reason: "completed", cause: "complete" },
  failed: { status: "failed", reason: "system_failure", cause: "complete" },
  cancelled: { status: "cancelled", reason: "user_abort", cause: "complete" },
} as const;

function stoppedAt(run: RunRow, status: CompleteBody["status"]): number | null {
  return status === "succeeded" ? null : run.lastStepIndex;
}

function refuseInFlight(draft: Draft, body: CompleteBody): void {
  const open = openStepsOf(draft.world, draft.run.runId, draft.effects.steps);
  if (open.length === 0 || body.abandon === true) return;
  throw StepsInFlight.with({
    detail: `${open.length} admitted steps have no result yet. Post their results, or send "abandon": true.`,
    steps: open.map((step) => ({ step_index: step.stepIndex, step_id: step.stepId, state: step.state })),
  });
}

function failureIncident(draft: Draft, body: CompleteBody): string {
  const code = body.error?.code ?? null;
  return incidentOfFailure(draft, {
    type: "execution_failure",
    source: "run",
    code,
    message: body.error?.message ?? null,
  });
}

function finish(draft: Draft, ending: Ending, by: { body: CompleteBody; principal: Principal }) {
  const { body } = by;
  const error = body.error == null ? {} : { error: withoutNulls(body.error) };
  const salt = body.output === undefined ? null : freshSalt();
  const commitments = salt === null ? {} : { commitments: { output_commit: commitTo(body.output, salt) } };
  draft.run.errorCode = body.error?.code ?? null;
  draft.run.errorMessage = body.error?.message ?? null;
  const { seq, hash } = draft.append({
    kind: "end",
    body: { end: endOf(ending), actor: actorOf(by.principal), ...error, ...commitments },
  });
  keepSalts(draft, { inputSalt: null, outputSalt: salt }, seq);
  sealRun(draft, ending);
  return { seq, hash };
}

function withoutNulls(error: { code?: string | null | undefined; message?: string | null | undefined }) {
  return {
    ...(error.code == null ? {} : { code: error.code }),
    ...(error.message == null ? {} : { message: error.message }),
  };
}

export function reduceCancel(world: World, item: CancelItem): Outcome {
  const run = runOf(world, item.runId, item.principal);
  if (!isLive(run)) {
    if (run.status !== "cancelled") throw notLive(run);
    return { change: null, answer: { status: 200, bytes: detailBytes(draftOf(world, run, item)), replayed: true } };
  }
  const draft = draftOf(world, run, item);
  const ending: Ending = {
    status: "cancelled",
    reason: "user_abort",
    cause: "cancel",
    note: null,
    stoppedAtStep: draft.run.lastStepIndex,
    violation: null,
    incidentId: null,
  };
  endRun(draft, ending);
  const reason = item.reason === null ? {} : { error: { message: item.reason } };
  draft.append({ kind: "end", body: { end: endOf(ending), actor: actorOf(item.principal), ...reason } });
  sealRun(draft, ending);
  draft.audit("run.cancelled", {
    reason: item.reason ?? undefined,
    stopped_at_step: draft.run.stoppedAtStep ?? undefined,
  });
  return { change: draft.change(), answer: { status: 200, bytes: detailBytes(draft) } };
}

export function reduceRelease(world: World, item: ReleaseItem): Outcome {
  const run = runOf(world, item.runId, item.principal);
  const { pause, release } = run.memory;
  const asked = { request: writeHash(requestHash(item.body)), by: actorKey(item.principal) };
  // Its answer may have been lost, with the COMMIT's or on the way.
  if (run.status !== "paused" && release?.request === asked.request && release.by === asked.by) {
    return { change: null, answer: { status: 200, bytes: detailBytes(draftOf(world, run, item)), replayed: true } };
  }
  if (!isLive(run) || run.status !== "paused" || pause === null) throw tooLate(run, item.principal);
  if (actorKey(item.principal) === run.startedBy) throw NotYourRelease.with();
  const frozen = frozenOutcome(world, run);
  if (frozen !== null) return frozen;
  const draft = draftOf(world, run, item);
  const pauseEnds = pauseEndsAt(run, world.governance.get(run.runId)?.settings.pause_timeout_ms);
  if (pauseEnds !== null && world.now.getTime() >= pauseEnds) {
    // The sweeper has not come yet; a time-out is a time-out all the same.
    endPaused(draft, "timed_out");
    return { change: draft.change(), answer: { problem: tooLate(draft.run, item.principal) } };
  }
  const { decision, reason } = item.body;
  draft.remember({ release: asked });
  draft.append({ kind: "release", body: { release: { decision, reason }, actor: actorOf(item.principal) } });
  draft.audit("run.released", { decision, reason, policy_id: pause.policy_id ?? undefined });
  if (decision === "approve") resume(draft);
  else endPaused(draft, "denied");
  draft.announce("run.released", { run_id: run.runId, decision });
  return { change: draft.change(), answer: { status: 200, bytes: detailBytes(draft) } };
}

type Decided = { decision: ReleaseBody["decision"]; by: string | null };

/**
 * What a release that came too late is told: how the run stands and, when somebody decided about its last pause, how and
 * who. What its detail shows to readers of runs only, is told to them only.
 */
function tooLate(run: RunRow, principal: Principal): Problem {
  const mayRead = principal.permissions.has("runs:read");
  if (!isLive(run) && !mayRead) return notLive(run);
  const last_release = mayRead ? lastRelease(run) : null;
  const detail = detailOfLate(run, last_release);
  const told = detail === null ? { last_release } : { detail, last_release };
  if (isLive(run)) return RunNotPaused.with({ ...told, run_status: run.status });
  return RunNotLive.with({ ...notLive(run).members, ...told, end_note: run.endNote });
}

function detailOfLate(run: RunRow, last: Decided | null): string | null {
  if (run.endNote === "timed_out") return "The run is over: nobody decided about its pause in time.";
  if (last === null) return null;
  if (last.decision === "deny") return "The run is over: the release of its pause was denied already.";
  return isLive(run)
    ? "The pause is over: its release was approved already."
    : "The run is over; the release of its last pause was approved before.";
}

// `resume` takes the pause off; a run that ended while paused keeps it, and then only its note says that it was denied.
function lastRelease({ memory, endNote }: RunRow): Decided | null {
  const { pause, release } = memory;
  if (pause === null) return release === undefined ? null : { decision: "approve", by: release.by };
  return endNote === "denied" ? { decision: "deny", by: release?.by ?? null } : null;
}

/** The pausing limit holds its peace until its value has grown by another tenth of the limit; a condition, for that step. */
function resume(draft: Draft): void {
  const { run } = draft;
  const { pause, holds, released } = run.memory;
  if (pause === null || run.pausedAt === null) return;
  run.status = "running";
  run.pausedMs += Math.max(0, draft.now.getTime() - run.pausedAt.getTime());
  run.pausedAt = null;
  run.lastSeenAt = draft.now;
  if (pause.value === null && pause.policy_id !== null) {
    draft.remember({ pause: null, released: { ...released, [pause.policy_id]: pause.step_key } });
  } else {
    const hold = (pause.value ?? 0) + (pause.units ?? 0) / 10;
    draft.remember({ pause: null, holds: { ...holds, [pause.key]: Math.min(Math.floor(hold), MOST) } });
  }
  run.dueAt = dueAt(draft);
}

/**
 * A pause that nobody approved: the run ends by the policy that paused it, with the violation as it was then. Denied and
 * timed out are never confused.
 */
export function endPaused(draft: Draft, note: "denied" | "timed_out"): void {
  const { pause } = draft.run.memory;
  if (pause === null) return;
  const ending: Ending = {
    status: "failed_policy",
    reason: "policy_block",
    cause: "pause",
    note,
    stoppedAtStep: pause.violation.step_index,
    violation: pause.violation,
    incidentId: pause.incident_id,
  };
  endRun(draft, ending);
  markInflection(draft, pause.violation.step_index);
  closeByPolicy(draft, ending);
  sealRun(draft, ending);
  draft.audit("run.stopped", { note, policy_id: pause.policy_id ?? undefined, incident_id: pause.incident_id });
}

export function detailBytes(draft: Draft): Buffer {
  return Buffer.from(JSON.stringify(detailOf(draft)), "utf8");
}

function detailOf(draft: Draft): RunDetail {
  const { world, run } = draft;
  const governance = world.governance.get(run.runId) ?? null;
  const unsettled = [...unsettledOf(world, run.runId, draft.effects.steps)].sort((a, b) => a.stepIndex - b.stepIndex);
  return runDetail({ world, run, governance, unsettled });
}

export function draftOf(world: World, run: RunRow, item: { principal: Principal; requestId: string | null }): Draft {
  return new Draft(world, { ...run }, item.principal, item.requestId);
}

function frozenOutcome(world: World, run: RunRow): Outcome | null {
  const freeze = frozenBy(world, run);
  if (freeze === null) return null;
  const change = endFrozen(world, { ...run }, freeze);
  return { change, answer: { problem: notLive(change.run ?? run) } };
}
