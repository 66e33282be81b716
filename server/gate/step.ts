// One step, decided and applied: what is read, what is decided, what is written. Pure over the world it is given.

import { centsToUnits } from "@/server/policies/amounts";
import { applyDecision } from "./apply";
import { requireCountable } from "./countable";
import { decide } from "./decide";
import type { Decision, StepReading } from "./decision";
import { engineFailure } from "./engine-failure";
import { endFrozen, frozenBy } from "./frozen";
import { lateResult } from "./late";
import { withinOpenSteps } from "./open-steps";
import {
  costed,
  isLive,
  knownStep,
  neverAdmitted,
  nextIndex,
  notLive,
  type Outcome,
  paused,
  repeatMark,
  runOf,
  type StepPost,
  toldBefore,
} from "./post";
import { postStop } from "./post-stop";
import { readRun, readWindows } from "./readings";
import type { RunRow, StepRow } from "./rows";
import { LogUnread } from "./sliding-log";
import { enter, type World } from "./world";

/** What is known of the step when it is decided. */
export type Case = {
  post: StepPost;
  run: RunRow;
  /** The admission that a result settles. */
  own: StepRow | null;
  index: number;
  mark: string | null;
  cost: { units: number | null; source: "reported" | "computed" | "unpriced" };
  reading: StepReading;
};

/** Throws a Problem when the post is refused and nothing is to be written. */
export function reduceStep(world: World, post: StepPost): Outcome {
  const run = runOf(world, post.runId, post.principal);
  const known = knownStep(world, post);
  if (known !== null) {
    const told = toldBefore(world, post, known);
    if (told !== null) return { change: null, answer: { status: told.status, bytes: told.answer, replayed: true } };
  }
  if (!isLive(run)) return afterTheEnd(world, post, run, known);
  const freeze = frozenBy(world, run);
  if (freeze !== null) return stopFrozen(world, post, run, freeze);
  if (run.status === "paused" && known === null) throw paused(run);
  if (known === null && post.stepType === null) throw neverAdmitted(run, post);
  const facts = caseOf(world, post, { ...run }, known);
  requireCountable(run, post, { own: known, use: facts.reading });
  const made = decided(world, facts);
  const decision = facts.reading.phase === "admission" ? withinOpenSteps(run, made) : made;
  if (decision.enforcement === "refuse") requireLogs(world, facts, decision);
  return applyDecision(world, facts, decision);
}

function afterTheEnd(world: World, post: StepPost, run: RunRow, known: StepRow | null): Outcome {
  if (known !== null && post.usage !== null) {
    const late = lateResult(world, post, { ...run }, known);
    if (late !== null) return late;
  }
  return { change: { run: null, effects: postStop(world, post, run), told: [] }, answer: { problem: notLive(run) } };
}

// The freeze's own sweep may not have reached the run yet: whoever comes first ends it.
function stopFrozen(world: World, post: StepPost, run: RunRow, freezeId: string): Outcome {
  enter(world, endFrozen(world, { ...run }, freezeId));
  const ended = world.runs.get(run.runId) ?? run;
  // The result of an admitted step is late now, and is charged once: here and not again when it is posted again.
  return afterTheEnd(world, post, ended, knownStep(world, post));
}

function caseOf(world: World, post: StepPost, run: RunRow, known: StepRow | null): Case {
  const index = known?.stepIndex ?? nextIndex(run, post);
  const governance = world.governance.get(run.runId) ?? null;
  const mark = governance?.plan.readsRepeats === true && known === null ? repeatMark(post) : null;
  const use = post.usage ?? estimateOf(post, governance?.settings.step_estimate);
  const cost = costed(world, run, post.model ?? known?.model ?? null, use);
  const limitsCost =
    governance?.plan.limitsCost === true ||
    readWindows(world, run, known).some(({ reading }) => reading.limit_type === "COST_CENTS");
  const mode = governance?.settings.unpriced ?? (limitsCost ? "block" : "flag");
  const reading: StepReading = {
    phase: post.usage === null ? "admission" : "result",
    key: post.stepId ?? String(index),
    index,
    type: known?.stepType ?? post.stepType ?? "other",
    skill: post.skill ?? known?.skill ?? "",
    model: post.model ?? known?.model ?? run.model ?? "",
    status: post.status ?? "",
    input_tokens: use.input_tokens,
    output_tokens: use.output_tokens,
    cost_units: cost.units,
    duration_ms: post.usage?.duration_ms ?? 0,
    retries: post.retryCount ?? known?.retryCount ?? 0,
    repeats: repeatsOf(run, mark, known),
    unpriced_blocks: mode === "block",
  };
  return { post, run, own: known, index, mark, cost, reading };
}

function estimateOf(post: StepPost, fallback: { tokens: number; cost_cents: number } | undefined) {
  if (post.estimate !== null) return post.estimate;
  // A default estimate does not say which way its tokens flow; output is the dearer and the stricter reading.
  return {
    input_tokens: 0,
    output_tokens: fallback?.tokens ?? 0,
    cost_units: centsToUnits(fallback?.cost_cents ?? 0),
  };
}

// A result does not run the skill again, so it reads the count its own admission left.
function repeatsOf(run: RunRow, mark: string | null, known: StepRow | null): number {
  const { repeats } = run.memory;
  if (known !== null) return run.memory.admitted_repeats?.[known.stepIndex] ?? 0;
  if (mark === null) return 0;
  return repeats?.of === mark ? repeats.count + 1 : 1;
}

/** A refusal says when there will be room, and that stands in the log of each sliding window that refuses. */
function requireLogs(world: World, facts: Case, { candidates }: Decision): void {
  const refusing = new Set(candidates.flatMap((one) => (one.enforcement === "refuse" ? (one.limit_id ?? []) : [])));
  const unread = readWindows(world, facts.run, facts.own)
    .map(({ counter }) => counter)
    .filter(({ limitId, log }) => log !== null && log.oldest === null && refusing.has(limitId));
  if (unread.length > 0) throw new LogUnread(unread);
}

/** Whatever goes wrong in deciding is itself a decision: block. */
function decided(world: World, facts: Case): Decision {
  const governance = world.governance.get(facts.run.runId) ?? null;
  if (governance === null)
    return engineFailure("snapshot_unavailable", "the policy snapshot is missing or was changed");
  try {
    return decide({
      plan: governance.plan,
      run: readRun(facts.run, facts.own, world.now),
      step: facts.reading,
      windows: readWindows(world, facts.run, facts.own).map(({ reading }) => reading),
      now: world.now,
      failureMode: governance.settings.failure_mode,
    });
  } catch (error) {
    return engineFailure("evaluation_failed", error instanceof Error ? error.message : "unknown failure");
  }
}
