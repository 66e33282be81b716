import { Failure } from "@/server/policy-language/values/failure";
import type { Duration, Timestamp } from "@/server/policy-language/values/time";

// An int is a JS number while it is a safe integer and a bigint beyond that, up to 64 bits, never both for one value:
// two ints are equal exactly when `===` says so. Zero is always +0 for ints.
export type Value = boolean | number | bigint | string | Timestamp | Duration | ListValue | MapValue | Tags | Failure;
export type ListValue = readonly Value[];
export type MapKey = boolean | number | bigint | string;
export type MapValue = ReadonlyMap<MapKey, Value>;

/** The run's tags as a value: reading an absent key gives "", while `in`, `has` and `size` tell what is there. */
export class Tags {
  private names: readonly string[] | undefined;

  constructor(private readonly record: Readonly<Record<string, string>>) {}

  has(key: string): boolean {
    return Object.hasOwn(this.record, key);
  }

  read(key: string): string {
    return Object.hasOwn(this.record, key) ? (this.record[key] ?? "") : "";
  }

  count(): number {
    return this.names?.length ?? Object.keys(this.record).length;
  }

  // Sorted: storage may reorder the keys of a JSON object, and a decision must be repeatable from its record.
  keys(): readonly string[] {
    this.names ??= Object.keys(this.record).sort();
    return this.names;
  }
}

/** The one way to stop on a value of a type that the checker has already excluded. */
export function unexpected(...values: readonly Value[]): Failure {
  for (const value of values) if (value instanceof Failure) return value;
  return new Failure("internal", "A value has another type than the checker gave it.");
}

export function isList(value: Value): value is ListValue {
  return Array.isArray(value);
}

export function isMap(value: Value): value is MapValue {
  return value instanceof Map;
}
