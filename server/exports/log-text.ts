// A log export as text: JSON, one entry a line, or a table whose cells no spreadsheet runs. Pure.

import { csvLine } from "@/server/exports/record-csv";
import type { AuditRecord, LogExport, RunRecord } from "@/server/logs/contract";

type Entry = RunRecord | AuditRecord;

/** What the file says of itself. */
export type LogHead = {
  export_id: string;
  tenant_id: string;
  requested_by: string;
  created_at: string;
  rows: number;
  asked: LogExport;
};

const runColumns = [
  ...["log_id", "trace_id", "agent_id", "project", "provider", "model", "source", "synthetic", "execution_status"],
  ...["status", "termination_reason", "refusal_reason", "prompt_commit", "response_commit", "input_tokens"],
  ...["output_tokens", "cost_cents", "cost_is_complete", "steps", "started_at", "completed_at", "duration_ms"],
  ...["root_hash", "seal_hash", "evidence"],
];
const auditColumns = [
  ...["log_id", "recorded_at", "action", "actor_type", "actor_id", "entity_type", "entity_id", "run_id", "request_id"],
  ...["before", "after", "detail", "after_hash", "entry_hash", "evidence"],
];

/** How the file is written: what stands before the entries, each of them, and what closes it. */
export type LogText = { head: string; entry(entry: Entry, place: number): string; tail: string };

export function logText(head: LogHead): LogText {
  return head.asked.format === "csv" ? csvText(head.asked.scope) : jsonText(head);
}

function jsonText(head: LogHead): LogText {
  const opening = JSON.stringify(head).slice(0, -1);
  return {
    head: `${opening},"entries":[`,
    entry: (entry, place) => `${place === 0 ? "" : ","}\n${JSON.stringify(entry)}`,
    tail: "\n]}\n",
  };
}

function csvText(scope: LogExport["scope"]): LogText {
  const columns = scope === "audit" ? auditColumns : runColumns;
  return {
    head: csvLine(columns),
    entry: (entry) => csvLine(columns.map((name) => cell(Reflect.get(entry, name)))),
    tail: "",
  };
}

/** Empty where there is nothing. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
