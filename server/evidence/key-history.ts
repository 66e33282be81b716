// Which keys signed for a deployment, each vouched for by the one before it.
import { canonicalBytes } from "./canonical";
import { H, HASH_BYTES, readHash } from "./hash";
import { fingerprint, isSignatureOf, PUBLIC_KEY_BYTES } from "./signed-note";

export type KeyHistoryEntry = {
  /** SHA-256 of the raw public key, written. */
  readonly fingerprint: string;
  /** 32 bytes in lower-case hex. */
  readonly public_key: string;
  readonly active_from: string;
  /** Fingerprint of the key it followed; absent for the first. */
  readonly predecessor?: string;
  /** The predecessor's signature over `endorsedBytes`, 64 bytes in lower-case hex; there exactly when `predecessor` is. */
  readonly endorsement?: string;
};

type KeyStatement = Omit<KeyHistoryEntry, "endorsement">;

const LABEL = Buffer.from("holdpoint/v1/key\0");

/** The hash that a key's leaf names. */
export function keyStatementHash(key: KeyStatement): Buffer {
  return H("key", keyStatementBytes(key));
}

/** What the predecessor signs: the very bytes that are hashed for the leaf, label included, so no other text can be taken for them. */
export function endorsedBytes(key: KeyStatement): Buffer {
  return Buffer.concat([LABEL, keyStatementBytes(key)]);
}

/** True when the entry is what it says: its fingerprint is its key's, and what it follows is named and vouched for together. */
export function isKeyEntry(key: KeyHistoryEntry): boolean {
  const raw = Buffer.from(key.public_key, "hex");
  const isKey = raw.length === PUBLIC_KEY_BYTES && raw.toString("hex") === key.public_key;
  const isFollower = key.predecessor !== undefined;
  const isWhole = isFollower === (key.endorsement !== undefined) && (!isFollower || isWrittenHash(key.predecessor));
  return isKey && isWhole && fingerprint(raw) === key.fingerprint;
}

/** True when `predecessor` is the one that `key` names and its signature over `key` is good. */
export function isEndorsedBy(key: KeyHistoryEntry, predecessor: KeyHistoryEntry): boolean {
  if (key.endorsement === undefined || key.predecessor !== predecessor.fingerprint) return false;
  const signature = Buffer.from(key.endorsement, "hex");
  if (signature.toString("hex") !== key.endorsement) return false;
  return isSignatureOf(Buffer.from(predecessor.public_key, "hex"), endorsedBytes(key), signature);
}

function keyStatementBytes({ fingerprint: mark, public_key, active_from, predecessor }: KeyStatement): Buffer {
  return canonicalBytes({ v: 1, fingerprint: mark, public_key, active_from, predecessor });
}

function isWrittenHash(text: string | undefined): boolean {
  return text !== undefined && readHash(text)?.length === HASH_BYTES;
}
