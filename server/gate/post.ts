// A step as it came, and the order of checks before it is decided (runner-api.md, "Order of checks").

import { createHmac } from "node:crypto";
import { type StepStatus, type StepType, systemStepTypes } from "@/db/vocabulary";
import { jcs } from "@/server/evidence/canonical";
import { requestHash } from "@/server/evidence/snapshot-hash";
import type { Principal } from "@/server/platform/auth/principal";
import { macKey } from "@/server/platform/env/secrets";
import { Forbidden, NotFound, type Problem, Unauthenticated } from "@/server/platform/http/problem";
import { centsToUnits } from "@/server/policies/amounts";
import { priceStep } from "@/server/policies/prices";
import { RunNotLive, RunPaused, RunRefused, StepConflict, StepOutOfOrder } from "./contract";
import type { RunRow, StepRow } from "./rows";
import type { ResultBody, StepBody } from "./wire";
import { type Change, freezeKey, stepKeyOf, type Told, type World } from "./world";

export type StepPost = {
  kind: "step";
  runId: string;
  principal: Principal;
  requestId: string;
  stepIndex: number | null;
  stepId: string | null;
  /** Null through the result door, where the admission said it. */
  stepType: StepType | null;
  usage: { input_tokens: number; output_tokens: number; cost_units: number | null; duration_ms: number } | null;
  estimate: { input_tokens: number; output_tokens: number; cost_units: number | null } | null;
  skill: string | null;
  model: string | null;
  status: StepStatus | null;
  startedAt: string | null;
  retryCount: number | null;
  input: unknown;
  output: unknown;
  /** Of the whole body as sent. */
  requestHash: Buffer;
  /** Of what a result says, whichever door it came through; worked out when asked for, because a report never is. */
  settleHash: () => Buffer;
};

export type Answer = {
  status: number;
  bytes: Buffer;
  replayed?: boolean;
  retryAfterMs?: number | null;
  /** Asking again decides again: a refusal, an admission on hold. */
  isProvisional?: boolean;
};
export type Outcome = { change: Change | null; answer: Answer | { problem: Problem } };

/** Members that name or type the step: a result says the same without them. */
const naming = new Set(["step_index", "step_id", "step_type", "estimate"]);

export type PostOrigin = { runId: string; principal: Principal; requestId: string };

/** `raw` is the body as sent: equality is by RFC 8785 over it, defaults not added. */
export function stepPost(origin: PostOrigin, body: StepBody, raw: object): StepPost {
  const { usage, estimate } = body;
  return {
    ...common(origin, body, raw),
    stepIndex: body.step_index ?? null,
    stepId: body.step_id ?? null,
    stepType: body.step_type,
    usage: usage == null ? null : { ...usage, cost_units: unitsOf(usage.cost_cents) },
    estimate:
      estimate == null
        ? null
        : {
            input_tokens: estimate.input_tokens ?? 0,
            output_tokens: estimate.output_tokens ?? 0,
            cost_units: unitsOf(estimate.cost_cents),
          },
  };
}

export function resultPost(origin: PostOrigin & { stepIndex: number }, body: ResultBody, raw: object): StepPost {
  return {
    ...common(origin, body, raw),
    stepIndex: origin.stepIndex,
    stepId: body.step_id ?? null,
    stepType: null,
    usage: { ...body.usage, cost_units: unitsOf(body.usage.cost_cents) },
    estimate: null,
  };
}

function common(origin: PostOrigin, body: StepBody | ResultBody, raw: object) {
  let settleHash: Buffer | undefined;
  return {
    kind: "step" as const,
    runId: origin.runId,
    principal: origin.principal,
    requestId: origin.requestId,
    skill: body.skill ?? null,
    model: body.model ?? null,
    status: body.status ?? null,
    startedAt: body.started_at ?? null,
    retryCount: body.retry_count ?? null,
    input: body.input,
    output: body.output,
    requestHash: requestHash(raw),
    settleHash() {
      settleHash ??= requestHash(Object.fromEntries(Object.entries(raw).filter(([name]) => !naming.has(name))));
      return settleHash;
    },
  };
}

function unitsOf(cents: number | null | undefined): number | null {
  return cents == null ? null : centsToUnits(cents);
}

/** The run of the post, if the poster may act on it: 401 for a key that died, 404 for no such run, 403 for a frozen key. */
export function runOf(world: World, runId: string, principal: Principal): RunRow {
  if (principal.kind === "key" && world.keys.get(principal.keyId)?.isLive !== true) throw Unauthenticated.with();
  const run = world.runs.get(runId);
  if (run === undefined) throw NotFound.with();
  if (principal.kind === "key" && principal.agentIds !== null && !principal.agentIds.includes(run.agentId)) {
    throw Forbidden.with({ detail: `This key may not act for the agent ${run.agentId}.` });
  }
  requireUnfrozen(world, run, principal);
  return run;
}

/** A frozen key does no more in runs that another started, which go on. Its own end by the freeze. */
function requireUnfrozen(world: World, run: RunRow, principal: Principal): void {
  if (principal.kind !== "key" || principal.keyId === run.apiKeyId) return;
  if (!world.frozen.has(freezeKey("key", principal.keyId))) return;
  throw RunRefused.with({ detail: "The key is frozen; the run goes on without it.", reason: "key_frozen" });
}

/** The step under the post's key, when there is one. */
export function knownStep(world: World, post: StepPost): StepRow | null {
  const byId = post.stepId === null ? undefined : world.stepIndexes.get(`${post.runId}/${post.stepId}`);
  const index = post.stepIndex ?? byId;
  if (index === undefined) return null;
  const step = world.steps.get(stepKeyOf(post.runId, index)) ?? null;
  // The closing records hold the indexes a runner might go on with; to the runner they are no steps.
  if (step !== null && isClosing(step)) return null;
  const isOther = byId !== undefined && byId !== index;
  const isRenamed = step !== null && post.stepId !== null && step.stepId !== post.stepId;
  if (isOther || isRenamed)
    throw StepConflict.with({ detail: "step_index and step_id name different steps.", step_index: index });
  return step;
}

function isClosing(step: StepRow): boolean {
  return (systemStepTypes as readonly string[]).includes(step.stepType);
}

/**
 * What was told before under the same key: the stored answer when the body is the same, 409 when it is another, null
 * when this is the result of an admission that has none yet, or a new step.
 */
export function toldBefore(world: World, post: StepPost, step: StepRow): Told | null {
  const admitted = toldAt(world, step, step.admittedSeq);
  const settled = toldAt(world, step, step.resultSeq);
  if (post.usage === null) return sameOrConflict(admitted, post.requestHash, step);
  if (settled !== null)
    return sameOrConflict(settled, settled.kind === "report" ? post.requestHash : post.settleHash(), step);
  const isOpen = step.state === "open" || step.state === "lapsed" || step.state === "presumed";
  const isSameType = post.stepType === null || post.stepType === step.stepType;
  if (isOpen && isSameType) return null;
  throw StepConflict.with({ detail: "This step is not one that waits for a result.", step_index: step.stepIndex });
}

function toldAt(world: World, step: StepRow, seq: number | null): Told | null {
  return seq === null ? null : (world.told.get(stepKeyOf(step.runId, seq)) ?? null);
}

function sameOrConflict(told: Told | null, hash: Buffer, step: StepRow): Told {
  if (told?.requestHash.equals(hash) === true) return told;
  throw StepConflict.with({ step_index: step.stepIndex, step_id: step.stepId });
}

/** The index a new step gets; 409 when one is missing before it. */
export function nextIndex(run: RunRow, post: StepPost): number {
  const expected = run.lastStepIndex + 1;
  if (post.stepIndex !== null && post.stepIndex !== expected) throw StepOutOfOrder.with({ expected });
  return expected;
}

/** A result settles an admission; without one there is nothing it could settle. */
export function neverAdmitted(run: RunRow, post: StepPost): Problem {
  const detail = `Step ${post.stepIndex} was never admitted; ask for it, or report it, at /steps.`;
  return StepOutOfOrder.with({ detail, expected: run.lastStepIndex + 1 });
}

export function isLive(run: RunRow): boolean {
  return run.completedAt === null;
}

export function notLive(run: RunRow): Problem {
  return RunNotLive.with({
    run_status: run.status,
    run: {
      status: run.status,
      termination_reason: run.terminationReason,
      stopped_at_step: run.stoppedAtStep,
      incident_id: run.incidentId,
    },
    termination_reason: run.terminationReason,
    stopped_at_step: run.stoppedAtStep,
    incident_id: run.incidentId,
  });
}

export function paused(run: RunRow): Problem {
  return RunPaused.with({ paused_at: run.pausedAt?.toISOString() ?? null, incident_id: run.incidentId });
}

/** Usage or estimate with its cost: as reported, else by the price table; null when there is no price. */
export function costed(
  world: World,
  run: RunRow,
  model: string | null,
  use: { input_tokens: number; output_tokens: number; cost_units: number | null },
) {
  if (use.cost_units !== null) return { units: use.cost_units, source: "reported" as const };
  const priced = { provider: run.provider, model: model ?? run.model, ...use };
  const units = priceStep(world.book.prices, priced);
  return units === null ? { units: null, source: "unpriced" as const } : { units, source: "computed" as const };
}

/** The same skill with the same input has the same mark; the input cannot be read from it. */
export function repeatMark(post: StepPost): string | null {
  if (post.skill === null) return null;
  return createHmac("sha256", macKey())
    .update(`repeat\0${post.skill}\0${jcs(post.input ?? null)}`)
    .digest("base64url");
}
