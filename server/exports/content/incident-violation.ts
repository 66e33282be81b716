// What the incident itself broke, which need not be what ended its run: a pause may have been approved, and another rule
// have stopped the run later.

import { asc, sql } from "drizzle-orm";
import { steps } from "@/db/schema/activity";
import { policyEnforcements, preventionRecords } from "@/db/schema/enforcement";
import type { RunViolation } from "@/server/activity/contract";
import { listPauses, type RunPause } from "@/server/activity/releases";
import { excessOver, excessPercentage } from "@/server/activity/rules";
import { violationOf } from "@/server/activity/run-view";
import type { IncidentViolation, PauseRelease } from "@/server/exports/content/bundle-types";
import type { Subject, SubjectRun } from "@/server/exports/content/subject";
import type { IncidentRow } from "@/server/incidents/image";

export type Violated = {
  /** Of the incident; null: it broke no policy, as one that a person opened. */
  violation: IncidentViolation | null;
  /** What ended the run, whichever incident is about it; docs/evidence-format.md §16 holds members of bundles to it. */
  runViolation: RunViolation | null;
  /** The same, where it is not this incident's. */
  endedBy: RunViolation | null;
  hold: Hold | null;
};

/** What holds the run for this incident, `pause`, `stop` or `kill`; a pause that was approved holds nothing. */
export type Hold = { action: string; at: Date; beforeTheStep: boolean };

type From = Pick<Subject, "db" | "incident" | "run" | "names" | "questions">;

export async function violatedOf(from: From): Promise<Violated> {
  const { db, incident, run, questions } = from;
  const runViolation = violationOf(run?.violation);
  const pauses = run === null ? [] : await listPauses(db, run.runId);
  const own = pauses.filter((pause) => pause.incident_id === incident.id);
  const broken = await brokenBy(from, runViolation);
  const hold = holdingPause(pauses, own) ?? (await stopOf(from, broken?.step_had_run === false));
  questions.note({
    id: "incident_violation",
    reads: ["incidents", "policy_enforcements", "prevention_records", "steps", "trace_records"],
    condition: "what the incident names as its violation; what held the run for it, and who released that",
    parameters: { incident_id: incident.id, run_id: run?.runId ?? null },
  });
  const endsRun = runViolation !== null && isOf(incident, runViolation);
  const ended = { runViolation, endedBy: endsRun ? null : runViolation, hold };
  if (broken === null) return { violation: null, ...ended };
  const course = {
    enforcement: own.length > 0 ? "pause" : (hold?.action ?? null),
    course: courseOf({ hold, wasPaused: own.length > 0, run, endsRun }),
    releases: releasesOf(from, own),
  };
  return { violation: { ...broken, ...course }, ...ended };
}

/** The first of its pauses behind the newest approval: an approval lets the run go on, whichever pause it was for. */
function holdingPause(pauses: readonly RunPause[], own: readonly RunPause[]): Hold | null {
  const approved = pauses.findLast(({ release }) => release?.decision === "approve")?.release_seq ?? 0;
  const pause = own.find(({ seq }) => seq > approved);
  return pause === undefined ? null : { action: "pause", at: pause.at, beforeTheStep: pause.isHeld };
}

async function stopOf({ db, incident }: From, beforeTheStep: boolean): Promise<Hold | null> {
  const [row] = await db.rows(preventionRecords, {
    where: sql`${preventionRecords.incidentId} = ${incident.id} and ${preventionRecords.action} <> 'pause'`,
    orderBy: [asc(preventionRecords.recordedAt), asc(preventionRecords.id)],
    limit: 1,
  });
  return row === undefined ? null : { action: row.action, at: row.recordedAt, beforeTheStep };
}

function releasesOf({ names }: From, own: readonly RunPause[]): PauseRelease[] {
  return own.flatMap(({ release }) => (release === null ? [] : [{ ...release, by: names.of(release.by) }]));
}

/** Whether the incident is about this violation. */
function isOf(incident: IncidentRow, violation: RunViolation): boolean {
  if (incident.violationStepIndex === null) return false;
  const { policyId, limitId, source } = incident;
  return violation.policy_id === policyId && violation.limit_id === limitId && violation.source === source;
}

type Broken = Omit<IncidentViolation, "enforcement" | "releases" | "course">;

// Step, time and values are the incident's own, which are those of the first decision: the run's were overwritten by the
// time of a denial until they were kept (runs sealed before still say so).
async function brokenBy(from: From, runViolation: RunViolation | null): Promise<Broken | null> {
  const { incident } = from;
  const { violationStepIndex: step_index, violationAt } = incident;
  if (step_index === null || violationAt === null) return null;
  const isRuns = runViolation !== null && isOf(incident, runViolation);
  const known = isRuns ? runViolation : await enforcedAs(from);
  const [threshold_value, actual_value] = [incident.thresholdValue || null, incident.actualValue || null];
  return {
    ...{ step_index, timestamp: violationAt.toISOString(), reason: incident.violationReason ?? known.reason },
    ...{ source: incident.source, violation_type: known.violation_type, severity: known.severity },
    ...{ policy_id: incident.policyId, limit_id: incident.limitId, policy_name: known.policy_name },
    ...{ metric: known.metric, threshold_value, actual_value, projected: known.projected },
    excess: excessOver(threshold_value, actual_value),
    excess_percentage: excessPercentage(threshold_value, actual_value),
    step_had_run: await hadRun(from, step_index, violationAt),
  };
}

type Known = Pick<RunViolation, "violation_type" | "severity" | "policy_name" | "metric" | "projected" | "reason">;

async function enforcedAs({ db, incident, names }: From): Promise<Known> {
  const [row] = await db.rows(policyEnforcements, {
    where: sql`${policyEnforcements.incidentId} = ${incident.id} and not ${policyEnforcements.shadow}`,
    orderBy: [asc(policyEnforcements.recordedAt), asc(policyEnforcements.id)],
    limit: 1,
  });
  return {
    ...{ violation_type: row?.violationType ?? null, severity: row?.severity ?? null, metric: row?.metric ?? null },
    policy_name: row?.policyName ?? names.of(`policy:${incident.policyId}`).name,
    ...{ projected: row?.projected ?? false, reason: row?.reason ?? "" },
  };
}

/**
 * Whether the step had run when it was decided. From rows, never from `projected`, which says how the value was counted: a
 * step that was held back has no row, or the closing record in its place, or a later one, or a block and no result.
 */
async function hadRun({ db, run }: From, stepIndex: number, at: Date): Promise<boolean | null> {
  if (run === null || stepIndex < 1) return null;
  const step = await db.first(steps, sql`${steps.runId} = ${run.runId} and ${steps.stepIndex} = ${stepIndex}`);
  if (step === null || step.stepType === "violation" || step.recordedAt > at) return false;
  if (step.action === "block" && step.resultSeq === null) return false;
  // By the clock alone a step may be judged that is out and has not come back.
  return step.resultSeq !== null && (step.settledAt === null || step.settledAt <= at) ? true : null;
}

type Held = { hold: Hold | null; wasPaused: boolean; run: SubjectRun | null; endsRun: boolean };

function courseOf({ hold, wasPaused, run, endsRun }: Held): IncidentViolation["course"] {
  if (run === null) return null;
  if (hold === null) return wasPaused ? "released" : null;
  if (hold.action !== "pause") return "stopped";
  if (run.status === "paused") return "waits";
  if (endsRun && run.endNote === "denied") return "denied";
  if (endsRun && run.endNote === "timed_out") return "timed_out";
  return "ended";
}
