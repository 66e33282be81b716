// Who signed, and whether the reader knows them. A file brings its own keys along; they show that it agrees with itself, and
// only a key that the reader has from elsewhere shows whose file it is.
import type { BundleProof } from "./bundle-file";
import { type Checkpoint, readCheckpoint } from "./checkpoint";
import { isEndorsedBy, isKeyEntry, type KeyHistoryEntry } from "./key-history";
import { isSignedBy, keyHash, type NoteKey, openNote } from "./signed-note";
import { insist } from "./verdict";

/** A key the reader has from elsewhere. */
export type TrustedKey = {
  /** 32 bytes in lower-case hex. */
  readonly public_key: string;
  /** Signatures of later instants are not believed. */
  readonly retired_at?: string | null;
};

/** A note that is signed by known keys alone, with at least one signature and each of them good. */
export type SignedCheckpoint<Key = KeyHistoryEntry> = Checkpoint & { readonly signers: readonly Key[] };

/** What a signature is checked with; 32 bytes in lower-case hex. */
export type PublicKey = { readonly public_key: string };

const ORIGIN = /^holdpoint\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/([0-9a-f-]{36})$/;

/** Throws a Discrepancy unless the history is one line of keys, each vouched for by the one before it. */
export function verifyKeyHistory(history: readonly KeyHistoryEntry[]): void {
  insist(history.length > 0, "the file names no key");
  history.forEach((key, at) => {
    const where = `key ${at + 1} of the history`;
    insist(isKeyEntry(key), `${where} is not what its fingerprint says`);
    const before = history[at - 1];
    if (before === undefined) return;
    insist(isEndorsedBy(key, before), `${where} is not vouched for by the one before it`);
    insist(before.active_from <= key.active_from, `${where} was active before the one it followed`);
  });
}

/** Throws a Discrepancy unless the note is a checkpoint of the tenant's log, signed by these keys and nobody else. */
export function openCheckpoint<Key extends PublicKey>(
  note: string,
  of: { readonly tenantId: unknown; readonly keys: readonly Key[]; readonly what: string },
): SignedCheckpoint<Key> {
  const checkpoint = readCheckpoint(openNote(note)?.text ?? "");
  insist(checkpoint !== null, `${of.what} is no checkpoint`);
  insist(ORIGIN.exec(checkpoint.origin)?.[1] === of.tenantId, `${of.what} is of another log: ${checkpoint.origin}`);
  return { ...checkpoint, signers: signersOf(note, { ...of, origin: checkpoint.origin }) };
}

/** The keys that signed. Throws a Discrepancy when there is none, or a signature is bad or somebody else's. */
export function signersOf<Key extends PublicKey>(
  note: string,
  of: { readonly origin: string; readonly keys: readonly Key[]; readonly what: string },
): Key[] {
  const signatures = openNote(note)?.signatures ?? [];
  const signers = signatures.map(({ name, keyHash: mark }) =>
    of.keys.find((key) => name === of.origin && keyHash(noteKey(key, name)).equals(mark)),
  );
  const known = signers.filter((signer) => signer !== undefined);
  insist(signers.length > 0 && known.length === signers.length, `${of.what} is signed by a key that is not known here`);
  const isGood = known.every((key) => isSignedBy(note, noteKey(key, of.origin)));
  insist(isGood, `${of.what} has a signature that is not good`);
  insist(new Set(known).size === known.length, `${of.what} is signed by one key twice`);
  return known;
}

/**
 * True when one of the signers is a key that the reader trusts, or was vouched for by one that is not retired; for a document
 * one of those who sealed it likewise. A retired key is believed about what it signed before, not about later instants and not
 * about other keys: somebody may have it by now.
 */
export function isTrusted(
  { at, signers }: SignedCheckpoint,
  { proof, sealers }: { proof: BundleProof; sealers: readonly KeyHistoryEntry[] | null },
  trusted: readonly TrustedKey[],
): boolean {
  const believed = believedBy(proof, trusted);
  // A seal names no instant; that of the checkpoint stands for it.
  const isBelieved = ({ public_key }: KeyHistoryEntry) => {
    const retiredAt = believed.get(public_key);
    return retiredAt !== undefined && (retiredAt === null || at <= retiredAt);
  };
  return signers.some(isBelieved) && (sealers === null || sealers.some(isBelieved));
}

/** When each key was retired, null for one that is not. Of two things said about a key the more cautious one counts. */
function believedBy(proof: BundleProof, trusted: readonly TrustedKey[]): ReadonlyMap<string, string | null> {
  const believed = new Map<string, string | null>();
  for (const { public_key, retired_at = null } of trusted) {
    const known = believed.get(public_key) ?? null;
    believed.set(public_key, known !== null && (retired_at === null || known < retired_at) ? known : retired_at);
  }
  proof.key_history.forEach((key, at) => {
    const before = proof.key_history[at - 1];
    const isVouchedFor = before !== undefined && believed.get(before.public_key) === null && isEndorsedBy(key, before);
    if (isVouchedFor && !believed.has(key.public_key)) believed.set(key.public_key, null);
  });
  return believed;
}

function noteKey(key: PublicKey, name: string): NoteKey {
  return { name, publicKey: Buffer.from(key.public_key, "hex") };
}
