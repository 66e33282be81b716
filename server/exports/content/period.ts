// The period a SOC2 bundle speaks of. Pure.

import { quarterOf } from "@/server/policies/windows";

export type Period = { start: Date; end: Date; basis: "calendar_quarter" | "requested" };
/** Why a requested period is none: it has no length, or the incident is not in it. */
export type PeriodFault = "empty" | "misses_incident";

/**
 * Half-open [start, end). Without a wish it is the calendar quarter of the incident in the tenant's zone; whichever of the
 * two is not given is the quarter's own.
 */
export function periodOf(
  wish: { start: Date | null; end: Date | null },
  incidentAt: Date,
  timeZone: string,
): Period | PeriodFault {
  const quarter = quarterOf(incidentAt, timeZone);
  const [start, end] = [wish.start ?? quarter.start, wish.end ?? quarter.end];
  if (start >= end) return "empty";
  if (incidentAt < start || incidentAt >= end) return "misses_incident";
  const isQuarter = start.getTime() === quarter.start.getTime() && end.getTime() === quarter.end.getTime();
  return { start, end, basis: isQuarter ? "calendar_quarter" : "requested" };
}
