import type { RunSummary } from "@/server/activity/contract";

/** After the last step of a run that a policy ended, two records that close it take an index each. */
const closingSteps = 2;

/** Whether the run was held back before the step: its index is free, or was taken by what closed the run. */
export function neverRan(
  run: Pick<RunSummary, "status" | "violation" | "last_step_index">,
  stepIndex: number,
): boolean {
  const isClosed = run.status === "failed_policy" && run.violation !== null;
  return stepIndex > run.last_step_index - (isClosed ? closingSteps : 0);
}
