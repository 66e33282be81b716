// How long it took to see, to contain, to acknowledge and to resolve. Server times only. Pure.

export type ResponseMoments = {
  /** Server time of the first record of the step that broke policy; null: nothing was violated. */
  violationStepAt: Date | null;
  /** When the incident was opened. */
  detectedAt: Date;
  /** When the run could do nothing any more: paused, stopped or ended; null: it goes on, or there is no run. */
  containedAt: Date | null;
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
        : { seconds: secondsBetween(violationStepAt, detectedAt), reason: null },
    contain: since(detectedAt, containedAt, "no run was stopped, paused or ended for this incident"),
    acknowledge: since(detectedAt, acknowledgedAt, "it has not been acknowledged"),
    resolve: since(detectedAt, resolvedAt, "it has not been resolved"),
  };
}

function since(from: Date, to: Date | null, reason: string): Timed {
  return to === null ? { seconds: null, reason } : { seconds: secondsBetween(from, to), reason: null };
}

// A run that failed ended before, or in the instant, its incident was opened: that took no time, not a negative one.
function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime()) / 1_000;
}
