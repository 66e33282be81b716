// Idempotency-Key: the answer to a write is stored as bytes in the transaction of the deed, and given again to the same
// request of the same principal. Of many equal requests at once one gets the key's lock; the others wait for its commit
// and then find its answer. A request that failed leaves nothing: asking again decides again.

import { createHash } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { idempotencyKeys } from "@/db/schema/platform";
import { asSystem } from "@/server/platform/db/system-db";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Answer } from "@/server/platform/http/answer";
import { IdempotencyKeyReused, invalid } from "@/server/platform/http/problem";

/** What the key is unique within, and what was asked. */
export interface IdempotentRequest {
  /** `user:<id>` or `key:<id>`. */
  principal: string;
  endpoint: string;
  key: string;
  requestHash: Buffer;
}

/** The header's value, null when absent. Throws 422 unless it is 1–255 visible ASCII characters. */
export function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers.get("idempotency-key");
  if (key === null || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw invalid({
    pointer: "header/Idempotency-Key",
    code: "invalid",
    detail: "It must have 1 to 255 visible ASCII characters",
  });
}

/** SHA-256 over what was asked, the same for bodies that differ only in white space or in the order of keys. */
export function requestHash(parts: readonly unknown[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts, sortedKeys)).digest();
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Does `work` once per key and gives its stored answer afterwards. Throws 422 when the key was used for another request. */
export async function answerOnce(
  db: TenantDb,
  request: IdempotentRequest,
  work: () => Promise<Answer>,
): Promise<Answer> {
  await lockKey(db, request);
  const row = await db.first(idempotencyKeys, sameKey(request));
  if (row) return storedAnswer(row, request);
  const answer = await work();
  const { status, contentType } = answer;
  await db.insert(idempotencyKeys, { ...request, status, contentType, answer: Buffer.from(answer.bytes ?? "") });
  return answer;
}

// Held to the end of the transaction. READ COMMITTED: the look-up after it is a new statement, so it sees what the
// holder committed. Two keys of one hash only wait for each other.
async function lockKey(db: TenantDb, request: IdempotentRequest): Promise<void> {
  const name = JSON.stringify([db.tenantId, request.principal, request.endpoint, request.key]);
  await db.sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))
    from (select ${db.tenantId}::uuid as tenant_id) as own where ${db.mine("own")}`;
}

function storedAnswer(row: typeof idempotencyKeys.$inferSelect, request: IdempotentRequest): Answer {
  if (!row.requestHash.equals(request.requestHash)) throw IdempotencyKeyReused.with();
  const bytes = row.answer.byteLength === 0 ? null : row.answer;
  return { status: row.status, bytes, contentType: row.contentType, headers: { "Idempotent-Replayed": "true" } };
}

function sameKey(request: IdempotentRequest) {
  const where = and(
    eq(idempotencyKeys.principal, request.principal),
    eq(idempotencyKeys.endpoint, request.endpoint),
    eq(idempotencyKeys.key, request.key),
  );
  if (!where) throw new Error("and() of three conditions is a condition");
  return where;
}

/** Drops answers older than 24 h, of all tenants; how many. Row security refuses younger ones. */
export async function forgetOldAnswers(): Promise<number> {
  const gone = await asSystem(
    "platform: forget old idempotency keys",
    (sql) => sql`delete from idempotency_keys where created_at < clock_timestamp() - interval '24 hours'`,
  );
  return gone.count;
}
