import type { freezes } from "@/db/schema/policies";
import type { Freeze } from "./wire";

export type FreezeRow = typeof freezes.$inferSelect;
export type InFlight = Freeze["in_flight"];

export function inFlightOf(row: FreezeRow): InFlight {
  return (row.inFlight as InFlight | null) ?? [];
}

export function freezeView(row: FreezeRow): Freeze {
  return {
    freeze_id: row.id,
    type: row.type as Freeze["type"],
    id: row.targetId,
    reason: row.reason,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    effective_at: row.effectiveAt?.toISOString() ?? null,
    in_flight: inFlightOf(row),
    lifted_at: row.liftedAt?.toISOString() ?? null,
    lifted_by: row.liftedBy,
    lift_reason: row.liftReason,
  };
}

/** What was ordered, for the audit entry: `in_flight` is evidence of the sweep and grows after the flag. */
export function freezeImage(row: FreezeRow): object {
  const { freeze_id, type, id, reason, created_by, lifted_by, lift_reason } = freezeView(row);
  return { freeze_id, type, id, reason, created_by, lifted_by, lift_reason };
}
