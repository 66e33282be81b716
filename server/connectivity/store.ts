import { and, eq, gt, isNull, lte, or, type SQL } from "drizzle-orm";
import { apiKeys } from "@/db/schema/connectivity";
import { freezes } from "@/db/schema/policies";
import type { KeyState } from "@/server/connectivity/rules";
import type { ApiKeyRow } from "@/server/platform/auth/issue-key";
import { takeControl } from "@/server/platform/db/control-lock";
import type { Changes, TenantDb } from "@/server/platform/db/tenant-db";

export function findKeyById(db: TenantDb, keyId: string): Promise<ApiKeyRow | null> {
  return db.first(apiKeys, eq(apiKeys.id, keyId));
}

/** The key's row, locked: its changes, its freezes and the starts of its runs go one after the other. */
export async function lockKey(db: TenantDb, keyId: string): Promise<ApiKeyRow | null> {
  await takeControl(db);
  return db.lock(apiKeys, eq(apiKeys.id, keyId));
}

/** The keys of the tenant that an open freeze holds. */
export async function frozenKeys(db: TenantDb): Promise<ReadonlySet<string>> {
  const open = await db.rows(freezes, { where: and(eq(freezes.type, "key"), isNull(freezes.liftedAt)) });
  return new Set(open.map((row) => row.targetId));
}

export async function isFrozen(db: TenantDb, keyId: string): Promise<boolean> {
  const isOpen = and(eq(freezes.type, "key"), eq(freezes.targetId, keyId), isNull(freezes.liftedAt));
  return (await db.count(freezes, isOpen, 1)) > 0;
}

export async function updateKey(db: TenantDb, keyId: string, changes: Changes<typeof apiKeys>): Promise<ApiKeyRow> {
  const [row] = await db.update(apiKeys, changes, eq(apiKeys.id, keyId));
  if (row === undefined) throw new Error("a locked key is gone");
  return row;
}

export function inState(state: KeyState | undefined, now: Date): SQL | undefined {
  switch (state) {
    case undefined:
      return undefined;
    case "revoked":
      return eq(apiKeys.status, "revoked");
    case "expired":
      return and(eq(apiKeys.status, "active"), lte(apiKeys.expiresAt, now));
    case "active":
      return and(eq(apiKeys.status, "active"), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)));
  }
}
