// Idempotency-Key on the runner API. Steps, starts and ends have keys of their own that hold under any concurrency and any
// crash; the header comes on top: the same header with the same request is given the stored answer.

import { and, eq } from "drizzle-orm";
import { idempotencyKeys } from "@/db/schema/platform";
import { H } from "@/server/evidence/hash";
import { requestHash } from "@/server/evidence/snapshot-hash";
import { actorKey, type Principal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { type OwnContext, type Reply, replyBytes } from "@/server/platform/http/handle";
import { IdempotencyKeyReused, Unauthenticated } from "@/server/platform/http/problem";
import { patienceEnds, patiently } from "./patience";
import { readKeys } from "./store";

export type Keyed = { cx: OwnContext; endpoint: string; asked: unknown };
type BytesReply = Reply<never>;

/** `work` answers bytes; an answer that says "not now" is not kept (`isKept` false), so asking again decides again. */
export async function keyed(
  call: Keyed,
  work: () => Promise<{ reply: BytesReply; isKept: boolean }>,
): Promise<BytesReply> {
  const { cx } = call;
  if (cx.idempotencyKey === null) return (await work()).reply;
  const key = { principal: actorKey(cx.principal), endpoint: call.endpoint, key: cx.idempotencyKey };
  const hash = requestHash(call.asked);
  const where = and(
    eq(idempotencyKeys.principal, key.principal),
    eq(idempotencyKeys.endpoint, key.endpoint),
    eq(idempotencyKeys.key, key.key),
  );
  if (where === undefined) throw new TypeError("three conditions make one");
  const look = async (db: TenantDb) => {
    const row = await db.first(idempotencyKeys, where);
    // No batch is asked for a stored answer, so the key's status is read here.
    if (row !== null) await requireLiveKey(db, cx.principal);
    return row;
  };
  const stored = await again(() => asTenant(cx.principal, look));
  if (stored !== null) {
    if (!stored.requestHash.equals(hash)) throw IdempotencyKeyReused.with();
    return replyBytes(stored.answer, { status: stored.status, replayed: true });
  }
  const { reply, isKept } = await work();
  if (isKept && reply.bytes !== undefined) {
    const row = {
      ...key,
      requestHash: hash,
      status: reply.status ?? 200,
      answer: Buffer.from(reply.bytes),
      contentType: "application/json",
    };
    await again(() => asTenant(cx.principal, (db) => db.insert(idempotencyKeys, row, { onConflictDoNothing: true })));
  }
  return reply;
}

async function requireLiveKey(db: TenantDb, principal: Principal): Promise<void> {
  if (principal.kind !== "key") return;
  const [key] = await readKeys(db, [principal.keyId]);
  if (key?.status !== "active" || key.isExpired) throw Unauthenticated.with();
}

// Looking an answer up, or storing it where there is none, is the same done once or twice.
function again<T>(work: () => Promise<T>): Promise<T> {
  return patiently(work, { tries: 3, until: patienceEnds() });
}

/** The run id of a start that names none: its own for each Idempotency-Key, so that two at once still make one run. */
export function runIdOfKey(principal: Principal, key: string): string {
  const hex = H("request", `${principal.tenantId}\0${actorKey(principal)}\0start\0${key}`).toString("hex");
  // UUID version 8 (RFC 9562): the bits are ours.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
