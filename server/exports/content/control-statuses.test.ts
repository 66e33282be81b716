import { describe, expect, test } from "vitest";
import { controlMappingsOf, statusOf } from "@/server/exports/content/control-statuses";
import type { RunTestFacts, TestFacts } from "@/server/exports/content/control-tests";
import type { ControlTest } from "@/server/exports/content/soc2-bundle-types";

const blocked: RunTestFacts = {
  isLive: false,
  snapshot: { hash: "sha256:00", policies: 2, isIntact: true },
  steps: { posted: 3, decided: 3 },
  inflection: { stepIndex: 3, marked: 1, stoppedAtStep: 3 },
  recordsAfterViolation: 0,
  verification: { verified: true, checked: 5, finding: null },
};
const handled: TestFacts["incident"] = {
  createdAt: "2026-11-22T12:00:00.000Z",
  openedBy: "the system",
  severity: "high",
  status: "resolved",
  acknowledgedAt: "2026-11-22T12:01:00.000Z",
  acknowledgedBy: "Ada",
  resolvedAt: "2026-11-22T12:02:00.000Z",
  resolutionMethod: "rollback",
  slaDueAt: "2026-11-22T16:00:00.000Z",
  slaState: "met",
  hasCreatedEvent: true,
  isUnaltered: true,
};
const untouched: TestFacts["incident"] = {
  ...handled,
  ...{ status: "active", slaState: "pending" },
  ...{ acknowledgedAt: null, acknowledgedBy: null, resolvedAt: null, resolutionMethod: null },
};

function statuses(run: Partial<RunTestFacts> | null, incident: Partial<TestFacts["incident"]> = {}): string[] {
  const facts = { incident: { ...handled, ...incident }, run: run && { ...blocked, ...run }, leaves: {} };
  return controlMappingsOf(facts).map((mapping) => mapping.evidence_status);
}

describe("what the default criteria come to", () => {
  test("a run stopped at its inflection, acknowledged, resolved and verified shows all three", () => {
    expect(statuses({})).toEqual(["DEMONSTRATED", "DEMONSTRATED", "DEMONSTRATED"]);
  });

  test("an incident nobody has touched is partial, and its response is not demonstrated beyond the trace", () => {
    expect(statuses({}, untouched)).toEqual(["DEMONSTRATED", "PARTIAL", "PARTIAL"]);
  });

  test("a run that failed by itself has no inflection to show", () => {
    expect(statuses({ inflection: null })).toEqual(["PARTIAL", "DEMONSTRATED", "DEMONSTRATED"]);
  });

  test("a run refused before it started shows no evaluation", () => {
    const refused = { snapshot: null, steps: { posted: 0, decided: 0 }, inflection: null };
    expect(statuses(refused)[0]).toBe("NOT_DEMONSTRATED");
  });

  test("an incident without a run: nothing to monitor, nothing to analyse", () => {
    expect(statuses(null, untouched)).toEqual(["NOT_APPLICABLE", "PARTIAL", "NOT_DEMONSTRATED"]);
    expect(statuses(null)).toEqual(["NOT_APPLICABLE", "DEMONSTRATED", "PARTIAL"]);
  });

  test("a live run is partial whatever it has shown so far", () => {
    expect(statuses({ isLive: true, inflection: null })).toEqual(["PARTIAL", "PARTIAL", "PARTIAL"]);
  });

  test("a resolution past its time target is partial", () => {
    expect(statuses({}, { slaState: "breached" })).toEqual(["DEMONSTRATED", "DEMONSTRATED", "PARTIAL"]);
  });

  test("a failed verification is an exception of every criterion", () => {
    const verification = { verified: false, checked: 2, finding: "record_changed" };
    expect(statuses({ verification })).toEqual(["EXCEPTION", "EXCEPTION", "EXCEPTION"]);
    expect(statuses({ verification }, untouched)).toEqual(["EXCEPTION", "EXCEPTION", "EXCEPTION"]);
  });

  test("so is an incident whose row is not what its audit entry says", () => {
    expect(statuses({}, { isUnaltered: false })).toEqual(["EXCEPTION", "EXCEPTION", "EXCEPTION"]);
    expect(statuses(null, { isUnaltered: null })).toEqual(["EXCEPTION", "EXCEPTION", "EXCEPTION"]);
  });

  test.each([
    ["a step without a decision", { steps: { posted: 3, decided: 2 } }],
    ["two marked steps", { inflection: { stepIndex: 3, marked: 2, stoppedAtStep: 3 } }],
    ["a record behind the violation", { recordsAfterViolation: 1 }],
    ["a snapshot that lost its hash", { snapshot: { hash: "sha256:00", policies: 2, isIntact: false } }],
  ])("%s is an exception of the monitoring alone", (_name, run) => {
    expect(statuses(run)).toEqual(["EXCEPTION", "DEMONSTRATED", "DEMONSTRATED"]);
  });

  test("each status that is not DEMONSTRATED says why, and none speaks of cost", () => {
    const facts = { incident: { ...untouched }, run: { ...blocked, isLive: true }, leaves: {} };
    for (const mapping of controlMappingsOf(facts)) {
      expect(mapping.status_reason).not.toBeNull();
      expect(mapping.compliance_status).toBe(mapping.evidence_status);
      expect(JSON.stringify(mapping)).not.toMatch(/cost/i);
    }
  });
});

test("no status but DEMONSTRATED comes from a needed test that is anything but passed", () => {
  const results: ControlTest["result"][] = ["passed", "failed", "not_met", "not_applicable", "unknown"];
  for (const a of results) {
    for (const b of results) {
      const tests = [a, b].map((result, at) => ({ id: `t${at}`, test: "", result, detail: "d", leaf: null }));
      const { status } = statusOf(tests, ["t0", "t1"]);
      expect(status === "DEMONSTRATED", `${a} ${b}`).toBe(a === "passed" && b === "passed");
      expect(status === "EXCEPTION", `${a} ${b}`).toBe(a === "failed" || b === "failed");
    }
  }
});
