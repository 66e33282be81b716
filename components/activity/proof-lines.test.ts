import { expect, it } from "vitest";
import { proofLines, type Verification } from "./proof-lines";

const good: Verification = {
  ...{
    verified: true,
    sealed: true,
    checked: 6,
    late_records: 0,
    first_bad_seq: null,
    reason: null,
    checkpoint_size: 40,
  },
};

function states(change: Partial<Verification>): string[] {
  return proofLines({ ...good, ...change }).map((line) => line.state);
}

it("shows every check of a run that verifies", () => {
  expect(states({})).toEqual(Array(6).fill("held"));
  expect(proofLines(good)[2]?.detail).toBe("6 records, each hash follows from the one before");
  expect(proofLines({ ...good, late_records: 2 })[2]?.detail).toMatch(/, 2 of them late$/);
});

it("promises nothing that is not there yet", () => {
  expect(states({ sealed: false, checkpoint_size: null })).toEqual([
    "held",
    "held",
    "held",
    "pending",
    "held",
    "pending",
  ]);
});

it("points at the check that failed, and claims nothing about those behind it", () => {
  const broken = { verified: false, first_bad_seq: 4, reason: "hash_mismatch", checked: 3 };
  expect(states(broken)).toEqual(["held", "held", "failed", "unjudged", "unjudged", "unjudged"]);
  expect(proofLines({ ...good, ...broken })[2]?.detail).toBe(
    "A record's hash does not follow from the one before it, at record 4",
  );
  expect(states({ verified: false, reason: "not_in_log" })).toEqual([...Array(5).fill("held"), "failed"]);
  expect(states({ verified: false, reason: "snapshot_changed", checked: 0 })[0]).toBe("failed");
  expect(states({ verified: false, reason: "run_changed" })).toEqual([
    "held",
    "unjudged",
    "unjudged",
    "unjudged",
    "failed",
    "unjudged",
  ]);
});

it("survives a reason that it has no words for", () => {
  expect(states({ verified: false, reason: "something_new" })[2]).toBe("failed");
});
