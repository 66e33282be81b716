// A form's text fields as the JSON that a contract's body expects: `scope.type` nests, a checkbox is a boolean, an empty
// optional field is an absent one. What does not fit stays as it is, and the schema refuses it with its pointer.

import { z } from "zod";

type Entry = [string, FormDataEntryValue];

export function formValues(schema: z.ZodObject | null, entries: readonly Entry[]): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    const path = name.split(".").slice(0, 8);
    const leaf = path.reduce<unknown>((inside, segment) => partOf(inside, segment), schema);
    put(body, path, leafValue(leaf, value));
  }
  return body;
}

/** `undefined` leaves the field out. A file becomes null, which no text field accepts. */
function leafValue(schema: unknown, value: FormDataEntryValue): unknown {
  if (typeof value !== "string") return null;
  const leaf = bare(schema);
  if (value === "" && leaf !== schema) return undefined;
  if (leaf instanceof z.ZodNumber && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value)) return Number(value);
  if (leaf instanceof z.ZodBoolean && /^(?:on|true|false)$/.test(value)) return value !== "false";
  return leaf instanceof z.ZodArray ? [leafValue(leaf.element, value)] : value;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head = "", ...rest] = path;
  const before = Object.hasOwn(target, head) ? target[head] : undefined;
  if (rest.length > 0) {
    const inner: Record<string, unknown> = isRecord(before) ? before : {};
    put(inner, rest, value);
    define(target, head, inner);
  } else if (value !== undefined) {
    define(target, head, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value);
  }
}

// Assigning to `__proto__` would change the object instead of adding a field for the schema to refuse.
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function partOf(schema: unknown, name: string): unknown {
  const inside = bare(schema);
  return inside instanceof z.ZodObject && Object.hasOwn(inside.shape, name) ? inside.shape[name] : undefined;
}

function bare(schema: unknown): unknown {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault;
  return isWrapped ? bare(schema.unwrap()) : schema;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
