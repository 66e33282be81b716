import type { Role } from "@/db/vocabulary";
import { LastOwner } from "@/server/account/contract";
import { losesLastOwner, type Seat } from "@/server/account/rules";
import { deleteSeat, lockOwners, seatsOf, updateRole } from "@/server/account/store";
import { writeAudit } from "@/server/platform/audit/audit";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { NotFound } from "@/server/platform/http/problem";

/** Gives a member another role. Throws 404 for somebody who has no seat, 409 `last-owner`. Effective on their next request. */
export async function changeRole(db: TenantDb, userId: string, role: Role): Promise<void> {
  const seat = await seatToChange(db, { userId, role });
  if (seat.role === role) return;
  await updateRole(db, userId, role);
  await writeAudit(db, [
    {
      action: "member.role_changed",
      entity_type: "member",
      entity_id: userId,
      before: { user_id: userId, role: seat.role },
      after: { user_id: userId, role },
    },
  ]);
}

/** Takes a member's seat. Throws 404 for somebody who has none, 409 `last-owner`. Effective on their next request. */
export async function removeMember(db: TenantDb, userId: string): Promise<void> {
  const seat = await seatToChange(db, { userId, role: null });
  await deleteSeat(db, userId);
  await writeAudit(db, [
    {
      action: "member.removed",
      entity_type: "member",
      entity_id: userId,
      before: { user_id: userId, role: seat.role },
    },
  ]);
}

async function seatToChange(db: TenantDb, change: { userId: string; role: Role | null }): Promise<Seat> {
  await lockOwners(db);
  const seats = await seatsOf(db);
  const seat = seats.find((held) => held.userId === change.userId);
  if (seat === undefined) throw NotFound.with();
  if (losesLastOwner(seats, change)) throw LastOwner.with({ detail: "Make somebody else an owner first." });
  return seat;
}
