import { expect, it } from "vitest";
import { bundleIdOf, fileOf, isMadeAtOnce, reviewStateOf } from "@/server/exports/rules";

it("names bundles by their type, and files by their bundle", () => {
  const random = Buffer.from("00ff12abcdef", "hex");
  expect(bundleIdOf("evidence", random)).toBe("EVD-00ff12abcdef");
  expect(bundleIdOf("soc2", random)).toBe("SOC2-00ff12abcdef");
  expect(fileOf(bundleIdOf("executive_debrief", random), "pdf")).toEqual({
    ...{ fileName: "EXEC-00ff12abcdef.pdf", mediaType: "application/pdf" },
  });
  for (const form of ["json", "jsonl", "csv", "pdf"] as const) {
    expect(fileOf("EVD-00ff12abcdef", form).fileName).toMatch(/^[A-Za-z0-9.-]+$/);
  }
});

it("makes small bundles at once", () => {
  expect([isMadeAtOnce(0), isMadeAtOnce(200), isMadeAtOnce(201)]).toEqual([true, true, false]);
});

it("shows the newest verdict", () => {
  expect([null, "reviewed", "approved", "exception"].map((verdict) => reviewStateOf(verdict as null))).toEqual([
    ...["PENDING", "REVIEWED", "APPROVED", "EXCEPTION"],
  ]);
});
