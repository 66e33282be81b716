// Calendar windows in a time zone. A window is half-open [start, resets_at), windows of one limit follow each other
// without gap or overlap, also where the clock is turned at midnight.

import type { ResetPeriod } from "@/db/vocabulary";

export interface CountedWindow {
  start: Date;
  /** null: it never resets by calendar (RATE slides, CONCURRENT_RUNS and `none` do not reset). */
  resets_at: Date | null;
}

const DAY_MS = 86_400_000;
const EPOCH: CountedWindow = { start: new Date(0), resets_at: null };
/** Limits reset by the first three; quarters are the periods of exports. */
type CalendarPeriod = Exclude<ResetPeriod, "none"> | "quarterly";

/** The window that `now` lies in; the epoch, without a reset, where a limit has no calendar period. */
export function windowOf(limit: { reset_period?: ResetPeriod }, now: Date, timezone: string): CountedWindow {
  const period = limit.reset_period;
  if (period === undefined || period === "none") return EPOCH;
  const key = `${timezone}|${period}`;
  const known = lastWindows.get(key);
  if (known !== undefined && known.start <= now && now < known.resets_at) return known;
  const found = calendarWindow(period, now, timezone);
  if (lastWindows.size >= MAX_REMEMBERED) lastWindows.clear();
  lastWindows.set(key, found);
  return found;
}

/** The calendar quarter of the zone that `at` lies in: half-open, from its first midnight to the next one's. */
export function quarterOf(at: Date, timezone: string): { start: Date; end: Date } {
  const { start, resets_at } = calendarWindow("quarterly", at, timezone);
  return { start, end: resets_at };
}

// The answer is a function of the arguments; remembering the last window of each zone saves the calendar arithmetic on
// the hot path, where `now` nearly always lies in it.
const MAX_REMEMBERED = 256;
const lastWindows = new Map<string, { start: Date; resets_at: Date }>();

function calendarWindow(period: CalendarPeriod, now: Date, timezone: string) {
  let first = firstDay(period, localDay(now.getTime(), timezone));
  let end = startOfDay(nextFirstDay(period, first), timezone);
  // Where a clock turned back over midnight shows yesterday's date again, the new day has begun all the same.
  if (now.getTime() >= end) {
    first = nextFirstDay(period, first);
    end = startOfDay(nextFirstDay(period, first), timezone);
  }
  return { start: new Date(startOfDay(first, timezone)), resets_at: new Date(end) };
}

/** Days are counted since 1970-01-01 (a Thursday) in the calendar of the zone; weeks start on Monday. */
function firstDay(period: CalendarPeriod, day: number): number {
  if (period === "daily") return day;
  if (period === "weekly") return day - ((day + 3) % 7);
  const date = new Date(day * DAY_MS);
  const month = date.getUTCMonth();
  return Date.UTC(date.getUTCFullYear(), period === "quarterly" ? month - (month % 3) : month, 1) / DAY_MS;
}

function nextFirstDay(period: CalendarPeriod, first: number): number {
  if (period === "daily") return first + 1;
  if (period === "weekly") return first + 7;
  const date = new Date(first * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + (period === "quarterly" ? 3 : 1), 1) / DAY_MS;
}

/** The first instant at which the zone's calendar shows `day`: midnight, or later where midnight is skipped. */
function startOfDay(day: number, timezone: string): number {
  if (timezone === "UTC") return day * DAY_MS;
  // Zones lie between UTC−12 and UTC+14.
  let before = day * DAY_MS - 15 * 3_600_000;
  let from = day * DAY_MS + 15 * 3_600_000;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (localDay(middle, timezone) >= day) from = middle;
    else before = middle;
  }
  return from;
}

function localDay(at: number, timezone: string): number {
  if (timezone === "UTC") return Math.floor(at / DAY_MS);
  const parts = new Map(
    formatterOf(timezone)
      .formatToParts(at)
      .map((part) => [part.type, Number(part.value)]),
  );
  return Date.UTC(parts.get("year") ?? Number.NaN, (parts.get("month") ?? Number.NaN) - 1, parts.get("day")) / DAY_MS;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    calendar: "gregory",
    year: "numeric",
    month: "numeric",
    day: "numeric",
  });
  if (formatters.size >= MAX_REMEMBERED) formatters.clear();
  formatters.set(timezone, made);
  return made;
}
