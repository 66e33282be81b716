// One text per value: RFC 8785. `canonicalText` accepts only what our hashed records may hold and refuses the rest loudly,
// because a value that is silently rounded or dropped could never be rebuilt from the columns. `jcs` is the whole RFC, for JSON
// that clients sent.

export type CanonicalValue = string | boolean | number | readonly CanonicalValue[] | CanonicalObject;
/** A member that is `undefined` is an absent member; there is no null. */
export type CanonicalObject = { readonly [key: string]: CanonicalValue | undefined };

/** A value has no canonical form. It is always a mistake of the program that built the value, never of a client. */
export class NotCanonical extends TypeError {
  override readonly name = "NotCanonical";
}

type Dialect = { readonly isStrict: boolean };
const STRICT: Dialect = { isStrict: true };
const FULL: Dialect = { isStrict: false };

/** The boundary admits 64 levels of client JSON; the rest is room for what we wrap around it. */
const MAX_DEPTH = 128;

/** Printable ASCII that JSON writes as itself: true of nearly every string, and far cheaper than JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * RFC 8785 over strings, booleans, arrays, objects and integers within ±(2^53 − 1). −0 is written `0`.
 * @throws NotCanonical on null, floats, bigint, `undefined` in an array, lone surrogates, U+0000 (PostgreSQL stores none), class instances.
 */
export function canonicalText(value: CanonicalValue): string {
  return write(value, STRICT, 0);
}

/** `canonicalText` as UTF-8, the bytes that are stored and hashed. */
export function canonicalBytes(value: CanonicalValue): Buffer {
  return Buffer.from(canonicalText(value), "utf8");
}

/**
 * RFC 8785 for any JSON value: null is allowed, numbers are written as ECMAScript writes them.
 * Two request bodies are equal exactly when their `jcs` is.
 * @throws NotCanonical on what JSON cannot carry: NaN, infinities, lone surrogates, `undefined` in an array, class instances.
 */
export function jcs(value: unknown): string {
  return write(value, FULL, 0);
}

/**
 * True when `text`, of which `value` was just parsed, is the canonical text of it. For members named by digits it may be
 * false although it is one: parsing puts those in another order. Half the cost of writing the text anew.
 */
export function isCanonicalTextOf(value: unknown, text: string): boolean {
  return isInOrder(value, STRICT, 0) && JSON.stringify(value) === text;
}

/** The canonical text of a value that was just parsed; null for one that `canonicalText` has to write or to refuse. */
export function quickCanonicalText(value: unknown): string | null {
  return isInOrder(value, STRICT, 0) ? JSON.stringify(value) : null;
}

/** As `isCanonicalTextOf`, for what `jcs` writes. */
export function isJcsTextOf(value: unknown, text: string): boolean {
  return isInOrder(value, FULL, 0) && JSON.stringify(value) === text;
}

// What JSON.stringify writes is canonical when the members are in order and every value is one that has a canonical form.
function isInOrder(value: unknown, dialect: Dialect, depth: number): boolean {
  if (typeof value === "string") return isWritable(value, dialect);
  if (typeof value === "number") return dialect.isStrict ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "boolean";
  if (value === null) return !dialect.isStrict;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isInOrder(item, dialect, depth + 1));
  let last: string | null = null;
  for (const [name, member] of Object.entries(value)) {
    const isNext = (last === null || last < name) && isWritable(name, dialect);
    if (!isNext || !isInOrder(member, dialect, depth + 1)) return false;
    last = name;
  }
  return true;
}

function isWritable(text: string, dialect: Dialect): boolean {
  return PLAIN.test(text) || (!LONE_SURROGATE.test(text) && !(dialect.isStrict && text.includes("\0")));
}

function write(value: unknown, dialect: Dialect, depth: number): string {
  switch (typeof value) {
    case "string":
      return writeString(value, dialect);
    case "number":
      return writeNumber(value, dialect);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (depth >= MAX_DEPTH) throw new NotCanonical(`nested deeper than ${MAX_DEPTH} levels`);
      if (value === null) return writeNull(dialect);
      return Array.isArray(value) ? writeArray(value, dialect, depth) : writeObject(value, dialect, depth);
    default:
      throw new NotCanonical(`a ${typeof value} has no canonical form`);
  }
}

function writeNull(dialect: Dialect): string {
  if (dialect.isStrict) throw new NotCanonical("null has no canonical form: leave the member out");
  return "null";
}

function writeNumber(value: number, dialect: Dialect): string {
  if (dialect.isStrict ? Number.isSafeInteger(value) : Number.isFinite(value)) return String(value);
  throw new NotCanonical(`the number ${value} has no canonical form`);
}

function writeString(value: string, dialect: Dialect): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (LONE_SURROGATE.test(value)) throw new NotCanonical("a lone surrogate has no canonical form");
  if (dialect.isStrict && value.includes("\0")) throw new NotCanonical("U+0000 has no canonical form");
  return JSON.stringify(value);
}

function writeArray(values: readonly unknown[], dialect: Dialect, depth: number): string {
  let text = "[";
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) text += ",";
    text += write(values[i], dialect, depth + 1);
  }
  return `${text}]`;
}

function writeObject(value: object, dialect: Dialect, depth: number): string {
  if (!isPlainObject(value)) throw new NotCanonical("only plain objects have a canonical form");
  let text = "";
  for (const key of orderedKeys(value)) {
    const member: unknown = Reflect.get(value, key);
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${writeString(key, dialect)}:${write(member, dialect, depth + 1)}`;
  }
  return `{${text}}`;
}

const FEW_KEYS = 32;

/**
 * In the order of UTF-16 code units (RFC 8785 §3.2.3), which is the default sort's. Few keys are sorted where they lie: the
 * built-in sort left a tenth of a step's garbage.
 */
function orderedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let i = 1; i < keys.length; i += 1) {
    const key = keys[i] ?? "";
    let at = i;
    for (; at > 0 && (keys[at - 1] ?? "") > key; at -= 1) keys[at] = keys[at - 1] ?? "";
    keys[at] = key;
  }
  return keys;
}

// A plain object's prototype is null or has none itself; this also holds for objects of another realm.
export function isPlainObject(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
}
