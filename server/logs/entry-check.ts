// One audit entry against itself: its hash and MAC are made again from its columns. Whoever can change the table but does
// not hold the application's key cannot make an entry that passes.

import type { auditLogs } from "@/db/schema/audit";
import { canonicalBytes, NotCanonical } from "@/server/evidence/canonical";
import { H, writeHash } from "@/server/evidence/hash";
import { isSourceMac } from "@/server/evidence/mac";
import { afterImageHash, canonicalImage } from "@/server/evidence/snapshot-hash";
import type { AuditFault } from "@/server/logs/contract";

export type AuditRow = typeof auditLogs.$inferSelect;

/** What is wrong with the entry, or null. `key` is the application's MAC key. */
export function faultOfEntry(row: AuditRow, key: Uint8Array): AuditFault | null {
  const hash = hashOrNull(() => entryHashOf(row));
  if (hash === null || !hash.equals(row.entryHash)) return "hash";
  if (!isSourceMac(key, sourceOf(row), row.mac)) return "mac";
  const image = row.after === null ? null : hashOrNull(() => afterImageHash({ ...objectOf(row.after) }));
  return sameHash(image, row.afterHash) ? null : "after_hash";
}

/** The hash that the entry was written with, from its columns alone. */
function entryHashOf(row: AuditRow): Buffer {
  const members = canonicalImage({
    v: 1,
    tenant_id: row.tenantId,
    id: row.id,
    recorded_at: row.recordedAt,
    action: row.action,
    actor_type: row.actorType,
    actor_id: row.actorId,
    entity_type: row.entityType,
    entity_id: row.entityId,
    run_id: row.runId,
    request_id: row.requestId,
    before: row.before,
    after: row.after,
    detail: row.detail,
  });
  return H("audit", canonicalBytes(members));
}

function sourceOf(row: AuditRow) {
  return {
    tenant_id: row.tenantId,
    kind: "audit",
    id: row.id,
    hash: writeHash(row.entryHash),
    at: row.recordedAt.toISOString(),
  };
}

export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function sameHash(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

/** A hash of what a row says; null where the row holds a value that has no canonical form or no meaning: never written by us. */
export function hashOrNull(make: () => Buffer): Buffer | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof NotCanonical || error instanceof RangeError) return null;
    throw error;
  }
}
