import { Failure } from "@/server/policy-language/values/failure";
import { intValue } from "@/server/policy-language/values/integers";
import { Duration, Timestamp } from "@/server/policy-language/values/time";
import {
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
} from "@/server/policy-language/values/time-text";
import { unexpected, type Value } from "@/server/policy-language/values/value";

const wholeNumber = /^[+-]?\d{1,40}$/;
const decimalNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const twoTo63 = 2 ** 63;

/** A double is cut towards zero; a text must be a whole decimal number; a timestamp gives its seconds since 1970. */
export function toInt(value: Value): Value {
  if (value instanceof Timestamp) return value.seconds;
  if (typeof value === "number") {
    if (Number.isSafeInteger(value)) return value + 0;
    // Both ends are excluded: as doubles they stand for values around them that do not fit.
    if (value > -twoTo63 && value < twoTo63) return intValue(BigInt(Math.trunc(value)));
    return new Failure("overflow", "The number does not fit a 64-bit int.");
  }
  if (typeof value === "string") {
    if (!wholeNumber.test(value)) return new Failure("bad_conversion", `"${shown(value)}" is not a whole number.`);
    return intValue(BigInt(value));
  }
  return typeof value === "bigint" ? value : unexpected(value);
}

export function toDouble(value: Value): Value {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return unexpected(value);
  return decimalNumber.test(value)
    ? Number(value)
    : new Failure("bad_conversion", `"${shown(value)}" is not a number.`);
}

export function toText(value: Value): Value {
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Failure || typeof value === "object") return unexpected(value);
  return String(value);
}

export function toBool(value: Value): Value {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return unexpected(value);
  if (["true", "True", "TRUE", "t", "1"].includes(value)) return true;
  if (["false", "False", "FALSE", "f", "0"].includes(value)) return false;
  return new Failure("bad_conversion", `"${shown(value)}" is not a bool.`);
}

export function toTimestamp(value: Value): Value {
  if (typeof value === "string") return parseTimestamp(value);
  return value instanceof Timestamp ? value : unexpected(value);
}

export function toDuration(value: Value): Value {
  if (typeof value === "string") return parseDuration(value);
  return value instanceof Duration ? value : unexpected(value);
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
