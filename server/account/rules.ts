import type { Role } from "@/db/vocabulary";

export interface Seat {
  userId: string;
  role: Role;
  expiresAt: Date | null;
}

/** A tenant keeps an owner whose seat does not end by itself. `role` null: the member goes. */
export function losesLastOwner(seats: readonly Seat[], change: { userId: string; role: Role | null }): boolean {
  const lasting = seats.filter((seat) => seat.role === "owner" && seat.expiresAt === null);
  const isLastingOwner = lasting.some((seat) => seat.userId === change.userId);
  return isLastingOwner && change.role !== "owner" && lasting.length === 1;
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
