// A denied pause is sealed with the time of its violation, and older ones with that of the denial: both verify.

import { expect, test } from "vitest";
import { type CanonicalObject, canonicalBytes } from "@/server/evidence/canonical";
import { recordHash } from "@/server/evidence/chain";
import { bodyIn, recordBytes } from "@/server/evidence/record";
import { type Seal, sealHash } from "@/server/evidence/seal";
import { evidenceOf, type RunRows, RunWriter } from "@/server/evidence/testing/run-writer";
import { holds } from "@/server/evidence/testing/second-verifier";
import { verifyRun } from "@/server/evidence/verify";

/** A report that a policy held, and the end that came of it 17 minutes later. */
function deniedRun(): RunRows {
  const writer = new RunWriter();
  writer.report(
    { stepIndex: 1, stepType: "tool_call", step: { status: "success", retry_count: 0 }, action: "block" },
    { input_tokens: 1, output_tokens: 2, duration_ms: 3, cost_units: 4, cost_source: "reported" },
  );
  writer.stop({
    ...{ step_index: 1, source: "rule", policy_id: "0197a2b4-0000-7000-8000-0000000000f1", policy_name: "No deploys" },
    ...{ violation_type: "custom_rule", severity: "high", projected: false, reason: "the condition holds" },
  });
  return writer.rows;
}

/** The same rows, chained and sealed with another time of the violation. */
function violatedAt({ records, run, trace, ...rows }: RunRows, timestamp: string): RunRows {
  const first = records.findIndex(({ kind }) => kind === "violation");
  let head = records[first - 1]?.hash ?? trace.genesisHash;
  for (const row of records.slice(first)) {
    const body = { ...bodyIn(row.canonical) };
    if (row.kind === "violation") body.violation = { ...(body.violation as CanonicalObject), timestamp };
    row.canonical = recordBytes({ ...row, body });
    row.hash = recordHash(head, row.canonical);
    head = row.hash;
  }
  const violation = { ...(run.violation as CanonicalObject), timestamp };
  const seal = { ...(trace.seal as Seal), root: `sha256:${Buffer.from(head).toString("hex")}`, violation };
  const sealed = sealHash(seal);
  Object.assign(run, { violation, headHash: sealed });
  Object.assign(trace, { seal, sealHash: sealed, rootHash: head, violationTimestamp: new Date(timestamp) });
  return { records, run, trace, ...rows };
}

const closedAt = deniedRun().records.find(({ kind }) => kind === "violation")?.recordedAt ?? new Date(0);

test.each([
  ["when the run was paused", new Date(closedAt.getTime() - 17 * 60_000)],
  ["when its release was denied", closedAt],
])("a run is verified, by both verifiers, with the violation at the time %s", async (_, at) => {
  const rows = violatedAt(deniedRun(), at.toISOString());
  expect(canonicalBytes(rows.run.violation as CanonicalObject).toString()).toContain(at.toISOString());
  expect(await verifyRun(evidenceOf(rows))).toMatchObject({ verified: true, sealed: true, reason: null });
  expect(holds(rows)).toBe(true);
});

test("a trace that shows another time than its seal is found, by both", async () => {
  const rows = violatedAt(deniedRun(), closedAt.toISOString());
  rows.trace.violationTimestamp = new Date(closedAt.getTime() + 1);
  expect((await verifyRun(evidenceOf(rows))).reason).toBe("trace_changed");
  expect(holds(rows)).toBe(false);
});
