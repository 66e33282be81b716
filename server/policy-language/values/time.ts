import { Failure } from "@/server/policy-language/values/failure";

/** Seconds since 1970 UTC and 0 ≤ nanos < 1e9 on top of them; years 1 to 9999. */
export class Timestamp {
  constructor(
    readonly seconds: number,
    readonly nanos: number,
  ) {}
}

/** Whole seconds (rounded down) and 0 ≤ nanos < 1e9 on top; the total fits 64 bits of nanoseconds. */
export class Duration {
  constructor(
    readonly seconds: number,
    readonly nanos: number,
  ) {}
}

const nanosPerSecond = 1_000_000_000;
const minTimestampSeconds = -62_135_596_800;
const maxTimestampSeconds = 253_402_300_799;
const maxDurationSeconds = 9_223_372_036;
const maxDurationNanos = 854_775_807;
const minDurationNanos = nanosPerSecond - 854_775_808;

export function timestampValue(seconds: number, nanos: number): Timestamp | Failure {
  const whole = seconds + Math.floor(nanos / nanosPerSecond);
  if (whole < minTimestampSeconds || whole > maxTimestampSeconds) {
    return new Failure("overflow", "The timestamp is outside of the years 1 to 9999.");
  }
  return new Timestamp(whole, remainder(nanos));
}

export function durationValue(seconds: number, nanos: number): Duration | Failure {
  const whole = seconds + Math.floor(nanos / nanosPerSecond);
  const rest = remainder(nanos);
  const isTooLong = whole > maxDurationSeconds || (whole === maxDurationSeconds && rest > maxDurationNanos);
  const lowest = -maxDurationSeconds - 1;
  const isTooShort = whole < lowest || (whole === lowest && rest < minDurationNanos);
  if (isTooLong || isTooShort) return new Failure("overflow", "The duration is longer than 292 years.");
  return new Duration(whole, rest);
}

function remainder(nanos: number): number {
  return nanos - Math.floor(nanos / nanosPerSecond) * nanosPerSecond;
}

export function timestampOfDate(date: Date): Timestamp | Failure {
  const ms = date.getTime();
  if (Number.isNaN(ms)) return new Failure("input_invalid", "now is not a valid date.");
  const seconds = Math.floor(ms / 1000);
  return timestampValue(seconds, (ms - seconds * 1000) * 1_000_000);
}

/** Negative, zero or positive, as `a` is before, at or after `b`. */
export function compareTimes(a: Timestamp | Duration, b: Timestamp | Duration): number {
  return a.seconds === b.seconds ? a.nanos - b.nanos : a.seconds - b.seconds;
}

/** Milliseconds since 1970, rounded down: what the calendar functions need. */
export function epochMs(at: Timestamp): number {
  return at.seconds * 1000 + Math.floor(at.nanos / 1_000_000);
}

/** Whole seconds, rounded towards zero. */
export function durationSeconds(value: Duration): number {
  return value.seconds < 0 && value.nanos > 0 ? value.seconds + 1 : value.seconds;
}

/** The signed milliseconds within the last second, rounded towards zero. */
export function durationMilliseconds(value: Duration): number {
  const nanos = value.nanos - (value.seconds < 0 && value.nanos > 0 ? nanosPerSecond : 0);
  return Math.trunc(nanos / 1_000_000) + 0;
}
