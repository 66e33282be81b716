// One lock a tenant over what its starts read: policies, keys, freezes. Starts share it; who changes one of those takes it
// alone, before any other lock. It is an advisory lock because those are given out in the order they were asked for: a
// share of a row is granted past whoever waits to change it, and a storm of starts would hold a freeze up for ever.

import type { TenantDb } from "./tenant-db";

const statement = (lock: string) => `select ${lock}(hashtextextended('control/' || own.tenant_id::text, 0))
  from (select $1::uuid as tenant_id) own where own.tenant_id = $1`;
const SHARED = statement("pg_advisory_xact_lock_shared");
const ALONE = statement("pg_advisory_xact_lock");

/** Held to the end of the transaction, beside other starts. A statement behind it sees what the lock waited for. */
export function shareControl(db: TenantDb) {
  return db.prepared(SHARED, []);
}

/** Held to the end of the transaction, alone: no start is under way, and those that come wait. */
export async function takeControl(db: TenantDb): Promise<void> {
  await db.prepared(ALONE, []);
}
