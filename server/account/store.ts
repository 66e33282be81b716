import { and, asc, eq, isNull, type SQL } from "drizzle-orm";
import { invitations, memberships } from "@/db/schema/tenancy";
import type { Role, SeatStatus } from "@/db/vocabulary";
import type { Seat } from "@/server/account/rules";
import type { Changes, TenantDb } from "@/server/platform/db/tenant-db";

export type InvitationRow = typeof invitations.$inferSelect;
type MembershipRow = typeof memberships.$inferSelect;

/**
 * Locks the tenant's owners one after the other, so that two owners who go at once go one after the other, and the seat
 * in question with them.
 */
export async function lockSeats(db: TenantDb, userId: string): Promise<void> {
  await db.sql`
    select id from memberships where ${db.mine()} and (role = 'owner' or user_id = ${userId})
    order by id for no key update`;
}

/** The seats as they stand after `lockSeats`: a statement of its own, because only it sees what others committed. */
export async function seatsOf(db: TenantDb): Promise<Seat[]> {
  const rows = await db.rows(memberships, { orderBy: [asc(memberships.createdAt), asc(memberships.id)] });
  return rows.map(seatOf);
}

export async function updateSeat(db: TenantDb, { userId, ...seat }: Seat): Promise<void> {
  await db.update(memberships, seat, eq(memberships.userId, userId));
}

export async function deleteSeat(db: TenantDb, userId: string): Promise<boolean> {
  return (await db.delete(memberships, eq(memberships.userId, userId))) > 0;
}

// The columns are held to the words of the vocabulary by check constraints.
function seatOf(row: MembershipRow): Seat {
  const { userId, expiresAt } = row;
  return { userId, role: row.role as Role, status: row.status as SeatStatus, expiresAt };
}

/** An invitation that nobody accepted or revoked, locked; its end may have passed. */
export function lockOpenInvitation(db: TenantDb, which: { id: string } | { email: string }) {
  return db.lock(
    invitations,
    openAnd("id" in which ? eq(invitations.id, which.id) : eq(invitations.email, which.email)),
  );
}

/** A conditional write: null when somebody was faster. */
export async function endInvitation(
  db: TenantDb,
  id: string,
  end: Changes<typeof invitations>,
): Promise<InvitationRow | null> {
  const [row] = await db.update(invitations, end, openAnd(eq(invitations.id, id)));
  return row ?? null;
}

function openAnd(condition: SQL): SQL {
  const open = and(condition, isNull(invitations.acceptedAt), isNull(invitations.revokedAt));
  if (open === undefined) throw new Error("and() of conditions is a condition");
  return open;
}
