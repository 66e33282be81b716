// Input made up from the contracts' own schemas, and what a hostile client makes of it. Everything follows from a seed.

import { z } from "zod";

export type Random = () => number;

/** mulberry32: the same numbers for the same seed, everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function oneOf<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** A JSON value or, where JSON.stringify would not write it, its text. */
export class Raw {
  constructor(readonly text: string) {}
}

const words = [
  ...["a", "invoice-bot", "x".repeat(128), "x".repeat(129), "y".repeat(2_048), "y".repeat(2_049), " ", "", "\t\n\r"],
  ...["null", "-5", "' or 1=1; --", "<script>alert(1)</script>", "=1+1", "../../etc/passwd", "{{7*7}}", "%00%ff"],
  ...["\u202eevil", "\ufeffbom", "e\u0301", "🏳️‍🌈".repeat(20), "\u2028", "İ", "\u{10ffff}", "toString", "__proto__"],
] as const;
const conditions = [
  ...["run.tokens > 10", "step.index == 1 && now > timestamp('2026-01-01T00:00:00Z')", "tags['env'] == 'prod'"],
  ...["run.nothing", "1 +", "[1,2,3].all(x, x > 0)", '"a".matches("(a+)+$")', "((((((1", "size(run.goal) > 3", "true"],
] as const;
const numbers = [
  ...[0, 1, -1, 0.5, 1e-7, 0.0001, 0.00001, 1e9, 1e9 + 1, 128, 1_000_000, 2_147_483_647, 2_147_483_648],
  ...[Number.MAX_SAFE_INTEGER, 1e15, 1e21, 1e300, -0, 3.4e38],
] as const;

type Json = z.core.JSONSchema.BaseSchema;
const schemas = new WeakMap<z.ZodType, Json>();

/** A value that the schema may well accept. `ids` are strings of its uuid fields. */
export function madeFor(schema: z.ZodType, random: Random, ids: readonly [string, ...string[]]): unknown {
  let known = schemas.get(schema);
  if (known === undefined) {
    known = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    schemas.set(schema, known);
  }
  return made(known, { random, ids, name: "" });
}

type Making = { random: Random; ids: readonly [string, ...string[]]; name: string };

function made(schema: Json | boolean | undefined, making: Making): unknown {
  const { random } = making;
  if (typeof schema !== "object") return anything(random, 3);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[Math.floor(random() * schema.enum.length)];
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return made(options[Math.floor(random() * options.length)], making);
  if (schema.type === "object") return madeObject(schema, making);
  if (schema.type === "array") {
    const length = Math.min(schema.maxItems ?? 4, Math.floor(random() * 4));
    return Array.from({ length }, () => made(Array.isArray(schema.items) ? {} : schema.items, making));
  }
  if (schema.type === "boolean") return random() < 0.5;
  if (schema.type === "null") return null;
  if (schema.type === "integer" || schema.type === "number") return madeNumber(schema, random);
  return schema.type === "string" ? madeText(schema, making) : anything(random, 3);
}

function madeObject(schema: Json, making: Making): Record<string, unknown> {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).filter(
    ([name]) => required.has(name) || making.random() < 0.4,
  );
  const object = Object.fromEntries(fields.map(([name, part]) => [name, made(part, { ...making, name })]));
  const more = schema.additionalProperties;
  return typeof more === "object" ? { ...object, env: made(more, making) } : object;
}

function madeNumber(schema: Json, random: Random): number {
  const [low, high] = [schema.minimum ?? 0, Math.min(schema.maximum ?? 1e6, 1e6)];
  if (random() < 0.1) return oneOf(random, numbers);
  const value = low + random() * Math.max(0, high - low) * random() * random();
  return schema.type === "integer" ? Math.floor(value) : Math.round(value * 10_000) / 10_000;
}

function madeText(schema: Json, { random, ids, name }: Making): string {
  if (schema.format === "uuid" || /(?:^|_)id$/.test(name)) return oneOf(random, ids);
  if (schema.format === "date-time")
    return oneOf(random, ["2026-01-01T00:00:00.000Z", "2999-12-31T23:59:59.999Z", "0000-01-01T00:00:00Z"]);
  if (schema.format === "date") return "2026-02-28";
  if (name === "condition") return oneOf(random, conditions);
  return random() < 0.5 ? `word ${Math.floor(random() * 1e9)}` : oneOf(random, words);
}

/** Any JSON at all. */
export function anything(random: Random, depth: number): unknown {
  const kind = Math.floor(random() * (depth > 0 ? 7 : 5));
  if (kind === 0) return null;
  if (kind === 1) return random() < 0.5;
  if (kind === 2) return oneOf(random, numbers);
  if (kind < 5) return oneOf(random, words);
  const parts = Array.from({ length: Math.floor(random() * 4) }, () => anything(random, depth - 1));
  return kind === 5 ? parts : Object.fromEntries(parts.map((part, at) => [oneOf(random, words) + at, part]));
}

const hostile: readonly [() => unknown, ...(() => unknown)[]] = [
  () => new Raw('"\\u0000"'),
  () => new Raw('"\\ud800"'),
  () => new Raw('"\\udc00\\ud800"'),
  () => new Raw("1e400"),
  () => new Raw("9007199254740993"),
  () => new Raw(`-${"9".repeat(400)}`),
  () => new Raw('{"a":1,"a":2}'),
  () => new Raw('{"__proto__":{"admin":true},"constructor":{"prototype":1}}'),
  () => new Raw("[".repeat(65) + "]".repeat(65)),
  () => new Raw(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`),
  () => new Raw(`"${"z".repeat(300_000)}"`),
  () => new Raw(`[${"0,".repeat(5_000)}0]`),
  () => ({ toString: 1, valueOf: 2, hasOwnProperty: 3 }),
  () => [],
  () => ({}),
  () => "",
  () => null,
  () => -1,
  () => 1.5,
  () => "9".repeat(40),
];

/** The body's text with one of its nodes put out of shape. */
export function spoiled(body: unknown, random: Random): string {
  const at = Math.floor(random() * countOf(body));
  const extra = random() < 0.15 ? oneOf(random, ["__proto__", "constructor", "tenant_id", "\u0000", ""]) : null;
  let seen = 0;
  const write = (value: unknown): string => {
    if (seen++ === at) {
      const worse = random() < 0.3 ? anything(random, 2) : oneOf(random, hostile)();
      return worse instanceof Raw ? worse.text : JSON.stringify(worse);
    }
    if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
    const fields = Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}:${write(part)}`);
    if (extra !== null) fields.push(`${JSON.stringify(extra)}:{"a":1}`);
    return `{${fields.join(",")}}`;
  };
  return write(body);
}

function countOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + countOf(part), 1);
}

/** Bodies that no operation may take, whatever its contract: none is an I-JSON object in UTF-8 announced as JSON. */
export const neverTaken: readonly [Invalid, ...Invalid[]] = [
  { name: "cut off", body: '{"a":' },
  { name: "no JSON", body: "agent_id=x" },
  { name: "NaN", body: '{"a":NaN}' },
  { name: "trailing comma", body: '{"a":1,}' },
  { name: "two values", body: "{}{}" },
  { name: "a list", body: "[]" },
  { name: "a text", body: '"{}"' },
  { name: "null", body: "null" },
  { name: "duplicate keys", body: '{"reason":"a","reason":"b"}' },
  { name: "duplicate keys, one escaped", body: '{"reason":"a","\\u0072eason":"b"}' },
  { name: "NUL", body: '{"reason":"\\u0000"}' },
  { name: "lone surrogate", body: '{"reason":"\\ud800"}' },
  { name: "lone surrogate in a key", body: '{"\\udfff":1}' },
  { name: "an infinite number", body: '{"a":1e400}' },
  { name: "an integer beyond doubles", body: '{"a":9007199254740993}' },
  { name: "65 deep", body: `${'{"a":'.repeat(65)}1${"}".repeat(65)}` },
  { name: "10 000 deep", body: `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}` },
  { name: "broken UTF-8", body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
  { name: "overlong UTF-8", body: Buffer.from([0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]) },
  { name: "UTF-16", body: Buffer.from('{"a":1}', "utf16le") },
  { name: "a byte order mark", body: '\ufeff{"a":1}' },
  { name: "prototype key", body: '{"__proto__":{"admin":true}}' },
  { name: "an unknown field", body: '{"surely_unknown":1}' },
  { name: "text/plain", body: "{}", headers: { "content-type": "text/plain" } },
  { name: "a form", body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
  { name: "latin-1", body: "{}", headers: { "content-type": "application/json; charset=latin1" } },
  { name: "no content type", body: "{}", headers: { "content-type": "" } },
  { name: "1 MiB and a byte", body: `{"a":"${"x".repeat(1_048_576 - 7)}"}` },
  { name: "10 MB", body: `{"a":"${"x".repeat(10_000_000)}"}` },
];

export type Invalid = { name: string; body: string | Buffer; headers?: Readonly<Record<string, string>> };
