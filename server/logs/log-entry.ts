// One line of any topic: what a run's record and an audit entry have in common.

import type { LogEntry } from "@/server/logs/contract";
import { executionStatusOf } from "@/server/logs/rules";

/** What the search reads of a run that is over or of an audit entry; what a topic does not have is null. */
export type EntryRow = {
  topic: "llm_runs" | "audit";
  id: string;
  time: Date;
  run_id: string | null;
  trace_id: string | null;
  agent_id: string | null;
  synthetic: boolean | null;
  status: string | null;
  termination_reason: string | null;
  refusal_reason: string | null;
  end_note: string | null;
  /** `<type>:<id>` of who started the run or did the deed. */
  actor: string;
  action: string | null;
  entity_type: string | null;
  entity_id: string | null;
};

export function logEntry(row: EntryRow): LogEntry {
  const [actorType, ...actorId] = row.actor.split(":");
  return {
    log_id: row.id,
    topic: row.topic,
    time: row.time.toISOString(),
    ...(row.topic === "audit" ? wordsOfDeed(row) : wordsOfRun(row)),
    run_id: row.run_id,
    trace_id: row.trace_id,
    agent_id: row.agent_id,
    actor_type: actorType ?? null,
    actor_id: actorId.join(":"),
    action: row.action,
    entity_type: row.entity_type,
    entity_id: row.entity_id,
    synthetic: row.synthetic,
  };
}

type Words = Pick<LogEntry, "level" | "source" | "message" | "execution_status">;

const levels = { SUCCEEDED: "INFO", ABORTED: "WARN", FAILED: "ERROR", TIMEOUT: "ERROR" } as const;

function wordsOfRun(row: EntryRow): Words {
  const status = executionStatusOf({ status: row.status ?? "", terminationReason: row.termination_reason });
  const why = row.refusal_reason ?? row.end_note ?? row.termination_reason;
  const end = row.refusal_reason === null ? `ended ${row.status}` : "was refused at its start";
  return {
    level: levels[status],
    source: "gate",
    message: `${row.agent_id} ${end}${why === null || why === "completed" ? "" : `: ${why}`}`,
    execution_status: status,
  };
}

// An audit entry says what was done, and that it was; how grave a deed is, is for its reader to say.
function wordsOfDeed(row: EntryRow): Words {
  const action = row.action ?? "";
  return {
    level: "INFO",
    source: action.split(".")[0] ?? action,
    message: `${action} on ${row.entity_type} ${row.entity_id}`,
    execution_status: null,
  };
}
