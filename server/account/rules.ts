import type { Role, SeatStatus } from "@/db/vocabulary";
import type { Permission } from "@/server/platform/auth/principal";
import type { Action } from "@/server/platform/http/contract";

export interface Seat {
  userId: string;
  role: Role;
  status: SeatStatus;
  expiresAt: Date | null;
}

/** What is left out stays as it is. */
export interface SeatEdit {
  role?: Role | undefined;
  status?: SeatStatus | undefined;
  expiresAt?: Date | null | undefined;
}

/** What a seat becomes; null: it goes. */
export type SeatChange = SeatEdit | null;

/** Who wants it; the product itself and operators act as an owner who has no seat. */
export interface Changer {
  userId: string | null;
  role: Role;
}

export type SeatBlock = "owners_only" | "own_seat" | "last_owner";

const rank: Readonly<Record<Role, number>> = { owner: 4, admin: 3, member: 2, auditor: 1, viewer: 1 };

/** A tenant keeps an owner whose seat lets them in and does not end by itself. */
export function losesLastOwner(seats: readonly Seat[], userId: string, change: SeatChange): boolean {
  const lasting = seats.filter(isLastingOwner);
  const seat = lasting.find((held) => held.userId === userId);
  if (seat === undefined || lasting.length > 1) return false;
  return change === null || !isLastingOwner(changedSeat(seat, change));
}

function isLastingOwner(seat: Seat): boolean {
  return seat.role === "owner" && seat.status === "active" && seat.expiresAt === null;
}

/** The seat after the change. */
export function changedSeat(seat: Seat, { role, status, expiresAt }: SeatEdit): Seat {
  return {
    userId: seat.userId,
    role: role ?? seat.role,
    status: status ?? seat.status,
    expiresAt: expiresAt === undefined ? seat.expiresAt : expiresAt,
  };
}

/** Only an owner touches an owner or makes one. */
export function isOwnersOnly(changer: Changer, seat: Pick<Seat, "role">, role: Role | undefined): boolean {
  return changer.role !== "owner" && (seat.role === "owner" || role === "owner");
}

/** Why the change may not be made; null when it may. Of the own seat one may give away, and nothing add. */
export function seatBlock(changer: Changer, seats: readonly Seat[], seat: Seat, change: SeatChange): SeatBlock | null {
  if (isOwnersOnly(changer, seat, change?.role)) return "owners_only";
  if (changer.userId === seat.userId && change !== null && !givesAway(seat, change)) return "own_seat";
  return losesLastOwner(seats, seat.userId, change) ? "last_owner" : null;
}

function givesAway(seat: Seat, change: SeatEdit): boolean {
  const next = changedSeat(seat, change);
  const isEndKept = next.expiresAt?.getTime() === seat.expiresAt?.getTime();
  return next.status === seat.status && isEndKept && rank[next.role] <= rank[seat.role];
}

const sentences: Readonly<Record<SeatBlock, string>> = {
  owners_only: "Only an owner may change an owner's seat or make an owner.",
  own_seat: "Somebody else has to change your seat so.",
  last_owner: "Make somebody else an owner first.",
};

export function sentenceOf(block: SeatBlock): string {
  return sentences[block];
}

const NEEDS_MANAGE = "This needs the permission members:manage.";

/** What the viewer may do with the seat now. */
export function seatActions(
  changer: Changer,
  held: ReadonlySet<Permission>,
  { seats, seat }: { seats: readonly Seat[]; seat: Seat },
): Action[] {
  const may = (change: SeatChange) => {
    if (!held.has("members:manage")) return NEEDS_MANAGE;
    const block = seatBlock(changer, seats, seat, change);
    return block === null ? null : sentences[block];
  };
  const isSuspended = seat.status === "suspended";
  return [
    action("change_role", "Change role", may(seat.role === "viewer" ? { role: "auditor" } : { role: "viewer" })),
    action("set_end", "Set an end", may({ expiresAt: new Date(8.64e15) })),
    action("suspend", "Suspend", isSuspended ? "The seat is suspended already." : may({ status: "suspended" })),
    action("activate", "Activate", isSuspended ? may({ status: "active" }) : "The seat is active."),
    action("remove", "Remove", may(null)),
  ];
}

/** What the viewer may do with an invitation that waits. */
export function invitationActions(changer: Changer, held: ReadonlySet<Permission>, role: Role): Action[] {
  const reason = held.has("members:manage")
    ? isOwnersOnly(changer, { role }, undefined)
      ? sentences.owners_only
      : null
    : NEEDS_MANAGE;
  return [action("revoke", "Revoke", reason)];
}

/** What the viewer may do with the account as a whole. */
export function accountActions(held: ReadonlySet<Permission>): Action[] {
  const needs = (permission: Permission) => (held.has(permission) ? null : `This needs the permission ${permission}.`);
  return [
    action("change_settings", "Change settings", needs("account:manage")),
    action("invite", "Invite", needs("members:manage")),
  ];
}

function action(name: string, label: string, reason: string | null): Action {
  return { action: name, label, enabled: reason === null, reason };
}

/** A readable part of the tenant's name and the end of its id: unique, and it does not tell which names are taken. */
export function slugOf(name: string, tenantId: string): string {
  const readable = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);
  return `${readable === "" ? "tenant" : readable}-${tenantId.replaceAll("-", "").slice(-8)}`;
}
