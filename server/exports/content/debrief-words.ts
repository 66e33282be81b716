// The debrief in plain sentences. Each says what a row says, and nothing is said for which there is no row. Pure.

import type { DebriefFacts } from "@/server/exports/content/debrief-facts";
import { amountOf, cents, count, instantText } from "@/server/exports/content/wording";

/** Two or three sentences. */
export function incidentSummaryOf(facts: DebriefFacts): string {
  return [whatHappened(facts), howItWasFound(facts), whatItUsed(facts)].filter((text) => text !== null).join(" ");
}

function whatHappened({ incident, run, prevention }: DebriefFacts): string {
  if (run === null) {
    const by = incident.isManual ? "A person reported an incident" : "The system opened an incident";
    return `${by} on ${instantText(incident.createdAt)}: ${incident.title}.`;
  }
  const { violation, agentId } = run;
  if (violation !== null) {
    const policy = run.violatedPolicy === null ? "a limit" : `“${run.violatedPolicy}”`;
    const when = violation.projected ? "before the step ran" : "after the step was reported";
    return `On ${instantText(violation.timestamp)} agent ${agentId} broke ${policy} at step ${violation.step_index}; the run was ended there, ${when}: ${violation.reason}.`;
  }
  if (prevention?.action === "pause") {
    return `On ${instantText(incident.createdAt)} a run of agent ${agentId} was paused: ${incident.title}.`;
  }
  const why = incident.errorMessage === null ? "" : `: ${incident.errorMessage}`;
  return `On ${instantText(incident.createdAt)} a run of agent ${agentId} became an incident (${incident.type}); its status is ${run.status}${why}.`;
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
    ...(run === null ? ["No run is behind the incident: its cost and reach are not recorded."] : runImpact(run)),
    ...(facts.recurrences > 0 ? [`${count(facts.recurrences, "incident")} like it in the 30 days before.`] : []),
    ...(run === null
      ? []
      : ["What the agent's steps did outside, in mail, files or other systems, is not part of this record."]),
  ];
}

function runImpact(run: NonNullable<DebriefFacts["run"]>): string[] {
  const { ungoverned, violation } = run;
  const stopped = run.isLive ? "The run is still live." : `The run ended as ${run.status}; its work was not completed.`;
  return [
    run.status === "succeeded" ? "The run completed its work." : stopped,
    ...(run.goal === null ? [] : [`Its goal was: ${run.goal}`]),
    run.costCents === null
      ? "Its cost is not known in full: some usage had no price."
      : `${cents(run.costCents)} were spent${run.costIsComplete ? "" : " at least"}.`,
    ...(violation?.excess == null || violation.projected
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
