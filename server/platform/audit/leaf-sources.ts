// What is to become a leaf of the tenant's log is written beside the deed itself, unnumbered: serial numbers commit out of
// order, so only the sequencer gives them. The application's role may add such a row and can neither read nor change one.

import { v7 as uuidv7 } from "uuid";
import { leafSources } from "@/db/schema/transparency";
import type { LeafKind } from "@/db/vocabulary";
import { writeHash } from "@/server/evidence/hash";
import { sourceMac } from "@/server/evidence/mac";
import { bulkInsert } from "@/server/platform/db/bulk";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { macKey } from "@/server/platform/env/secrets";

/** What happened: its kind and id, its hash (32 bytes), and the instant of the deed. */
export type LeafDeed = { kind: LeafKind; id: string; hash: Buffer; at: Date };
export type LeafSourceRow = typeof leafSources.$inferSelect;

/** The row of a deed, with its MAC. */
export function leafSourceRow(key: Uint8Array, tenantId: string, deed: LeafDeed): LeafSourceRow {
  const source = {
    tenant_id: tenantId,
    kind: deed.kind,
    id: deed.id,
    hash: writeHash(deed.hash),
    at: deed.at.toISOString(),
  };
  return rowOf(tenantId, deed, sourceMac(key, source));
}

type HashedEntry = { id: string; entryHash: Buffer; recordedAt: Date; mac: Buffer };

/** An audit entry's row: its MAC is the source's, made once for both. */
export function auditSourceRow(tenantId: string, { id, entryHash, recordedAt, mac }: HashedEntry): LeafSourceRow {
  return rowOf(tenantId, { kind: "audit", id, hash: entryHash, at: recordedAt }, mac);
}

function rowOf(tenantId: string, { kind, id, hash, at }: LeafDeed, mac: Buffer): LeafSourceRow {
  return { tenantId, id: uuidv7(), kind, sourceId: id, hash, at, mac };
}

/** Writes the deeds' rows in the transaction of the deeds themselves: neither is ever there without the other. */
export async function writeLeafSources(db: TenantDb, deeds: readonly LeafDeed[]): Promise<void> {
  await insertLeafSources(
    db,
    deeds.map((deed) => leafSourceRow(evidenceKey(), db.tenantId, deed)),
  );
}

/** As `writeLeafSources`, for rows that are made already. */
export async function insertLeafSources(db: TenantDb, rows: readonly LeafSourceRow[]): Promise<void> {
  if (rows.length > 0) await bulkInsert(db, leafSources, rows);
}

let key: Buffer | undefined;

/** The key of the evidence's MACs, as bytes. */
export function evidenceKey(): Buffer {
  key ??= Buffer.from(macKey(), "utf8");
  return key;
}
