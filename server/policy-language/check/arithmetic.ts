import {
  doubleType,
  durationType,
  intType,
  stringType,
  type Type,
  timestampType,
} from "@/server/policy-language/check/value-type";
import {
  addInts,
  divideInts,
  multiplyInts,
  remainderInts,
  subtractInts,
} from "@/server/policy-language/values/integers";
import { Duration, durationValue, Timestamp, timestampValue } from "@/server/policy-language/values/time";
import { unexpected, type Value } from "@/server/policy-language/values/value";

export interface Arithmetic {
  readonly result: Type;
  readonly operation: (a: Value, b: Value) => Value;
}

/** The overload of `+ - * / %` for two types; ints and doubles do not mix, as CEL has it. */
export function findArithmetic(name: string, a: Type, b: Type): Arithmetic | undefined {
  return overloads[`${a.kind} ${name} ${b.kind}`];
}

const overloads: Readonly<Record<string, Arithmetic>> = {
  "int _+_ int": { result: intType, operation: addInts },
  "int _-_ int": { result: intType, operation: subtractInts },
  "int _*_ int": { result: intType, operation: multiplyInts },
  "int _/_ int": { result: intType, operation: divideInts },
  "int _%_ int": { result: intType, operation: remainderInts },
  "double _+_ double": { result: doubleType, operation: doubles((a, b) => a + b) },
  "double _-_ double": { result: doubleType, operation: doubles((a, b) => a - b) },
  "double _*_ double": { result: doubleType, operation: doubles((a, b) => a * b) },
  "double _/_ double": { result: doubleType, operation: doubles((a, b) => a / b) },
  "string _+_ string": { result: stringType, operation: joinTexts },
  "timestamp _+_ duration": { result: timestampType, operation: (a, b) => shift(a, b, 1) },
  "duration _+_ timestamp": { result: timestampType, operation: (a, b) => shift(b, a, 1) },
  "timestamp _-_ duration": { result: timestampType, operation: (a, b) => shift(a, b, -1) },
  "timestamp _-_ timestamp": { result: durationType, operation: between },
  "duration _+_ duration": { result: durationType, operation: (a, b) => addDurations(a, b, 1) },
  "duration _-_ duration": { result: durationType, operation: (a, b) => addDurations(a, b, -1) },
};

function doubles(operation: (a: number, b: number) => number): Arithmetic["operation"] {
  return (a, b) => (typeof a === "number" && typeof b === "number" ? operation(a, b) : unexpected(a, b));
}

function joinTexts(a: Value, b: Value): Value {
  return typeof a === "string" && typeof b === "string" ? a + b : unexpected(a, b);
}

function shift(at: Value, by: Value, sign: 1 | -1): Value {
  if (!(at instanceof Timestamp) || !(by instanceof Duration)) return unexpected(at, by);
  return timestampValue(at.seconds + sign * by.seconds, at.nanos + sign * by.nanos);
}

function between(a: Value, b: Value): Value {
  if (!(a instanceof Timestamp) || !(b instanceof Timestamp)) return unexpected(a, b);
  return durationValue(a.seconds - b.seconds, a.nanos - b.nanos);
}

function addDurations(a: Value, b: Value, sign: 1 | -1): Value {
  if (!(a instanceof Duration) || !(b instanceof Duration)) return unexpected(a, b);
  return durationValue(a.seconds + sign * b.seconds, a.nanos + sign * b.nanos);
}
