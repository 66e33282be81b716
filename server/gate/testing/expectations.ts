// What an answer must be, told from what was answered before and from where the run stands: the order of checks of
// runner-api.md, written down a second time. What a decision says is the reference evaluator's matter.

import { pauseEndsAt } from "@/server/gate/due";
import { frozenBy } from "@/server/gate/frozen";
import type { Item } from "@/server/gate/item";
import { LATE_MS } from "@/server/gate/late";
import type { StepPost } from "@/server/gate/post";
import type { RunRow } from "@/server/gate/rows";
import type { World } from "@/server/gate/world";
import { actorKey } from "@/server/platform/auth/principal";
import type { Told } from "./simulation";

/** `decided`: something is written. `same`: the first answer's bytes, and nothing is written. Otherwise the problem's slug. */
export type Expected = "decided" | "same" | "late" | "over" | string;
type Kept = { admission: Answered | null; settlement: Answered | null };
type Answered = { hash: Buffer; bytes: Buffer };

export class Expectations {
  /** By run and step index: what was answered under it. */
  private readonly kept = new Map<string, Kept>();
  private readonly indexes = new Map<string, number>();
  private readonly ends = new Map<string, Answered>();
  /** By run: who released it last, and how. */
  private readonly releases = new Map<string, string>();

  of(world: World, item: Item): Expected {
    const run = world.runs.get(item.runId);
    if (run === undefined) return "not-found";
    if (item.kind === "sweep" || item.kind === "freeze") return "decided or nothing";
    const isFrozen = frozenBy(world, run) !== null;
    if (item.kind === "step") return this.ofStep(world, run, item, isFrozen);
    if (item.kind === "complete" && run.completedAt !== null) {
      const end = this.ends.get(run.runId);
      return end?.hash.equals(item.requestHash) === true ? "same" : "run-not-live";
    }
    if (item.kind === "cancel")
      return run.completedAt === null ? "decided" : run.status === "cancelled" ? "repeated" : "run-not-live";
    if (item.kind === "release" && run.status !== "paused" && this.releases.get(run.runId) === releaseOf(item))
      return "repeated";
    if (run.completedAt !== null) return "run-not-live";
    if (item.kind === "release") {
      if (run.status !== "paused") return "run-not-paused";
      if (actorKey(item.principal) === run.startedBy) return "release-by-starter";
      const ends = pauseEndsAt(run, world.book.settings.pause_timeout_ms) ?? Number.POSITIVE_INFINITY;
      return isFrozen || world.now.getTime() >= ends ? "over" : "decided";
    }
    if (isFrozen) return "over";
    if (item.kind === "heartbeat") return "decided";
    if (run.status === "paused" && item.body.status === "succeeded") return "run-paused";
    return run.openSteps + run.lapsedSteps > 0 && item.body.abandon !== true ? "steps-in-flight" : "decided";
  }

  private ofStep(world: World, run: RunRow, post: StepPost, isFrozen: boolean): Expected {
    const named = post.stepId === null ? undefined : this.indexes.get(`${run.runId} ${post.stepId}`);
    const index = post.stepIndex ?? named;
    const kept = index === undefined ? undefined : this.kept.get(`${run.runId} ${index}`);
    const step = index === undefined ? undefined : world.steps.get(`${run.runId}/${index}`);
    if (kept !== undefined && index !== undefined) {
      const isOther = named !== undefined && named !== index;
      const isUnnamed = post.stepId !== null && named === undefined;
      if (isOther || isUnnamed) return "step-conflict";
      if (post.usage === null) return kept.admission?.hash.equals(post.requestHash) === true ? "same" : "step-conflict";
      if (kept.settlement !== null) {
        const hash = kept.admission === null ? post.requestHash : post.settleHash();
        return kept.settlement.hash.equals(hash) ? "same" : "step-conflict";
      }
      if (step === undefined || !["open", "lapsed", "presumed"].includes(step.state)) return "step-conflict";
      if (post.stepType !== null && post.stepType !== step.stepType) return "step-conflict";
    }
    if (run.completedAt !== null) {
      const isInTime = world.now.getTime() - run.completedAt.getTime() <= LATE_MS;
      return kept !== undefined && isInTime ? "late" : "over";
    }
    if (isFrozen) return kept === undefined ? "over" : "late";
    if (kept !== undefined) return "decided";
    if (run.status === "paused") return "run-paused";
    if (post.stepIndex !== null && post.stepIndex !== run.lastStepIndex + 1) return "step-out-of-order";
    return "decided";
  }

  /** Throws when it was not so; keeps what was answered. */
  check(expected: Expected, item: Item, got: { told: Told; isDecided: boolean; run: RunRow | null }): void {
    const { told, isDecided, run } = got;
    const wrong = (why: string) =>
      new Error(`${item.kind}: expected ${expected}, ${why}: ${told.status} ${told.slug ?? ""}`);
    if (expected === "decided or nothing") return;
    if (expected === "over") {
      if (told.slug !== "run-not-live" || !isDecided) throw wrong("a post after the end is refused and on record");
      return;
    }
    if (expected === "decided" || expected === "late") {
      if (told.status !== 200 || told.bytes === null || told.replayed || !isDecided)
        throw wrong("but it was not decided");
      this.keep(item, told, run);
      return;
    }
    if (isDecided) throw wrong("but something was written");
    if (expected === "repeated") {
      if (told.status !== 200) throw wrong("a second cancel or release is told the same");
    } else if (expected === "same") {
      const first = this.firstAnswer(item);
      if (told.bytes === null || !told.replayed || first?.equals(told.bytes) !== true)
        throw wrong("but it was not the first answer's bytes");
    } else if (told.slug !== expected) throw wrong("but told otherwise");
  }

  private firstAnswer(item: Item): Buffer | undefined {
    if (item.kind !== "step") return this.ends.get(item.runId)?.bytes;
    const index = item.stepIndex ?? this.indexes.get(`${item.runId} ${item.stepId}`);
    const kept = this.kept.get(`${item.runId} ${index}`);
    return (item.usage === null ? kept?.admission : kept?.settlement)?.bytes;
  }

  private keep(item: Item, { bytes, said }: Told, run: RunRow | null): void {
    if (bytes === null || run === null) return;
    if (item.kind === "release") this.releases.set(item.runId, releaseOf(item));
    if (item.kind === "complete") this.ends.set(item.runId, { hash: item.requestHash, bytes });
    if (item.kind !== "step" || said === null) return;
    const { step_index: index, step_id: id, seq, decision } = said;
    // A refusal and a pausing admission leave no step: posting it again decides again.
    const isKept = seq !== null && !(item.usage === null && decision.enforcement === "pause");
    if (!isKept || index === null) return;
    const key = `${item.runId} ${index}`;
    const kept = this.kept.get(key) ?? { admission: null, settlement: null };
    if (item.usage === null) kept.admission = { hash: item.requestHash, bytes };
    else kept.settlement = { hash: kept.admission === null ? item.requestHash : item.settleHash(), bytes };
    this.kept.set(key, kept);
    if (id !== null) this.indexes.set(`${item.runId} ${id}`, index);
  }
}

function releaseOf({ principal, body }: Extract<Item, { kind: "release" }>): string {
  return `${actorKey(principal)} ${body.decision} ${body.reason}`;
}
