import type { Step } from "@/server/policy-language/plan/frame";
import { isEqual } from "@/server/policy-language/values/comparison";
import { Failure } from "@/server/policy-language/values/failure";
import { isList, isMap, Tags, unexpected } from "@/server/policy-language/values/value";

/** `x in list`. */
export function containsStep(item: Step, list: Step): Step {
  return (frame) => {
    const sought = item(frame);
    const items = list(frame);
    if (sought instanceof Failure || !isList(items)) return unexpected(sought, items);
    for (const candidate of items) if (isEqual(candidate, sought)) return true;
    return false;
  };
}

/** `key in map` and `key in tags`; an absent tag is absent here, whatever it reads as. */
export function containsKeyStep(key: Step, map: Step): Step {
  return (frame) => {
    const sought = key(frame);
    const keyed = map(frame);
    if (keyed instanceof Tags && typeof sought === "string") return keyed.has(sought);
    if (!isMap(keyed) || typeof sought === "object") return unexpected(sought, keyed);
    return keyed.has(sought);
  };
}

export function elementStep(list: Step, index: Step): Step {
  return (frame) => {
    const items = list(frame);
    const at = index(frame);
    if (!isList(items) || typeof at === "object") return unexpected(items, at);
    const item = typeof at === "number" ? items[at] : undefined;
    return item ?? new Failure("index_out_of_range", `The list has no element ${String(at)}.`);
  };
}

export function entryStep(map: Step, key: Step): Step {
  return (frame) => {
    const entries = map(frame);
    const sought = key(frame);
    if (!isMap(entries) || typeof sought === "object") return unexpected(entries, sought);
    return entries.get(sought) ?? new Failure("no_such_key", "The map has no such key.");
  };
}

export function joinListsStep(left: Step, right: Step): Step {
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    return isList(a) && isList(b) ? [...a, ...b] : unexpected(a, b);
  };
}

/** Elements of a list, keys of a map or the tags, code points of a string. */
export function sizeStep(operand: Step): Step {
  return (frame) => {
    const value = operand(frame);
    if (typeof value === "string") return codePoints(value);
    if (isList(value)) return value.length;
    if (isMap(value)) return value.size;
    return value instanceof Tags ? value.count() : unexpected(value);
  };
}

function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if (isHighSurrogate(text.charCodeAt(at)) && isLowSurrogate(text.charCodeAt(at + 1))) count--;
  }
  return count;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
