// What this process signs with. The private key comes from the environment or a file, never from the database; the database
// only says which key is the active one, and a process whose key is another one does not sign.

import { type KeyObject, sign } from "node:crypto";
import type { KeyHistoryEntry } from "@/server/evidence/key-history";
import { originOf } from "@/server/evidence/leaf";
import { fingerprint, type NoteKey, type NoteSigner } from "@/server/evidence/signed-note";
import type { SystemSql } from "@/server/platform/db/system-db";
import { once } from "@/server/platform/env/once";
import { signingKey } from "@/server/platform/env/secrets";
import { publicKeyOf } from "@/server/platform/env/signing-seed";
import { log } from "@/server/platform/log/log";
import { activeFingerprint, historyEntry, type KeyRow, provenHistory, registered } from "./key-store";

/** The signing key in hand is not the one that is registered as active. */
export class SigningKeyMismatch extends Error {
  override readonly name = "SigningKeyMismatch";

  constructor(own: string, active: string | null) {
    super(
      `The signing key in hand is ${own}, but ${active ?? "no single key"} is registered as the active one. Give back ` +
        "the registered key (HOLDPOINT_SIGNING_KEY, or the file secrets/signing-key in the data folder, from your " +
        "copy). A key is changed by `npm run admin -- rotate-signing-key` and in no other way; run it again where it was " +
        "interrupted.",
    );
  }
}

/** The key in hand, and what it signs for. */
export type Signing = {
  readonly deploymentId: string;
  readonly fingerprint: string;
  readonly key: KeyObject;
  /** Raw; worked out once, because every batch of the gate asks for it. */
  readonly publicKey: Buffer;
};

type Kept = { signing: Promise<Signing> | null; checkedAt: number };

/** A key that another process has replaced is noticed within this time. */
const CHECK_EVERY_MS = 5_000;

function kept(): Kept {
  return once("signing", () => ({ signing: null, checkedAt: 0 }));
}

/**
 * Reads the key and holds it against the registered one; at the very first start it is registered, and the deployment with
 * it. Throws SigningKeyMismatch. Called at start, so that a process with a wrong key never begins.
 */
export async function prepareSigning(): Promise<Signing> {
  const own = kept();
  if (own.signing === null) {
    own.checkedAt = Date.now();
    own.signing = load();
    // One that failed is not kept: the next caller tries again.
    own.signing.catch(() => {
      own.signing = null;
    });
  }
  return own.signing;
}

/** From here on this process signs with that key. */
export function adoptSigning(signing: Signing): void {
  const own = kept();
  own.signing = Promise.resolve(signing);
  own.checkedAt = Date.now();
}

async function load(): Promise<Signing> {
  const key = signingKey();
  const publicKey = publicKeyOf(key);
  const own = fingerprint(publicKey);
  const { deploymentId, keys } = await registered({ fingerprint: own, publicKey });
  const active = keys.filter((row) => row.retired_at === null);
  if (active.length !== 1 || active[0]?.fingerprint !== own) {
    throw new SigningKeyMismatch(own, active.length === 1 ? (active[0]?.fingerprint ?? null) : null);
  }
  return { deploymentId, fingerprint: own, key, publicKey };
}

/**
 * Who signs for the tenant. Throws SigningKeyMismatch when no key ever could; a key that has been replaced since signs on
 * until the new one can be read, because an answer must not wait for an operator.
 */
export async function signers(tenantId: string): Promise<NoteSigner[]> {
  const signing = await prepareSigning();
  if (Date.now() - kept().checkedAt > CHECK_EVERY_MS) {
    kept().checkedAt = Date.now();
    void takeUpNewKey(signing).catch((error: unknown) => log.error({ err: error }, "the signing key was replaced"));
  }
  return [signerOf(signing, tenantId)];
}

async function takeUpNewKey(signing: Signing): Promise<void> {
  const fresh = await load();
  if (fresh.fingerprint !== signing.fingerprint) adoptSigning(fresh);
}

export function signerOf({ deploymentId, key, publicKey }: Omit<Signing, "fingerprint">, tenantId: string): NoteSigner {
  return {
    name: originOf(deploymentId, tenantId),
    publicKey,
    sign: (bytes) => sign(null, bytes, key),
  };
}

/**
 * The key for a signature that the log keeps: held against the registered one again, because another process may have
 * changed it since. A file is then read anew. Throws SigningKeyMismatch.
 */
export async function currentSigning(sql: SystemSql): Promise<Signing> {
  const signing = await prepareSigning();
  if ((await activeFingerprint(sql)) === signing.fingerprint) return signing;
  const fresh = await load();
  adoptSigning(fresh);
  return fresh;
}

/** The keys whose signatures hold for this deployment, oldest first, the active one last. */
export async function keyRows(): Promise<{ deploymentId: string; keys: KeyRow[] }> {
  const { fingerprint: own, key } = await prepareSigning();
  const { deploymentId, keys } = await registered({ fingerprint: own, publicKey: publicKeyOf(key) });
  return { deploymentId, keys: provenHistory(keys, own) };
}

/** The history as bundles carry it, oldest first. */
export async function keyHistory(): Promise<KeyHistoryEntry[]> {
  return (await keyRows()).keys.map(historyEntry);
}

/** What a note for the tenant may be signed by. */
export async function noteKeys(tenantId: string): Promise<NoteKey[]> {
  const { deploymentId, keys } = await keyRows();
  return keys.map((row) => ({ name: originOf(deploymentId, tenantId), publicKey: row.public_key }));
}
