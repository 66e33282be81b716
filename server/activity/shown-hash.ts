import { HASH_BYTES, writeHash } from "@/server/evidence/hash";

/** A stored hash as it is shown. One of a wrong length is shown for what it is: a tampered row must not hide its page. */
export function shownHash(bytes: Uint8Array): string {
  return bytes.length === HASH_BYTES ? writeHash(bytes) : `invalid:${Buffer.from(bytes).toString("hex")}`;
}
