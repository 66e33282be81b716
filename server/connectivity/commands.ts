import {
  ApiKeyFrozen,
  ApiKeyNotActive,
  createApiKey,
  type IssuedApiKey,
  type NewApiKey,
  type RevokeKey,
  type RotateKey,
  rotateApiKey,
  ScopeNotHeld,
} from "@/server/connectivity/contract";
import { issueOnce } from "@/server/connectivity/issue-once";
import {
  apiKeyView,
  endOfGrace,
  type KeyMoment,
  knownScopes,
  rotationBlock,
  scopesNotHeld,
  sentenceOf,
} from "@/server/connectivity/rules";
import { isFrozen, lockKey, updateKey } from "@/server/connectivity/store";
import { type ApiKeyRow, issueKey, keyImage } from "@/server/platform/auth/issue-key";
import { actorKey, type Permission, type Principal } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Context, OwnContext, Reply } from "@/server/platform/http/handle";
import { invalid, NotFound } from "@/server/platform/http/problem";

/** Throws 403 `scope-not-held` and 422 for an end that is not in the future. */
export function createKey(cx: OwnContext, input: NewApiKey): Promise<Reply<never>> {
  requireHeld(input.scopes, cx.principal);
  const issue = async (db: TenantDb, key: string) => {
    const now = await db.now();
    const row = await issueKey(db, {
      key,
      name: input.name,
      scopes: [...new Set(input.scopes)],
      agentIds: [...new Set(input.agent_ids)],
      expiresAt: futureInstant(input.expires_at, now),
    });
    await cx.auditIn(db, { entity_type: "api_key", entity_id: row.id, after: keyImage(row) });
    return apiKeyView(row, { now, frozen: false });
  };
  return issueOnce(cx, { endpoint: createApiKey, input, issue });
}

/** Throws 404, 403 `scope-not-held`, 409 `api-key-not-active` or `api-key-frozen`. */
export function rotateKey(cx: OwnContext, keyId: string, input: RotateKey): Promise<Reply<never>> {
  const issue = (db: TenantDb, key: string) => replaceKey(cx, db, { keyId, key, graceSeconds: input.grace_seconds });
  return issueOnce(cx, { endpoint: rotateApiKey, input: [keyId, input], issue });
}

interface Replacement {
  keyId: string;
  key: string;
  graceSeconds: number;
}

async function replaceKey(
  cx: OwnContext,
  db: TenantDb,
  { keyId, key, graceSeconds }: Replacement,
): Promise<Omit<IssuedApiKey, "key">> {
  const old = await requireLocked(db, keyId);
  const now = await db.now();
  requireRotatable(old, { now, frozen: await isFrozen(db, keyId) });
  const scopes = knownScopes(old);
  requireHeld(scopes, cx.principal);
  const { name, agentIds, expiresAt, lineageId } = old;
  const next = await issueKey(db, { key, name, scopes, agentIds, expiresAt, lineageId });
  const changes = { expiresAt: endOfGrace(expiresAt, now, graceSeconds), replacedBy: next.id };
  const ended = await updateKey(db, keyId, changes);
  await cx.auditIn(db, {
    entity_type: "api_key",
    entity_id: keyId,
    before: keyImage(old),
    after: keyImage(ended),
    detail: { replaced_by: next.id, grace_seconds: graceSeconds },
  });
  await cx.auditIn(db, {
    entity_type: "api_key",
    entity_id: next.id,
    after: keyImage(next),
    detail: { replaces: keyId },
  });
  return apiKeyView(next, { now, frozen: false });
}

/** Revokes a key for good; one that is revoked already stays as it is. Throws 404. */
export async function revokeKey(cx: Context, keyId: string, { reason }: RevokeKey) {
  const { db } = cx;
  const before = await requireLocked(db, keyId);
  const moment = { now: await db.now(), frozen: await isFrozen(db, keyId) };
  if (before.status === "revoked") return apiKeyView(before, moment);
  const after = await updateKey(db, keyId, {
    status: "revoked",
    revokedAt: moment.now,
    revokedBy: actorKey(cx.principal),
    revokedReason: reason ?? null,
  });
  await cx.audit({ entity_type: "api_key", entity_id: keyId, before: keyImage(before), after: keyImage(after) });
  return apiKeyView(after, moment);
}

async function requireLocked(db: TenantDb, keyId: string): Promise<ApiKeyRow> {
  const row = await lockKey(db, keyId);
  if (row === null) throw NotFound.with();
  return row;
}

function requireRotatable(key: ApiKeyRow, moment: KeyMoment): void {
  const block = rotationBlock(key, moment);
  if (block === null) return;
  const problem = block === "frozen" ? ApiKeyFrozen : ApiKeyNotActive;
  throw problem.with({ detail: sentenceOf(block) });
}

function requireHeld(scopes: readonly Permission[], principal: Principal): void {
  const lacked = scopesNotHeld(scopes, principal.permissions);
  if (lacked.length > 0) throw ScopeNotHeld.with({ detail: `You lack ${lacked.join(", ")}.`, scopes: lacked });
}

function futureInstant(text: string | null, now: Date): Date | null {
  if (text === null) return null;
  const at = new Date(text);
  if (at > now && at.getUTCFullYear() < 10_000) return at;
  throw invalid({ pointer: "#/expires_at", code: "not_in_future", detail: "It must lie in the future" });
}
