// What is counted of runs. Conditions are those of Activity: a rehearsal and a refused start are in no figure.

import { countCap, type Fragment } from "@/server/activity/keyset";
import type { Period } from "@/server/overview/period";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/** The twin of countsInMetrics (server/activity/rules.ts). */
function counts(db: TenantDb): Fragment {
  return db.fragment`(not r.synthetic and r.refusal_reason is null)`;
}

/** A live run that was heard of nothing for so long is silent. */
const SILENT = "5 minutes";

export type LiveFacts = {
  live: number;
  queued: number;
  running: number;
  paused: number;
  retry: number;
  /** As Activity's risk level: near a limit and over none, and over one. */
  near: number;
  over: number;
  silent: number;
  oldest: Date | null;
  last_seen: Date | null;
  excluded: number;
};

export async function liveFacts(db: TenantDb): Promise<LiveFacts> {
  const [facts] = await db.sql<LiveFacts>`
    select count(*) filter (where l.counts)::int as live,
      count(*) filter (where l.counts and l.status = 'queued')::int as queued,
      count(*) filter (where l.counts and l.status = 'running')::int as running,
      count(*) filter (where l.counts and l.status = 'paused')::int as paused,
      count(*) filter (where l.counts and l.status = 'retry')::int as retry,
      count(*) filter (where l.counts and l.near > 0 and l.breach = 0 and not l.violated)::int as near,
      count(*) filter (where l.counts and (l.breach > 0 or l.violated))::int as over,
      count(*) filter (where l.counts and l.status = 'running'
        and l.last_seen_at < clock_timestamp() - ${SILENT}::interval)::int as silent,
      min(l.started_at) filter (where l.counts) as oldest, max(l.last_seen_at) as last_seen,
      count(*) filter (where not l.counts)::int as excluded
    from (
      select r.status, r.started_at, r.last_seen_at, r.violation is not null as violated, ${counts(db)} as counts, s.near, s.breach
      from runs r cross join lateral (
        select count(*) filter (where s.signal_type = 'near') as near, count(*) filter (where s.signal_type = 'breach') as breach
        from threshold_signals s where ${db.mine("s")} and s.run_id = r.run_id) s
      where ${db.mine("r")} and r.completed_at is null) l`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}

export type FinishedFacts = {
  finished: number;
  succeeded: number;
  failed: number;
  stopped: number;
  aborted: number;
  excluded: number;
};

/** Runs that ended in the period, by how. */
export async function finishedFacts(db: TenantDb, { from, to }: Period): Promise<FinishedFacts> {
  const [facts] = await db.sql<FinishedFacts>`
    select count(*) filter (where ${counts(db)})::int as finished,
      count(*) filter (where ${counts(db)} and r.status = 'succeeded')::int as succeeded,
      count(*) filter (where ${counts(db)} and r.status = 'failed')::int as failed,
      count(*) filter (where ${counts(db)} and r.status = 'failed_policy')::int as stopped,
      count(*) filter (where ${counts(db)} and r.status = 'cancelled')::int as aborted,
      count(*) filter (where not ${counts(db)})::int as excluded
    from runs r where ${db.mine("r")} and r.completed_at > ${from} and r.completed_at < ${to}`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}

/** Runs that ended in the period near a limit and over none. */
export async function nearFinishes(db: TenantDb, { from, to }: Period): Promise<number> {
  const [found] = await db.sql<{ n: number }>`
    with ended as materialized (
      select r.run_id from runs r
      where ${db.mine("r")} and r.completed_at > ${from} and r.completed_at < ${to} and ${counts(db)}
        and r.status not in ('failed', 'failed_policy') and not r.ended_violated)
    select count(*)::int as n from ended e
    where exists (select from threshold_signals s where ${db.mine("s")} and s.run_id = e.run_id and s.signal_type = 'near')
      and not exists (
        select from threshold_signals s where ${db.mine("s")} and s.run_id = e.run_id and s.signal_type = 'breach')`;
  return found?.n ?? 0;
}

/** Runs that are over, up to one more than lists say exactly. */
export async function countOver(db: TenantDb): Promise<number> {
  const [found] = await db.sql<{ n: number }>`
    select count(*)::int as n from (
      select from runs r where ${db.mine("r")} and ${counts(db)} and r.completed_at is not null limit ${countCap}) o`;
  return found?.n ?? 0;
}

export type RecordFacts = {
  total: number;
  SUCCEEDED: number;
  FAILED: number;
  ABORTED: number;
  TIMEOUT: number;
};

/** Records of runs that ended in the period, rehearsals and refused starts among them, as Logs has them. */
export async function recordFacts(db: TenantDb, { from, to }: Period): Promise<RecordFacts> {
  const [facts] = await db.sql<RecordFacts>`
    select count(*)::int as total,
      count(*) filter (where r.status = 'succeeded')::int as "SUCCEEDED",
      count(*) filter (where r.status = 'cancelled')::int as "ABORTED",
      count(*) filter (where r.status not in ('succeeded', 'cancelled') and r.termination_reason = 'timeout')::int as "TIMEOUT",
      count(*) filter (where r.status not in ('succeeded', 'cancelled') and r.termination_reason is distinct from 'timeout')::int
        as "FAILED"
    from runs r where ${db.mine("r")} and r.completed_at > ${from} and r.completed_at < ${to}`;
  if (facts === undefined) throw new Error("an aggregate gave no row");
  return facts;
}

/** What those runs used, as far as it has a price. Read from the runs themselves, which takes its time. */
export async function usageIn(db: TenantDb, { from, to }: Period): Promise<{ tokens: number; cost_units: number }> {
  const [used] = await db.sql<{ tokens: number; cost_units: number }>`
    select coalesce(sum(r.input_tokens + r.output_tokens), 0)::bigint as tokens,
      coalesce(sum(r.cost_units), 0)::bigint as cost_units
    from runs r where ${db.mine("r")} and r.completed_at > ${from} and r.completed_at < ${to}`;
  return used ?? { tokens: 0, cost_units: 0 };
}
