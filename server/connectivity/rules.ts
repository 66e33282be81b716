import type { ApiKey, keyStates } from "@/server/connectivity/contract";
import type { ApiKeyRow } from "@/server/platform/auth/issue-key";
import { keyImage } from "@/server/platform/auth/issue-key";
import { keyScopes, type Permission } from "@/server/platform/auth/principal";
import type { Action } from "@/server/platform/http/contract";

export type KeyState = (typeof keyStates)[number];

/** The scopes a creator lacks: those may not be given on. */
export function scopesNotHeld(scopes: readonly Permission[], held: ReadonlySet<Permission>): Permission[] {
  return scopes.filter((scope) => !held.has(scope));
}

function keyState(key: Pick<ApiKeyRow, "status" | "expiresAt">, now: Date): KeyState {
  if (key.status !== "active") return "revoked";
  return key.expiresAt !== null && key.expiresAt <= now ? "expired" : "active";
}

/** When the old key of a rotation dies: after the grace time, and never later than it would have died anyway. */
export function endOfGrace(expiresAt: Date | null, now: Date, graceSeconds: number): Date {
  const end = new Date(now.getTime() + graceSeconds * 1000);
  return expiresAt !== null && expiresAt < end ? expiresAt : end;
}

/** What is known of a key beside its row: the database's clock, and whether a freeze of it is open. */
export type KeyMoment = { now: Date; frozen: boolean };

/** Why the key cannot be rotated now; null when it can. A frozen key would come back unfrozen. */
export function rotationBlock(key: ApiKeyRow, { now, frozen }: KeyMoment): "not_active" | "replaced" | "frozen" | null {
  if (keyState(key, now) !== "active") return "not_active";
  if (key.replacedBy !== null) return "replaced";
  return frozen ? "frozen" : null;
}

const blockSentences = {
  not_active: "The key was revoked or has expired.",
  replaced: "The key was rotated already: rotate its successor.",
  frozen: "The key is frozen: lift the freeze first.",
} as const;

export function sentenceOf(block: keyof typeof blockSentences): string {
  return blockSentences[block];
}

/** A key on the wire. */
export function apiKeyView(row: ApiKeyRow, { now, frozen }: KeyMoment): ApiKey {
  return { ...keyImage(row), frozen, status: keyState(row, now), last_used_at: row.lastUsedAt?.toISOString() ?? null };
}

/** What the viewer may do with the key now. */
export function keyActions(row: ApiKeyRow, moment: KeyMoment, held: ReadonlySet<Permission>): Action[] {
  const missing = held.has("keys:manage") ? null : "This needs the permission keys:manage.";
  const block = rotationBlock(row, moment);
  const rotate = missing ?? (block && sentenceOf(block)) ?? lackedScopes(row, held);
  const revoke = missing ?? (row.status === "active" ? null : "The key is revoked already.");
  return [
    { action: "rotate", label: "Rotate", enabled: rotate === null, reason: rotate },
    { action: "revoke", label: "Revoke", enabled: revoke === null, reason: revoke },
  ];
}

function lackedScopes(row: ApiKeyRow, held: ReadonlySet<Permission>): string | null {
  const lacked = scopesNotHeld(knownScopes(row), held);
  return lacked.length === 0 ? null : `You lack ${lacked.join(", ")}.`;
}

/** The stored scopes that still are scopes a key can have. */
export function knownScopes(row: Pick<ApiKeyRow, "scopes">): Permission[] {
  return row.scopes.flatMap((scope) => keyScopes.filter((known) => known === scope));
}
