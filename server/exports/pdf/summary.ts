// What an executive reads first: sentences made of the bundle's members, each left out where its members are unknown.

import type {
  EvidenceBundle,
  IncidentFacts,
  IntegrityEvidence,
  PolicyContext,
} from "@/server/exports/content/bundle-types";
import { courseClauses } from "@/server/exports/content/course-words";
import type { SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";
import { actorName, count, decimal, instant, moment, money, words } from "@/server/exports/pdf/figures";
import type { Tone } from "@/server/exports/pdf/theme";

type RunBundle = EvidenceBundle | SOC2Bundle;

/** What a document tells as violated. */
export type Violated = Pick<
  PolicyContext,
  | "violation_type"
  | "threshold_value"
  | "actual_value"
  | "metric"
  | "severity"
  | "reason"
  | "source"
  | "projected"
  | "excess"
  | "excess_percentage"
> & { policy_name: string | null; policy_id: string | null; limit_id: string | null };

export function summarySentences(bundle: RunBundle): string[] {
  return [whatHappened(bundle), whichPolicy(bundle), whatWasRecorded(bundle), incidentState(bundle.incident)].filter(
    (sentence) => sentence !== "",
  );
}

function whatHappened(bundle: RunBundle): string {
  const { run_id, agent_id, violation_step_index, incident } = bundle;
  if (run_id === null) return `No run stands behind this incident; it was opened by ${actorName(incident.created_by)}.`;
  const who = agent_id === null ? `Run ${run_id}` : `Run ${run_id} of agent ${agent_id}`;
  const { violation } = incident;
  if (violation === null && violation_step_index === null)
    return `${who} ended as ${words(bundle.run_status)}; no step of it broke a policy.`;
  if (violation === null) return `${who} broke policy at step ${violation_step_index}. ${endOf(bundle)}`;
  const broke = `${who} broke policy at step ${violation.step_index} at ${instant(violation.timestamp)}`;
  const course = courseClauses(violation);
  return `${[broke, ...course].join("; ")}. ${course.length === 0 ? "The run was not stopped by it." : endOf(bundle)}`;
}

/** Nothing of a run that has not ended: what it waits for is said before. */
function endOf({ incident, stopped_at_step, run_status, run_completed_at, ...bundle }: RunBundle): string {
  const { violation } = incident;
  if (violation?.course === "waits") return "";
  if (stopped_at_step === null) return `The run ${run_completed_at === null ? "is" : "ended as"} ${words(run_status)}.`;
  const ended = `The run ended at step ${stopped_at_step} as ${words(run_status)}`;
  if (!isRunsOwn(bundle.policy_context, violation)) {
    const other = bundle.policy_context.violated_policy_name;
    return `${ended}, by ${other === null ? "another limit" : `“${other}”`}.`;
  }
  return `${ended} (${words(bundle.termination_reason)}).`;
}

/** Whether what ended the run is what the incident is about. */
export function isRunsOwn(policy: PolicyContext, violation: IncidentFacts["violation"]): boolean {
  if (violation === null) return false;
  const isPolicy = policy.violated_policy_id === violation.policy_id;
  return isPolicy && policy.violated_limit_id === violation.limit_id && policy.source === violation.source;
}

/** The incident's own; of an incident that broke nothing, what ended the run. */
export function violatedIn({ incident: { violation }, policy_context: policy }: RunBundle): Violated {
  return violation === null
    ? {
        ...policy,
        policy_name: policy.violated_policy_name,
        policy_id: policy.violated_policy_id,
        limit_id: policy.violated_limit_id,
      }
    : violation;
}

// A condition measures nothing: it holds, and the reason says which.
function whichPolicy(bundle: RunBundle): string {
  const { policy_name: name, threshold_value, actual_value, metric, ...policy } = violatedIn(bundle);
  if (name === null || !threshold_value || !actual_value || metric === null) return policy.reason ?? "";
  const measured = policy.projected === true ? "the step would have brought it to" : "it measured";
  const over = policy.excess_percentage === null ? "" : ` (${policy.excess_percentage} % over)`;
  return `“${name}” allows ${decimal(threshold_value)} of ${metric}; ${measured} ${decimal(actual_value)}${over}.`;
}

function whatWasRecorded({
  total_steps,
  total_tokens,
  total_cost_cents,
  cost_is_complete,
  integrity,
}: RunBundle): string {
  if (total_steps === null) return "";
  const atLeast = cost_is_complete === false ? "at least " : "";
  const cost = total_cost_cents === null ? "" : ` and ${atLeast}${money(total_cost_cents)}`;
  return `${count(total_steps)} steps with ${count(total_tokens)} tokens${cost} are on record. ${verification(integrity)}`;
}

function verification({ verified, finding, records_checked, seal_hash }: IntegrityEvidence): string {
  if (verified === null) return "";
  const records = records_checked === 1 ? "The one record" : `All ${count(records_checked)} records`;
  const rest = seal_hash === null ? " and the chain so far" : ", their chain and their seal";
  return verified
    ? `${records}${rest} were verified when this document was made${seal_hash === null ? "; there is no seal yet" : ""}.`
    : `VERIFICATION FAILED: ${finding ?? "no finding is given"}. Do not rely on the figures below.`;
}

function incidentState(incident: IncidentFacts): string {
  const acknowledged =
    incident.acknowledged_at === null
      ? "nobody has acknowledged it yet"
      : `acknowledged ${moment(incident.acknowledged_at)} by ${actorName(incident.acknowledged_by)}`;
  const resolved =
    incident.resolved_at === null
      ? ""
      : `, resolved ${moment(incident.resolved_at)} by ${actorName(incident.resolved_by)}`;
  return `The incident (${incident.severity}) is ${incident.status}: ${acknowledged}${resolved}.`;
}

export const severityTone: Record<IncidentFacts["severity"], Tone> = {
  low: "plain",
  medium: "warn",
  high: "bad",
  critical: "bad",
};

export function integrityTone({ verified }: IntegrityEvidence): { tone: Tone; text: string } {
  if (verified === null) return { tone: "plain", text: "No run to verify" };
  return verified ? { tone: "good", text: "Evidence verified" } : { tone: "bad", text: "VERIFICATION FAILED" };
}
