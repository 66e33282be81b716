// The kill-switch with its proof of stop: commit the flag, wait until nothing older is under way, end what is live, and
// only then say since when it holds and what was in flight. The flag is the freeze's own open row.

import { and, eq, isNotNull, isNull, type SQL } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { runs } from "@/db/schema/activity";
import { apiKeys } from "@/db/schema/connectivity";
import { freezes } from "@/db/schema/policies";
import { actorKey } from "@/server/platform/auth/principal";
import { takeControl } from "@/server/platform/db/control-lock";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import type { InputOf } from "@/server/platform/http/contract";
import { isWorthRetrying } from "@/server/platform/http/failures";
import type { OwnContext } from "@/server/platform/http/handle";
import { listPage } from "@/server/platform/http/list";
import { invalid, NotFound } from "@/server/platform/http/problem";
import { log } from "@/server/platform/log/log";
import { AlreadyFrozen, FreezeLifted, type listFreezes, type setFreeze } from "./freeze-contract";
import { sweepFreeze } from "./freeze-sweep";
import { freezeImage, freezeView } from "./freeze-view";
import type { Freeze } from "./wire";

type FreezeBody = InputOf<typeof setFreeze>["body"];
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const OLDER_MS = 5_000;
const TRIES = 4;

/** Throws 409 `already-frozen` and 422. Without `effective_at` the flag stands, and the sweeper ends what is left. */
export async function freeze(cx: OwnContext, body: FreezeBody): Promise<Freeze> {
  const id = body.type === "agent" ? body.id : body.id.toLowerCase();
  const { row, xid } = await again(() => asTenant(cx.principal, (db) => setFlag(db, { ...body, id }, cx)));
  try {
    await waitForOlder(cx, xid);
    return await sweepFreeze(row);
  } catch (error) {
    log.warn({ err: error, tenant_id: row.tenantId, freeze_id: row.id }, "a freeze is set and not swept yet");
    return freezeView(row);
  }
}

// The order of locks: the tenant's control lock, the key's row, the freeze's. A kill that sets the same flag holds its run
// and waits for the freeze's row alone, behind everything else it does.
async function setFlag(db: TenantDb, target: FreezeBody, cx: OwnContext) {
  await takeControl(db);
  await requireTarget(db, target);
  const row = {
    id: uuidv7(),
    type: target.type,
    targetId: target.id,
    reason: target.reason,
    createdBy: actorKey(cx.principal),
    createdAt: await db.now(),
  };
  const [made] = await db.insert(freezes, row, { onConflictDoNothing: true });
  if (made === undefined) throw AlreadyFrozen.with({ detail: `The ${target.type} ${target.id} is frozen already.` });
  await cx.auditIn(db, { entity_type: "freeze", entity_id: made.id, after: freezeImage(made) });
  const [xact] = await db.sql<{ xid: string }>`
    select pg_current_xact_id()::text as xid from tenant_controls c where ${db.mine("c")}`;
  return { row: made, xid: xact?.xid ?? "0" };
}

/** Throws 422 when there is nothing of that id to freeze. An agent may be frozen before it was ever seen. */
async function requireTarget(db: TenantDb, { type, id }: FreezeBody): Promise<void> {
  const isUuid = UUID.test(id);
  const isThere = {
    tenant: async () => id === db.tenantId,
    agent: async () => true,
    // Locked: a key that is being rotated would come back unfrozen.
    key: async () => isUuid && (await db.lock(apiKeys, eq(apiKeys.id, id))) !== null,
    run: async () => isUuid && (await db.count(runs, eq(runs.runId, id))) > 0,
  }[type];
  if (!(await isThere())) {
    throw invalid({ pointer: "#/id", code: "unknown", detail: `There is no ${type} of this id` });
  }
}

// A deadlock's victim has done nothing: it is done again.
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === TRIES || !isWorthRetrying(error)) throw error;
    }
  }
}

/** Nothing that began before the flag was there is still under way; whatever begins now reads the flag. */
async function waitForOlder(cx: OwnContext, xid: string): Promise<void> {
  const until = Date.now() + OLDER_MS;
  while (Date.now() < until) {
    const isOver = await asTenant(cx.principal, async (db) => {
      const [row] = await db.sql<{ over: boolean }>`
        select pg_snapshot_xmin(pg_current_snapshot()) > ${xid}::xid8 as over from tenant_controls c where ${db.mine("c")}`;
      return row?.over === true;
    });
    if (isOver) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // A long transaction elsewhere holds the horizon back. The sweep locks every live run all the same, and no start lies
  // across the flag, so none is missed.
}

/** Throws 404 and 409 `freeze-lifted`. */
export function lift(cx: OwnContext, freezeId: string, reason: string): Promise<Freeze> {
  return again(() => asTenant(cx.principal, (db) => liftFlag(db, { freezeId, reason }, cx)));
}

async function liftFlag(db: TenantDb, { freezeId, reason }: { freezeId: string; reason: string }, cx: OwnContext) {
  await takeControl(db);
  const row = await db.lock(freezes, eq(freezes.id, freezeId));
  if (row === null) throw NotFound.with();
  const changes = { liftedAt: await db.now(), liftedBy: actorKey(cx.principal), liftReason: reason };
  const [lifted] = await db.update(freezes, changes, and(eq(freezes.id, freezeId), isNull(freezes.liftedAt)) as SQL);
  if (lifted === undefined) throw FreezeLifted.with();
  await cx.auditIn(db, {
    entity_type: "freeze",
    entity_id: freezeId,
    before: freezeImage(row),
    after: freezeImage(lifted),
  });
  return freezeView(lifted);
}

export function listFreezePage(db: TenantDb, query: InputOf<typeof listFreezes>["query"]) {
  const conditions = [
    query.type === undefined ? undefined : eq(freezes.type, query.type),
    query.id === undefined ? undefined : eq(freezes.targetId, query.id),
    query.lifted === undefined ? undefined : query.lifted ? isNotNull(freezes.liftedAt) : isNull(freezes.liftedAt),
  ];
  return listPage(db, query, {
    table: freezes,
    where: and(...conditions),
    sorts: { created_at: freezes.createdAt },
    id: freezes.id,
    item: freezeView,
  });
}
