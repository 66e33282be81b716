// One sentence that says what happened, and one that says what to do next. Pure.

import { capitalised } from "@/components/account/actor-names";
import { neverRan } from "@/components/activity/held-step";
import { amountOf, bareAmountOf, reachedWords } from "@/components/activity/metric-words";
import { percent } from "@/components/data/format";
import type { RunActivity } from "@/server/activity/contract";
import type { Incident } from "@/server/incidents/contract";
import type { PolicyViolation } from "@/server/policies/wire";

export interface Facts {
  incident: Incident;
  /** Null when there is no run, or it is not known yet. */
  run: RunActivity | null;
  /** The enforcement that opened the incident. */
  violation: PolicyViolation | null;
  /** Of `user:<id>` and the like, within a sentence. */
  nameOf: (actor: string) => string;
}

/** Falls back to what the incident itself says; never leaves a gap where something is not known. */
export function whatHappened(facts: Facts): string {
  const { incident, run, violation } = facts;
  if (incident.type === "manual")
    return incident.description ?? "It was opened by hand, and nobody wrote what happened.";
  if (incident.violation !== null) return brokePolicy(facts, incident.violation);
  const who = run?.agent_id ?? null;
  if (who === null) return withoutId(incident);
  if (violation !== null) return sentence(`Agent ${who} ${deedOf(violation.action)}: ${violation.reason}`);
  const how = incident.type === "timeout" ? "gave no sign of life and was ended" : "failed";
  const why = errorOf(run);
  return sentence(`The run of ${who} ${how}${why === null ? "" : `: ${why}`}`);
}

// The description names the run by its id, which nobody can read.
function withoutId({ description, title, source_run_id }: Incident): string {
  return (description ?? title).replace(`Run ${source_run_id} of agent `, "The run of agent ");
}

function brokePolicy(facts: Facts, at: NonNullable<Incident["violation"]>): string {
  const { run, violation } = facts;
  const who = run === null ? "The run" : `Agent ${run.agent_id}`;
  const deed = deedOf(violation?.action ?? (run?.status === "paused" ? "paused" : null));
  const isHeld = run !== null && run.incident_id === facts.incident.incident_id && neverRan(run, at.step_index);
  const atStep = isHeld ? `before step ${at.step_index} ran` : `at step ${at.step_index}`;
  const where = at.step_index === 0 ? "before its first step" : atStep;
  return `${sentence(`${who} ${deed} ${where}: ${measureOf(violation, at)}`)}${decisionOf(facts, at.step_index)}`;
}

// What ended a pause for good, which need not be the first; another incident's end is told there.
function decisionOf({ incident, run, nameOf }: Facts, firstStep: number): string {
  if (run === null || run.incident_id !== incident.incident_id) return "";
  const last = run.violation?.step_index ?? firstStep;
  const later = last === firstStep ? "" : ` at step ${last}`;
  if (run.end_note === "timed_out") return ` Nobody released it${later} in time, so the run was ended.`;
  const denial = run.end_note === "denied" ? run.releases.at(-1) : undefined;
  if (denial === undefined) return "";
  const why = denial.reason?.trim() ? `: ${denial.reason.trim()}` : "";
  return sentence(` ${capitalised(nameOf(denial.by))} denied its release${later}${why}`);
}

const deeds: Readonly<Record<string, string>> = {
  stopped: "was stopped",
  killed: "was killed",
  paused: "was paused",
  refused: "was refused a step",
  warned: "was warned",
  start_refused: "was not let in",
  quota_exceeded: "was not let in",
  failure_open: "went on unchecked",
};

function deedOf(action: string | null): string {
  return deeds[action ?? ""] ?? "broke policy";
}

/** "it brought the run to 15,000 tokens, and “Token cap” allows 10,000 (50% over)", or the rule's own reason. */
function measureOf(violation: PolicyViolation | null, at: NonNullable<Incident["violation"]>): string {
  const metric = violation?.metric ?? null;
  const { threshold_value: threshold, actual_value: actual } = at;
  if (violation === null || metric === null || threshold === "" || actual === "") return at.reason;
  const { projected, policy_name: name } = violation;
  const setter = name === null ? "the default threshold" : `“${name}”`;
  const over = excessOf(threshold, actual);
  const reached = reachedWords({ metric, actual, projected, name });
  return `${reached}, and ${setter} allows ${bareAmountOf(metric, threshold)}${over === null ? "" : ` (${over})`}`;
}

/** "50% over"; null where the two are no numbers, or there is nothing to be over by. */
export function excessOf(threshold: string, actual: string): string | null {
  const [limit, used] = [Number(threshold), Number(actual)];
  if (threshold === "" || actual === "" || Number.isNaN(limit) || Number.isNaN(used)) return null;
  return limit > 0 && used > limit ? `${percent((used - limit) / limit)} over` : null;
}

/** In the metric's unit where the metric is known, as it came otherwise; null for a condition, which has no number. */
export function measure(metric: string | null, value: string): string | null {
  if (value === "") return null;
  return metric === null ? value : amountOf(metric, value);
}

function errorOf(run: RunActivity | null): string | null {
  const { code = null, message = null } = run?.error ?? {};
  return [message, code === null ? null : `(${code})`].filter((part) => part !== null).join(" ") || null;
}

function sentence(text: string): string {
  const trimmed = text.trimEnd();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

export type NextStep = {
  text: string;
  /** What the sentence asks for; null when nothing has to be done. */
  action: "acknowledge" | "resolve" | "decide" | null;
};

/** `isLate`: past its due time. `owner`: who acknowledged it, as a name. */
export function nextStep(
  { incident, run }: Pick<Facts, "incident" | "run">,
  now: { isLate: boolean; owner: string | null },
): NextStep {
  if (incident.status === "resolved") return { text: "Nothing has to be done: it is resolved.", action: null };
  if (run?.status === "paused") {
    return {
      text: "The run waits. Look at the step, then let it go on or end it on the run's page.",
      action: "decide",
    };
  }
  if (incident.status === "active") {
    const late = now.isLate ? "It is past due and nobody has it." : "Nobody has it yet.";
    const then = incident.source_run_id === null ? "find out what happened" : "look at what the run did";
    return { text: `${late} Acknowledge it, then ${then}.`, action: "acknowledge" };
  }
  const owner = now.owner ?? "Somebody";
  const has = owner === "you" ? "You have it" : `${owner} has it`;
  if (now.isLate) return { text: `${has}, and it is past due: resolve it, or escalate it.`, action: "resolve" };
  return { text: `${has}. Find the cause, then resolve it and say how.`, action: "resolve" };
}
