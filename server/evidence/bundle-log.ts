// The second half of a verification: keys, signatures, and the log that the file's content stands in.
import type { BundleHeader, BundleProof } from "./bundle-file";
import { type ExpectedLeaf, verifyEntries, verifyFirstCheckpoint } from "./bundle-proof";
import {
  isTrusted,
  openCheckpoint,
  type SignedCheckpoint,
  signersOf,
  type TrustedKey,
  verifyKeyHistory,
} from "./bundle-trust";
import type { KeyHistoryEntry } from "./key-history";
import { type Receipts, verifyOutside } from "./outside-witness";
import { fileHash, type PdfSeal } from "./pdf-seal";
import { type CheckList, insist } from "./verdict";

export type LogClaims = {
  readonly header: BundleHeader;
  readonly proof: BundleProof;
  readonly expected: readonly ExpectedLeaf[];
  /** As computed. */
  readonly bundleHash: string;
  /** Of the document that the file was attached to. */
  readonly seal: PdfSeal | null;
};

type Witnesses = {
  readonly trustedKeys: readonly TrustedKey[];
  readonly checkpoint?: string | undefined;
  readonly receipts: Receipts | null;
};

/** Runs the checks; tells whose signatures are good (fingerprints), and whether the reader trusts one of them. */
export function verifyLogProof(
  checks: CheckList,
  claims: LogClaims,
  witnesses: Witnesses,
): { signers: string[]; isTrusted: boolean } {
  const { proof } = claims;
  const keys = checks.run("keys", () => {
    verifyKeyHistory(proof.key_history);
    return { detail: keysDetail(proof.key_history), value: proof.key_history };
  });
  const checkpoint = keys === null ? null : openLast(checks, claims, keys);
  if (keys === null || checkpoint === null) {
    skipRest(checks, claims, witnesses);
    return { signers: [], isTrusted: false };
  }
  verifyInLog(checks, claims, checkpoint);
  const first = verifyFirst(checks, claims, { keys, checkpoint });
  const sealers =
    claims.seal === null ? null : (verifyDocument(checks, claims, { keys, checkpoint, seal: claims.seal }) ?? []);
  verifyWitnesses(checks, witnesses, { keys, checkpoint, first });
  const signers = checkpoint.signers.map((key) => key.fingerprint);
  return { signers, isTrusted: isTrusted(checkpoint, { proof, sealers }, witnesses.trustedKeys) };
}

function openLast(checks: CheckList, claims: LogClaims, keys: readonly KeyHistoryEntry[]): SignedCheckpoint | null {
  return checks.run("checkpoint", () => {
    const of = { tenantId: claims.header.bundle.tenant_id, keys, what: "the checkpoint" };
    const checkpoint = openCheckpoint(claims.proof.checkpoint, of);
    const { origin, size, at } = checkpoint;
    return { detail: `signed for the log ${origin} with ${size} leaves, at ${at}`, value: checkpoint };
  });
}

function verifyInLog(checks: CheckList, { header, proof, expected }: LogClaims, checkpoint: SignedCheckpoint): void {
  checks.run("inclusion", () => {
    verifyTimeline(header);
    verifyEntries(proof.entries, { tenantId: String(header.bundle.tenant_id), checkpoint, expected });
    return { detail: `${proof.entries.length} leaves lead to the checkpoint's root`, value: null };
  });
}

function verifyTimeline({ bundle, incident_timeline }: BundleHeader): void {
  const ids = new Set(incident_timeline.map((event) => event.id));
  insist(ids.size === incident_timeline.length, "an event of the incident is there twice");
  for (const { id, tenant_id, incident_id } of incident_timeline) {
    const isOwn = tenant_id === bundle.tenant_id && incident_id === (bundle.incident_id ?? incident_id);
    insist(isOwn, `the event ${id} belongs to another incident`);
  }
}

function verifyFirst(
  checks: CheckList,
  { header, proof }: LogClaims,
  { keys, checkpoint }: { keys: readonly KeyHistoryEntry[]; checkpoint: SignedCheckpoint },
): SignedCheckpoint | null {
  return checks.run("first_checkpoint", () => {
    const claimed = proof.first_checkpoint_covering_seal;
    insist((claimed === null) === (proof.seal === null), "a seal and the first checkpoint over it come together");
    if (claimed === null) return { detail: "there is no seal yet", value: null };
    const of = { tenantId: header.bundle.tenant_id, keys, what: "the first checkpoint" };
    const first = openCheckpoint(claimed.checkpoint, of);
    verifyFirstCheckpoint(first, proof, checkpoint);
    return { detail: `the seal was in the signed log at ${first.at}, and the log only grew since`, value: first };
  });
}

// The key that sealed the document is the one that signed the log, or one that followed it while the document was drawn. Gives
// who sealed it; null when the seal does not hold.
function verifyDocument(
  checks: CheckList,
  { header, bundleHash }: LogClaims,
  signed: { keys: readonly KeyHistoryEntry[]; checkpoint: SignedCheckpoint; seal: PdfSeal },
): KeyHistoryEntry[] | null {
  const { keys, checkpoint, seal } = signed;
  return checks.run("pdf_seal", () => {
    insist(fileHash(seal.covered) === seal.file, "the document was changed after it was sealed");
    insist(seal.origin === checkpoint.origin, "the document was sealed for another log");
    const isOwn = seal.bundle_id === header.bundle.bundle_id && seal.bundle_hash === bundleHash;
    insist(isOwn, "the document carries another bundle than the one it was sealed with");
    const signers = signersOf(seal.note, { origin: seal.origin, keys, what: "the document's seal" });
    const oldest = Math.min(...checkpoint.signers.map((key) => keys.indexOf(key)));
    insist(
      signers.some((key) => keys.indexOf(key) >= oldest),
      "the document was sealed with a key that was retired",
    );
    return {
      detail: `all ${seal.covered.length} bytes before the seal line are those that were signed`,
      value: signers,
    };
  });
}

function verifyWitnesses(
  checks: CheckList,
  witnesses: Witnesses,
  log: { keys: readonly KeyHistoryEntry[]; checkpoint: SignedCheckpoint; first: SignedCheckpoint | null },
): void {
  const { keys, checkpoint, first } = log;
  const { checkpoint: outside, receipts } = witnesses;
  // What was kept may be newer than the file, and signed by a key that the file cannot know.
  const known = [...keys, ...witnesses.trustedKeys.filter(({ public_key }) => !isOneOf(keys, public_key))];
  const tenantId = checkpoint.origin.slice(checkpoint.origin.lastIndexOf("/") + 1);
  if (outside !== undefined) {
    checks.run("outside_checkpoint", () => {
      const detail = verifyOutside(outside, { tenantId, known }, { last: checkpoint, first });
      return { detail, value: null };
    });
  }
  if (receipts !== null) {
    checks.run("receipts", () => {
      insist(!checks.hasFailed("chain"), "the chain they are to be held against does not hold");
      return { detail: receipts.finish({ origin: checkpoint.origin, known }), value: null };
    });
  }
}

function isOneOf(keys: readonly KeyHistoryEntry[], publicKey: string): boolean {
  return keys.some((key) => key.public_key === publicKey);
}

function skipRest(checks: CheckList, claims: LogClaims, witnesses: Witnesses): void {
  const missing = "there is no checkpoint whose signature is good";
  if (!checks.hasFailed("checkpoint")) checks.skip("checkpoint", "the keys do not hold");
  checks.skip("inclusion", missing);
  checks.skip("first_checkpoint", missing);
  if (claims.seal !== null) checks.skip("pdf_seal", missing);
  if (witnesses.checkpoint !== undefined) checks.skip("outside_checkpoint", missing);
  if (witnesses.receipts !== null) checks.skip("receipts", missing);
}

function keysDetail(history: readonly KeyHistoryEntry[]): string {
  const newest = history.at(-1)?.fingerprint;
  return history.length === 1
    ? `one key: ${newest}`
    : `${history.length} keys, each vouched for by the one before: ${newest}`;
}
