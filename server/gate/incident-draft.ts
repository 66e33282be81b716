import { v7 as uuidv7 } from "uuid";
import type { IncidentSource, IncidentType, Metric, Severity } from "@/db/vocabulary";
import type { IncidentFacts } from "@/server/incidents/open";
import { incidentTypeOf, severityOfFailure } from "@/server/incidents/rules";
import type { Candidate, StepReading } from "./decision";
import type { Draft } from "./draft";
import type { Moment } from "./moments";

/**
 * When a block was decided: the phase of the post that was decided on, or the moment of a decision that no post asked
 * for. Whether the step has run follows from it, and never from `projected`, which says how the value
 * was counted.
 */
export type BlockMoment = StepReading["phase"] | Moment;

/** The incident of a pause, stop or kill. One per run, type, source and source id: a second time it is the same one. */
export function incidentOfBlock(
  draft: Draft,
  winner: Candidate,
  at: { stepIndex: number; severity: Severity; moment: BlockMoment },
): string {
  const sourceId = winner.policy_id ?? winner.limit_id;
  const type = incidentTypeOf(winner.violation_type);
  const value = { threshold_value: winner.threshold ?? "", actual_value: winner.actual ?? "" };
  return open(draft, {
    ...of(draft),
    ...(winner.policy_id === null ? {} : { policy_id: winner.policy_id }),
    ...(winner.limit_id === null ? {} : { limit_id: winner.limit_id }),
    source: winner.source,
    ...(sourceId === null ? {} : { source_id: sourceId }),
    type,
    severity: at.severity,
    title: `${winner.name}: ${winner.reason}`.slice(0, 200),
    description: descriptionOf(draft, winner, at),
    ...(winner.metric === null || !isMetric(winner.metric) ? {} : { metric: winner.metric }),
    violation: { step_index: at.stepIndex, timestamp: draft.now, ...value, reason: winner.reason },
  });
}

type Placed = { stepIndex: number; moment: BlockMoment };

function descriptionOf(draft: Draft, winner: Candidate, at: Placed): string {
  const what = winner.enforcement === "pause" ? "was paused" : "was stopped";
  return `Run ${draft.run.runId} of agent ${draft.run.agentId} ${what} ${placeOf(at)}: ${winner.reason}.`;
}

function placeOf({ stepIndex, moment }: Placed): string {
  switch (moment) {
    case "run_start":
      return "before its first step";
    case "time":
      return `by the clock, ${stepIndex === 0 ? "before its first step" : `at step ${stepIndex}`}`;
    case "admission":
      return `at step ${stepIndex}, before the step ran`;
    case "result":
      return `at step ${stepIndex}, after the step was reported`;
  }
}

/** The incident of a run that failed by itself or went silent. */
export function incidentOfFailure(
  draft: Draft,
  failure: { type: IncidentType; source: IncidentSource; code: string | null; message: string | null },
): string {
  const what = failure.type === "timeout" ? "gave no sign of life and was ended" : "failed";
  return open(draft, {
    ...of(draft),
    source: failure.source,
    source_id: draft.run.runId,
    type: failure.type,
    severity: failure.type === "timeout" ? "high" : severityOfFailure(failure.code),
    title: `Run of ${draft.run.agentId} ${what}`,
    description: `Run ${draft.run.runId} of agent ${draft.run.agentId} ${what}${failure.message === null ? "" : `: ${failure.message}`}.`,
    error: {
      ...(failure.code === null ? {} : { code: failure.code }),
      ...(failure.message === null ? {} : { message: failure.message }),
    },
  });
}

function of(draft: Draft): Pick<IncidentFacts, "run" | "at" | "sla_hours"> {
  const { run, world } = draft;
  return {
    run: { run_id: run.runId, trace_id: run.traceId, agent_id: run.agentId, synthetic: run.synthetic },
    at: draft.now,
    sla_hours: world.book.settings.sla_hours,
  };
}

function open(draft: Draft, facts: IncidentFacts): string {
  const key = `${facts.type}|${facts.source}|${facts.source_id ?? ""}`;
  const known = draft.run.memory.incidents[key];
  if (known !== undefined) return known;
  const incidentId = uuidv7();
  draft.effects.incidents.push({
    incidentId,
    facts: { ...facts, incident_id: incidentId },
    principal: draft.principal,
  });
  draft.remember({ incidents: { ...draft.run.memory.incidents, [key]: incidentId } });
  draft.run.incidentId = incidentId;
  return incidentId;
}

function isMetric(metric: string): metric is Metric {
  return metric.startsWith("run.") || metric.startsWith("step.");
}
