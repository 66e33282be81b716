import type { Frame, Step } from "@/server/policy-language/plan/frame";
import { Failure } from "@/server/policy-language/values/failure";
import { isList, isMap, Tags, unexpected, type Value } from "@/server/policy-language/values/value";

export interface Loop {
  readonly range: Step;
  /** Index of the macro's variable among the frame's locals. */
  readonly slot: number;
  /** What one turn takes off the fuel, in cost units. */
  readonly turnCost: number;
}

/** Tags that a loop goes over; with more of them even putting the keys in order takes too long. */
const maxTags = 1_024;

const outOfFuel = new Failure("out_of_fuel", "The condition took more work than an evaluation may.");

/** True unless some turn is false; false wins over an error in another turn. */
export function allStep(loop: Loop, predicate: Step): Step {
  return searchStep(loop, predicate, false);
}

/** False unless some turn is true; true wins over an error in another turn. */
export function existsStep(loop: Loop, predicate: Step): Step {
  return searchStep(loop, predicate, true);
}

function searchStep(loop: Loop, predicate: Step, sought: boolean): Step {
  return (frame) => {
    const items = itemsOf(loop.range(frame));
    if (items instanceof Failure) return items;
    let failure: Failure | undefined;
    for (const item of items) {
      if (!takeTurn(frame, loop, item)) return outOfFuel;
      const found = predicate(frame);
      if (found === sought) return sought;
      if (found instanceof Failure) failure ??= found;
    }
    return failure ?? !sought;
  };
}

export function existsOneStep(loop: Loop, predicate: Step): Step {
  return (frame) => {
    const items = itemsOf(loop.range(frame));
    if (items instanceof Failure) return items;
    let count = 0;
    for (const item of items) {
      if (!takeTurn(frame, loop, item)) return outOfFuel;
      const found = predicate(frame);
      if (found instanceof Failure) return found;
      if (found === true) count++;
    }
    return count === 1;
  };
}

/** `map` with an optional filter, and `filter` (no transform: the item itself). */
export function collectStep(loop: Loop, predicate: Step | null, transform: Step | null): Step {
  return (frame) => {
    const items = itemsOf(loop.range(frame));
    if (items instanceof Failure) return items;
    const collected: Value[] = [];
    for (const item of items) {
      if (!takeTurn(frame, loop, item)) return outOfFuel;
      const isKept = predicate ? predicate(frame) : true;
      if (isKept instanceof Failure) return isKept;
      if (isKept !== true) continue;
      const value = transform ? transform(frame) : item;
      if (value instanceof Failure) return value;
      collected.push(value);
    }
    return collected;
  };
}

function takeTurn(frame: Frame, loop: Loop, item: Value): boolean {
  frame.fuel -= loop.turnCost;
  frame.locals[loop.slot] = item;
  return frame.fuel >= 0;
}

function itemsOf(range: Value): readonly Value[] | Failure {
  if (range instanceof Tags) return range.count() > maxTags ? outOfFuel : range.keys();
  if (isMap(range)) return [...range.keys()];
  return isList(range) ? range : unexpected(range);
}
