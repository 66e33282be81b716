"use client";

import { amountOf, bareAmountOf } from "@/components/activity/metric-words";
import { runHref } from "@/components/activity/run-href";
import type { Column } from "@/components/data/data-table";
import { count, shortId } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { SeverityMark, ViolationMark } from "@/components/policies/policy-marks";
import { brokenName, violationText } from "@/components/policies/violation-text";
import { Link } from "@/components/ui/link";
import type { PolicyViolation } from "@/server/policies/wire";

export const violationColumns: readonly Column<PolicyViolation>[] = [
  {
    ...{ id: "at", header: "When", width: 164, sort: "recorded_at", hideBelow: "md" },
    cell: ({ recorded_at }) => <Time at={recorded_at} />,
  },
  { id: "action", header: "Done", width: 132, cell: ({ action }) => <ViolationMark action={action} /> },
  {
    ...{ id: "policy", header: "Broke", grow: true },
    cell: (violation) => <span className="font-medium">{brokenName(violation)}</span>,
  },
  {
    ...{ id: "amounts", header: "Was, of at most", width: 250, hideBelow: "md" },
    cell: (violation) => <Amounts violation={violation} />,
  },
  {
    ...{ id: "severity", header: "Severity", width: 96, hideBelow: "lg" },
    cell: ({ severity }) => <SeverityMark severity={severity} />,
  },
  {
    ...{ id: "run", header: "Run", width: 140, hideBelow: "lg" },
    cell: ({ run_id }) =>
      run_id === null ? (
        <span className="text-faint">none</span>
      ) : (
        <Link href={runHref(run_id)} className="font-mono text-xs hover:underline" title={run_id}>
          {shortId(run_id)}
        </Link>
      ),
  },
  {
    ...{ id: "step", header: "Step", width: 72, align: "end", hideBelow: "xl" },
    cell: ({ step_index }) => (step_index === null ? <span className="text-faint">none</span> : count(step_index)),
  },
];

function Amounts({ violation }: { violation: PolicyViolation }) {
  const { metric, actual_value, threshold_value, projected } = violation;
  if (metric === null || actual_value === null) return <span title={violation.reason}>{violationText(violation)}</span>;
  return (
    <span title={violationText(violation)}>
      {projected ? <span className="text-muted">would be </span> : null}
      <span className="text-tone-deny">{bareAmountOf(metric, actual_value)}</span>{" "}
      <span className="text-muted">of {amountOf(metric, threshold_value)}</span>
    </span>
  );
}
