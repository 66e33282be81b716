// The signing key as operators write it. Ed25519 only: another kind of key would be another format of notes.

import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** What HOLDPOINT_SIGNING_KEY may be, for messages. */
export const SEED_FORMS = "base64 or hex of the 32-byte Ed25519 seed, or the key as PKCS#8 PEM";

const SEED_BYTES = 32;
/** Everything of an Ed25519 PKCS#8 private key but its seed. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The private key behind one of SEED_FORMS; null for anything else. */
export function readSigningKey(text: string): KeyObject | null {
  const trimmed = text.trim();
  if (trimmed.startsWith("-----BEGIN")) return readPem(trimmed);
  const seed = readSeed(trimmed);
  return seed && createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
}

/** The raw 32 bytes of its public key. */
export function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}

function readSeed(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const seed = Buffer.from(text, "base64");
  return seed.length === SEED_BYTES ? seed : null;
}

// An environment file often holds the line ends as \n.
function readPem(text: string): KeyObject | null {
  try {
    const key = createPrivateKey(text.replaceAll("\\n", "\n"));
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null;
  }
}
