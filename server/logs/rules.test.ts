import { describe, expect, it } from "vitest";
import { domainOf, executionStatusOf, integrityStatus, originOf } from "./rules";

it.each([
  ["succeeded", "completed", "SUCCEEDED"],
  ["cancelled", "user_abort", "ABORTED"],
  ["failed", "timeout", "TIMEOUT"],
  ["failed", "system_failure", "FAILED"],
  ["failed_policy", "policy_block", "FAILED"],
] as const)("%s by %s is %s", (status, terminationReason, expected) => {
  expect(executionStatusOf({ status, terminationReason })).toBe(expected);
});

it("entries belong to the domain of what they are about", () => {
  expect(["run", "policy", "incident", "session"].map(domainOf)).toEqual(["ACTIVITY", "POLICY", "INCIDENTS", "SYSTEM"]);
});

it("nobody named is nobody's origin", () => {
  expect(["user", "key", "system", null, "martian"].map(originOf)).toEqual(["HUMAN", "AGENT", "SYSTEM", null, null]);
});

describe("integrity", () => {
  const sound = { checked: 3, faults: 0, isComplete: true, unnumbered: 0, clockRollbacks: 0, isHalted: false };

  it.each([
    [sound, "verified"],
    [{ ...sound, unnumbered: 1 }, "partial"],
    [{ ...sound, clockRollbacks: 1 }, "partial"],
    [{ ...sound, isHalted: true }, "partial"],
    [{ ...sound, isComplete: false }, "partial"],
    [{ ...sound, faults: 1 }, "broken"],
    [{ ...sound, faults: 1, isComplete: false, unnumbered: 2 }, "broken"],
    [{ ...sound, checked: 0 }, "unknown"],
  ])("of %j is %s, with the reason where it is less than verified", (found, status) => {
    const said = integrityStatus(found);
    expect(said.status).toBe(status);
    expect(said.reason === null).toBe(status === "verified");
  });
});
