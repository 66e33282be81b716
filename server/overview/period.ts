// Periods of time and how a figure moved from one to the next. Pure.

/** Both bounds exclusive, as the bounds of lists are. */
export type Period = { from: Date; to: Date };

const DAY_MS = 86_400_000;

/** The last `days` before `to`. */
export function daysBefore(to: Date, days: number): Period {
  return { from: new Date(to.getTime() - days * DAY_MS), to };
}

/** The period of the same length just before. */
export function periodBefore({ from, to }: Period): Period {
  return { from: new Date(2 * from.getTime() - to.getTime()), to: from };
}

export type Trend = "up" | "down" | "flat";

/** Null where one of them is not known. */
export function trendOf(current: number | null, previous: number | null): Trend | null {
  if (current === null || previous === null) return null;
  if (current === previous) return "flat";
  return current > previous ? "up" : "down";
}

/** In per cent, one decimal; null of nothing. */
export function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part * 1_000) / whole) / 10;
}

export function wirePeriod({ from, to }: Period): { from: string; to: string } {
  return { from: from.toISOString(), to: to.toISOString() };
}
