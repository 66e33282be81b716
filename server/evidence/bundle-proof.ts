// That everything the file shows stood in the tenant's log when the checkpoint was signed.
import { type LeafKind, leafKinds } from "@/db/vocabulary";
import type { BundleProof, ProofEntry } from "./bundle-file";
import type { SignedCheckpoint } from "./bundle-trust";
import { readHash } from "./hash";
import { leafBytes } from "./leaf";
import { leafHash, verifyConsistency, verifyInclusion } from "./merkle";
import { insist } from "./verdict";

/** A leaf that the file's own content calls for. */
export type ExpectedLeaf = { readonly kind: LeafKind; readonly id: string; readonly hash: string };

/** Of these kinds the file may name only what it holds: a leaf of something else says nothing about it. */
const OWN_KINDS: ReadonlySet<string> = new Set([
  ...["snapshot", "seal", "addendum", "incident_event", "key", "bundle"],
]);
const KINDS: ReadonlySet<string> = new Set(leafKinds);

/** Throws a Discrepancy unless every expected leaf is named once and every named leaf is in the log. */
export function verifyEntries(
  entries: readonly ProofEntry[],
  log: { readonly tenantId: string; readonly checkpoint: SignedCheckpoint; readonly expected: readonly ExpectedLeaf[] },
): void {
  const named = new Map(entries.map((entry) => [nameOf(entry), entry]));
  insist(named.size === entries.length, "a leaf is named twice");
  insist(new Set(entries.map((entry) => entry.leaf_index)).size === entries.length, "two leaves have one place");
  const expected = new Map(log.expected.map((leaf) => [nameOf(leaf), leaf]));
  for (const [name, leaf] of expected) {
    const entry = named.get(name);
    insist(entry !== undefined, `no leaf is named for ${name}`);
    insist(entry.hash === leaf.hash, `the leaf of ${name} holds another hash than the file's content has`);
  }
  for (const [name, entry] of named) {
    insist(KINDS.has(entry.kind), `${name} is of no kind that a log has`);
    insist(expected.has(name) || !OWN_KINDS.has(entry.kind), `a leaf is named for ${name}, which is not in the file`);
    insist(isInLog(entry, log), `${name} does not lead to the checkpoint's root`);
  }
}

/** Throws a Discrepancy unless the seal was covered by a checkpoint that the file's checkpoint grew out of. */
export function verifyFirstCheckpoint(first: SignedCheckpoint, proof: BundleProof, checkpoint: SignedCheckpoint): void {
  const seal = proof.entries.find((entry) => entry.kind === "seal");
  insist(seal !== undefined && seal.leaf_index < first.size, "the first checkpoint does not cover the seal");
  insist(first.origin === checkpoint.origin, "the two checkpoints are of two logs");
  insist(first.at <= checkpoint.at, "the first checkpoint was signed after the last");
  const path = hashesOf(proof.first_checkpoint_covering_seal?.consistency ?? []);
  insist(
    isBeginning(first, checkpoint, path),
    "the log at the first checkpoint is not the beginning of the log at the last",
  );
}

/** True when the log of `from` is the beginning of that of `to`. */
export function isBeginning(
  from: { readonly size: number; readonly root: Buffer },
  to: { readonly size: number; readonly root: Buffer },
  path: readonly Buffer[],
): boolean {
  return verifyConsistency({ from: from.size, to: to.size, fromRoot: from.root, toRoot: to.root, path });
}

/** The bytes of written hashes; one that is none comes out empty and fits nowhere. */
export function hashesOf(written: readonly string[]): Buffer[] {
  return written.map((text) => readHash(text) ?? Buffer.alloc(0));
}

function isInLog(
  entry: ProofEntry,
  log: { readonly tenantId: string; readonly checkpoint: SignedCheckpoint },
): boolean {
  const { kind, id, hash, at } = entry;
  const { size, root } = log.checkpoint;
  const leaf = leafHash(leafBytes({ tenant_id: log.tenantId, kind, id, hash, at }));
  return verifyInclusion({ leafHash: leaf, index: entry.leaf_index, size, path: hashesOf(entry.inclusion), root });
}

function nameOf({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind} ${id}`;
}
