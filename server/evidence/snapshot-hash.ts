import {
  type CanonicalObject,
  type CanonicalValue,
  canonicalText,
  isPlainObject,
  jcs,
  NotCanonical,
} from "./canonical";
import { H } from "./hash";
import { instant } from "./instant";

/** The content hash of a policy snapshot. */
export function snapshotHash(content: CanonicalValue): Buffer {
  return H("snapshot", canonicalText(content));
}

/** What compiled policy sets are kept under; it leaves the run out, so runs of one set share it. */
export function policySetHash(content: CanonicalValue): Buffer {
  return H("policy-set", canonicalText(content));
}

/** Equal exactly for request bodies that are equal by RFC 8785. `body` is the JSON as it was sent, defaults not added. */
export function requestHash(body: unknown): Buffer {
  return H("request", jcs(body));
}

/** The hash of a mutable evidence row after a change, as its audit entry keeps it. */
export function afterImageHash(entity: { readonly [column: string]: unknown }): Buffer {
  return H("after-image", canonicalText(canonicalImage(entity)));
}

/**
 * A database row as a canonical value: instants as ISO text, null as absence, bytes as lower-case hex,
 * numbers that are no exact integer as plain decimal strings.
 * @throws NotCanonical on a null inside an array, NaN, infinities and anything that is not data.
 */
export function canonicalImage(entity: { readonly [column: string]: unknown }): CanonicalObject {
  const image: { [column: string]: CanonicalValue } = {};
  for (const column of Object.keys(entity)) {
    const value = entity[column];
    if (value === null || value === undefined) continue;
    if (column === "__proto__") Object.defineProperty(image, column, { value: imageOf(value), enumerable: true });
    else image[column] = imageOf(value);
  }
  return image;
}

function imageOf(value: unknown): CanonicalValue {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : plainDecimal(value);
  if (typeof value === "bigint") return imageOfBigint(value);
  if (value instanceof Date) return instant(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(imageOf);
  if (isPlainObject(value)) return canonicalImage(value);
  throw new NotCanonical(`${value === null ? "null in an array" : `a ${typeof value}`} has no canonical form`);
}

function imageOfBigint(value: bigint): CanonicalValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** The shortest digits that name the double, without an exponent: 1e-7 → "0.0000001". */
export function plainDecimal(value: number): string {
  if (!Number.isFinite(value)) throw new NotCanonical(`the number ${value} has no canonical form`);
  const [mantissa = "", exponent] = String(value).split("e");
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
