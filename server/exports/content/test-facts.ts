// What the tests of the criteria are answered from, read once.

import { isLive } from "@/server/activity/rules";
import type { RunTestFacts, TestFacts } from "@/server/exports/content/control-tests";
import type { IncidentMarks } from "@/server/exports/content/incident-marks";
import type { RunContent } from "@/server/exports/content/run-content";
import type { Subject, SubjectRun } from "@/server/exports/content/subject";
import { severityOf, statusOf } from "@/server/incidents/wire";
import { comparedKinds } from "@/server/logs/after-images";

export async function testFactsOf(subject: Subject, run: RunContent): Promise<TestFacts> {
  const { incident, names, slaState } = subject;
  const { leafOf, marks } = run;
  const [snapshot, seal] = [subject.run?.snapshotId ?? null, subject.run?.runId ?? null];
  const sealLeaf = leafOf("seal", seal);
  return {
    incident: {
      createdAt: incident.createdAt.toISOString(),
      openedBy: openerOf(subject),
      severity: severityOf(incident),
      status: statusOf(incident),
      acknowledgedAt: incident.acknowledgedAt?.toISOString() ?? null,
      acknowledgedBy: incident.acknowledgedBy === null ? null : names.text(incident.acknowledgedBy),
      resolvedAt: incident.resolvedAt?.toISOString() ?? null,
      resolutionMethod: incident.resolutionMethod?.replaceAll("_", " ") ?? null,
      slaDueAt: incident.slaDueAt.toISOString(),
      slaState,
      hasCreatedEvent: marks.created !== null,
      isUnaltered: await isIncidentUnaltered(subject, marks),
    },
    run: subject.run === null ? null : await runTestFacts(subject, subject.run, run),
    leaves: {
      snapshot_frozen: leafOf("snapshot", snapshot),
      every_step_evaluated: sealLeaf,
      inflection_marked: sealLeaf,
      nothing_after_inflection: sealLeaf,
      incident_recorded: leafOf("incident_event", marks.created),
      severity_set: leafOf("incident_event", marks.created),
      acknowledged: leafOf("incident_event", marks.acknowledged ?? marks.resolved),
      incident_unaltered: leafOf("audit", marks.audit?.id ?? null),
      resolution_recorded: leafOf("incident_event", marks.resolved),
      time_target_kept: leafOf("incident_event", marks.resolved),
      trace_verified: sealLeaf,
    },
  };
}

/** Who posted what the system opened it for is not who opened it. */
function openerOf({ incident, names }: Subject): string {
  const by = names.text(incident.createdBy);
  return incident.source === "manual" ? by : `the system, on a post by ${by}`;
}

async function runTestFacts(
  subject: Subject,
  run: SubjectRun,
  { frozen, integrity }: RunContent,
): Promise<RunTestFacts> {
  const counts = await stepCounts(subject, run);
  const violation = subject.runViolation;
  return {
    isLive: isLive(run.status),
    snapshot:
      frozen === null
        ? null
        : {
            hash: frozen.snapshot.content_hash,
            policies: frozen.snapshot.policy_count,
            isIntact: frozen.snapshot.integrity.status === "VERIFIED",
          },
    steps: { posted: counts.posted, decided: counts.decided },
    inflection:
      violation === null
        ? null
        : { stepIndex: violation.step_index, marked: counts.marked, stoppedAtStep: run.stoppedAtStep },
    recordsAfterViolation: counts.after_violation,
    verification: {
      verified: integrity.verified === true,
      checked: integrity.records_checked,
      finding: integrity.finding,
    },
  };
}

type Counts = { posted: number; decided: number; marked: number; after_violation: number };

// Quotes inside of a text are escaped in canonical bytes, so these can only be the member.
async function stepCounts({ db, questions }: Subject, run: SubjectRun): Promise<Counts> {
  const [row] = await db.sql<Counts>`
    with decided as (
      select distinct r.step_index from trace_records r
      where ${db.mine("r")} and r.run_id = ${run.runId} and r.kind in ('admission', 'report', 'result')
        and position('"decision":{'::bytea in r.canonical) > 0),
    violation as (
      select min(r.seq) as seq from trace_records r
      where ${db.mine("r")} and r.run_id = ${run.runId} and r.kind = 'violation')
    select
      count(*) filter (where s.step_type not in ('violation', 'stopped'))::int as posted,
      count(*) filter (where s.step_type not in ('violation', 'stopped')
        and s.step_index in (select step_index from decided))::int as decided,
      count(*) filter (where s.is_inflection)::int as marked,
      (select count(*)::int from trace_records r, violation v
        where ${db.mine("r")} and r.run_id = ${run.runId} and r.seq > v.seq
          and r.kind not in ('stopped', 'end', 'late')) as after_violation
    from steps s where ${db.mine("s")} and s.run_id = ${run.runId}`;
  questions.note({
    id: "control_tests",
    reads: ["steps", "trace_records"],
    condition: "steps of the run with and without a decision on record; records behind the violation; marked steps",
    parameters: { run_id: run.runId },
  });
  if (row === undefined) throw new Error("an aggregate gave no row");
  return row;
}

/** Whether the row hashes to the image in its newest audit entry; null: no entry speaks of it. */
async function isIncidentUnaltered({ db, incident }: Subject, { audit }: IncidentMarks): Promise<boolean | null> {
  const hashes = await comparedKinds.incident?.hashes(db, [incident.id]);
  const now = hashes?.get(incident.id);
  return audit === null || now === undefined ? null : now.equals(audit.afterHash);
}
