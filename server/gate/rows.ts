// The rows the gate reads and writes, as its tables type them, without the tenant (the batch has one).

import type { recordPayloads, runs, steps, traceRecords } from "@/db/schema/activity";
import type { auditLogs, outbox } from "@/db/schema/audit";
import type { costRecords, policyEnforcements, preventionRecords, thresholdSignals } from "@/db/schema/enforcement";
import type { RaisedSignal } from "@/db/vocabulary";
import type { RunMemory } from "./memory";

/** A run as decisions know it: without the long answer of its start, which only a start that comes again reads. */
export type RunRow = Omit<typeof runs.$inferSelect, "memory" | "answer"> & { memory: RunMemory };
export type StartedRun = RunRow & { answer: Buffer };
export type StepRow = Omit<typeof steps.$inferSelect, "reservations"> & { reservations: Reservation[] | null };
export type RecordRow = typeof traceRecords.$inferSelect;
export type PayloadRow = typeof recordPayloads.$inferSelect;
export type EnforcementRow = typeof policyEnforcements.$inferSelect;
export type PreventionRow = typeof preventionRecords.$inferSelect;
export type SignalRow = typeof thresholdSignals.$inferSelect & { signalType: RaisedSignal };
export type CostRow = typeof costRecords.$inferSelect;
export type AuditRow = typeof auditLogs.$inferSelect;
export type OutboxRow = typeof outbox.$inferSelect;

/** What an open step holds of a window limit; `at` is the entry's time where the limit is a sliding log. */
export type Reservation = {
  limit_id: string;
  scope_key: string;
  window_start: string;
  sliding: boolean;
  at: string;
  amount: number;
};
