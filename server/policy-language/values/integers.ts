import { Failure } from "@/server/policy-language/values/failure";
import { unexpected, type Value } from "@/server/policy-language/values/value";

const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);

/** A 64-bit int in its canonical form, or `overflow`. */
export function intValue(exact: bigint): Value {
  if (exact > maxInt || exact < minInt) return new Failure("overflow", "The result does not fit a 64-bit int.");
  const small = Number(exact);
  return Number.isSafeInteger(small) ? small : exact;
}

export function addInts(a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return exactly(a, b, (x, y) => x + y);
}

export function subtractInts(a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return exactly(a, b, (x, y) => x - y);
}

export function multiplyInts(a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    // `+ 0` turns -0 into +0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return exactly(a, b, (x, y) => x * y);
}

/** Rounds towards zero, as CEL does. */
export function divideInts(a: Value, b: Value): Value {
  if (b === 0) return a instanceof Failure ? a : new Failure("division_by_zero", "An int was divided by zero.");
  // Both steps are exact for safe integers, which a plain quotient with rounding is not obliged to be.
  if (typeof a === "number" && typeof b === "number") return (a - (a % b)) / b + 0;
  return exactly(a, b, (x, y) => x / y);
}

export function remainderInts(a: Value, b: Value): Value {
  if (b === 0) return a instanceof Failure ? a : new Failure("division_by_zero", "The remainder by zero has no value.");
  if (typeof a === "number" && typeof b === "number") return (a % b) + 0;
  return exactly(a, b, (x, y) => x % y);
}

export function negateInt(a: Value): Value {
  return typeof a === "number" ? 0 - a : subtractInts(0, a);
}

function exactly(a: Value, b: Value, operation: (x: bigint, y: bigint) => bigint): Value {
  const x = exact(a);
  const y = exact(b);
  return x === undefined || y === undefined ? unexpected(a, b) : intValue(operation(x, y));
}

function exact(value: Value): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
