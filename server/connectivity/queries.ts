import { apiKeys } from "@/db/schema/connectivity";
import { apiKeyView, type KeyState, keyActions } from "@/server/connectivity/rules";
import { findKeyById, frozenKeys, inState, isFrozen } from "@/server/connectivity/store";
import type { Context } from "@/server/platform/http/handle";
import { type ListQuery, listPage } from "@/server/platform/http/list";
import { NotFound } from "@/server/platform/http/problem";

export async function listKeys({ db }: Context, query: ListQuery & { status?: KeyState | undefined }) {
  const [now, frozen] = await Promise.all([db.now(), frozenKeys(db)]);
  return listPage(db, query, {
    table: apiKeys,
    where: inState(query.status, now),
    sorts: { created_at: apiKeys.createdAt, name: apiKeys.name, last_used_at: apiKeys.lastUsedAt },
    id: apiKeys.id,
    item: (row) => apiKeyView(row, { now, frozen: frozen.has(row.id) }),
  });
}

/** Throws 404. */
export async function getKey({ db, principal }: Context, keyId: string) {
  const row = await findKeyById(db, keyId);
  if (row === null) throw NotFound.with();
  const moment = { now: await db.now(), frozen: await isFrozen(db, keyId) };
  return { entity: apiKeyView(row, moment), actions: keyActions(row, moment, principal.permissions) };
}
