// The keys a reader has from elsewhere, in the forms they come in.
import { createPublicKey } from "node:crypto";
import type { TrustedKey } from "./bundle-trust";
import { isPlainObject } from "./canonical";
import { PUBLIC_KEY_BYTES } from "./signed-note";

/** The text is no key in any form we know. */
export class UnreadableKey extends Error {
  override readonly name = "UnreadableKey";
}

const HEX = /^[0-9a-fA-F]{64}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** One public key: a private one is given by mistake, and of several the reader means all. */
const PEM = /^-----BEGIN PUBLIC KEY-----\s[^-]*-----END PUBLIC KEY-----$/;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** The keys in 64 hex digits, in base64, in PEM, or in JSON as /.well-known/holdpoint-keys.json answers. Throws UnreadableKey. */
export function readTrustedKeys(text: string): TrustedKey[] {
  const trimmed = text.trim();
  if (HEX.test(trimmed)) return [{ public_key: trimmed.toLowerCase() }];
  if (BASE64.test(trimmed)) return [{ public_key: Buffer.from(trimmed, "base64").toString("hex") }];
  if (trimmed.startsWith("-----BEGIN")) return [{ public_key: ofPem(trimmed) }];
  const keys = publishedKeys(trimmed);
  if (keys.length === 0) throw new UnreadableKey("The key is neither a public key nor a file with published keys.");
  return keys;
}

function ofPem(pem: string): string {
  try {
    if (!PEM.test(pem)) throw new UnreadableKey("not one public key");
    const key = createPublicKey(pem);
    const der = key.export({ format: "der", type: "spki" });
    if (key.asymmetricKeyType === "ed25519") return der.subarray(-PUBLIC_KEY_BYTES).toString("hex");
  } catch {
    // Said below, as for a key of another kind.
  }
  throw new UnreadableKey("The key is PEM, but no Ed25519 public key.");
}

function publishedKeys(text: string): TrustedKey[] {
  const value = parsed(text);
  const keys = isPlainObject(value) ? value.keys : value;
  return Array.isArray(keys) ? keys.map(publishedKey) : [];
}

function publishedKey(value: unknown): TrustedKey {
  const key = isPlainObject(value) ? value : {};
  const { public_key, retired_at } = key;
  if (typeof public_key !== "string" || !HEX.test(public_key)) throw new UnreadableKey("A published key has no key.");
  const isRetired = retired_at !== undefined && retired_at !== null;
  if (!isRetired) return { public_key: public_key.toLowerCase(), retired_at: null };
  // Taken for no instant, it would make a retired key one that is trusted for ever.
  if (typeof retired_at !== "string" || !INSTANT.test(retired_at)) {
    throw new UnreadableKey("A published key is retired, but not at an instant of the form YYYY-MM-DDTHH:MM:SS.mmmZ.");
  }
  return { public_key: public_key.toLowerCase(), retired_at };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
