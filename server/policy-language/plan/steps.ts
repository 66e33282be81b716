import type { Step } from "@/server/policy-language/plan/frame";
import { compare, isEqual, type Order } from "@/server/policy-language/values/comparison";
import { Failure } from "@/server/policy-language/values/failure";
import { unexpected, type Value } from "@/server/policy-language/values/value";

export function constantStep(value: Value): Step {
  return () => value;
}

/** False wins over an error, in either order: CEL's logic does not depend on the order of its operands. */
export function andStep(left: Step, right: Step): Step {
  return (frame) => {
    const a = left(frame);
    if (a === false) return false;
    const b = right(frame);
    if (b === false) return false;
    return a === true ? b : a;
  };
}

/** True wins over an error, in either order. */
export function orStep(left: Step, right: Step): Step {
  return (frame) => {
    const a = left(frame);
    if (a === true) return true;
    const b = right(frame);
    if (b === true) return true;
    return a === false ? b : a;
  };
}

export function notStep(operand: Step): Step {
  return (frame) => {
    const value = operand(frame);
    return typeof value === "boolean" ? !value : unexpected(value);
  };
}

/** Only the chosen branch is evaluated. */
export function chooseStep(condition: Step, whenTrue: Step, whenFalse: Step): Step {
  return (frame) => {
    const value = condition(frame);
    if (value === true) return whenTrue(frame);
    return value === false ? whenFalse(frame) : unexpected(value);
  };
}

// The comparison of two numbers is what nearly every condition does, so each operator has a closure of its own with
// the numbers' case first; `compare` takes the rest.
export function orderStep(order: Order, left: Step, right: Step): Step {
  switch (order) {
    case "<":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a < b : compare(a, b, "<");
      };
    case "<=":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a <= b : compare(a, b, "<=");
      };
    case ">":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a > b : compare(a, b, ">");
      };
    case ">=":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a >= b : compare(a, b, ">=");
      };
  }
}

export function equalStep(left: Step, right: Step, whenEqual: boolean): Step {
  return (frame) => {
    const a = left(frame);
    if (a instanceof Failure) return a;
    const b = right(frame);
    if (b instanceof Failure) return b;
    return isEqual(a, b) === whenEqual;
  };
}

export function unaryStep(operand: Step, operation: (value: Value) => Value): Step {
  return (frame) => operation(operand(frame));
}

export function binaryStep(left: Step, right: Step, operation: (a: Value, b: Value) => Value): Step {
  return (frame) => operation(left(frame), right(frame));
}

export function listStep(elements: readonly Step[]): Step {
  return (frame) => {
    const list: Value[] = [];
    for (const element of elements) {
      const value = element(frame);
      if (value instanceof Failure) return value;
      list.push(value);
    }
    return list;
  };
}

export function mapStep(entries: readonly (readonly [Step, Step])[]): Step {
  return (frame) => {
    const map = new Map<boolean | number | bigint | string, Value>();
    for (const [keyStep, valueStep] of entries) {
      const key = keyStep(frame);
      if (typeof key === "object") return unexpected(key);
      const value = valueStep(frame);
      if (value instanceof Failure) return value;
      if (map.has(key)) return new Failure("input_invalid", "A map has the same key twice.");
      map.set(key, value);
    }
    return map;
  };
}
