// Reads I-JSON (RFC 7493) from bytes, strictly. JSON.parse alone would let through what two readers may read
// differently: duplicate keys, lone surrogates, numbers a double cannot carry. One linear scan over the text finds
// these without building anything; the place of a fault is looked up only when there is one (i-json-locate.ts).

import { isUtf8 } from "node:buffer";
import { faultAt, firstDuplicate } from "@/server/platform/http/i-json-locate";
import { NotIJson, type Problem } from "@/server/platform/http/problem";

export const maxDepth = 64;

export type IJsonCode = "syntax" | "utf8" | "duplicate_key" | "lone_surrogate" | "nul" | "number" | "depth";

const details: Record<IJsonCode, string> = {
  syntax: "The body is not JSON.",
  utf8: "The body is not UTF-8.",
  duplicate_key: "An object names the same key twice.",
  lone_surrogate: "A string holds half of a surrogate pair.",
  nul: "A string holds U+0000.",
  number: "A double cannot carry this number.",
  depth: `Values are nested deeper than ${maxDepth}.`,
};

/** The value of an I-JSON text. Throws `NotIJson` with the place and the kind of the first fault found. */
export function readIJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw refuse("utf8", "#");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return parseIJson(text);
}

/** As `readIJson`, for text that is well-formed Unicode already. */
export function parseIJson(text: string): unknown {
  const scan = scanText(text);
  if (scan.fault) throw refuse(scan.fault.code, faultAt(text, scan.fault.offset));
  const value = parse(text);
  // JSON.parse keeps the last of two equal keys, so a duplicate is a key that went missing.
  if (scan.keys > 0 && countKeys(value) !== scan.keys) throw refuse("duplicate_key", firstDuplicate(text));
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse("syntax", "#");
  }
}

function refuse(code: IJsonCode, pointer: string): Problem {
  return NotIJson.with({ detail: details[code], errors: [{ pointer, code, detail: details[code] }] });
}

interface Scan {
  keys: number;
  fault: { code: IJsonCode; offset: number } | null;
}

// On text that is not JSON the scan may report anything or nothing: JSON.parse has the last word, and both answers are
// the same problem.
function scanText(text: string): Scan {
  const escapes = text.includes("\\");
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    if (c === 0x22) {
      const end = escapes ? endOfString(text, at) : text.indexOf('"', at + 1);
      if (end < 0 && !escapes) break;
      if (end < 0) return { keys, fault: stringFault(text, at) };
      at = end;
    } else if (c === 0x3a) keys += 1;
    else if (c === 0x7b || c === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return { keys, fault: { code: "depth", offset: at } };
    } else if (c === 0x7d || c === 0x5d) depth -= 1;
    else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      const end = endOfNumber(text, at);
      if (!isCarried(text, at, end)) return { keys, fault: { code: "number", offset: at } };
      at = end - 1;
    }
  }
  return { keys, fault: null };
}

/** Offset of the closing quote, or -1 when an escape in between is one I-JSON forbids. */
function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    if (c === 0x22) return at;
    if (c !== 0x5c) continue;
    at += 1;
    if (text.charCodeAt(at) !== 0x75) continue;
    const width = escapeWidth(text, at);
    if (width === 0) return -1;
    at += width;
  }
  return text.length;
}

/** Characters after the `u` that belong to this escape (a pair is one escape), or 0 when it is forbidden. */
function escapeWidth(text: string, u: number): number {
  const unit = hex4(text, u + 1);
  if (unit === 0) return 0;
  if (unit < 0xd800 || unit > 0xdfff) return 4;
  if (unit > 0xdbff || text.charCodeAt(u + 5) !== 0x5c || text.charCodeAt(u + 6) !== 0x75) return 0;
  const low = hex4(text, u + 7);
  return low >= 0xdc00 && low <= 0xdfff ? 10 : 0;
}

function hex4(text: string, at: number): number {
  const digits = text.slice(at, at + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

function stringFault(text: string, open: number): { code: IJsonCode; offset: number } {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text.charCodeAt(at) !== 0x5c) continue;
    at += 1;
    if (text.charCodeAt(at) !== 0x75) continue;
    const width = escapeWidth(text, at);
    if (width === 0) return { code: hex4(text, at + 1) === 0 ? "nul" : "lone_surrogate", offset: open };
    at += width;
  }
  return { code: "syntax", offset: open };
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const c = text.charCodeAt(at);
    // digits, + - . E e
    const part = (c >= 0x30 && c <= 0x39) || c === 0x2e || c === 0x65 || c === 0x45 || c === 0x2b || c === 0x2d;
    if (!part) break;
    at += 1;
  }
  return at;
}

// 15 significant digits always survive a double. Beyond that an integer is carried when the double it reads as is exactly
// it or prints as it; any other number when it has no more than the 17 digits that C and R print (RFC 7493 §2.2).
function isCarried(text: string, start: number, end: number): boolean {
  if (end - start <= 15 && !/[eE]/.test(text.slice(start, end))) return true;
  return carries(text.slice(start, end));
}

function carries(token: string): boolean {
  const value = Number(token);
  if (Number.isNaN(value)) return true;
  if (!Number.isFinite(value)) return false;
  const written = decimal(token);
  if (value === 0) return written.digits === "";
  const printed = decimal(String(value));
  if (written.digits === printed.digits && written.exponent === printed.exponent) return true;
  return /^-?\d+$/.test(token) ? BigInt(token) === BigInt(value) : written.digits.length <= 17;
}

/** Significant digits without leading and trailing zeros, and the power of ten of the last one. */
function decimal(token: string): { digits: string; exponent: number } {
  const [mantissa = "", power = "0"] = token.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const all = (whole + fraction).replace(/^0+/, "");
  // By hand: /0+$/ is quadratic on a megabyte of zeros that ends in another digit.
  let last = all.length;
  while (last > 0 && all.charCodeAt(last - 1) === 0x30) last -= 1;
  return { digits: all.slice(0, last), exponent: Number(power) - fraction.length + (all.length - last) };
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object") count += countKeys(item);
    return count;
  }
  for (const item of Object.values(value)) {
    count += 1;
    if (typeof item === "object") count += countKeys(item);
  }
  return count;
}
