// The immutable record of a step: what was claimed, what it used, what was decided, and everything the decision looked at.

import { answerHash } from "@/server/evidence/answer";
import type { CanonicalObject } from "@/server/evidence/canonical";
import { commitStep } from "@/server/evidence/commitment";
import { writeHash } from "@/server/evidence/hash";
import type { RecordBodies, StepCommitments } from "@/server/evidence/record";
import { canonicalImage } from "@/server/evidence/snapshot-hash";
import type { Decision, RunReading, StepReading } from "./decision";
import type { Draft, RecordParts } from "./draft";
import type { Moment } from "./moments";
import type { StepPost } from "./post";
import { readRun, readWindows } from "./readings";
import type { StepRow } from "./rows";
import type { Case } from "./step";
import type { World } from "./world";

/** Commitments to what was sent; the salts that open them lie elsewhere and can be deleted. */
export function committed(post: StepPost) {
  return commitStep({
    ...(post.input === undefined ? {} : { input: post.input }),
    ...(post.output === undefined ? {} : { output: post.output }),
  });
}

/** What the post's key is compared by: a result is the same whichever door it came through. */
export function hashOf({ post, own }: Pick<Case, "post" | "own">): Buffer {
  return own === null ? post.requestHash : post.settleHash();
}

/** Everything decide read that is not in the snapshot: with the snapshot the decision can be made again from this alone. */
export function inputsOf(world: World, facts: Case): CanonicalObject {
  const windows = readWindows(world, facts.run, facts.own).map(({ reading: window, counter }) => {
    // When a sliding log will have room again is asked by refusals only, which are no records.
    return { ...window, leaving: [], window_start: counter.windowStart };
  });
  const run = runImage(readRun(facts.run, facts.own, world.now));
  return canonicalImage({ run, step: facts.reading, windows, prices: world.book.prices.version });
}

/** The same of a decision that no post asked for. */
export function inputsAtMoment(draft: Draft, moment: Moment, step: StepReading): CanonicalObject {
  return canonicalImage({ moment, run: runImage(readRun(draft.run, null, draft.now)), step, windows: [] });
}

// Who and what the run is stands in its snapshot.
function runImage(reading: RunReading) {
  const { meters, unpriced, duration_ms, minute, holds, released, last, first_token_seen, signalled } = reading;
  return { meters, unpriced, duration_ms, minute, holds, released, last, first_token_seen, signalled };
}

type DecisionImage = RecordBodies["admission"]["decision"];

export function decisionImage(decision: Decision): DecisionImage {
  const { winner } = decision;
  const image = canonicalImage({
    enforcement: decision.enforcement,
    source: winner?.source,
    policy_id: winner?.policy_id,
    limit_id: winner?.limit_id,
    policy_name: winner?.name,
    policy_version: winner?.version,
    violation_type: winner?.violation_type,
    severity: decision.severity,
    metric: winner?.metric,
    threshold_value: winner?.threshold,
    actual_value: winner?.actual,
    projected: winner?.projected,
    reason: decision.reason,
    matched: decision.matched,
  });
  return { ...image, action: decision.action };
}

type Recording = { inputs: CanonicalObject; step: StepRow | null; text: string; commitments: StepCommitments };

/** The record of a decided step; a pausing admission leaves no step and is recorded as the pause alone. */
export function recordParts(facts: Case, decision: Decision, recording: Recording): RecordParts {
  const { post, reading, cost, own } = facts;
  const { step, inputs } = recording;
  const decided = decisionImage(decision);
  const claims = claimsOf(facts);
  const estimate = {
    input_tokens: reading.input_tokens,
    output_tokens: reading.output_tokens,
    cost_units: cost.units ?? 0,
  };
  if (step === null) return { kind: "pause", body: { decision: decided, inputs, step: claims, estimate } };
  const commitments = Object.keys(recording.commitments).length === 0 ? {} : { commitments: recording.commitments };
  const place = { stepIndex: step.stepIndex, stepId: step.stepId, stepType: step.stepType };
  const answered = { request_hash: writeHash(hashOf(facts)), answer_hash: answerHash(200, recording.text) };
  const shared = { step: claims, decision: decided, inputs, ...commitments, ...answered };
  if (reading.phase === "admission") return { kind: "admission", body: { ...shared, estimate }, ...place };
  const usage = usageOf(facts);
  if (own !== null) return { kind: "result", body: { ...shared, usage }, ...place };
  const claimed =
    post.estimate === null ? {} : { estimate: { ...post.estimate, cost_units: post.estimate.cost_units ?? 0 } };
  return { kind: "report", body: { ...shared, ...claimed, usage }, ...place };
}

export function usageOf({ reading, cost }: Pick<Case, "reading" | "cost">) {
  return {
    input_tokens: reading.input_tokens,
    output_tokens: reading.output_tokens,
    duration_ms: reading.duration_ms,
    ...(cost.units === null ? {} : { cost_units: cost.units }),
    cost_source: cost.source,
  };
}

export function claimsOf({ post }: Pick<Case, "post">) {
  return {
    ...(post.skill === null ? {} : { skill: post.skill }),
    ...(post.model === null ? {} : { model: post.model }),
    ...(post.status === null ? {} : { status: post.status }),
    ...(post.retryCount === null ? {} : { retry_count: post.retryCount }),
    ...(post.startedAt === null ? {} : { started_at: post.startedAt }),
  };
}
