import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resetPeriods } from "@/db/vocabulary";
import { windowOf } from "@/server/policies/windows";

function shown(period: "daily" | "weekly" | "monthly", at: string, zone: string) {
  const window = windowOf({ reset_period: period }, new Date(at), zone);
  return [window.start.toISOString(), window.resets_at?.toISOString()];
}

describe("calendar windows", () => {
  it("are aligned to the calendar in UTC", () => {
    expect(shown("daily", "2026-03-05T23:59:59.999Z", "UTC")).toEqual([
      "2026-03-05T00:00:00.000Z",
      "2026-03-06T00:00:00.000Z",
    ]);
    expect(shown("weekly", "2026-03-05T10:00:00Z", "UTC")).toEqual([
      "2026-03-02T00:00:00.000Z",
      "2026-03-09T00:00:00.000Z",
    ]);
    expect(shown("weekly", "2026-03-08T10:00:00Z", "UTC")).toEqual([
      "2026-03-02T00:00:00.000Z",
      "2026-03-09T00:00:00.000Z",
    ]);
    expect(shown("monthly", "2026-12-31T23:00:00Z", "UTC")).toEqual([
      "2026-12-01T00:00:00.000Z",
      "2027-01-01T00:00:00.000Z",
    ]);
  });

  it("follow the zone, days of 23 and 25 hours included", () => {
    expect(shown("daily", "2026-03-29T12:00:00Z", "Europe/Berlin")).toEqual([
      "2026-03-28T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
    ]);
    expect(shown("daily", "2026-10-25T12:00:00Z", "Europe/Berlin")).toEqual([
      "2026-10-24T22:00:00.000Z",
      "2026-10-25T23:00:00.000Z",
    ]);
    expect(shown("monthly", "2026-07-01T03:00:00Z", "America/New_York")).toEqual([
      "2026-06-01T04:00:00.000Z",
      "2026-07-01T04:00:00.000Z",
    ]);
    expect(shown("daily", "2026-07-01T12:00:00Z", "Pacific/Kiritimati")).toEqual([
      "2026-07-01T10:00:00.000Z",
      "2026-07-02T10:00:00.000Z",
    ]);
  });

  it("begin later where midnight is skipped", () => {
    // Cairo: on 2024-04-26 the clock went from 00:00 to 01:00.
    expect(shown("daily", "2024-04-26T12:00:00Z", "Africa/Cairo")[0]).toBe("2024-04-25T22:00:00.000Z");
  });

  it("do not exist without a period", () => {
    expect(windowOf({ reset_period: "none" }, new Date(), "UTC")).toEqual({ start: new Date(0), resets_at: null });
    expect(windowOf({}, new Date(), "UTC")).toEqual({ start: new Date(0), resets_at: null });
  });

  it("hold their instant and follow each other without gap or overlap", () => {
    const zones = [
      "UTC",
      "Europe/Berlin",
      "America/St_Johns",
      "Asia/Beirut",
      "Africa/Cairo",
      "Pacific/Apia",
      "Asia/Kathmandu",
      "America/Havana",
    ];
    const at = fc.date({ min: new Date("1990-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(at, fc.constantFrom(...zones), fc.constantFrom(...resetPeriods), (now, zone, period) => {
        const window = windowOf({ reset_period: period }, now, zone);
        expect(window.start.getTime()).toBeLessThanOrEqual(now.getTime());
        if (window.resets_at === null) return;
        expect(window.resets_at.getTime()).toBeGreaterThan(now.getTime());
        const next = windowOf({ reset_period: period }, window.resets_at, zone);
        expect(next.start).toEqual(window.resets_at);
        const last = new Date(window.resets_at.getTime() - 1);
        expect(windowOf({ reset_period: period }, last, zone).start).toEqual(window.start);
      }),
      { numRuns: 400 },
    );
  });

  it("at a clock turned back over midnight, the new day goes on", () => {
    // St. John's, 2010-11-07: at 00:01 the clock went back to 23:01 of the day before.
    const window = windowOf({ reset_period: "daily" }, new Date("2010-11-07T03:00:00Z"), "America/St_Johns");
    expect(window.start.getTime()).toBeLessThanOrEqual(Date.parse("2010-11-07T03:00:00Z"));
    expect(window.resets_at?.getTime()).toBeGreaterThan(Date.parse("2010-11-07T03:00:00Z"));
  });
});
