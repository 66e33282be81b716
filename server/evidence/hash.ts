import { createHash, hash as digest, type Hash } from "node:crypto";

/** What a hash is about. The kind is part of the hashed bytes, so a hash of one kind can never pass for another. */
export const hashKinds = [
  "genesis",
  "record",
  "seal",
  "addendum",
  "commit",
  "stored",
  "request",
  "answer",
  "snapshot",
  "policy-set",
  "after-image",
  "audit",
  "audit-chain",
  "incident-event",
  "key",
  "bundle",
  "bundle-lines",
  "review",
] as const;
export type HashKind = (typeof hashKinds)[number];

export const HASH_BYTES = 32;

const prefixes = new Map<HashKind, Buffer>(hashKinds.map((kind) => [kind, Buffer.from(`holdpoint/v1/${kind}\0`)]));
const WRITTEN = /^sha256:[0-9a-f]{64}$/;

/**
 * SHA-256("holdpoint/v1/" ‖ kind ‖ 0x00 ‖ parts), 32 bytes. Strings enter as UTF-8. Parts are joined without a separator:
 * every part but the last has a fixed length.
 */
export function H(kind: HashKind, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const prefix = prefixes.get(kind);
  if (!prefix) throw new TypeError(`unknown hash kind ${kind}`);
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part));
  // One-shot hashing to hex and back is half the cost of createHash (0.9 against 2.0 µs for a 780-byte record).
  return Buffer.from(digest("sha256", Buffer.concat([prefix, ...bytes]), "hex"), "hex");
}

/** `H` for what is too long to hold: the kind is in already. */
export function hasherOf(kind: HashKind): Hash {
  return createHash("sha256").update(`holdpoint/v1/${kind}\0`);
}

/** `sha256:<64 hex>`, the only form a hash has outside the database. */
export function writeHash(bytes: Uint8Array): string {
  if (bytes.length !== HASH_BYTES) throw new TypeError(`a hash has ${HASH_BYTES} bytes, not ${bytes.length}`);
  return `sha256:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`;
}

/** The 32 bytes behind `sha256:<64 hex>`; null when the text is anything else (upper-case digits included). */
export function readHash(text: string): Buffer | null {
  return WRITTEN.test(text) ? Buffer.from(text.slice("sha256:".length), "hex") : null;
}
