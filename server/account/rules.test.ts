import { describe, expect, it } from "vitest";
import type { Role } from "@/db/vocabulary";
import {
  invitationActions,
  losesLastOwner,
  type Seat,
  type SeatChange,
  seatActions,
  seatBlock,
  slugOf,
} from "@/server/account/rules";
import { rolePermissions } from "@/server/platform/auth/principal";

function seat(userId: string, role: Role, expiresAt: Date | null = null): Seat {
  return { userId, role, status: "active", expiresAt };
}

describe("the last owner", () => {
  const alone = [seat("a", "owner"), seat("b", "admin"), seat("c", "owner", new Date(0))];

  it.each<[string, SeatChange, boolean]>([
    ["goes", null, true],
    ["becomes an admin", { role: "admin" }, true],
    ["is suspended", { status: "suspended" }, true],
    ["gets an end", { expiresAt: new Date(0) }, true],
    ["stays an owner", { role: "owner" }, false],
    ["stays as they are", { role: undefined, expiresAt: null }, false],
  ])("%s", (_, change, loses) => expect(losesLastOwner(alone, "a", change)).toBe(loses));

  it("is nobody else", () => {
    expect(losesLastOwner(alone, "b", null)).toBe(false);
    expect(losesLastOwner(alone, "c", null)).toBe(false);
    expect(losesLastOwner([...alone, seat("d", "owner")], "a", null)).toBe(false);
    expect(losesLastOwner([...alone, { ...seat("d", "owner"), status: "suspended" }], "a", null)).toBe(true);
  });
});

describe("who may change a seat", () => {
  const seats = [seat("a", "owner"), seat("b", "owner"), seat("c", "admin"), seat("d", "admin"), seat("e", "member")];
  const owner = { userId: "a", role: "owner" } as const;
  const admin = { userId: "c", role: "admin" } as const;
  const of = (userId: string) => seats.find((held) => held.userId === userId) ?? seat(userId, "viewer");

  it.each<[string, typeof owner | typeof admin, string, SeatChange, string | null]>([
    ["an admin, an owner's role", admin, "a", { role: "member" }, "owners_only"],
    ["an admin, an owner's seat", admin, "b", null, "owners_only"],
    ["an admin, an owner's end", admin, "b", { expiresAt: new Date(9e15) }, "owners_only"],
    ["an admin, a member into an owner", admin, "e", { role: "owner" }, "owners_only"],
    ["an admin, themselves into an owner", admin, "c", { role: "owner" }, "owners_only"],
    ["an admin, themselves down", admin, "c", { role: "viewer" }, null],
    ["an admin, their own end", admin, "c", { expiresAt: new Date(9e15) }, "own_seat"],
    ["an admin, their own suspension", admin, "c", { status: "suspended" }, "own_seat"],
    ["an admin, another admin", admin, "d", { role: "member" }, null],
    ["an admin, a member into an admin", admin, "e", { role: "admin" }, null],
    ["an owner, another owner", owner, "b", { role: "member" }, null],
    ["an owner, themselves away", owner, "a", null, null],
    ["an owner, their own suspension", owner, "a", { status: "suspended" }, "own_seat"],
  ])("%s", (_, changer, userId, change, block) => {
    expect(seatBlock(changer, seats, of(userId), change)).toBe(block);
  });

  it("shows in the actions, with the reason", () => {
    const actions = seatActions(admin, rolePermissions.admin, { seats, seat: of("a") });
    expect(actions.filter(({ enabled }) => enabled)).toEqual([]);
    expect(actions[0]).toMatchObject({ action: "change_role", reason: expect.stringMatching(/owner/) });
    const enabled = seatActions(owner, rolePermissions.owner, { seats, seat: of("e") }).filter((one) => one.enabled);
    expect(enabled.map(({ action }) => action)).toEqual(["change_role", "set_end", "suspend", "remove"]);
    const viewer = { userId: "x", role: "viewer" } as const;
    expect(seatActions(viewer, rolePermissions.viewer, { seats, seat: of("e") })[4]).toMatchObject({ enabled: false });
    expect(invitationActions(admin, rolePermissions.admin, "owner")[0]?.enabled).toBe(false);
    expect(invitationActions(admin, rolePermissions.admin, "viewer")[0]?.enabled).toBe(true);
  });
});

describe("a slug", () => {
  it.each([
    ["Acme GmbH & Co. KG", "acme-gmbh-co-kg-89abcdef"],
    ["Über", "uber-89abcdef"],
    ["日本", "tenant-89abcdef"],
  ])("of %s is %s", (name, slug) => expect(slugOf(name, "01234567-89ab-7def-8123-456789abcdef")).toBe(slug));
});
