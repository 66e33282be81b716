// Writes that touch the auth library's tables and the tenant's in one transaction: what is known of people is read under the
// system role, the deed is done under the tenant's own, and what follows for sessions is done under the first again.

import { actorKey } from "@/server/platform/auth/principal";
import { enterTenant, leaveTenant } from "@/server/platform/db/enter-tenant";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Answer } from "@/server/platform/http/answer";
import type { Endpoint } from "@/server/platform/http/contract";
import { type OwnContext, type Reply, replyBytes } from "@/server/platform/http/handle";
import { answerOnce, requestHash } from "@/server/platform/http/idempotency";

export interface OwnWrite<F, V> {
  endpoint: Endpoint;
  /** The parsed input, by which a second request is the same. */
  input: unknown;
  /** What is read outside of the tenant's tables. */
  find(sql: SystemSql): Promise<F>;
  work(db: TenantDb, found: F): Promise<V>;
  /** What follows outside of the tenant's tables; not when an earlier answer is given again. */
  after?(sql: SystemSql): Promise<void>;
  /** From the answer as it is stored to the answer as it is sent; left out: they are the same. */
  reveal?(stored: V): V;
}

/** Does the write once per Idempotency-Key and gives its answer. */
export async function writeOnce<F, V>(cx: OwnContext, write: OwnWrite<F, V>): Promise<Reply<never>> {
  const { reveal } = write;
  const answer = await asSystem("account: the people of a tenant", async (sql) => {
    const found = await write.find(sql);
    const { answer: given, isNew } = await enterTenant(sql, cx.principal, (db) => answerIn(db, cx, { write, found }));
    if (isNew && write.after !== undefined) {
      await leaveTenant(sql);
      await write.after(sql);
    }
    return given;
  });
  const { status, headers } = answer;
  const stored = Buffer.from(answer.bytes ?? "");
  const sent = reveal === undefined ? stored : Buffer.from(JSON.stringify(reveal(storedValue<V>(stored))));
  return replyBytes(sent, { status, headers: { ...headers } });
}

async function answerIn<F, V>(
  db: TenantDb,
  cx: OwnContext,
  { write, found }: { write: OwnWrite<F, V>; found: F },
): Promise<{ answer: Answer; isNew: boolean }> {
  const { endpoint } = write;
  let isNew = false;
  const work = async () => {
    isNew = true;
    const bytes = Buffer.from(JSON.stringify(await write.work(db, found)));
    return { status: endpoint.status, headers: {}, contentType: endpoint.media, bytes };
  };
  if (cx.idempotencyKey === null) return { answer: await work(), isNew };
  const asked = { principal: actorKey(cx.principal), endpoint: endpoint.id, key: cx.idempotencyKey };
  const answer = await answerOnce(db, { ...asked, requestHash: requestHash([write.input]) }, work);
  return { answer, isNew };
}

// The bytes were made from a V by this very function, now or when the key was first used.
function storedValue<V>(bytes: Buffer): V {
  return JSON.parse(bytes.toString("utf8")) as V;
}
