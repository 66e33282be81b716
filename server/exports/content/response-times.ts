// How long it took to see, to contain, to acknowledge and to resolve. Server times only. Pure.

import { instantText } from "@/server/exports/content/wording";

export type ResponseMoments = {
  /** Server time of the first record of the step that broke policy; null: nothing was violated. */
  violationStepAt: Date | null;
  /** When the incident was opened. */
  detectedAt: Date;
  /** When the run could do nothing any more: paused, stopped or ended; null: it goes on, or there is no run. */
  containedAt: Date | null;
  /** Where the pause that held the run was approved, and nothing held it again for this incident. */
  releasedAt?: string | null;
  acknowledgedAt: Date | null;
  resolvedAt: Date | null;
};

export type ResponseTimes = {
  detect: Timed;
  contain: Timed;
  acknowledge: Timed;
  resolve: Timed;
};
/** Seconds with three decimals, or why there are none. */
export type Timed = { seconds: number | null; reason: string | null };

export const timeFormulas = {
  detect: "incident opened − first record of the violating step, server time",
  contain: "run paused, stopped or ended − incident opened, server time",
  acknowledge: "acknowledged − incident opened, server time",
  resolve: "resolved − incident opened, server time",
} as const;

export function responseTimesOf(moments: ResponseMoments): ResponseTimes {
  const { violationStepAt, detectedAt, containedAt, acknowledgedAt, resolvedAt } = moments;
  return {
    detect:
      violationStepAt === null
        ? { seconds: null, reason: "no step violated a policy, so there is nothing to count from" }
        : between(violationStepAt, detectedAt, "the violating step is recorded later than its incident"),
    contain: containTime(moments, containedAt),
    acknowledge: since(detectedAt, acknowledgedAt, "it has not been acknowledged"),
    resolve: since(detectedAt, resolvedAt, "it has not been resolved"),
  };
}

function containTime({ detectedAt, releasedAt }: ResponseMoments, containedAt: Date | null): Timed {
  if (containedAt !== null) return between(detectedAt, containedAt, "the run was over before the incident was opened");
  return {
    seconds: null,
    reason:
      releasedAt == null
        ? "no run was stopped, paused or ended for this incident"
        : `the release of its pause was approved on ${instantText(releasedAt)}, and the run went on`,
  };
}

function since(from: Date, to: Date | null, reason: string): Timed {
  return to === null ? { seconds: null, reason } : between(from, to, "its record is older than the incident's");
}

/** What would be negative took no time that could be told: 0 would say that it was at once. */
function between(from: Date, to: Date, contradiction: string): Timed {
  const ms = to.getTime() - from.getTime();
  return ms < 0 ? { seconds: null, reason: contradiction } : { seconds: ms / 1_000, reason: null };
}
