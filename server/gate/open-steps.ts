// Work for a post grows with the run's open steps: they are read with each batch, and an end presumes each of them. So a
// run may have only so many.

import { RESERVATION_RETRY_MS } from "./candidates";
import type { Candidate, Decision } from "./decision";
import type { RunRow } from "./rows";

/** Admitted steps of one run without a result, lapsed ones included. */
export const MOST_OPEN_STEPS = 1_000;

/** The decision on one more admission: refused where it would have been let in and the run has no place for it. */
export function withinOpenSteps(run: RunRow, decision: Decision): Decision {
  const open = run.openSteps + run.lapsedSteps;
  if (open < MOST_OPEN_STEPS || decision.enforcement !== "none") return decision;
  const full = fullRun(open);
  return {
    ...decision,
    action: "block",
    enforcement: "refuse",
    winner: full,
    severity: null,
    reason: full.reason,
    candidates: [full],
    matched: [{ policy_id: null, limit_id: null, action: "refuse", won: true, shadow: false }, ...decision.matched],
    retry_after_ms: RESERVATION_RETRY_MS,
  };
}

function fullRun(open: number): Candidate {
  return {
    key: "open_steps",
    enforcement: "refuse",
    source: "default",
    policy_id: null,
    limit_id: null,
    name: "Open steps",
    version: null,
    metric: null,
    violation_type: "step_limit",
    rule_severity: null,
    category: null,
    precedence: 1_000_000,
    on_kill: "none",
    threshold: String(MOST_OPEN_STEPS),
    actual: String(open + 1),
    value: null,
    projected: true,
    reason: `the run has ${open} admitted steps without a result, and may have ${MOST_OPEN_STEPS}`,
    retry_after_ms: RESERVATION_RETRY_MS,
  };
}
