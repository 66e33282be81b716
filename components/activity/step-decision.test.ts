import { expect, it } from "vitest";
import { decisionOf, recordWords } from "./step-decision";
import { recordOf, stepOf } from "./testing/steps";

const pause = recordOf(2, { decision: { action: "block", enforcement: "pause", reason: "It deploys" } }, "pause");
const actor = { actor_type: "user", actor_id: "u-1" };
const approved = recordOf(3, { release: { decision: "approve", reason: "Go on" }, actor }, "release");
const nameOf = (who: string) => (who === "user:u-1" ? "Ada Lovelace" : who);

it("a step that went on after its pause was decided by its own record, one that never came by the pause", () => {
  const ran = recordOf(4, { decision: { action: "allow" } }, "admission");
  expect(decisionOf(stepOf(3, { records: [pause, approved, ran] }))?.action).toBe("allow");
  const closed = stepOf(3, { type: "violation", records: [pause, recordOf(5, {}, "violation")] });
  expect(decisionOf(closed)).toMatchObject({ action: "block", enforcement: "pause" });
});

it("a record says who released a pause and why, and why there was one", () => {
  expect(recordWords(pause, nameOf)).toBe("Paused: It deploys");
  expect(recordWords(approved, nameOf)).toBe("Release approved by Ada Lovelace: Go on");
  expect(recordWords(recordOf(3, { release: { decision: "deny" } }, "release"), nameOf)).toBe("Release denied");
  expect(recordWords(recordOf(3, {}, "admission"), nameOf)).toBe("Admission");
});
