import { freezes } from "@/db/schema/policies";
import { bulkInsert } from "@/server/platform/db/bulk";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Effects, FreezeDraft } from "./effects";
import type { FreezeRow } from "./freeze-view";

/**
 * Freezes that kills brought about: the flag commits with the kill, the sweeper ends the other live runs behind it. In one
 * order, so that two batches never wait for each other. A target that somebody froze meanwhile breaks the unique key, and
 * the whole is decided again: then the run is met as frozen.
 */
export async function flushFreezes(db: TenantDb, effects: Effects): Promise<void> {
  if (effects.freezes.length === 0) return;
  const rows = effects.freezes.map((draft) => rowOf(db.tenantId, draft));
  const place = (row: FreezeRow) => `${row.type}:${row.targetId}`;
  await bulkInsert(
    db,
    freezes,
    rows.sort((a, b) => (place(a) < place(b) ? -1 : 1)),
  );
}

function rowOf(tenantId: string, { at, ...draft }: FreezeDraft): FreezeRow {
  return {
    tenantId,
    ...draft,
    createdAt: at,
    effectiveAt: null,
    inFlight: null,
    liftedAt: null,
    liftedBy: null,
    liftReason: null,
  };
}
