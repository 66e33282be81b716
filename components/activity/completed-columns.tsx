"use client";

import type { Column } from "@/components/data/data-table";
import { count, duration, tokens } from "@/components/data/format";
import { Time } from "@/components/data/time";
import type { RunSummary } from "@/server/activity/contract";
import { AgentCell } from "./run-cells";
import { Cost, RunStatusMark } from "./run-marks";
import { endReasonOf } from "./run-words";

export const completedColumns: readonly Column<RunSummary>[] = [
  { id: "agent", header: "Agent", grow: true, cell: (run) => <AgentCell run={run} /> },
  { id: "status", header: "Outcome", width: 164, cell: (run) => <RunStatusMark run={run} isRow /> },
  {
    ...{ id: "reason", header: "Reason", width: 124, hideBelow: "md" },
    cell: (run) => <span className="truncate">{run.status === "succeeded" ? "" : endReasonOf(run)}</span>,
  },
  {
    ...{ id: "stopped", header: "At step", width: 68, align: "end", hideBelow: "md" },
    cell: (run) => (run.stopped_at_step === null ? <span className="text-faint">–</span> : count(run.stopped_at_step)),
  },
  {
    ...{ id: "policy", header: "Violated", width: 168, hideBelow: "lg" },
    cell: (run) => <ViolatedCell run={run} />,
  },
  {
    ...{ id: "duration", header: "Duration", width: 88, align: "end", sort: "duration_ms", hideBelow: "md" },
    cell: (run) => duration(run.duration_ms),
  },
  {
    ...{ id: "tokens", header: "Tokens", width: 76, align: "end", sort: "tokens_used", hideBelow: "md" },
    cell: (run) => tokens(run.tokens_used),
  },
  {
    ...{ id: "cost", header: "Cost", width: 96, align: "end", sort: "cost_cents", hideBelow: "md" },
    cell: (run) => <Cost cents={run.cost_cents} isComplete={run.cost_is_complete} />,
  },
  {
    ...{ id: "completed", header: "Ended", width: 144, sort: "completed_at", hideBelow: "sm" },
    cell: (run) => <Time at={run.completed_at} />,
  },
];

function ViolatedCell({ run }: { run: RunSummary }) {
  if (run.violation === null) return <span className="text-faint">–</span>;
  return (
    <span className="truncate" title={run.violation.reason}>
      {run.violation.policy_name ?? "Default threshold"}
    </span>
  );
}
