// A form's text fields as the JSON that a contract's body expects: `scope.type` nests, `scopes.0.type` is of the first of a
// list, a checkbox is a boolean, an empty optional field is an absent one, `null` of a nullable choice or moment is null. What does
// not fit stays as it is, and the schema refuses it with its pointer.

import { z } from "zod";

type Entry = [string, FormDataEntryValue];

export function formValues(schema: z.ZodObject | null, entries: readonly Entry[]): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    const path = name.split(".").slice(0, 8);
    const leaf = path.reduce<unknown>((inside, segment) => partOf(inside, segment), schema);
    put(body, path, leafValue(leaf, value));
  }
  for (const [name, value] of Object.entries(body)) define(body, name, listed(partOf(schema, name), value));
  return body;
}

/** Entries that were numbered, as the list they are. */
function listed(schema: unknown, value: unknown): unknown {
  const inside = bare(schema);
  if (!(inside instanceof z.ZodArray) || !isRecord(value)) return value;
  return Object.keys(value).every((key) => isIndex(key)) ? Object.values(value) : value;
}

function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,3})$/.test(name);
}

/** `undefined` leaves the field out. A file becomes null, which no text field accepts. */
function leafValue(schema: unknown, value: FormDataEntryValue): unknown {
  if (typeof value !== "string") return null;
  const leaf = bare(schema);
  // Where null must be said, leaving the field empty says it.
  if (value === "" && schema instanceof z.ZodNullable) return null;
  if (value === "" && leaf !== schema) return undefined;
  if (value === "null" && isNullable(schema) && (leaf instanceof z.ZodEnum || leaf instanceof z.ZodISODateTime))
    return null;
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
  if (inside instanceof z.ZodArray && isIndex(name)) return inside.element;
  return inside instanceof z.ZodObject && Object.hasOwn(inside.shape, name) ? inside.shape[name] : undefined;
}

function isNullable(schema: unknown): boolean {
  if (schema instanceof z.ZodNullable) return true;
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? isNullable(schema.unwrap()) : false;
}

function bare(schema: unknown): unknown {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault;
  return isWrapped ? bare(schema.unwrap()) : schema;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
