import { compareTimes, Duration, Timestamp } from "@/server/policy-language/values/time";
import {
  isList,
  isMap,
  type ListValue,
  type MapValue,
  Tags,
  unexpected,
  type Value,
} from "@/server/policy-language/values/value";

export type Order = "<" | "<=" | ">" | ">=";

/** Order of two numbers, two strings (by UTF-16 code unit), two timestamps or two durations. */
export function compare(a: Value, b: Value, order: Order): Value {
  if (typeof a === "string" && typeof b === "string") return holds(order, a < b ? -1 : a === b ? 0 : 1);
  if (a instanceof Timestamp && b instanceof Timestamp) return holds(order, compareTimes(a, b));
  if (a instanceof Duration && b instanceof Duration) return holds(order, compareTimes(a, b));
  if (typeof a === "bigint" && typeof b === "bigint") return holds(order, a < b ? -1 : a === b ? 0 : 1);
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(Number(a), Number(b), order);
  return unexpected(a, b);
}

// An int and a double meet as doubles, as CEL has it. NaN is neither before nor after anything.
function compareNumbers(a: number, b: number, order: Order): boolean {
  if (order === "<") return a < b;
  if (order === "<=") return a <= b;
  return order === ">" ? a > b : a >= b;
}

function holds(order: Order, difference: number): boolean {
  return compareNumbers(difference, 0, order);
}

function isNumeric(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Equality of two values of one type, or of an int and a double (then exact, with no rounding of the int). */
export function isEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a === "bigint") return typeof b === "number" && isSameNumber(a, b);
  if (typeof b === "bigint") return typeof a === "number" && isSameNumber(b, a);
  if (typeof a !== "object" || typeof b !== "object") return false;
  if (a instanceof Timestamp) return b instanceof Timestamp && compareTimes(a, b) === 0;
  if (a instanceof Duration) return b instanceof Duration && compareTimes(a, b) === 0;
  if (isList(a)) return isList(b) && isEqualList(a, b);
  if (isMap(a)) return isMap(b) && isEqualMap(a, b);
  return a instanceof Tags && b instanceof Tags && isEqualTags(a, b);
}

function isSameNumber(int: bigint, double: number): boolean {
  return Number.isInteger(double) && BigInt(double) === int;
}

function isEqualList(a: ListValue, b: ListValue): boolean {
  return a.length === b.length && a.every((item, index) => isEqual(item, b[index] ?? false));
}

function isEqualMap(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !isEqual(value, other)) return false;
  }
  return true;
}

function isEqualTags(a: Tags, b: Tags): boolean {
  const keys = a.keys();
  return keys.length === b.keys().length && keys.every((key) => b.has(key) && a.read(key) === b.read(key));
}
