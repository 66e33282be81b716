import type { z } from "zod";
import type { leafKinds } from "@/db/vocabulary";
import { writeHash } from "@/server/evidence/hash";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { invalid, NotFound } from "@/server/platform/http/problem";
import type { Consistency, getConsistency, LogEntries, listEntries, PublishedKeys } from "./contract";
import { historyEntry } from "./key-store";
import { keyRows } from "./keys";
import { consistencyOf, type LeafRow, latestCheckpoint, leavesBetween, logSize, rootOfFirst } from "./proofs";

const MOST_ENTRIES = 1_000;

/** The newest signed note, byte for byte. Throws 404 while nothing has been signed. */
export async function newestNote(db: TenantDb): Promise<string> {
  const newest = await latestCheckpoint(db);
  if (newest === null) throw NotFound.with();
  return newest.note;
}

/** Throws 422 for a range that the log does not have. */
export async function consistencyBetween(
  db: TenantDb,
  { from, to: wanted }: z.output<typeof getConsistency.query>,
): Promise<Consistency> {
  const size = await logSize(db);
  const to = wanted ?? (await latestCheckpoint(db))?.size ?? size;
  requireRange({ from, to, size });
  const [path, fromRoot, toRoot] = [
    await consistencyOf(db, from, to),
    await rootOfFirst(db, from),
    await rootOfFirst(db, to),
  ];
  return { from, to, from_root: writeHash(fromRoot), to_root: writeHash(toRoot), path: path.map(writeHash) };
}

/** Throws 422 for a range that the log does not have. */
export async function entriesBetween(
  db: TenantDb,
  { from, to: wanted }: z.output<typeof listEntries.query>,
): Promise<LogEntries> {
  const size = await logSize(db);
  requireRange({ from, to: wanted ?? size, size });
  const to = Math.min(wanted ?? size, from + MOST_ENTRIES);
  const leaves = await leavesBetween(db, from, to);
  return { size, from, to, entries: leaves.map(entryOf) };
}

function requireRange({ from, to, size }: { from: number; to: number; size: number }): void {
  if (to > size) {
    throw invalid({ pointer: "?to", code: "out_of_range", detail: `The log has ${size} leaves` });
  }
  if (from > to) {
    throw invalid({ pointer: "?from", code: "out_of_range", detail: `It must not be above \`to\`, which is ${to}` });
  }
}

function entryOf(leaf: LeafRow) {
  return {
    leaf_index: leaf.leafIndex,
    kind: kindOf(leaf),
    id: leaf.sourceId,
    hash: writeHash(leaf.hash),
    at: leaf.at.toISOString(),
    leaf_hash: writeHash(leaf.leafHash),
  };
}

// The sequencer puts no other kind into the log.
function kindOf({ kind }: LeafRow): (typeof leafKinds)[number] {
  return kind as (typeof leafKinds)[number];
}

export async function publishedKeys(): Promise<PublishedKeys> {
  const { deploymentId, keys } = await keyRows();
  return {
    deployment_id: deploymentId,
    keys: keys.map((row) => ({
      ...historyEntry(row),
      ...(row.retired_at === null ? {} : { retired_at: row.retired_at.toISOString() }),
    })),
  };
}
