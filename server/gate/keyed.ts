// Idempotency-Key on the runner API. Steps, starts and ends have keys of their own that hold under any concurrency and any
// crash; the header comes on top: the same header with the same request is given the stored answer.

import { and, eq, type SQL } from "drizzle-orm";
import { idempotencyKeys } from "@/db/schema/platform";
import { H } from "@/server/evidence/hash";
import { requestHash } from "@/server/evidence/snapshot-hash";
import { actorKey, type Principal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { type OwnContext, type Reply, replyBytes } from "@/server/platform/http/handle";
import { IdempotencyKeyReused, Problem, Unauthenticated } from "@/server/platform/http/problem";
import { log } from "@/server/platform/log/log";
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
  const where = both(
    eq(idempotencyKeys.principal, key.principal),
    both(eq(idempotencyKeys.endpoint, key.endpoint), eq(idempotencyKeys.key, key.key)),
  );
  const claim = { ...key, requestHash: hash, ...unanswered };
  const stored = await again(() => asTenant(cx.principal, (db) => claimOrFind(db, { claim, where, cx })));
  if (stored !== null) {
    if (!stored.requestHash.equals(hash)) throw IdempotencyKeyReused.with();
    if (stored.status !== UNANSWERED) return replyBytes(stored.answer, { status: stored.status, replayed: true });
  }
  const own = both(where, both(eq(idempotencyKeys.status, UNANSWERED), eq(idempotencyKeys.requestHash, hash)));
  try {
    const { reply, isKept } = await work();
    const answer = isKept && reply.bytes !== undefined ? Buffer.from(reply.bytes) : null;
    const kept = answer && { ...claim, status: reply.status ?? 200, answer };
    await again(() => asTenant(cx.principal, (db) => settle(db, own, kept)));
    return reply;
  } catch (error) {
    // After a 5xx nobody knows what was decided, so the key stays with its request.
    if (error instanceof Problem && error.definition.status < 500) await giveUp(cx, own);
    throw error;
  }
}

// A claim: the key belongs to this request from now on, and no other is decided under it. The same request may come
// again meanwhile, or after a crash; its own keys (run, step, end) see to it that it is decided once.
const UNANSWERED = 0;
const unanswered = { status: UNANSWERED, answer: Buffer.alloc(0), contentType: "application/json" };

type Row = typeof idempotencyKeys.$inferSelect;
type Claiming = { claim: Omit<Row, "tenantId" | "createdAt">; where: SQL; cx: OwnContext };

/** Claims the key; or gives the row that stands under it already. */
async function claimOrFind(db: TenantDb, { claim, where, cx }: Claiming): Promise<Row | null> {
  const found = await db.first(idempotencyKeys, where);
  if (found === null) {
    const [made] = await db.insert(idempotencyKeys, claim, { onConflictDoNothing: true });
    if (made !== undefined) return null;
  }
  const row = found ?? (await db.first(idempotencyKeys, where));
  // No batch is asked for a stored answer, so the key's status is read here.
  if (row !== null && row.status !== UNANSWERED) await requireLiveKey(db, cx.principal);
  return row;
}

/** The claim becomes the answer; without one it goes, and the key is free again. */
async function settle(db: TenantDb, own: SQL, kept: Omit<Row, "tenantId" | "createdAt"> | null): Promise<void> {
  await db.delete(idempotencyKeys, own);
  if (kept !== null) await db.insert(idempotencyKeys, kept, { onConflictDoNothing: true });
}

/** What was refused is not kept. Where that fails too, the key stays with its request until it is forgotten. */
async function giveUp(cx: OwnContext, own: SQL): Promise<void> {
  try {
    await again(() => asTenant(cx.principal, (db) => settle(db, own, null)));
  } catch (error) {
    log.warn({ err: error, request_id: cx.requestId }, "a claimed Idempotency-Key was not given up");
  }
}

async function requireLiveKey(db: TenantDb, principal: Principal): Promise<void> {
  if (principal.kind !== "key") return;
  const [key] = await readKeys(db, [principal.keyId]);
  if (key?.status !== "active" || key.isExpired) throw Unauthenticated.with();
}

// drizzle's `and` is undefined only for no condition at all.
function both(one: SQL, other: SQL): SQL {
  return and(one, other) ?? one;
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
