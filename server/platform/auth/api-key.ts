// What an API key is: a secret its holder sends, of which the database knows the SHA-256 alone.

import { createHash, createHmac, randomBytes } from "node:crypto";
import { authSecret } from "@/server/platform/env/secrets";

const PREFIX = "hp_live_";
const SHOWN_CHARACTERS = 12;

/** 32 random bytes in base64url behind the prefix. */
export function mintApiKey(): string {
  return PREFIX + randomBytes(32).toString("base64url");
}

/**
 * The key that belongs to `nonce`, a `mintApiKey()` that is no key itself. Stored answers hold the nonce: whoever reads
 * the database cannot make the key from it without the secret outside, and the same request gets the same key again.
 */
export function keyOfNonce(nonce: string): string {
  return PREFIX + createHmac("sha256", authSecret()).update(`api key\0${nonce}`).digest("base64url");
}

/** Longer or shorter ones are refused unread; ours have 43 characters behind the prefix. */
export function isApiKey(text: string): boolean {
  return /^hp_live_[A-Za-z0-9_-]{32,128}$/.test(text);
}

export function hashApiKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** What lists show of a key, so that its owner recognises it. */
export function shownPrefix(key: string): string {
  return key.slice(0, SHOWN_CHARACTERS);
}
