import { expect, test } from "vitest";
import { periodOf } from "@/server/exports/content/period";

const none = { start: null, end: null };
const at = (iso: string) => new Date(iso);
const shown = (period: ReturnType<typeof periodOf>) =>
  typeof period === "string" ? period : [period.start.toISOString(), period.end.toISOString(), period.basis];

test("without a wish it is the incident's calendar quarter, half-open", () => {
  const q4 = ["2026-10-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", "calendar_quarter"];
  expect(shown(periodOf(none, at("2026-11-22T12:00:00Z"), "UTC"))).toEqual(q4);
  expect(shown(periodOf(none, at("2026-10-01T00:00:00.000Z"), "UTC"))).toEqual(q4);
  expect(shown(periodOf(none, at("2026-12-31T23:59:59.999Z"), "UTC"))).toEqual(q4);
  expect(shown(periodOf(none, at("2027-01-01T00:00:00.000Z"), "UTC"))[0]).toBe("2027-01-01T00:00:00.000Z");
});

test("the quarter is the zone's, with its clock changes", () => {
  const inNewYork = periodOf(none, at("2026-11-22T12:00:00Z"), "America/New_York");
  expect(shown(inNewYork)).toEqual(["2026-10-01T04:00:00.000Z", "2027-01-01T05:00:00.000Z", "calendar_quarter"]);
  // 03:00 UTC on the first of October is still September there.
  expect(shown(periodOf(none, at("2026-10-01T03:00:00Z"), "America/New_York"))[0]).toBe("2026-07-01T04:00:00.000Z");
});

test("a wish must have a length and contain the incident; what it leaves out is the quarter's", () => {
  const incident = at("2026-11-22T12:00:00Z");
  const [start, end] = [at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z")];
  expect(shown(periodOf({ start, end }, incident, "UTC"))).toEqual([
    start.toISOString(),
    end.toISOString(),
    "requested",
  ]);
  expect(shown(periodOf({ start, end: null }, incident, "UTC"))[1]).toBe("2027-01-01T00:00:00.000Z");
  expect(shown(periodOf({ start: null, end }, incident, "UTC"))[0]).toBe("2026-10-01T00:00:00.000Z");
  expect(periodOf({ start: incident, end: incident }, incident, "UTC")).toBe("empty");
  expect(periodOf({ start: end, end: start }, incident, "UTC")).toBe("empty");
  expect(periodOf({ start: at("2026-11-23T00:00:00Z"), end }, incident, "UTC")).toBe("misses_incident");
  expect(periodOf({ start, end: incident }, incident, "UTC")).toBe("misses_incident");
  expect(shown(periodOf({ start: incident, end }, incident, "UTC"))[2]).toBe("requested");
});

test("the quarter written out is the quarter", () => {
  const quarter = periodOf(none, at("2026-05-05T00:00:00Z"), "Asia/Kolkata");
  if (typeof quarter === "string") throw new Error(quarter);
  expect(periodOf(quarter, at("2026-05-05T00:00:00Z"), "Asia/Kolkata")).toEqual(quarter);
});
