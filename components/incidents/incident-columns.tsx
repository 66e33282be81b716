"use client";

import { useMemo } from "react";
import type { Column } from "@/components/data/data-table";
import { duration, words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { Identifier } from "@/components/ui/identifier";
import { Link } from "@/components/ui/link";
import { Mark } from "@/components/ui/mark";
import type { IncidentSummary } from "@/server/incidents/contract";
import { SeverityMark, SeveritySign, SlaMark, StatusMark } from "./marks";
import { timeToResolve } from "./sla-clock";
import { usePolicyNames } from "./use-policy-names";

type Row = IncidentSummary;

const severity: Column<Row> = {
  id: "severity",
  header: "Severity",
  cell: (row) => <SeverityMark severity={row.severity} />,
  width: 108,
  sort: "severity",
  hideBelow: "md",
};

const title: Column<Row> = {
  id: "title",
  header: "Incident",
  cell: (row) => (
    <span className="flex min-w-0 items-center gap-2">
      <span className="@2xl:hidden">
        <SeveritySign severity={row.severity} />
      </span>
      <span className="truncate font-medium">{row.title}</span>
      <TitleNotes row={row} />
    </span>
  ),
  grow: true,
};

/** Left out where there is hardly room for the title. */
function TitleNotes({ row }: { row: Row }) {
  return (
    <span className="flex shrink-0 items-center gap-2 @max-2xl:hidden">
      {row.is_synthetic ? <span className="shrink-0 text-faint text-xs">rehearsal</span> : null}
      {row.escalation_level > 0 ? (
        <Mark tone="high" quiet>
          Level {row.escalation_level}
        </Mark>
      ) : null}
      {row.reopen_count > 0 ? <span className="shrink-0 text-muted text-xs">reopened</span> : null}
    </span>
  );
}

const sla: Column<Row> = {
  id: "sla",
  header: "Due",
  cell: (row) => <SlaMark incident={row} isShort />,
  width: 144,
};

const kept: Column<Row> = { ...sla, id: "kept", header: "Due time", width: 176, hideBelow: "md" };

const status: Column<Row> = {
  id: "status",
  header: "State",
  cell: (row) => <StatusMark status={row.status} quiet />,
  width: 120,
  hideBelow: "md",
};

const type: Column<Row> = {
  id: "type",
  header: "Type",
  cell: (row) => words(row.type),
  width: 168,
  hideBelow: "2xl",
};

const agent: Column<Row> = {
  id: "agent",
  header: "Agent",
  cell: (row) => row.agent_id ?? <span className="text-faint">none</span>,
  width: 128,
  hideBelow: "lg",
};

const run: Column<Row> = {
  id: "run",
  header: "Run",
  cell: (row) =>
    row.source_run_id === null ? (
      <span className="text-faint">none</span>
    ) : (
      <Identifier value={row.source_run_id} href={`/activity/runs/${row.source_run_id}`} label="Run id" />
    ),
  width: 148,
  hideBelow: "xl",
};

const age: Column<Row> = {
  id: "age",
  header: "Opened",
  cell: (row) => <Time at={row.created_at} />,
  width: 148,
  align: "end",
  sort: "created_at",
  hideBelow: "md",
};

const resolvedAt: Column<Row> = {
  id: "resolved_at",
  header: "Resolved",
  cell: (row) => <Time at={row.resolved_at} />,
  width: 148,
  align: "end",
  sort: "resolved_at",
};

const method: Column<Row> = {
  id: "method",
  header: "How",
  cell: (row) => words(row.resolution_method),
  width: 152,
  hideBelow: "lg",
};

const took: Column<Row> = {
  id: "took",
  header: "Took",
  cell: (row) => duration(timeToResolve(row)),
  width: 88,
  align: "end",
  hideBelow: "md",
};

function policyColumn(names: ReadonlyMap<string, string>): Column<Row> {
  return {
    id: "policy",
    header: "Policy",
    cell: (row) => <PolicyCell row={row} names={names} />,
    width: 168,
    hideBelow: "2xl",
  };
}

function PolicyCell({ row, names }: { row: Row; names: ReadonlyMap<string, string> }) {
  const { policy_id: policy, limit_id: limit } = row;
  if (policy !== null) {
    const name = names.get(policy);
    return name === undefined ? (
      <Identifier value={policy} href={`/policies/rules/${policy}`} label="Policy id" />
    ) : (
      <Link href={`/policies/rules/${policy}`} className="underline-offset-2 hover:underline">
        {name}
      </Link>
    );
  }
  if (limit !== null) return <Identifier value={limit} href={`/policies/limits/${limit}`} label="Limit id" />;
  return <span className="text-faint">none</span>;
}

export function useActiveColumns(): readonly Column<Row>[] {
  const names = usePolicyNames();
  return useMemo(() => [severity, title, sla, status, type, policyColumn(names), agent, run, age], [names]);
}

export function useResolvedColumns(): readonly Column<Row>[] {
  const names = usePolicyNames();
  return useMemo(() => [severity, title, kept, took, method, type, policyColumn(names), agent, resolvedAt], [names]);
}
