// What a step's records say was decided about it, and the mark that a reader sees. Pure.

import { words } from "@/components/data/format";
import type { StepRecord, TraceStep } from "@/server/activity/contract";

/** As the record holds it; what it leaves out is null. */
export interface StepDecision {
  action: string;
  enforcement: string | null;
  source: string | null;
  policy_id: string | null;
  limit_id: string | null;
  policy_name: string | null;
  policy_version: number | null;
  metric: string | null;
  threshold_value: string | null;
  actual_value: string | null;
  projected: boolean;
  reason: string | null;
  matched: { policy_id: string | null; limit_id: string | null; action: string; won: boolean; shadow: boolean }[];
}

/** The decision that counts: the one that blocked, else the newest; a pause's, where nothing came of it. Null: nobody decided. */
export function decisionOf(step: Pick<TraceStep, "records">): StepDecision | null {
  const own = step.records.filter((record) => record.kind !== "pause").flatMap((record) => decisionIn(record) ?? []);
  const all = own.length > 0 ? own : step.records.flatMap((record) => decisionIn(record) ?? []);
  return all.find((decision) => decision.action === "block") ?? all.at(-1) ?? null;
}

function decisionIn(record: StepRecord): StepDecision | null {
  const body = asRecord(record.body.decision);
  const action = body && text(body.action);
  if (body === null || action === null) return null;
  return {
    action,
    enforcement: text(body.enforcement),
    source: text(body.source),
    policy_id: text(body.policy_id),
    limit_id: text(body.limit_id),
    policy_name: text(body.policy_name),
    policy_version: number(body.policy_version),
    metric: text(body.metric),
    threshold_value: text(body.threshold_value),
    actual_value: text(body.actual_value),
    projected: body.projected === true,
    reason: text(body.reason),
    matched: Array.isArray(body.matched) ? body.matched.flatMap((one: unknown) => matchedOf(one) ?? []) : [],
  };
}

function matchedOf(value: unknown): StepDecision["matched"][number] | null {
  const one = asRecord(value);
  const action = one && text(one.action);
  if (one === null || action === null) return null;
  const ids = { policy_id: text(one.policy_id), limit_id: text(one.limit_id) };
  return { ...ids, action, won: one.won === true, shadow: one.shadow === true };
}

export type StepMark = { tone: "deny" | "review" | "allow" | "error" | "info" | "neutral"; word: string };

export const blockWords: Readonly<Record<string, StepMark>> = {
  refuse: { tone: "review", word: "Refused" },
  pause: { tone: "review", word: "Paused" },
  stop: { tone: "deny", word: "Blocked" },
  kill: { tone: "deny", word: "Killed" },
};

/** One mark a step: what was decided, and where that let it go on, how it stands. */
export function markOf(step: Omit<TraceStep, "records"> & Pick<TraceStep, "records">): StepMark {
  const enforcement = decisionOf(step)?.enforcement ?? null;
  if (step.is_inflection) return { tone: "deny", word: enforcement === "kill" ? "Killed here" : "Stopped here" };
  if (step.type === "violation") return { tone: "deny", word: "Violation" };
  if (step.type === "stopped") return { tone: "neutral", word: "Closed" };
  if (step.action === "block") return blockWords[enforcement ?? "stop"] ?? { tone: "deny", word: "Blocked" };
  if (step.state === "lapsed") return { tone: "error", word: "Lapsed" };
  if (step.state === "presumed") return { tone: "error", word: "Never settled" };
  if (step.claimed_status === "failure") return { tone: "error", word: "Failed" };
  if (step.action === "warn") return { tone: "review", word: "Warned" };
  if (step.state === "open") return { tone: "info", word: "Running" };
  if (step.state === "late") return { tone: "neutral", word: "Late" };
  return { tone: "allow", word: "Allowed" };
}

/** What a record is, in words; of a pause its reason, of a release who decided and why. */
export function recordWords({ kind, body }: StepRecord, nameOf: (actor: string) => string): string {
  const release = asRecord(body.release);
  const actor = asRecord(body.actor);
  const why = text((release ?? asRecord(body.decision))?.reason);
  const said = why === null ? "" : `: ${why}`;
  if (kind === "pause") return `Paused${said}`;
  if (release === null) return words(kind);
  const by = actor === null ? "" : ` by ${nameOf(`${actor.actor_type}:${actor.actor_id}`)}`;
  return `Release ${release.decision === "approve" ? "approved" : "denied"}${by}${said}`;
}

export function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
