// The moments between a violation and its resolution, from rows of the server's clock alone.

import { type ResponseTimes, responseTimesOf } from "@/server/exports/content/response-times";
import type { Subject } from "@/server/exports/content/subject";

export type ResponseFacts = {
  times: ResponseTimes;
  containedAt: Date | null;
  /** What the runner says the violating step took, where it had run before it was judged. */
  claimedStepMs: number | null;
};

export async function responseFactsOf(subject: Subject): Promise<ResponseFacts> {
  const { incident, run, hold, questions } = subject;
  const { at: violationStepAt, claimedMs: claimedStepMs } = await violatingStepOf(subject);
  // A run that went on after somebody had approved it was not held for this incident, however it ended.
  const release = subject.violation?.course === "released" ? subject.violation.releases.at(-1) : undefined;
  const containedAt = hold?.at ?? (release === undefined ? (run?.completedAt ?? null) : null);
  const { createdAt: detectedAt, acknowledgedAt, resolvedAt } = incident;
  questions.note({
    id: "response_times",
    reads: ["steps", "prevention_records", "trace_records", "incidents"],
    condition:
      "the first record of the violating step, or the decision that held it back; the first prevention of the incident that nobody lifted; the incident's own times",
    parameters: { incident_id: incident.id, run_id: run?.runId ?? null },
  });
  const moments = { violationStepAt, detectedAt, containedAt, acknowledgedAt, resolvedAt };
  return {
    times: responseTimesOf({ ...moments, releasedAt: release === undefined ? null : release.at }),
    containedAt,
    claimedStepMs,
  };
}

type ViolatingStep = { at: Date | null; claimedMs: number | null };

// When the server first heard of the step; one that was held back is heard of in the instant it is asked for.
async function violatingStepOf({ db, run, violation }: Subject): Promise<ViolatingStep> {
  if (run === null || violation === null) return { at: null, claimedMs: null };
  const decidedAt = new Date(violation.timestamp);
  if (violation.step_had_run === false) return { at: decidedAt, claimedMs: null };
  const [step] = await db.sql<{ recorded_at: Date; duration_ms: number | null }>`
    select s.recorded_at, s.duration_ms from steps s
    where ${db.mine("s")} and s.run_id = ${run.runId} and s.step_index = ${violation.step_index}`;
  return { at: step?.recorded_at ?? decidedAt, claimedMs: step?.duration_ms ?? null };
}
