import { v7 as uuidv7 } from "uuid";
import type { IncidentSource, IncidentType, Metric, Severity } from "@/db/vocabulary";
import type { IncidentFacts } from "@/server/incidents/open";
import { incidentTypeOf, severityOfFailure } from "@/server/incidents/rules";
import type { Candidate } from "./decision";
import type { Draft } from "./draft";

/** The incident of a pause, stop or kill. One per run, type, source and source id: a second time it is the same one. */
export function incidentOfBlock(
  draft: Draft,
  winner: Candidate,
  at: { stepIndex: number; severity: Severity },
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
    description: descriptionOf(draft, winner, at.stepIndex),
    ...(winner.metric === null || !isMetric(winner.metric) ? {} : { metric: winner.metric }),
    violation: { step_index: at.stepIndex, timestamp: draft.now, ...value, reason: winner.reason },
  });
}

function descriptionOf(draft: Draft, winner: Candidate, stepIndex: number): string {
  const what = winner.enforcement === "pause" ? "was paused before it could go on" : "was stopped";
  const when = winner.projected ? "before the step ran" : "after the step was reported";
  return `Run ${draft.run.runId} of agent ${draft.run.agentId} ${what} at step ${stepIndex}, ${when}: ${winner.reason}.`;
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
