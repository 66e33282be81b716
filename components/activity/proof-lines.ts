// What verification found, check by check. It stops at the first thing that does not hold, so what stands behind that was not
// judged. Pure.

import { count, plural } from "@/components/data/format";
import type { verifyRun } from "@/server/gate/contract";
import type { OutputOf } from "@/server/platform/http/contract";

export type Verification = OutputOf<typeof verifyRun>;

export type ProofState = "held" | "failed" | "unjudged" | "pending";
export interface ProofLine {
  id: string;
  label: string;
  state: ProofState;
  detail: string;
}

const checks = ["snapshot", "start", "chain", "seal", "rows", "log"] as const;
type Check = (typeof checks)[number];

const labels: Readonly<Record<Check, string>> = {
  snapshot: "Frozen policies",
  start: "Start of the chain",
  chain: "Chain of records",
  seal: "Seal",
  rows: "Rows of the run",
  log: "Log of the tenant",
};

const failures: Readonly<Record<string, readonly [Check, string]>> = {
  snapshot_missing: ["snapshot", "The snapshot is not there"],
  snapshot_changed: ["snapshot", "The snapshot is not what was frozen"],
  policy_set_changed: ["snapshot", "The policy set is not what was frozen"],
  genesis_mismatch: ["start", "The chain does not begin with this run's start"],
  foreign_record: ["chain", "A record belongs to another run"],
  gap: ["chain", "A record is missing"],
  out_of_order: ["chain", "Records are out of order"],
  record_changed: ["chain", "A record was changed"],
  record_malformed: ["chain", "A record is not one that the gate writes"],
  hash_mismatch: ["chain", "A record's hash does not follow from the one before it"],
  request_changed: ["chain", "What the runner asked was changed"],
  answer_changed: ["chain", "What the runner was answered was changed"],
  missing_tail: ["chain", "The last records are missing"],
  extra_record: ["chain", "There is a record too many"],
  head_mismatch: ["chain", "The chain does not end where the run says"],
  addendum_changed: ["chain", "A late record was changed"],
  end_missing: ["seal", "The record of the end is missing"],
  seal_missing: ["seal", "The seal is missing"],
  seal_changed: ["seal", "The seal was changed"],
  run_changed: ["rows", "The run's row says something else than its records"],
  trace_changed: ["rows", "The trace's row says something else than its records"],
  step_changed: ["rows", "A step's row says something else than its records"],
  leaf_changed: ["log", "The log holds another hash"],
  not_in_log: ["log", "It was never put into the log"],
  checkpoint_changed: ["log", "The signed checkpoint is another one"],
};

/** One line a check. `isLive`: a run that goes on has no seal yet. */
export function proofLines(found: Verification): ProofLine[] {
  const failure = found.verified
    ? undefined
    : (failures[found.reason ?? ""] ?? (["chain", found.reason ?? "Unknown"] as const));
  return checks.map((check) => {
    const label = labels[check];
    if (failure?.[0] === check) return { id: check, label, state: "failed", detail: failed(failure[1], found) };
    if (failure !== undefined && !isHeld(check, failure[0], found)) {
      return { id: check, label, state: "unjudged", detail: "Not judged: another check failed" };
    }
    return { id: check, label, ...held(check, found) };
  });
}

function failed(words: string, { first_bad_seq }: Verification): string {
  return first_bad_seq === null ? words : `${words}, at record ${count(first_bad_seq)}`;
}

// Log and chain are checked in this order; the rows are held against the records while those are walked, and after.
function isHeld(check: Check, failing: Check, found: Verification): boolean {
  if (failing === "log") return check !== "log";
  if (failing === "rows") return check === "snapshot" && found.checked > 0;
  return checks.indexOf(check) < checks.indexOf(failing);
}

function held(check: Check, found: Verification): Pick<ProofLine, "state" | "detail"> {
  switch (check) {
    case "snapshot":
      return { state: "held", detail: "Content and policy set have the hashes that were frozen" };
    case "start":
      return { state: "held", detail: "The first hash follows from run, trace, snapshot and start time" };
    case "chain": {
      const late = found.late_records > 0 ? `, ${count(found.late_records)} of them late` : "";
      return {
        state: "held",
        detail: `${plural(found.checked, "record")}, each hash follows from the one before${late}`,
      };
    }
    case "seal":
      return found.sealed
        ? { state: "held", detail: "End, totals and violation are what was sealed" }
        : { state: "pending", detail: "The run goes on; it is sealed when it ends" };
    case "rows":
      return { state: "held", detail: "Run, trace and steps say what their records say" };
    case "log":
      return found.checkpoint_size === null
        ? { state: "pending", detail: "No signed checkpoint covers the seal yet" }
        : {
            state: "held",
            detail: `Covered by the signed checkpoint of ${plural(found.checkpoint_size, "entry", "entries")}`,
          };
  }
}
