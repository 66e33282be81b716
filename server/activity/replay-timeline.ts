// Reads what happened to one run around its turning point. Bounded: of a hot run only what lies nearest to the centre.

import { eq } from "drizzle-orm";
import { traces } from "@/db/schema/traces";
import type { Replay } from "@/server/activity/contract";
import { fromColumns } from "@/server/activity/keyset";
import {
  centreOf,
  type Moment,
  momentOfRecord,
  type TimelineRecord,
  timelineOf,
  type Window,
  windowAround,
} from "@/server/activity/timeline-view";
import type { TenantDb } from "@/server/platform/db/tenant-db";

type Trace = typeof traces.$inferSelect;
export type ReplayTimeline = Pick<Replay, "timeline" | "window" | "inflection">;

/** Records on either side of the centre, and rows of each other kind. */
const MOST = 500;

/** The 60 s timeline of a trace; null when there is no such trace. Client times appear as claims and order nothing. */
export async function replayTimeline(db: TenantDb, traceId: string): Promise<ReplayTimeline | null> {
  const trace = await db.first(traces, eq(traces.traceId, traceId));
  if (trace === null) return null;
  const window = windowAround(centreOf(trace));
  const { before, after } = await recordMoments(db, trace, window);
  const parts = [
    before,
    after,
    await enforcementMoments(db, trace, window),
    await signalMoments(db, trace, window),
    await incidentMoments(db, trace, window),
  ];
  const moments = [startMoment(trace), ...parts.flat()];
  return {
    timeline: timelineOf(moments, window, { step_index: trace.violationStepIndex }),
    window: {
      from: window.from.toISOString(),
      to: window.to.toISOString(),
      centre: window.centre.toISOString(),
      centred_on: window.centred_on,
      truncated: parts.some((part) => part.length >= MOST),
    },
    inflection: inflectionOf(trace),
  };
}

function inflectionOf(trace: Trace): ReplayTimeline["inflection"] {
  if (trace.violationStepIndex === null || trace.violationTimestamp === null) return null;
  return {
    step_index: trace.violationStepIndex,
    timestamp: trace.violationTimestamp.toISOString(),
    policy_id: trace.violationPolicyId,
    reason: trace.violationReason,
  };
}

function startMoment(trace: Trace): Moment {
  const shared = { step_index: null, seq: null, claimed_at: null };
  return { source: "system", at: trace.startedAt, action: "run", outcome: "started", ...shared };
}

// Time never runs backwards along seq, so a walk outwards from the centre's seq meets the window's records first.
async function recordMoments(
  db: TenantDb,
  trace: Trace,
  window: Window,
): Promise<{ before: Moment[]; after: Moment[] }> {
  const centre = await centreSeq(db, trace);
  const inWindow = db.fragment`near.recorded_at between ${window.from} and ${window.to}`;
  const columns = db.fragment`r.seq, r.kind, r.step_index, r.step_type, r.recorded_at, r.canonical, r.hash`;
  const before = await db.sql`
    select * from (select ${columns} from trace_records r where ${db.mine("r")} and r.run_id = ${trace.runId}
      and r.seq <= ${centre} order by r.seq desc limit ${MOST}) near where ${inWindow}`;
  const after = await db.sql`
    select * from (select ${columns} from trace_records r where ${db.mine("r")} and r.run_id = ${trace.runId}
      and r.seq > ${centre} order by r.seq limit ${MOST}) near where ${inWindow}`;
  const moment = (row: object) => momentOfRecord(fromColumns<TimelineRecord>(row));
  return { before: before.map(moment), after: after.map(moment) };
}

// The violating step's newest record; without a violation the last record of the sealed chain, and 0 while it is live.
async function centreSeq(db: TenantDb, trace: Trace): Promise<number> {
  const sealed: unknown = typeof trace.seal === "object" && trace.seal !== null ? Reflect.get(trace.seal, "count") : 0;
  const end = typeof sealed === "number" ? sealed : 0;
  if (trace.violationStepIndex === null) return end;
  const [row] = await db.sql<{ seq: number | null }>`
    select coalesce(s.result_seq, s.admitted_seq) as seq from steps s
    where ${db.mine("s")} and s.run_id = ${trace.runId} and s.step_index = ${trace.violationStepIndex}`;
  return row?.seq ?? end;
}

type PolicyRow = { recorded_at: Date; step_index: number | null; seq: number | null; action: string; outcome: string };

async function enforcementMoments(db: TenantDb, trace: Trace, window: Window): Promise<Moment[]> {
  const rows = await db.sql<PolicyRow>`
    select e.recorded_at, e.step_index, e.seq, 'enforcement ' || e.action as action, e.reason as outcome
    from policy_enforcements e
    where ${db.mine("e")} and e.run_id = ${trace.runId} and e.recorded_at between ${window.from} and ${window.to}
    order by abs(extract(epoch from e.recorded_at - ${window.centre}::timestamptz)), e.id limit ${MOST}`;
  return rows.map(policyMoment);
}

async function signalMoments(db: TenantDb, trace: Trace, window: Window): Promise<Moment[]> {
  const rows = await db.sql<PolicyRow>`
    select s.recorded_at, s.step_index, s.seq, 'signal ' || s.signal_type as action,
      s.metric || ' ' || s.current_value || ' of ' || s.threshold_value as outcome
    from threshold_signals s
    where ${db.mine("s")} and s.run_id = ${trace.runId} and s.recorded_at between ${window.from} and ${window.to}
    order by abs(extract(epoch from s.recorded_at - ${window.centre}::timestamptz)), s.id limit ${MOST}`;
  return rows.map(policyMoment);
}

async function incidentMoments(db: TenantDb, trace: Trace, window: Window): Promise<Moment[]> {
  const rows = await db.sql<PolicyRow>`
    select v.recorded_at, i.violation_step_index as step_index, null::int as seq, 'incident ' || v.type as action,
      i.severity || ' ' || i.type as outcome
    from incidents i join incident_events v on v.tenant_id = i.tenant_id and v.incident_id = i.id
    where ${db.mine("i")} and ${db.mine("v")} and i.source_run_id = ${trace.runId}
      and v.recorded_at between ${window.from} and ${window.to}
    order by abs(extract(epoch from v.recorded_at - ${window.centre}::timestamptz)), v.id limit ${MOST}`;
  return rows.map(policyMoment);
}

function policyMoment(row: PolicyRow): Moment {
  const { recorded_at, ...rest } = row;
  return { source: "policy", at: recorded_at, ...rest, claimed_at: null };
}
