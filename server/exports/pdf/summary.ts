// What an executive reads first: sentences made of the bundle's members, each left out where its members are unknown.

import type { EvidenceBundle, IncidentFacts, IntegrityEvidence } from "@/server/exports/content/bundle-types";
import type { SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";
import { actorName, count, decimal, instant, moment, money, words } from "@/server/exports/pdf/figures";
import type { Tone } from "@/server/exports/pdf/theme";

type RunBundle = EvidenceBundle | SOC2Bundle;

export function summarySentences(bundle: RunBundle): string[] {
  return [whatHappened(bundle), whichPolicy(bundle), whatWasRecorded(bundle), incidentState(bundle.incident)].filter(
    (sentence) => sentence !== "",
  );
}

function whatHappened({
  run_id,
  agent_id,
  violation_step_index,
  violation_timestamp,
  stopped_at_step,
  ...bundle
}: RunBundle): string {
  if (run_id === null)
    return `No run stands behind this incident; it was opened by ${actorName(bundle.incident.created_by)}.`;
  const who = agent_id === null ? `Run ${run_id}` : `Run ${run_id} of agent ${agent_id}`;
  if (violation_step_index === null)
    return `${who} ended as ${words(bundle.run_status)}; no step of it broke a policy.`;
  const isPaused = bundle.enforcements.some(
    (act) => act.action === "paused" && act.step_index === violation_step_index,
  );
  const unstopped = isPaused ? pausedThen(bundle.run_status) : "The run was not stopped by it.";
  const stop =
    stopped_at_step === null
      ? unstopped
      : `The run was stopped at step ${stopped_at_step} and ended as ${words(bundle.run_status)} (${words(bundle.termination_reason)}).`;
  const at = violation_timestamp === null ? "" : ` at ${instant(violation_timestamp)}`;
  return `${who} broke policy at step ${violation_step_index}${at}. ${stop}`;
}

function pausedThen(status: string | null): string {
  return status === "paused"
    ? "The run was paused at it and waits for release."
    : `The run was paused at it, and is ${words(status)} now.`;
}

// A condition measures nothing: it holds, and the reason says which.
function whichPolicy({ policy_context: policy }: RunBundle): string {
  const name = policy.violated_policy_name;
  if (name === null || policy.threshold_value === null || policy.actual_value === null || policy.metric === null)
    return policy.reason ?? "";
  const measured = policy.projected === true ? "the step would have brought it to" : "it measured";
  const over = policy.excess_percentage === null ? "" : ` (${policy.excess_percentage} % over)`;
  return `“${name}” allows ${decimal(policy.threshold_value)} of ${policy.metric}; ${measured} ${decimal(policy.actual_value)}${over}.`;
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
