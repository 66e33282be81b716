import { expect, it } from "vitest";
import { byDay } from "./timeline-days";

it("groups by the zone's days and keeps the order", () => {
  const items = ["2026-11-21T22:30:00.000Z", "2026-11-21T23:30:00.000Z", "2026-11-22T01:00:00.000Z"].map((at) => ({
    at,
  }));
  const days = (zone: string) => byDay(items, zone).map((group) => [group.day, group.items.length]);
  expect(days("UTC")).toEqual([
    ["21 Nov 2026", 2],
    ["22 Nov 2026", 1],
  ]);
  expect(days("Europe/Berlin")).toEqual([
    ["21 Nov 2026", 1],
    ["22 Nov 2026", 2],
  ]);
  expect(byDay([], "UTC")).toEqual([]);
});
