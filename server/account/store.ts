import { asc, eq } from "drizzle-orm";
import { memberships } from "@/db/schema/tenancy";
import type { Role } from "@/db/vocabulary";
import type { Seat } from "@/server/account/rules";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export type MembershipRow = typeof memberships.$inferSelect;

/** Locks the tenant's owners one after the other, so that two owners who go at once go one after the other. */
export async function lockOwners(db: TenantDb): Promise<void> {
  await db.sql`select id from memberships where ${db.mine()} and role = 'owner' order by id for no key update`;
}

/** The seats as they stand after `lockOwners`: a statement of its own, because only it sees what others committed. */
export async function seatsOf(db: TenantDb): Promise<Seat[]> {
  const rows = await db.rows(memberships, { orderBy: [asc(memberships.createdAt), asc(memberships.id)] });
  return rows.map((row) => ({ userId: row.userId, role: roleOf(row), expiresAt: row.expiresAt }));
}

export async function updateRole(db: TenantDb, userId: string, role: Role): Promise<MembershipRow | null> {
  const [row] = await db.update(memberships, { role }, eq(memberships.userId, userId));
  return row ?? null;
}

export async function deleteSeat(db: TenantDb, userId: string): Promise<boolean> {
  return (await db.delete(memberships, eq(memberships.userId, userId))) > 0;
}

// The column is held to the five roles by a check constraint.
function roleOf(row: MembershipRow): Role {
  return row.role as Role;
}
