// The run as its stream tells it. Every record gives at least one event, in a fixed order: step, decision, signals, status.
// Only the last event of a record carries the seq as its id, so a reader that lost its connection between two of them gets
// the record's events again rather than missing the rest.

import { and, asc, eq, gt, lte, type SQL } from "drizzle-orm";
import { runs } from "@/db/schema/activity";
import type { thresholdSignals } from "@/db/schema/enforcement";
import { thresholdSignals as signalTable } from "@/db/schema/enforcement";
import { fromColumns } from "@/server/activity/keyset";
import { isLive } from "@/server/activity/rules";
import { shownHash } from "@/server/activity/shown-hash";
import { bodyOf, type RecordColumns as StepRecordColumns } from "@/server/activity/step-view";
import { bodyIn } from "@/server/evidence/record";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { wireCents } from "@/server/policies/amounts";

export type RunEventName = "step" | "decision" | "signal" | "status";
export type RunEvent = { id: number | null; event: RunEventName; data: Record<string, unknown> };
export type RunEvents = {
  events: RunEvent[];
  /** Go on from here. */
  last_seq: number;
  /** The run is over and everything about it has been told. */
  ended: boolean;
};

export type EventRecord = StepRecordColumns & { stepId: string | null; stepType: string | null };
export type EventSignal = typeof thresholdSignals.$inferSelect;
type Run = Pick<typeof runs.$inferSelect, "runId" | "status" | "startedAt" | "completedAt" | "seq" | "traceId">;

const PAGE = 500;
/** As `seq`: from the very beginning, with the start itself. */
export const beforeTheStart = -1;

/** At most 500 records' events after `seq`; null when there is no such run. Only what is committed is told, so none is lost. */
export async function runEventsAfter(db: TenantDb, runId: string, seq: number): Promise<RunEvents | null> {
  // The run is read first: every record up to its seq was committed with it.
  const run = await db.first(runs, eq(runs.runId, runId));
  if (run === null) return null;
  const records = await recordsAfter(db, run, seq);
  const last = records.length === PAGE ? (records.at(-1)?.seq ?? run.seq) : run.seq;
  const signals = await signalsBetween(db, run, { after: seq, upTo: last });
  const events = [
    ...(seq < 0 ? startEvents(run, signals.get(0) ?? []) : []),
    ...records.flatMap((record) => eventsOfRecord(run, record, signals.get(record.seq) ?? [])),
  ];
  return { events, last_seq: Math.max(last, seq), ended: run.completedAt !== null && last >= run.seq };
}

async function recordsAfter(db: TenantDb, run: Run, seq: number): Promise<EventRecord[]> {
  const rows = await db.sql`
    select r.seq, r.kind, r.step_index, r.step_id, r.step_type, r.recorded_at, r.canonical, r.hash from trace_records r
    where ${db.mine("r")} and r.run_id = ${run.runId} and r.seq > ${seq} and r.seq <= ${run.seq} order by r.seq limit ${PAGE}`;
  return rows.map((row) => fromColumns<EventRecord>(row));
}

async function signalsBetween(db: TenantDb, run: Run, range: { after: number; upTo: number }) {
  const { runId, seq } = { runId: signalTable.runId, seq: signalTable.seq };
  const rows = await db.rows(signalTable, {
    where: and(eq(runId, run.runId), gt(seq, range.after), lte(seq, range.upTo)) as SQL,
    orderBy: [asc(seq), asc(signalTable.id)],
  });
  const bySeq = new Map<number, EventSignal[]>();
  for (const row of rows) bySeq.set(row.seq, [...(bySeq.get(row.seq) ?? []), row]);
  return bySeq;
}

function startEvents(run: Run, signals: readonly EventSignal[]): RunEvent[] {
  const data = { run_id: run.runId, trace_id: run.traceId, seq: 0, at: run.startedAt.toISOString(), status: "running" };
  return identified(0, [...signals.map((signal) => signalEvent(signal)), { id: null, event: "status", data }]);
}

/** The events of one record, the last with its seq as id. Money is in cents. */
export function eventsOfRecord(
  run: Pick<Run, "runId">,
  record: EventRecord,
  signals: readonly EventSignal[],
): RunEvent[] {
  const body = bodyOf(bodyIn(record.canonical));
  const shared = { run_id: run.runId, seq: record.seq, recorded_at: record.recordedAt.toISOString() };
  return identified(record.seq, [
    ...(record.stepIndex === null ? [] : [stepEvent(shared, record, body)]),
    ...(body.decision === undefined ? [] : [decisionEvent(shared, record, body)]),
    ...signals.map(signalEvent),
    ...statusEvents(shared, record, body),
  ]);
}

type Shared = { run_id: string; seq: number; recorded_at: string };
type Body = Record<string, unknown>;

function stepEvent(shared: Shared, record: EventRecord, body: Body): RunEvent {
  return {
    id: null,
    event: "step",
    data: {
      ...shared,
      kind: record.kind,
      step_index: record.stepIndex,
      step_id: record.stepId,
      step_type: record.stepType,
      ...claimsOf(body.step),
      usage: wireUsage(body.usage),
      estimate: wireUsage(body.estimate),
      violation: body.violation ?? null,
      content_hash: shownHash(record.hash),
    },
  };
}

function decisionEvent(shared: Shared, record: EventRecord, body: Body): RunEvent {
  return { id: null, event: "decision", data: { ...shared, step_index: record.stepIndex, ...bodyOf(body.decision) } };
}

function signalEvent(signal: EventSignal): RunEvent {
  return {
    id: null,
    event: "signal",
    data: {
      run_id: signal.runId,
      seq: signal.seq,
      recorded_at: signal.recordedAt.toISOString(),
      signal_id: signal.id,
      type: signal.signalType,
      metric: signal.metric,
      enforcement: signal.enforcement,
      source: signal.source,
      policy_id: signal.policyId,
      limit_id: signal.limitId,
      current_value: signal.currentValue,
      threshold_value: signal.thresholdValue,
      percentage: signal.percentage === null ? null : Number(signal.percentage),
      step_index: signal.stepIndex,
    },
  };
}

// A denied pause is followed by the record of the end; until then the run stays paused.
function statusEvents(shared: Shared, record: EventRecord, body: Body): RunEvent[] {
  if (record.kind === "pause") return [statusEvent(shared, { status: "paused" })];
  if (record.kind === "release") {
    const release = bodyOf(body.release);
    return [statusEvent(shared, { status: release.decision === "approve" ? "running" : "paused", release })];
  }
  if (record.kind !== "stopped" && record.kind !== "end") return [];
  const end = bodyOf(body.end);
  return [
    statusEvent(shared, {
      status: end.status ?? null,
      termination_reason: end.termination_reason ?? null,
      stopped_at_step: end.stopped_at_step ?? null,
      note: end.note ?? null,
      cause: end.cause ?? null,
    }),
  ];
}

// What runs beside a run that is over must cancel itself.
function statusEvent(shared: Shared, state: Record<string, unknown>): RunEvent {
  const isOver = typeof state.status === "string" && !isLive(state.status);
  return { id: null, event: "status", data: { ...shared, ...state, cancel_in_flight: isOver } };
}

function identified(seq: number, events: RunEvent[]): RunEvent[] {
  return events.map((event, at) => (at === events.length - 1 ? { ...event, id: seq } : event));
}

function claimsOf(step: unknown) {
  const { skill, model, status, retry_count, started_at } = bodyOf(step);
  return {
    skill: skill ?? null,
    model: model ?? null,
    status: status ?? null,
    retry_count: retry_count ?? null,
    claimed_started_at: started_at ?? null,
  };
}

function wireUsage(usage: unknown): Record<string, unknown> | null {
  if (typeof usage !== "object" || usage === null) return null;
  const { cost_units, ...rest } = bodyOf(usage);
  return { ...rest, cost_cents: typeof cost_units === "number" ? wireCents(cost_units) : null };
}
