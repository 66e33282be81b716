// Exceptions that have to be looked for in rows.

import { releaseEvidence, releasesOf } from "@/server/exports/content/overrides";
import type { Period } from "@/server/exports/content/period";
import type { ExceptionEvidence } from "@/server/exports/content/soc2-bundle-types";
import type { Subject } from "@/server/exports/content/subject";
import { unverifiedTraces } from "@/server/exports/content/unverified-traces";
import { cents, count, instantText } from "@/server/exports/content/wording";
import { wireCents } from "@/server/policies/amounts";

type Item = ExceptionEvidence["items"][number];
/** `unknown_because`: finding nothing would say nothing. */
export type Finding = Pick<ExceptionEvidence, "kind" | "title" | "looked_for" | "items"> & {
  unknown_because?: string | null;
};

export async function findingsOf(subject: Subject, period: Period): Promise<Finding[]> {
  return [
    await degradedTime(subject, period),
    await checkpointGaps(subject, period),
    await logHalts(subject, period),
    await unverifiedTraces(subject, period),
    await overrides(subject, period),
    await failOpen(subject, period),
    await ungovernedWork(subject, period),
  ];
}

/** A start refused because its policies could not be read, a run ended by silence: the control did not act as it should. */
async function degradedTime({ db }: Subject, { start, end }: Period): Promise<Finding> {
  const rows = await db.sql<{ at: Date; subject: string; detail: string }>`
    select r.started_at as at, 'run ' || r.run_id as subject, 'refused at its start: ' || r.refusal_reason as detail
    from runs r where ${db.mine("r")} and r.started_at >= ${start} and r.started_at < ${end}
      and r.refusal_reason in ('snapshot_unavailable', 'ambiguous_policies')
    union all
    select e.recorded_at, 'run ' || coalesce(e.run_id::text, '?'), 'failure mode acted: ' || e.reason
    from policy_enforcements e
    where ${db.mine("e")} and e.recorded_at >= ${start} and e.recorded_at < ${end} and e.source = 'failure_mode'
    order by 1, 2`;
  return {
    kind: "degraded_time",
    title: "Times in which policies could not be evaluated",
    looked_for:
      "starts refused for want of a readable snapshot, and steps on which a policy's failure mode acted; while the database is away nothing is accepted, so nothing can be recorded either",
    items: rows.map(itemOf),
  };
}

const LONGEST_GAP_S = 60;

/** Checkpoints are due within 60 s of the first leaf that none covers; a quiet log owes none. */
async function checkpointGaps({ db, at }: Subject, { start, end }: Period): Promise<Finding> {
  const until = at < end ? at : end;
  // The first leaf that a checkpoint newly covers waited longest for it; the last row stands for the one still to come.
  const rows = await db.sql<{ at: Date; leaf_index: number; covered_at: Date | null }>`
    with signed as (
      select k.size, k.signed_at from checkpoints k where ${db.mine("k")}
      union all select ${Number.MAX_SAFE_INTEGER}::int8, null),
    covering as (
      select s.size, s.signed_at, lag(s.size, 1, 0::int8) over (order by s.size, s.signed_at) as before from signed s)
    select l.appended_at as at, l.leaf_index, c.signed_at as covered_at from covering c
    join log_leaves l on ${db.mine("l")} and l.leaf_index = c.before
    where c.size > c.before and l.appended_at >= ${start} and l.appended_at < ${until}
      and coalesce(c.signed_at, ${until}::timestamptz) > l.appended_at + make_interval(secs => ${LONGEST_GAP_S})
    order by l.leaf_index`;
  const [log] = await db.sql<{ size: number }>`select s.size from log_states s where ${db.mine("s")}`;
  return {
    kind: "checkpoint_gap",
    title: `Leaves that waited more than ${LONGEST_GAP_S} s for a checkpoint`,
    looked_for: `leaves appended in the period and not covered by a signed checkpoint within ${LONGEST_GAP_S} s; one entry for each gap`,
    items: rows.map((row) => ({
      at: row.at.toISOString(),
      subject: `from leaf ${row.leaf_index}`,
      detail: row.covered_at === null ? "not covered yet" : `covered ${instantText(row.covered_at.toISOString())}`,
    })),
    unknown_because: log === undefined ? "the tenant's log has not begun" : null,
  };
}

async function logHalts({ db }: Subject, { start, end }: Period): Promise<Finding> {
  const rows = await db.sql<{ at: Date; subject: string; detail: string }>`
    select i.created_at as at, 'incident ' || i.id as subject, i.title || ': ' || coalesce(i.error_message, '') as detail
    from incidents i where ${db.mine("i")} and i.created_at >= ${start} and i.created_at < ${end}
      and i.type = 'integrity_failure'
    union all
    select s.halted_at, 'log', 'still halted: ' || coalesce(s.halt_reason, '') from log_states s
    where ${db.mine("s")} and s.halted_at < ${end}
    order by 1, 2`;
  return {
    kind: "log_halted",
    title: "Times in which the log was not signed",
    looked_for: "incidents of type integrity_failure in the period, and a log that is halted now",
    items: rows.map(itemOf),
  };
}

async function overrides(subject: Subject, { start, end }: Period): Promise<Finding> {
  const { db, names } = subject;
  const leaves = await db.sql<{ at: Date; subject: string; detail: string }>`
    select l.at, 'override ' || l.source_id as subject, 'leaf ' || l.leaf_index as detail from log_leaves l
    where ${db.mine("l")} and l.kind = 'override' and l.at >= ${start} and l.at < ${end} order by l.leaf_index`;
  const releases = (await releasesOf(db, { from: start, to: end })).map((row) => releaseEvidence(row, names));
  return {
    kind: "override",
    title: "Overrides",
    looked_for: "leaves of kind override, and paused runs that somebody released, in the period",
    items: [
      ...leaves.map(itemOf),
      ...releases.map((one) => ({
        at: one.at,
        subject: `run ${one.run_id}`,
        detail: `released by ${one.approved_by?.name ?? one.approved_by?.id ?? "?"}: ${one.reason ?? "no reason given"}`,
      })),
    ],
  };
}

async function failOpen({ db }: Subject, { start, end }: Period): Promise<Finding> {
  const rows = await db.sql<{ at: Date; subject: string; detail: string }>`
    select a.recorded_at as at, 'run ' || coalesce(a.run_id::text, '?') as subject,
      coalesce(a.detail ->> 'name', a.entity_id) || ' (' || coalesce(a.detail ->> 'mode', '?') || '): '
        || coalesce(a.detail ->> 'error', '') as detail
    from audit_logs a where ${db.mine("a")} and a.recorded_at >= ${start} and a.recorded_at < ${end}
      and a.action = 'policy.failure_passed' order by a.recorded_at, a.id`;
  return {
    kind: "fail_open",
    title: "Evaluations that failed and let pass",
    looked_for:
      "audit entries policy.failure_passed in the period: a condition could not be evaluated and its policy's failure mode lets pass",
    items: rows.map(itemOf),
  };
}

async function ungovernedWork({ db }: Subject, { start, end }: Period): Promise<Finding> {
  const rows = await db.sql<{ at: Date; run_id: string; records: number; tokens: number; units: number | null }>`
    select min(c.recorded_at) as at, c.run_id, count(*)::int as records,
      sum(c.input_tokens + c.output_tokens)::bigint as tokens,
      case when bool_or(c.cost_units is null) then null else sum(c.cost_units)::bigint end as units
    from cost_records c
    where ${db.mine("c")} and c.recorded_at >= ${start} and c.recorded_at < ${end} and c.kind = 'ungoverned'
    group by c.run_id order by 1, 2`;
  return {
    kind: "ungoverned_work",
    title: "Work reported after a run's end",
    looked_for: "cost records of kind ungoverned in the period, by run; work that is never reported is seen by nobody",
    items: rows.map((row) => ({
      at: row.at.toISOString(),
      subject: `run ${row.run_id}`,
      detail: `${count(row.records, "step")}, ${count(row.tokens, "token")}, ${
        row.units === null ? "unknown cost" : cents(wireCents(row.units))
      }, as the runner reported`,
    })),
  };
}

function itemOf(row: { at: Date; subject: string; detail: string }): Item {
  return { at: row.at.toISOString(), subject: row.subject, detail: row.detail };
}
