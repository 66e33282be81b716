import { describe, expect, it } from "vitest";
import type { Role } from "@/db/vocabulary";
import { losesLastOwner, type Seat, slugOf } from "@/server/account/rules";

function seat(userId: string, role: Role, expiresAt: Date | null = null): Seat {
  return { userId, role, expiresAt };
}

describe("the last owner", () => {
  const alone = [seat("a", "owner"), seat("b", "admin"), seat("c", "owner", new Date(0))];

  it.each([
    ["goes", { userId: "a", role: null }, true],
    ["becomes an admin", { userId: "a", role: "admin" as const }, true],
    ["stays an owner", { userId: "a", role: "owner" as const }, false],
  ])("%s", (_, change, loses) => expect(losesLastOwner(alone, change)).toBe(loses));

  it("is nobody else", () => {
    expect(losesLastOwner(alone, { userId: "b", role: null })).toBe(false);
    expect(losesLastOwner(alone, { userId: "c", role: null })).toBe(false);
    expect(losesLastOwner([...alone, seat("d", "owner")], { userId: "a", role: null })).toBe(false);
  });
});

describe("a slug", () => {
  it.each([
    ["Acme GmbH & Co. KG", "acme-gmbh-co-kg-89abcdef"],
    ["Über", "uber-89abcdef"],
    ["日本", "tenant-89abcdef"],
  ])("of %s is %s", (name, slug) => expect(slugOf(name, "01234567-89ab-7def-8123-456789abcdef")).toBe(slug));
});
