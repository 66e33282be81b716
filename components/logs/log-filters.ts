import type { FilterDef } from "@/components/data/filter-value";
import { words } from "@/components/data/format";
import type { AuditRecord } from "@/server/logs/contract";
import { executionStatuses } from "@/server/logs/contract";
import { actorTypes } from "./search-params";

const one = { free: true, single: true } as const;

export const runLogFilters: readonly FilterDef[] = [
  {
    key: "execution_status",
    label: "Status",
    options: executionStatuses.map((value) => ({ value, label: words(value) })),
  },
  { key: "agent", label: "Agent", ...one },
  { key: "provider", label: "Provider", ...one },
  { key: "model", label: "Model", ...one },
  {
    key: "synthetic",
    label: "Rehearsals",
    single: true,
    options: [
      { value: "true", label: "only" },
      { value: "false", label: "none" },
    ],
  },
  { key: "run_id", label: "Run id", ...one },
  { key: "q", label: "Text", ...one },
];

/** Who a deed can be of, in the words of the audit log. */
export const actorWords = { user: "Person", key: "API key", system: "Holdpoint" } as const;

/** What the loaded rows speak of is offered; anything else can be typed. */
export function auditLogFilters(rows: readonly AuditRecord[]): readonly FilterDef[] {
  const actions = distinct(rows.map((row) => row.action)).map((value) => ({ value, label: words(value) }));
  const entities = distinct(rows.map((row) => row.entity_type)).map((value) => ({ value, label: words(value) }));
  return [
    { key: "action", label: "Action", free: true, options: actions },
    {
      key: "actor_type",
      label: "Actor",
      single: true,
      options: actorTypes.map((value) => ({ value, label: actorWords[value] })),
    },
    { key: "actor_id", label: "Actor id", ...one },
    { key: "entity_type", label: "Entity", ...one, options: entities },
    { key: "entity_id", label: "Entity id", ...one },
    { key: "run_id", label: "Run id", ...one },
    { key: "q", label: "Text", ...one },
  ];
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
