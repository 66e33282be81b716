// How a run stands, in words and tones; the same in lists, panels and pages.

import { words } from "@/components/data/format";
import type { Tone } from "@/components/ui/mark";
import type { RunRelease, RunSummary } from "@/server/activity/contract";

type Standing = Pick<RunSummary, "status" | "refusal_reason">;
type Ending = Pick<RunSummary, "status" | "termination_reason" | "end_note" | "refusal_reason">;

type RunMark = { tone: Tone; word: string };

const marks: Readonly<Record<RunSummary["status"], RunMark>> = {
  queued: { tone: "neutral", word: "Queued" },
  running: { tone: "info", word: "Running" },
  paused: { tone: "review", word: "Paused" },
  retry: { tone: "info", word: "Retrying" },
  succeeded: { tone: "allow", word: "Succeeded" },
  failed: { tone: "error", word: "Failed" },
  failed_policy: { tone: "deny", word: "Stopped by policy" },
  cancelled: { tone: "neutral", word: "Cancelled" },
};

export function markOfRun({ status, refusal_reason }: Standing): RunMark {
  return refusal_reason === null ? marks[status] : { tone: "deny", word: "Refused" };
}

export const statusOptions = (statuses: readonly RunSummary["status"][]) =>
  statuses.map((value) => ({ value, label: marks[value].word }));

const notes: Readonly<Record<string, string>> = {
  denied: "Pause denied",
  timed_out: "Pause timed out",
  frozen: "Frozen",
  duration: "Ran too long",
  idle: "Silent too long",
  abandoned: "Left steps open",
};

/** What a person decided about a pause, as a fact in a list. */
export const releaseWords: Readonly<Record<RunRelease["decision"], string>> = { approve: "Approved", deny: "Denied" };

const reasons: Readonly<Record<string, string>> = {
  completed: "Completed",
  policy_block: "Policy",
  budget_exceeded: "Budget",
  rate_limited: "Rate",
  timeout: "Time-out",
  system_failure: "System failure",
  user_abort: "By hand",
};

/** Why it ended, in a word or two; null while it is live. */
export function endReasonOf(run: Ending): string | null {
  if (run.refusal_reason !== null) return words(run.refusal_reason);
  if (run.end_note !== null) return notes[run.end_note] ?? words(run.end_note);
  return run.termination_reason === null ? null : (reasons[run.termination_reason] ?? words(run.termination_reason));
}

/** How it ended, in one phrase; a success and a stop by policy say it all already. Words that are none of ours stay in words. */
export function endWords(status: string, reason: string | null): string {
  const mark = Object.entries(marks).find(([name]) => name === status)?.[1].word ?? words(status);
  if (reason === null || status === "succeeded" || status === "failed_policy") return mark;
  return `${mark}: ${(reasons[reason] ?? words(reason)).toLowerCase()}`;
}

export const reasonOptions = Object.entries(reasons).map(([value, label]) => ({ value, label }));

const risks: Readonly<Record<NonNullable<RunSummary["risk_level"]>, RunMark>> = {
  NORMAL: { tone: "allow", word: "Clear" },
  NEAR_THRESHOLD: { tone: "review", word: "Near a limit" },
  AT_RISK: { tone: "error", word: "At risk" },
  VIOLATED: { tone: "deny", word: "Violated" },
};

/** null: it counts in no metric. A condition that pauses a run reaches no limit, and is not clear of policy all the same. */
export function markOfRisk({ risk_level, status }: Pick<RunSummary, "risk_level" | "status">): RunMark | null {
  if (risk_level === "NORMAL" && status === "paused") return { tone: "review", word: "Paused it" };
  return risk_level === null ? null : risks[risk_level];
}

export const riskOptions = Object.entries(risks).map(([value, { word }]) => ({ value, label: word }));
