import { expect, it } from "vitest";
import { deedWords } from "./columns";

it("calls a release by what was decided, and every other deed by its name", () => {
  expect(deedWords({ action: "run.released", detail: { decision: "approve" } })).toBe("Release approved");
  expect(deedWords({ action: "run.released", detail: { decision: "deny" } })).toBe("Release denied");
  expect(deedWords({ action: "run.released", detail: null })).toBe("Run released");
  expect(deedWords({ action: "run.paused", detail: { decision: "deny" } })).toBe("Run paused");
});
