import { Failure } from "@/server/policy-language/values/failure";
import {
  Duration,
  durationSeconds,
  durationValue,
  type Timestamp,
  timestampValue,
} from "@/server/policy-language/values/time";

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|([+-])(\d{2}):(\d{2}))$/;
const wholeDuration = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/;
const durationPart = /(\d*)(?:\.(\d*))?(ns|us|µs|ms|s|m|h)/g;
const maxDurationText = 128;

const nanosPerUnit: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** RFC 3339 with `Z` or an offset, at most nine decimals. */
export function parseTimestamp(text: string): Timestamp | Failure {
  const parts = rfc3339.exec(text);
  if (!parts) return badTimestamp(text);
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  const [offsetHours, offsetMinutes] = [Number(parts[10] ?? 0), Number(parts[11] ?? 0)];
  if (year === undefined || month === undefined || day === undefined) return badTimestamp(text);
  if (hour === undefined || minute === undefined || second === undefined) return badTimestamp(text);
  // setUTCFullYear takes years below 100 as they are, Date.UTC would add 1900.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isCalendarDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const isTimeOfDay = hour < 24 && minute < 60 && second < 60 && offsetHours < 24 && offsetMinutes < 60;
  if (!isCalendarDay || !isTimeOfDay) return badTimestamp(text);
  const offset = (parts[9] === "-" ? -1 : 1) * (offsetHours * 3600 + offsetMinutes * 60);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  return timestampValue(seconds, Number((parts[7] ?? "").padEnd(9, "0")));
}

function badTimestamp(text: string): Failure {
  return new Failure("bad_conversion", `"${shown(text)}" is not an RFC 3339 timestamp such as "2026-01-31T08:00:00Z".`);
}

/** Signed sequence of decimals with units, such as "300ms", "-1.5h" or "2h45m". */
export function parseDuration(text: string): Duration | Failure {
  if (/^[+-]?0$/.test(text)) return new Duration(0, 0);
  const parts = text.length <= maxDurationText ? wholeDuration.exec(text) : null;
  if (!parts) {
    return new Failure("bad_conversion", `"${shown(text)}" is not a duration such as "300ms", "1.5h" or "2h45m".`);
  }
  let nanos = 0n;
  for (const [, whole, fraction, unit] of (parts[2] ?? "").matchAll(durationPart)) {
    const factor = nanosPerUnit[unit ?? ""] ?? 0n;
    const decimals = fraction ?? "";
    nanos += BigInt(whole || 0) * factor + (BigInt(decimals || 0) * factor) / 10n ** BigInt(decimals.length);
  }
  if (parts[1] === "-") nanos = -nanos;
  if (nanos > 2n ** 63n - 1n || nanos < -(2n ** 63n))
    return new Failure("overflow", "The duration is longer than 292 years.");
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return durationValue(Number((nanos - rest) / 1_000_000_000n), Number(rest));
}

export function formatTimestamp(at: Timestamp): string {
  const seconds = new Date(at.seconds * 1000).toISOString().slice(0, 19);
  return `${seconds}${fractionText(at.nanos)}Z`;
}

export function formatDuration(value: Duration): string {
  const isNegative = value.seconds < 0;
  const nanos = isNegative && value.nanos > 0 ? 1_000_000_000 - value.nanos : value.nanos;
  return `${isNegative ? "-" : ""}${Math.abs(durationSeconds(value))}${fractionText(nanos)}s`;
}

/** Nothing, or three, six or nine decimals: as few as hold the value. */
function fractionText(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  if (digits.endsWith("000000")) return `.${digits.slice(0, 3)}`;
  return digits.endsWith("000") ? `.${digits.slice(0, 6)}` : `.${digits}`;
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
