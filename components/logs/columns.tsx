import type { Column } from "@/components/data/data-table";
import { count, duration, money, tokens, words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { Identifier } from "@/components/ui/identifier";
import { Mark } from "@/components/ui/mark";
import type { AuditRecord, LogEntry, RunRecord } from "@/server/logs/contract";
import { LevelMark, StatusMark } from "./status-mark";

export const runLogColumns: readonly Column<RunRecord>[] = [
  { id: "started", header: "Started", width: 154, sort: "started_at", cell: (row) => <Time at={row.started_at} /> },
  {
    id: "agent",
    header: "Agent",
    grow: true,
    cell: (row) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <span className="truncate">{row.agent_id}</span>
        {row.synthetic ? (
          <span className="inline-flex shrink-0 @max-2xl:hidden">
            <Mark tone="info" quiet>
              Rehearsal
            </Mark>
          </span>
        ) : null}
      </span>
    ),
  },
  {
    id: "status",
    header: "Ended",
    width: 134,
    cell: (row) => <StatusMark status={row.execution_status} reason={row.termination_reason} />,
  },
  { id: "model", header: "Model", width: 200, hideBelow: "lg", cell: (row) => modelOf(row) },
  { id: "steps", header: "Steps", width: 64, align: "end", hideBelow: "lg", cell: (row) => count(row.steps) },
  {
    id: "tokens",
    header: "Tokens",
    width: 84,
    align: "end",
    hideBelow: "md",
    cell: (row) => tokens(row.input_tokens + row.output_tokens),
  },
  { id: "cost", header: "Cost", width: 96, align: "end", hideBelow: "md", cell: (row) => costOf(row) },
  {
    id: "duration",
    header: "Duration",
    width: 92,
    align: "end",
    hideBelow: "lg",
    cell: (row) => duration(row.duration_ms),
  },
  {
    id: "seal",
    header: "Seal",
    width: 164,
    hideBelow: "xl",
    cell: (row) =>
      row.seal_hash === null ? (
        <span className="text-faint">none</span>
      ) : (
        <Identifier value={row.seal_hash} label="seal" />
      ),
  },
];

/** "openai / gpt-5", or what of it is known. */
export function modelOf({ provider, model }: Pick<RunRecord, "provider" | "model">) {
  const text = [provider, model].filter((part) => part !== null).join(" / ");
  return text === "" ? <span className="text-faint">unknown</span> : text;
}

/** At least this much where some usage has no price. */
export function costOf({ cost_cents, cost_is_complete }: Pick<RunRecord, "cost_cents" | "cost_is_complete">): string {
  return cost_is_complete ? money(cost_cents) : `≥ ${money(cost_cents)}`;
}

/** What was done. A release is the decision that it was, for or against. */
export function deedWords({ action, detail }: Pick<AuditRecord, "action" | "detail">): string {
  if (action !== "run.released" || typeof detail?.decision !== "string") return words(action);
  return detail.decision === "approve" ? "Release approved" : "Release denied";
}

/** `nameOf` says who an actor is, in words. */
export function auditColumns(nameOf: (row: AuditRecord) => string): readonly Column<AuditRecord>[] {
  return [
    { id: "at", header: "Recorded", width: 160, sort: "recorded_at", cell: (row) => <Time at={row.recorded_at} /> },
    { id: "action", header: "Action", grow: true, cell: (row) => deedWords(row) },
    { id: "actor", header: "Actor", width: 190, hideBelow: "sm", cell: (row) => nameOf(row) },
    {
      id: "entity",
      header: "Entity",
      width: 240,
      hideBelow: "md",
      cell: (row) => (
        <span className="inline-flex max-w-full items-center gap-2">
          <span className="shrink-0">{words(row.entity_type)}</span>
          <Identifier value={row.entity_id} label="entity id" />
        </span>
      ),
    },
    {
      id: "hash",
      header: "Entry hash",
      width: 164,
      hideBelow: "lg",
      cell: (row) => <Identifier value={row.entry_hash} label="entry hash" />,
    },
  ];
}

export const foundColumns: readonly Column<LogEntry>[] = [
  { id: "time", header: "Recorded", width: 160, sort: "time", cell: (row) => <Time at={row.time} /> },
  { id: "level", header: "Level", width: 84, hideBelow: "md", cell: (row) => <LevelMark level={row.level} /> },
  { id: "message", header: "Entry", grow: true, cell: (row) => row.message },
  { id: "agent", header: "Agent", width: 150, hideBelow: "lg", cell: (row) => row.agent_id ?? "" },
  {
    id: "run",
    header: "Run",
    width: 164,
    hideBelow: "md",
    cell: (row) => (row.run_id === null ? "" : <Identifier value={row.run_id} label="run id" />),
  },
];
