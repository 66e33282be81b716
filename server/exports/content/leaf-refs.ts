// Where things stand in the tenant's log.

import { shownHash } from "@/server/activity/shown-hash";
import type { LeafRef } from "@/server/exports/content/soc2-bundle-types";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export type LeafRefs = (kind: LeafRef["kind"], id: string | null) => LeafRef | null;

/** Looks all of them up at once. What is not a leaf yet has no reference. */
export async function leafRefsOf(
  db: TenantDb,
  wanted: readonly { kind: LeafRef["kind"]; id: string | null }[],
): Promise<LeafRefs> {
  const asked = wanted.filter((one) => one.id !== null);
  const kinds = asked.map((one) => one.kind);
  const ids = asked.map((one) => one.id);
  const rows = await db.sql<{ kind: LeafRef["kind"]; source_id: string; leaf_index: number; hash: Buffer }>`
    select l.kind, l.source_id, l.leaf_index, l.hash from log_leaves l
    join unnest(${kinds}::text[], ${ids}::text[]) as w (kind, id) on l.kind = w.kind and l.source_id = w.id
    where ${db.mine("l")}`;
  const found = new Map(rows.map((row) => [`${row.kind}/${row.source_id}`, row]));
  return (kind, id) => {
    const row = id === null ? undefined : found.get(`${kind}/${id}`);
    return row === undefined
      ? null
      : { kind, id: row.source_id, hash: shownHash(row.hash), leaf_index: row.leaf_index };
  };
}
