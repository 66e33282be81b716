"use client";

import type { Column } from "@/components/data/data-table";
import { count } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { EnforcementMark, StandingMark } from "@/components/policies/policy-marks";
import { ruleTypeWords } from "@/components/policies/policy-words";
import { useRuleEffect } from "@/components/policies/rule-effects";
import { scopesText } from "@/components/policies/rule-scope-text";
import { ruleTest } from "@/components/policies/rule-sentence";
import { Skeleton } from "@/components/ui/skeleton";
import type { Policy } from "@/server/policies/wire";

export const ruleColumns: readonly Column<Policy>[] = [
  {
    ...{ id: "name", header: "Rule", sort: "name", grow: true },
    cell: (rule) => <span className="font-medium">{rule.name}</span>,
  },
  { id: "type", header: "Type", width: 104, hideBelow: "xl", cell: (rule) => ruleTypeWords[rule.rule_type].label },
  {
    ...{ id: "test", header: "Acts when", width: 232, hideBelow: "md" },
    cell: (rule) => (
      <span className={rule.condition === null ? "" : "font-mono text-xs"} title={ruleTest(rule)}>
        {ruleTest(rule)}
      </span>
    ),
  },
  {
    ...{ id: "enforcement", header: "Then", width: 84 },
    cell: (rule) => <EnforcementMark enforcement={rule.enforcement} />,
  },
  {
    ...{ id: "scope", header: "Holds for", width: 148, hideBelow: "lg" },
    cell: (rule) => <span title={scopesText(rule.scopes)}>{scopesText(rule.scopes)}</span>,
  },
  { id: "standing", header: "Status", width: 124, hideBelow: "md", cell: (rule) => <StandingMark rule={rule} /> },
  {
    ...{ id: "violations", header: "Violations", width: 78, align: "end", hideBelow: "lg" },
    cell: (rule) => <ViolationCount policyId={rule.policy_id} />,
  },
  {
    ...{ id: "incidents", header: "Incidents", width: 74, align: "end", hideBelow: "xl" },
    cell: (rule) => <IncidentCount policyId={rule.policy_id} />,
  },
  {
    ...{ id: "last", header: "Last triggered", width: 136, hideBelow: "lg" },
    cell: (rule) => <LastTriggered policyId={rule.policy_id} />,
  },
];

function ViolationCount({ policyId }: { policyId: string }) {
  const { stats, isLoading } = useRuleEffect(policyId);
  if (isLoading) return <Skeleton className="ml-auto h-2.5 w-6" />;
  return <Counted value={stats?.violations ?? null} isLowerBound={stats?.is_lower_bound === true} />;
}

function IncidentCount({ policyId }: { policyId: string }) {
  const { stats, isLoading } = useRuleEffect(policyId);
  if (isLoading) return <Skeleton className="ml-auto h-2.5 w-6" />;
  return <Counted value={stats?.incidents ?? null} isLowerBound={stats?.is_lower_bound === true} />;
}

function Counted({ value, isLowerBound }: { value: number | null; isLowerBound: boolean }) {
  return (
    <span className={value === 0 ? "text-faint" : ""}>
      {count(value)}
      {isLowerBound ? "+" : ""}
    </span>
  );
}

function LastTriggered({ policyId }: { policyId: string }) {
  const { stats, isLoading } = useRuleEffect(policyId);
  if (isLoading) return <Skeleton className="h-2.5 w-20" />;
  if (stats === null) return <span className="text-faint">unknown</span>;
  if (stats.last_recorded_at === null) return <span className="text-faint">never</span>;
  return <Time at={stats.last_recorded_at} />;
}
