"use client";

import type { Column } from "@/components/data/data-table";
import { count, tokens } from "@/components/data/format";
import { Time } from "@/components/data/time";
import type { RunSummary } from "@/server/activity/contract";
import { AgentCell, ElapsedCell, EvidenceCell, LimitCell } from "./run-cells";
import { Cost, RiskMark, RunStatusMark } from "./run-marks";

export const liveColumns: readonly Column<RunSummary>[] = [
  { id: "agent", header: "Agent", grow: true, cell: (run) => <AgentCell run={run} /> },
  { id: "status", header: "State", width: 104, cell: (run) => <RunStatusMark run={run} isRow /> },
  { id: "risk", header: "Policies", width: 120, hideBelow: "md", cell: (run) => <RiskMark run={run} /> },
  { id: "limit", header: "Fullest limit", width: 152, hideBelow: "lg", cell: (run) => <LimitCell run={run} /> },
  { id: "step", header: "Step", width: 56, align: "end", cell: (run) => count(run.last_step_index) },
  {
    ...{ id: "tokens", header: "Tokens", width: 76, align: "end", sort: "tokens_used", hideBelow: "md" },
    cell: (run) => tokens(run.tokens_used),
  },
  {
    ...{ id: "cost", header: "Cost", width: 96, align: "end", sort: "cost_cents", hideBelow: "md" },
    cell: (run) => <Cost cents={run.cost_cents} isComplete={run.cost_is_complete} />,
  },
  {
    ...{ id: "elapsed", header: "Elapsed", width: 88, align: "end", hideBelow: "md" },
    cell: (run) => <ElapsedCell run={run} />,
  },
  { id: "evidence", header: "Evidence", width: 104, hideBelow: "lg", cell: (run) => <EvidenceCell run={run} /> },
  {
    ...{ id: "started", header: "Started", width: 120, sort: "started_at", hideBelow: "xl" },
    cell: (run) => <Time at={run.started_at} />,
  },
];
