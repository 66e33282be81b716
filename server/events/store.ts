import { asc, desc, gt } from "drizzle-orm";
import { events } from "@/db/schema/events";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export type EventRow = typeof events.$inferSelect;

/** The number of the tenant's latest event, 0 when there is none. */
export async function latestSeq(db: TenantDb): Promise<number> {
  const [row] = await db.rows(events, { orderBy: [desc(events.seq)], limit: 1 });
  return row?.seq ?? 0;
}

/** In order; there is no gap between numbers but where old ones have been taken away. */
export function eventsAfter(db: TenantDb, seq: number, limit: number): Promise<EventRow[]> {
  return db.rows(events, { where: gt(events.seq, seq), orderBy: [asc(events.seq)], limit });
}
