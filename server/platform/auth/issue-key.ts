import { v7 as uuidv7 } from "uuid";
import { apiKeys } from "@/db/schema/connectivity";
import { hashApiKey, shownPrefix } from "@/server/platform/auth/api-key";
import type { Permission } from "@/server/platform/auth/principal";
import { actorKey } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export type ApiKeyRow = typeof apiKeys.$inferSelect;

export interface KeyToIssue {
  /** The whole key; only its hash is stored. */
  key: string;
  name: string;
  scopes: readonly Permission[];
  /** Empty: not bound to agents. */
  agentIds: readonly string[];
  expiresAt: Date | null;
  /** Of the key this one follows; absent for the first of its line. */
  lineageId?: string;
}

/** Stores a key. Whether the principal may give these scopes is decided before. */
export async function issueKey(db: TenantDb, wanted: KeyToIssue): Promise<ApiKeyRow> {
  const id = uuidv7();
  const [row] = await db.insert(apiKeys, {
    id,
    name: wanted.name,
    prefix: shownPrefix(wanted.key),
    keyHash: hashApiKey(wanted.key),
    scopes: [...wanted.scopes],
    agentIds: [...wanted.agentIds],
    expiresAt: wanted.expiresAt,
    lineageId: wanted.lineageId ?? id,
    createdBy: actorKey(db.principal),
  });
  if (row === undefined) throw new Error("an inserted key came back as nothing");
  return row;
}

/** A key as audit entries show it: its stored state without the secret, its hash and the times of its use. */
export function keyImage(row: ApiKeyRow) {
  return {
    key_id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    agent_ids: row.agentIds,
    status: row.status,
    expires_at: row.expiresAt?.toISOString() ?? null,
    lineage_id: row.lineageId,
    replaced_by: row.replacedBy,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    revoked_at: row.revokedAt?.toISOString() ?? null,
    revoked_by: row.revokedBy,
    revoked_reason: row.revokedReason,
  };
}
