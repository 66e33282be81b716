// Keys that must not lie in the database. They come from the environment, or from files of mode 600 beside the data that
// are made at first start. As root the database runs as another user, who therefore cannot read them.

import { type KeyObject, randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { env } from "@/server/platform/env/env";
import { readSigningKey, SEED_FORMS } from "@/server/platform/env/signing-seed";

const SIGNING_KEY_FILE = "signing-key";

/** What signs sessions and cookies: at least 32 characters. */
export function authSecret(): string {
  return env.AUTH_SECRET ?? secretFile("auth-secret", newSecret);
}

/** What the evidence's message authentication codes are made with: at least 32 characters. */
export function macKey(): string {
  return env.HOLDPOINT_MAC_KEY ?? secretFile("mac-key", newSecret);
}

/** What checkpoints, receipts and documents are signed with; the file is made at first start. */
export function signingKey(): KeyObject {
  return asSigningKey(env.HOLDPOINT_SIGNING_KEY ?? secretFile(SIGNING_KEY_FILE, newSigningSeed));
}

/** `text` as a key. Throws when it is none, and never shows it. */
export function asSigningKey(text: string): KeyObject {
  const key = readSigningKey(text);
  if (key === null) throw new Error(`the signing key cannot be used: it must be ${SEED_FORMS}`);
  return key;
}

/** A new Ed25519 seed, as its file holds it. */
export function newSigningSeed(): string {
  return randomBytes(32).toString("base64");
}

/**
 * The content of the secret file `name`, made by `make` when it is not there. Two processes that start at once agree on
 * one content. Throws when the file is empty or its owner's group or others may read it.
 */
export function secretFile(name: string, make: () => string, dataDir: string = env.HOLDPOINT_DATA_DIR): string {
  const folder = join(resolve(dataDir), "secrets");
  const path = join(folder, name);
  return readSecret(path) ?? createSecret(folder, path, make());
}

/** Where the secret file `name` lies. */
export function secretPath(name: string): string {
  return join(resolve(env.HOLDPOINT_DATA_DIR), "secrets", name);
}

function readSecret(path: string): string | null {
  try {
    const mode = statSync(path).mode & 0o777;
    if ((mode & 0o077) !== 0) throw new Error(`${path} has mode ${mode.toString(8)}: run chmod 600 on it`);
    const content = readFileSync(path, "utf8").trim();
    if (content === "")
      throw new Error(`${path} is empty: restore it from a copy, or delete it to have a new one made`);
    return content;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

// A link fails when the name is taken, so the first of two processes wins and the file never has half its content.
function createSecret(folder: string, path: string, content: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, `${content}\n`, { mode: 0o600, flag: "wx", flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft);
  }
  const kept = readSecret(path);
  if (kept === null) throw new Error(`${path} vanished while it was made`);
  return kept;
}

/** 48 random bytes, safe in an address. */
export function newSecret(): string {
  return randomBytes(48).toString("base64url");
}
