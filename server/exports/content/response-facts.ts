// The moments between a violation and its resolution, from rows of the server's clock alone.

import { eq } from "drizzle-orm";
import { preventionRecords } from "@/db/schema/enforcement";
import { violationOf } from "@/server/activity/run-view";
import { type ResponseTimes, responseTimesOf } from "@/server/exports/content/response-times";
import type { Subject } from "@/server/exports/content/subject";

export type ResponseFacts = {
  times: ResponseTimes;
  violationStepAt: Date | null;
  containedAt: Date | null;
  /** What the runner says the violating step took, where it had run before it was judged. */
  claimedStepMs: number | null;
  /** What held the run: `stop`, `kill` or `pause`, and whether the step had run by then. */
  prevention: { action: string; outcome: string } | null;
};

export async function responseFactsOf(subject: Subject): Promise<ResponseFacts> {
  const { db, incident, run, questions } = subject;
  const [prevention] = await db.rows(preventionRecords, {
    where: eq(preventionRecords.incidentId, incident.id),
    orderBy: [preventionRecords.recordedAt],
    limit: 1,
  });
  const { at: violationStepAt, claimedMs: claimedStepMs } = await violatingStepOf(subject);
  const containedAt = prevention?.recordedAt ?? run?.completedAt ?? null;
  const { createdAt: detectedAt, acknowledgedAt, resolvedAt } = incident;
  questions.note({
    id: "response_times",
    reads: ["steps", "prevention_records", "incidents"],
    condition: "the first record of the violating step; the first prevention of the incident; the incident's own times",
    parameters: { incident_id: incident.id, run_id: run?.runId ?? null },
  });
  return {
    times: responseTimesOf({ violationStepAt, detectedAt, containedAt, acknowledgedAt, resolvedAt }),
    violationStepAt,
    containedAt,
    claimedStepMs,
    prevention: prevention === undefined ? null : { action: prevention.action, outcome: prevention.outcome },
  };
}

type ViolatingStep = { at: Date | null; claimedMs: number | null };

// When the server first heard of the step; a paused admission left no step, and is seen in the instant it is asked for.
async function violatingStepOf({ db, run, incident }: Subject): Promise<ViolatingStep> {
  const index = violationOf(run?.violation)?.step_index ?? incident.violationStepIndex;
  if (run === null || index === null) return { at: null, claimedMs: null };
  const [step] = await db.sql<{ recorded_at: Date; duration_ms: number | null }>`
    select s.recorded_at, s.duration_ms from steps s
    where ${db.mine("s")} and s.run_id = ${run.runId} and s.step_index = ${index}`;
  return { at: step?.recorded_at ?? incident.violationAt, claimedMs: step?.duration_ms ?? null };
}
