// Days of the tenant's calendar as instants: a compliance period is given in days and sent in UTC. Pure.

import { instantIn, localIn } from "@/components/data/zone-time";

const DAY_MS = 86_400_000;

/** Midnight at the beginning of `day` ("2026-11-22") in the zone, as an ISO instant; null for what is no day. */
export function startOfDay(day: string, zone: string): string | null {
  const at = Date.parse(`${day}T00:00:00.000Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(at) && dayOf(at) === day;
  return isDay ? instantIn(zone, `${day}T00:00`) : null;
}

/** The next day in the calendar: "to and including" is sent as an exclusive end. */
export function dayAfter(day: string): string {
  return moved(day, DAY_MS);
}

export function dayBefore(day: string): string {
  return moved(day, -DAY_MS);
}

/** First and last day of the calendar quarter in which the instant lies, in the zone. */
export function quarterDays(iso: string, zone: string): { first: string; last: string } {
  const [year = 0, month = 1] = localIn(zone, iso).split("-").map(Number);
  const quarter = Math.floor((month - 1) / 3) * 3;
  return { first: dayOf(Date.UTC(year, quarter, 1)), last: dayOf(Date.UTC(year, quarter + 3, 0)) };
}

function moved(day: string, by: number): string {
  const at = Date.parse(`${day}T00:00:00.000Z`);
  return Number.isNaN(at) ? day : dayOf(at + by);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
