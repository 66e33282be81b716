import type { Role } from "@/db/vocabulary";
import {
  type ChangeUser,
  changeUser,
  InvitationOpen,
  LastOwner,
  OwnersOnly,
  OwnSeatFixed,
  removeUser,
} from "@/server/account/contract";
import { revokeInvitation } from "@/server/account/invitations";
import { writeOnce } from "@/server/account/own-transaction";
import { findPerson, type Person } from "@/server/account/people";
import { changerOf, memberView, roleView } from "@/server/account/queries";
import {
  changedSeat,
  type Seat,
  type SeatBlock,
  type SeatChange,
  type SeatEdit,
  seatBlock,
  sentenceOf,
} from "@/server/account/rules";
import { seatEnd } from "@/server/account/seat-end";
import { deleteSeat, lockSeats, seatsOf, updateSeat } from "@/server/account/store";
import type { SeatRole } from "@/server/account/wire";
import { type AuditEntry, writeAudit } from "@/server/platform/audit/audit";
import type { SystemSql } from "@/server/platform/db/system-db";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Context, OwnContext, Reply } from "@/server/platform/http/handle";
import { NotFound } from "@/server/platform/http/problem";

/**
 * Changes a seat, from its holder's next request on. Throws 404, 409 `last-owner` or `invitation-open`, 403 `owners-only`
 * or `own-seat`, 422 for an end that is not in the future.
 */
export function changeMember(cx: OwnContext, userId: string, body: ChangeUser): Promise<Reply<never>> {
  const { tenantId } = cx.principal;
  return writeOnce(cx, {
    endpoint: changeUser,
    input: [userId, body],
    find: (sql) => findPerson(sql, tenantId, userId),
    work: async (db, found) => {
      const person = requireMember(found);
      const { role, status, expires_at } = body;
      const change = { role, status, expiresAt: await seatEnd(db, expires_at) };
      const { before, after } = await changeSeat(db, userId, change, cx.requestId);
      return memberView(changedPerson(person, before, after, await db.now()), cx.principal);
    },
    // A seat that is activated again must not bring its old sessions back.
    after: async (sql) => {
      if (body.status === "suspended") await endSessionsIn(sql, tenantId, userId);
    },
  });
}

/** Takes a seat and ends its sessions, or revokes an invitation. Throws 404, 409 `last-owner`, 403 `owners-only`. */
export function removeOne(cx: OwnContext, id: string): Promise<Reply<never>> {
  const { tenantId } = cx.principal;
  return writeOnce(cx, {
    endpoint: removeUser,
    input: id,
    find: (sql) => findPerson(sql, tenantId, id),
    work: async (db, person) => {
      if (person === null) throw NotFound.with();
      if (person.kind === "invitation") await revokeInvitation(db, id, cx.requestId);
      else await removeMember(db, id, cx.requestId);
      return { user_id: id, removed: true as const };
    },
    // An invitation's id is no user's, so nothing ends with it.
    after: (sql) => endSessionsIn(sql, tenantId, id),
  });
}

/** Gives a member another role. Throws as changeMember does. */
export async function replaceRole(cx: Context, userId: string, role: Role): Promise<SeatRole> {
  const { after } = await changeSeat(cx.db, userId, { role }, cx.requestId);
  return roleView(userId, after.role);
}

/** Takes a member's seat. Throws 404 for somebody who has none, 409 `last-owner`. Effective on their next request. */
export async function removeMember(db: TenantDb, userId: string, requestId?: string): Promise<void> {
  const seat = await seatToChange(db, userId, null);
  await deleteSeat(db, userId);
  const entry = { action: "member.removed", entity_type: "member", entity_id: userId, before: seatImage(seat) };
  await writeAudit(db, [entry], requestId === undefined ? {} : { requestId });
}

/** Changes a seat and says how it stood before. What stays as it was leaves no audit entry. Throws as changeMember does. */
export async function changeSeat(
  db: TenantDb,
  userId: string,
  change: SeatEdit,
  requestId?: string,
): Promise<{ before: Seat; after: Seat }> {
  const before = await seatToChange(db, userId, change);
  const after = changedSeat(before, change);
  const actions = changesOf(before, after);
  if (actions.length === 0) return { before, after };
  await updateSeat(db, after);
  const images = { before: seatImage(before), after: seatImage(after) };
  const entries = actions.map(
    (action): AuditEntry => ({ action, entity_type: "member", entity_id: userId, ...images }),
  );
  await writeAudit(db, entries, requestId === undefined ? {} : { requestId });
  return { before, after };
}

function changesOf(before: Seat, after: Seat): string[] {
  return [
    ...(before.role === after.role ? [] : ["member.role_changed"]),
    ...(before.status === after.status ? [] : [after.status === "suspended" ? "member.suspended" : "member.activated"]),
    ...(before.expiresAt?.getTime() === after.expiresAt?.getTime() ? [] : ["member.end_changed"]),
  ];
}

export function seatImage({ userId, role, status, expiresAt }: Seat) {
  return { user_id: userId, role, status, expires_at: expiresAt?.toISOString() ?? null };
}

async function seatToChange(db: TenantDb, userId: string, change: SeatChange): Promise<Seat> {
  await lockSeats(db, userId);
  const seats = await seatsOf(db);
  const seat = seats.find((held) => held.userId === userId);
  if (seat === undefined) throw NotFound.with();
  const block = seatBlock(changerOf(db.principal), seats, seat, change);
  if (block !== null) throw problems[block].with({ detail: sentenceOf(block) });
  return seat;
}

const problems = { owners_only: OwnersOnly, own_seat: OwnSeatFixed, last_owner: LastOwner } satisfies Record<
  SeatBlock,
  unknown
>;

function requireMember(person: Person | null): Person {
  if (person === null) throw NotFound.with();
  if (person.kind === "invitation") throw InvitationOpen.with({ detail: "Revoke it and invite anew." });
  return person;
}

async function endSessionsIn(sql: SystemSql, tenantId: string, userId: string): Promise<void> {
  await sql`delete from sessions where user_id = ${userId} and active_tenant_id = ${tenantId}`;
}

function changedPerson(person: Person, before: Seat, after: Seat, now: Date): Person {
  const { role, status, expiresAt } = after;
  const isOver = status === "active" && expiresAt !== null && expiresAt <= now;
  const isSuspending = before.status === "active" && status === "suspended";
  return {
    ...person,
    role,
    status: isOver ? "expired" : status,
    expires_at: expiresAt,
    last_seen_at: isSuspending ? null : person.last_seen_at,
  };
}
