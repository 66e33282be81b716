// The population that this incident is one of: what there was in the period, counted, and every incident by name. A run
// counts by its start, everything else by its own time.

import { asc, sql } from "drizzle-orm";
import { incidents } from "@/db/schema/incidents";
import type { KeyFigure } from "@/server/exports/content/bundle-types";
import { counted } from "@/server/exports/content/figures";
import { logCompletenessOf } from "@/server/exports/content/log-completeness";
import { releasesOf } from "@/server/exports/content/overrides";
import type { Period } from "@/server/exports/content/period";
import type { Population, PopulationIncident } from "@/server/exports/content/soc2-bundle-types";
import { type Subject, slaStateOf } from "@/server/exports/content/subject";
import { wireSummary } from "@/server/incidents/wire";

export async function populationOf(subject: Subject, period: Period): Promise<Population> {
  const { incident, at } = subject;
  const runsByStatus = await runStatuses(subject, period);
  const listed = await incidentsIn(subject, period);
  return {
    counts: await countsOf(subject, period, { runsByStatus, listed }),
    runs_by_status: runsByStatus,
    incidents: listed,
    covered_until: new Date(Math.min(at.getTime(), period.end.getTime())).toISOString(),
    selection: {
      incident_id: incident.id,
      why: "It was named in the request for this bundle; it was not drawn as a sample.",
    },
    completeness: await logCompletenessOf(subject, period),
  };
}

type StatusCount = Population["runs_by_status"][number];

async function runStatuses({ db, questions }: Subject, period: Period): Promise<StatusCount[]> {
  const rows = await db.sql<StatusCount>`
    select case when r.refusal_reason is null then r.status else 'refused at start' end as status, count(*)::int as count
    from runs r where ${db.mine("r")} and r.started_at >= ${period.start} and r.started_at < ${period.end}
    group by 1 order by 1`;
  questions.note({
    id: "population_runs",
    reads: ["runs"],
    condition: "started_at in the period, grouped by status; synthetic runs included",
    parameters: within(period),
    rows: rows.length,
  });
  return [...rows];
}

async function incidentsIn(subject: Subject, period: Period): Promise<PopulationIncident[]> {
  const { db, at, questions } = subject;
  const rows = await db.rows(incidents, {
    where: sql`${incidents.createdAt} >= ${period.start.toISOString()} and ${incidents.createdAt} < ${period.end.toISOString()}`,
    orderBy: [asc(incidents.createdAt), asc(incidents.id)],
  });
  questions.note({
    id: "population_incidents",
    reads: ["incidents"],
    condition: "created_at in the period, all of them",
    parameters: within(period),
    rows: rows.length,
  });
  return rows.map((row) => {
    const { incident_id, created_at, type, severity, status, title, source_run_id } = wireSummary(row);
    return {
      ...{ incident_id, created_at, type, severity, status, title, run_id: source_run_id },
      acknowledged_at: row.acknowledgedAt?.toISOString() ?? null,
      resolved_at: row.resolvedAt?.toISOString() ?? null,
      sla_state: slaStateOf(row, at),
      is_synthetic: row.isSynthetic,
      is_selected: row.id === subject.incident.id,
    };
  });
}

type Found = { runsByStatus: readonly StatusCount[]; listed: readonly PopulationIncident[] };

async function countsOf(subject: Subject, period: Period, { runsByStatus, listed }: Found): Promise<KeyFigure[]> {
  const work = await workIn(subject, period);
  const acts = await actsIn(subject, period);
  const releases = await releasesOf(subject.db, { from: period.start, to: period.end });
  return [
    counted(
      "runs",
      "Runs started",
      runsByStatus.reduce((sum, { count }) => sum + count, 0),
    ),
    counted("synthetic_runs", "of them synthetic", work.synthetic_runs),
    counted("steps", "Steps posted", work.steps),
    counted("evaluations", "Evaluations on record", work.evaluations, "count", "records with a decision"),
    counted("blocks", "Blocks", acts.blocks, "count", "refused + paused + stopped + killed + starts refused + quotas"),
    counted("stops", "of them runs stopped or killed", acts.stops),
    counted("pauses", "of them runs paused", acts.pauses),
    counted("refusals", "of them steps and starts refused", acts.refusals),
    counted("warnings", "Warnings", acts.warnings),
    counted("shadow_acts", "Shadow rules that would have acted", acts.shadow),
    counted("incidents", "Incidents opened", listed.length),
    counted("overrides", "Overrides", acts.overrides),
    counted("hold_releases", "Paused runs released", releases.length),
    counted("fail_open_decisions", "Evaluations that failed and let pass", acts.fail_open),
  ];
}

type Work = { synthetic_runs: number; steps: number; evaluations: number };

// Only records of runs that were alive in the period can be of the period: the chain ends with the run, but for late results.
async function workIn({ db, questions }: Subject, { start, end, basis: _basis }: Period): Promise<Work> {
  const [row] = await db.sql<Work>`
    with alive as materialized (
      select r.tenant_id, r.run_id, r.started_at, r.synthetic from runs r
      where ${db.mine("r")} and r.started_at < ${end} and (r.completed_at is null or r.completed_at >= ${start}))
    select
      (select count(*)::int from alive where started_at >= ${start} and synthetic) as synthetic_runs,
      (select count(*)::int from alive a join steps s on s.tenant_id = a.tenant_id and s.run_id = a.run_id
        where s.recorded_at >= ${start} and s.recorded_at < ${end}
          and s.step_type not in ('violation', 'stopped')) as steps,
      (select count(*)::int from alive a join trace_records t on t.tenant_id = a.tenant_id and t.run_id = a.run_id
        where t.recorded_at >= ${start} and t.recorded_at < ${end}
          and t.kind in ('admission', 'result', 'report', 'pause')) as evaluations`;
  questions.note({
    id: "population_work",
    reads: ["runs", "steps", "trace_records"],
    condition:
      "recorded_at in the period; steps without the closing ones; records of kind admission, result, report, pause",
    parameters: { start: start.toISOString(), end: end.toISOString() },
  });
  if (row === undefined) throw new Error("an aggregate gave no row");
  return row;
}

type Acts = {
  blocks: number;
  stops: number;
  pauses: number;
  refusals: number;
  warnings: number;
  shadow: number;
  overrides: number;
  fail_open: number;
};

async function actsIn({ db, questions }: Subject, period: Period): Promise<Acts> {
  const { start, end } = period;
  const [row] = await db.sql<Acts>`
    select
      count(*) filter (where e.action in
        ('refused', 'paused', 'stopped', 'killed', 'start_refused', 'quota_exceeded'))::int as blocks,
      count(*) filter (where e.action in ('stopped', 'killed'))::int as stops,
      count(*) filter (where e.action = 'paused')::int as pauses,
      count(*) filter (where e.action in ('refused', 'start_refused', 'quota_exceeded'))::int as refusals,
      count(*) filter (where e.action = 'warned')::int as warnings,
      count(*) filter (where e.shadow)::int as shadow,
      (select count(*)::int from log_leaves l where ${db.mine("l")} and l.kind = 'override'
        and l.at >= ${start} and l.at < ${end}) as overrides,
      (select count(*)::int from audit_logs a where ${db.mine("a")} and a.action = 'policy.failure_passed'
        and a.recorded_at >= ${start} and a.recorded_at < ${end}) as fail_open
    from policy_enforcements e
    where ${db.mine("e")} and e.recorded_at >= ${start} and e.recorded_at < ${end}`;
  questions.note({
    id: "population_acts",
    reads: ["policy_enforcements", "audit_logs", "log_leaves", "trace_records"],
    condition:
      "recorded_at in the period, by action; audit entries policy.failure_passed; leaves of kind override; approved releases",
    parameters: within(period),
  });
  if (row === undefined) throw new Error("an aggregate gave no row");
  return row;
}

function within({ start, end }: Period): { start: string; end: string } {
  return { start: start.toISOString(), end: end.toISOString() };
}
