// Reads of one tenant's log. Proofs are made from stored nodes of complete subtrees, so none costs more than a look-up.

import { and, asc, eq, gt, gte, lte } from "drizzle-orm";
import { checkpoints, logLeaves, logStates } from "@/db/schema/transparency";
import type { LeafKind } from "@/db/vocabulary";
import { consistencyPath, inclusionPath, type NodeReader, rootAt } from "@/server/evidence/merkle";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { type NodeName, walkTree } from "./log-store";

export type LeafRow = typeof logLeaves.$inferSelect;
export type CheckpointRow = typeof checkpoints.$inferSelect;

/** The leaf of a thing; null while it has none. */
export function findLeaf(db: TenantDb, kind: LeafKind, id: string): Promise<LeafRow | null> {
  const where = and(eq(logLeaves.kind, kind), eq(logLeaves.sourceId, id));
  if (where === undefined) throw new Error("and() of two conditions is a condition");
  return db.first(logLeaves, where);
}

/** Leaves [from, to) in order. */
export function leavesBetween(db: TenantDb, from: number, to: number): Promise<LeafRow[]> {
  const where = and(gte(logLeaves.leafIndex, from), lte(logLeaves.leafIndex, to - 1));
  return db.rows(logLeaves, { where, orderBy: [asc(logLeaves.leafIndex)], limit: Math.max(0, to - from) });
}

/** Leaves in the log; 0 for one that has not begun. */
export async function logSize(db: TenantDb): Promise<number> {
  const [state] = await db.rows(logStates, { limit: 1 });
  return state?.size ?? 0;
}

/** From the leaf up, against the root over the first `size` leaves. Throws RangeError unless leafIndex < size. */
export function inclusionOf(db: TenantDb, leafIndex: number, size: number): Promise<Buffer[]> {
  return walk(db, (read) => inclusionPath(leafIndex, size, read));
}

/** That the log of `from` leaves is the beginning of that of `to`. Throws RangeError unless from ≤ to. */
export function consistencyOf(db: TenantDb, from: number, to: number): Promise<Buffer[]> {
  return walk(db, (read) => consistencyPath(from, to, read));
}

/** The root over the first `size` leaves. */
export function rootOfFirst(db: TenantDb, size: number): Promise<Buffer> {
  return walk(db, (read) => rootAt(size, read));
}

/** The one that was signed last, which the log's state names: a forged row beside it is nobody's. */
export async function latestCheckpoint(db: TenantDb): Promise<CheckpointRow | null> {
  const [state] = await db.rows(logStates, { limit: 1 });
  if (!state?.checkpointAt) return null;
  const where = and(eq(checkpoints.size, state.checkpointSize), eq(checkpoints.signedAt, state.checkpointAt));
  const [row] = await db.rows(checkpoints, { where, limit: 1 });
  return row ?? null;
}

/** The earliest that was signed over this leaf; null while none was. */
export async function firstCheckpointCovering(db: TenantDb, leafIndex: number): Promise<CheckpointRow | null> {
  const orderBy = [asc(checkpoints.size), asc(checkpoints.signedAt)];
  const [row] = await db.rows(checkpoints, { where: gt(checkpoints.size, leafIndex), orderBy, limit: 1 });
  return row ?? null;
}

function walk<T>(db: TenantDb, work: (read: NodeReader) => Promise<T>): Promise<T> {
  return walkTree((wanted) => nodesOf(db, wanted), work);
}

/** Stored nodes, by `level/index`; those that are not there are missing from the answer. */
export async function nodesOf(db: TenantDb, wanted: readonly NodeName[]): Promise<Map<string, Buffer>> {
  const levels = wanted.map(({ level }) => level);
  const indexes = wanted.map(({ index }) => index);
  const rows = await db.sql<{ level: number; index: number; hash: Buffer }>`
    select w.level, w.index, n.hash from unnest(${levels}::int4[], ${indexes}::int8[]) as w (level, index)
    cross join lateral (
      (select hash from log_nodes n where w.level > 0
        and ${db.mine("n")} and n.level = w.level and n.node_index = w.index limit 1)
      union all
      (select leaf_hash from log_leaves l where w.level = 0 and ${db.mine("l")} and l.leaf_index = w.index limit 1)) n`;
  return new Map(rows.map(({ level, index, hash }) => [`${level}/${index}`, hash]));
}
