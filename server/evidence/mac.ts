import { createHmac, timingSafeEqual } from "node:crypto";
import { canonicalBytes } from "./canonical";

/** What a log leaf is made from, exactly as the leaf will say it. */
export type LeafSource = {
  readonly tenant_id: string;
  readonly kind: string;
  readonly id: string;
  /** `sha256:<64 hex>` */
  readonly hash: string;
  /** ISO-8601, milliseconds, Z. */
  readonly at: string;
};

const LABEL = Buffer.from("holdpoint/v1/source-mac\0");

/**
 * HMAC-SHA-256 under the application's MAC key, 32 bytes. Whoever can write to the database but does not hold the key cannot
 * make a source row that the sequencer will put into the log. The tenant and the time are covered, so a row cannot be moved either.
 */
export function sourceMac(key: Uint8Array, source: LeafSource): Buffer {
  const { tenant_id, kind, id, hash, at } = source;
  return createHmac("sha256", key)
    .update(LABEL)
    .update(canonicalBytes({ v: 1, tenant_id, kind, id, hash, at }))
    .digest();
}

/** True when `mac` is the source's own. Compares in constant time. */
export function isSourceMac(key: Uint8Array, source: LeafSource, mac: Uint8Array): boolean {
  const expected = sourceMac(key, source);
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}
