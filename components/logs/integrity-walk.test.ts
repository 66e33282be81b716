import { expect, it } from "vitest";
import type { AuditIntegrity } from "@/server/logs/contract";
import { halves, nothingWalked, queryOf, type Walked, withPart } from "./integrity-walk";

const whole: AuditIntegrity = {
  ...{ status: "verified", reason: null, chained: true, checked: 10, pending: 0, unnumbered: 0, last_seq: 10 },
  ...{ clock_rollbacks: 0, complete: true, bad_entries: 0, first_bad: null, log: null },
  entities: { compared: 0, changed: 0, unaudited: 0, not_compared: [] },
  checked_at: "2026-11-22T12:00:00.000Z",
};
const empty: AuditIntegrity = { ...whole, status: "unknown", reason: "There is no entry in this range.", checked: 0 };
const doubtful: AuditIntegrity = { ...whole, status: "partial", reason: "The log is halted." };
const bad = { log_id: "a", seq: 3, fault: "hash", entity_type: "policy", entity_id: "p" } as const;
const broken: AuditIntegrity = { ...whole, status: "broken", reason: "Changed.", bad_entries: 2, first_bad: bad };

const walk = (...answers: AuditIntegrity[]): Walked => answers.reduce(withPart, nothingWalked);

it("is as bad as its worst part, and no part without entries speaks", () => {
  expect(nothingWalked.status).toBe("unknown");
  expect(walk(empty).status).toBe("unknown");
  expect(walk(empty, whole, empty)).toMatchObject({ status: "verified", reasons: [], checked: 10, parts: 3 });
  expect(walk(whole, doubtful, whole)).toMatchObject({ status: "partial", reasons: ["The log is halted."] });
  expect(walk(doubtful, broken, whole)).toMatchObject({ status: "broken", checked: 30, bad: 2, firstBad: bad });
});

it("keeps the first fault and says each reason once", () => {
  const later = { ...broken, first_bad: { ...bad, seq: 9 } };
  expect(walk(broken, later)).toMatchObject({ firstBad: { seq: 3 }, reasons: ["Changed."], bad: 2 });
});

it("does not call a fault without entries nothing", () => {
  expect(walk({ ...broken, checked: 0 }).status).toBe("broken");
});

it("halves a part without a gap and without an overlap", () => {
  const [older, newer] = halves({ from: 0, to: 10_001 }) ?? [];
  expect([older, newer]).toEqual([
    { from: 0, to: 5000 },
    { from: 5000, to: 10_001 },
  ]);
  expect(halves({ from: 0, to: 1999 })).toBeNull();
});

it("asks with exclusive bounds for an inclusive start", () => {
  expect(queryOf({ from: 5000, to: 6000 })).toEqual({
    recorded_after: "1970-01-01T00:00:04.999Z",
    recorded_before: "1970-01-01T00:00:06.000Z",
  });
});
