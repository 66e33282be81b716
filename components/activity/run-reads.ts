// The reads of one run: the same objects for the server's prefetch and the browser.

import {
  getActivity,
  getTrace,
  listActivity,
  listCompletedRuns,
  listLiveRuns,
  listTraceSteps,
} from "@/server/activity/contract";
import { getRun, verifyRun } from "@/server/gate/contract";
import { getSummary } from "@/server/overview/contract";
import { listViolations } from "@/server/policies/contract";

/** What a write on a run makes stale. */
export const runReads = [
  getActivity,
  getRun,
  getTrace,
  verifyRun,
  listActivity,
  listLiveRuns,
  listCompletedRuns,
  listTraceSteps,
  listViolations,
  getSummary,
] as const;

export function ofRun(run_id: string) {
  return { params: { run_id } };
}

/** Everything that was enforced on the run, newest first. */
export function violationsOf(run_id: string) {
  return { query: { run_id, page_size: 100 } };
}

export function stepsOf(trace_id: string) {
  return { params: { trace_id } };
}
