"use client";

import type { Column } from "@/components/data/data-table";
import { Countdown } from "@/components/data/time";
import { LimitGauge } from "@/components/policies/limit-gauge";
import { limitScopeText } from "@/components/policies/limit-scope-text";
import { EnforcementMark, LimitStateMark } from "@/components/policies/policy-marks";
import { limitCategoryWords, limitTypeWords } from "@/components/policies/policy-words";
import type { Limit } from "@/server/policies/wire";

export const limitColumns: readonly Column<Limit>[] = [
  {
    ...{ id: "name", header: "Limit", sort: "name", grow: true },
    cell: (limit) => <span className={limit.status === "disabled" ? "text-muted" : "font-medium"}>{limit.name}</span>,
  },
  {
    ...{ id: "kind", header: "Kind", width: 150, hideBelow: "lg" },
    cell: (limit) =>
      `${limitCategoryWords[limit.limit_category].label} of ${limitTypeWords[limit.limit_type].label.toLowerCase()}`,
  },
  {
    ...{ id: "scope", header: "Holds for", width: 160, hideBelow: "lg" },
    cell: (limit) => <span title={limitScopeText(limit)}>{limitScopeText(limit)}</span>,
  },
  {
    id: "used",
    header: "Used",
    width: 280,
    hideBelow: "md",
    cell: (limit) => <LimitGauge limit={limit} usage={limit} />,
  },
  {
    ...{ id: "state", header: "State", width: 104 },
    cell: (limit) =>
      limit.status === "disabled" ? (
        <span className="text-faint text-xs">off</span>
      ) : (
        <LimitStateMark state={limit.state} />
      ),
  },
  {
    ...{ id: "resets", header: "Starts anew in", width: 110, align: "end", hideBelow: "xl" },
    cell: (limit) => <StartsAnew limit={limit} />,
  },
  {
    ...{ id: "enforcement", header: "Beyond it", width: 90, hideBelow: "md" },
    cell: (limit) => <EnforcementMark enforcement={limit.enforcement} />,
  },
];

function StartsAnew({ limit: { limit_category, resets_at } }: { limit: Limit }) {
  if (resets_at !== null) return <Countdown to={resets_at} />;
  const words = { BUDGET: "never", RATE: "slides", THRESHOLD: "each run" } as const;
  return <span className="text-faint">{words[limit_category]}</span>;
}
