import { type RangeName, rangeHours } from "@/components/shell/ranges";

const DEFAULT_DAYS = 7;
const MAX_DAYS = 31;

/** Over how many days changes are compared: the console's range in whole days, as far as the overview looks. */
export function daysOf(range: RangeName | "custom"): number {
  const hours = range === "custom" ? null : rangeHours[range];
  return hours === null ? DEFAULT_DAYS : Math.min(MAX_DAYS, Math.max(1, Math.round(hours / 24)));
}
