// The debrief in plain sentences. Each says what a row says, and nothing is said for which there is no row. Pure.

import { courseClauses } from "@/server/exports/content/course-words";
import type { DebriefFacts } from "@/server/exports/content/debrief-facts";
import { amountOf, cents, count, instantText, plain } from "@/server/exports/content/wording";

/** Two or three sentences. */
export function incidentSummaryOf(facts: DebriefFacts): string {
  return [whatHappened(facts), howItWasFound(facts), whatItUsed(facts)].filter((text) => text !== null).join(" ");
}

function whatHappened({ incident, run, violation, endedBy }: DebriefFacts): string {
  if (run === null) {
    const by = incident.isManual ? "A person reported an incident" : "The system opened an incident";
    return `${by} on ${instantText(incident.createdAt)}: ${incident.title}.`;
  }
  if (violation !== null) {
    const later = endedBy === null ? [] : [endOf(endedBy, "later ")];
    const policy = violation.policy_name === null ? "a limit" : `“${violation.policy_name}”`;
    const broke = `agent ${run.agentId} broke ${policy} at step ${violation.step_index} (${violation.reason})`;
    return `On ${instantText(violation.timestamp)} ${[broke, ...courseClauses(violation), ...later].join("; ")}.`;
  }
  const of = `a run of agent ${run.agentId}`;
  if (incident.isManual) {
    return `On ${instantText(incident.createdAt)} a person reported an incident of ${[of, ...(endedBy === null ? [] : [endOf(endedBy)])].join("; ")}: ${incident.title}.`;
  }
  const why = incident.errorMessage === null ? "" : `: ${incident.errorMessage}`;
  return `On ${instantText(incident.createdAt)} ${of} became an incident (${plain(incident.type)}); its status is ${plain(run.status)}${why}.`;
}

/** Another incident is about this. */
function endOf({ step_index, policy_name }: NonNullable<DebriefFacts["endedBy"]>, when = ""): string {
  return `the run was ended ${when}by ${policy_name === null ? "another limit" : `“${policy_name}”`}, at step ${step_index}`;
}

function howItWasFound({ incident }: DebriefFacts): string {
  const opened = `The incident has severity ${incident.severity}`;
  if (incident.status === "resolved") {
    const method = incident.resolutionMethod === null ? "" : ` by ${incident.resolutionMethod.replaceAll("_", " ")}`;
    return `${opened} and was resolved on ${instantText(incident.resolvedAt ?? "")}${method}.`;
  }
  if (incident.status === "acknowledged") {
    return `${opened}, was acknowledged on ${instantText(incident.acknowledgedAt ?? "")} and is not resolved yet.`;
  }
  return `${opened} and nobody has acknowledged it yet.`;
}

function whatItUsed({ run }: DebriefFacts): string | null {
  if (run === null) return null;
  const spent = `${count(run.tokens, "token")} in ${count(run.stepsCompleted, "completed step")}`;
  const by = "as its runner reported";
  if (run.costCents === null) return `The run used ${spent}, ${by}; its cost is not known in full.`;
  const cost = `${run.costIsComplete ? "" : "at least "}${cents(run.costCents)}`;
  return `The run used ${spent} at a cost of ${cost}, ${run.isCostComputed ? `${by} it and by the price table` : by}.`;
}

/** What it meant, one statement a line. Always says what the record cannot show. */
export function businessImpactOf(facts: DebriefFacts): string[] {
  const { run } = facts;
  return [
    ...(run === null
      ? ["No run is behind the incident: its cost and reach are not recorded."]
      : runImpact(run, facts.violation)),
    ...(facts.recurrences > 0 ? [`${count(facts.recurrences, "incident")} like it in the 30 days before.`] : []),
    ...(run === null
      ? []
      : ["What the agent's steps did outside, in mail, files or other systems, is not part of this record."]),
  ];
}

function runImpact(run: NonNullable<DebriefFacts["run"]>, violation: DebriefFacts["violation"]): string[] {
  const { ungoverned } = run;
  const ended = `The run ended as ${plain(run.status)}; its work was not completed.`;
  const stopped = run.isLive ? "The run is still live." : ended;
  return [
    run.status === "succeeded" ? "The run completed its work." : stopped,
    ...(run.goal === null ? [] : [`Its goal was: ${run.goal}`]),
    run.costCents === null
      ? "Its cost is not known in full: some usage had no price."
      : `${cents(run.costCents)} were spent${run.costIsComplete ? "" : " at least"}.`,
    ...(violation?.excess == null || violation.step_had_run !== true
      ? []
      : [`The limit was exceeded by ${amountOf(violation.metric, violation.excess)} before the step was reported.`]),
    ...(run.presumedSteps > 0
      ? [
          `${count(run.presumedSteps, "step")} had been let through and never reported; their estimates are counted as used.`,
        ]
      : []),
    ...(ungoverned.records > 0 ? [ungovernedImpact(ungoverned)] : []),
  ];
}

function ungovernedImpact({
  records,
  tokens,
  costCents,
}: {
  records: number;
  tokens: number;
  costCents: number | null;
}) {
  const cost = costCents === null ? "an unknown cost" : cents(costCents);
  return `After the end the runner reported ${count(records, "step")} of work done anyway: ${count(tokens, "token")}, ${cost}.`;
}
