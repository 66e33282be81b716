import { expect, it } from "vitest";
import { instantIn, localIn } from "./zone-time";

it("takes a wall clock's time in a zone", () => {
  expect(instantIn("UTC", "2026-11-22T15:40")).toBe("2026-11-22T15:40:00.000Z");
  expect(instantIn("Europe/Berlin", "2026-07-01T12:00")).toBe("2026-07-01T10:00:00.000Z");
  expect(instantIn("Asia/Kolkata", "2026-07-01T12:00")).toBe("2026-07-01T06:30:00.000Z");
  expect(instantIn("UTC", "")).toBeNull();
});

it("minds the clock changes", () => {
  expect(instantIn("Europe/Berlin", "2026-03-29T01:30")).toBe("2026-03-29T00:30:00.000Z");
  expect(instantIn("Europe/Berlin", "2026-03-29T03:30")).toBe("2026-03-29T01:30:00.000Z");
  expect(instantIn("Europe/Berlin", "2026-10-25T04:00")).toBe("2026-10-25T03:00:00.000Z");
});

it("goes there and back", () => {
  for (const zone of ["UTC", "America/New_York", "Pacific/Auckland"]) {
    expect(instantIn(zone, localIn(zone, "2026-11-22T15:40:00.000Z"))).toBe("2026-11-22T15:40:00.000Z");
  }
});
