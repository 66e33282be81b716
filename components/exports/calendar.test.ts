import { describe, expect, it } from "vitest";
import { quarterOf } from "@/server/policies/windows";
import { dayAfter, dayBefore, quarterDays, startOfDay } from "./calendar";

describe("the start of a day", () => {
  it.each([
    ["2026-11-22", "UTC", "2026-11-22T00:00:00.000Z"],
    ["2026-11-22", "Europe/Berlin", "2026-11-21T23:00:00.000Z"],
    ["2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00.000Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
    ["2026-11-01", "America/New_York", "2026-11-01T04:00:00.000Z"],
    ["2026-11-02", "America/New_York", "2026-11-02T05:00:00.000Z"],
    ["2026-11-22", "Asia/Kolkata", "2026-11-21T18:30:00.000Z"],
  ])("%s in %s", (day, zone, instant) => {
    expect(startOfDay(day, zone)).toBe(instant);
  });

  it.each(["", "2026-02-30", "yesterday", "2026-13-01"])("is none for %j", (day) => {
    expect(startOfDay(day, "UTC")).toBeNull();
  });
});

it("goes to the next and the previous day", () => {
  expect([dayAfter("2026-12-31"), dayBefore("2026-03-01")]).toEqual(["2027-01-01", "2026-02-28"]);
});

it("has the quarters that the server has", () => {
  for (const zone of ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland"]) {
    for (const at of ["2026-01-01T02:00:00.000Z", "2026-06-30T23:30:00.000Z", "2026-11-22T03:00:00.000Z"]) {
      const { first, last } = quarterDays(at, zone);
      const { start, end } = quarterOf(new Date(at), zone);
      expect([startOfDay(first, zone), startOfDay(dayAfter(last), zone)]).toEqual([
        start.toISOString(),
        end.toISOString(),
      ]);
    }
  }
});
