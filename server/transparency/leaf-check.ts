// One leaf against itself, and against the checkpoint that was signed over it.

import { readCheckpoint } from "@/server/evidence/checkpoint";
import { leafBytes } from "@/server/evidence/leaf";
import { isSourceMac } from "@/server/evidence/mac";
import { leafHash, verifyInclusion } from "@/server/evidence/merkle";
import { isSignedBy, type NoteKey, openNote } from "@/server/evidence/signed-note";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { MissingNode, sourceOf } from "./log-store";
import { type CheckpointRow, inclusionOf, type LeafRow } from "./proofs";

export type LeafFault = "leaf_hash" | "leaf_mac";
export type CheckpointFault = "note" | "signature" | "columns";

/** What is wrong with the leaf's own row, or null. `key` is the application's MAC key. */
export function faultOfLeaf(leaf: LeafRow, key: Uint8Array): LeafFault | null {
  // A hash of another length, or an instant that is none (infinity), has no leaf at all.
  if (leaf.hash.length !== 32 || Number.isNaN(leaf.at.getTime())) return "leaf_hash";
  const source = sourceOf(leaf.tenantId, { ...leaf, source_id: leaf.sourceId });
  if (!leafHash(leafBytes(source)).equals(leaf.leafHash)) return "leaf_hash";
  return isSourceMac(key, source, leaf.mac) ? null : "leaf_mac";
}

/** What is wrong with a checkpoint's row, or null: the note must be signed by one of the keys, and the columns say the same. */
export function faultOfCheckpoint(row: CheckpointRow, keys: readonly NoteKey[]): CheckpointFault | null {
  const checkpoint = readCheckpoint(openNote(row.note)?.text ?? "");
  if (checkpoint === null) return "note";
  const isTheirs = keys.some((key) => key.name === checkpoint.origin && isSignedBy(row.note, key));
  if (!isTheirs) return "signature";
  const isSame =
    checkpoint.size === row.size &&
    checkpoint.root.equals(row.rootHash) &&
    Date.parse(checkpoint.at) === row.signedAt.getTime();
  return isSame ? null : "columns";
}

/** True when the checkpoint's root contains the leaf, by the stored nodes. */
export async function isCovered(db: TenantDb, leaf: LeafRow, { size, rootHash }: CheckpointRow): Promise<boolean> {
  try {
    const path = await inclusionOf(db, leaf.leafIndex, size);
    return verifyInclusion({ leafHash: leaf.leafHash, index: leaf.leafIndex, size, path, root: rootHash });
  } catch (error) {
    if (error instanceof MissingNode) return false;
    throw error;
  }
}
