// How grave the incident is for the business now: its severity, raised by what makes it worse. Pure.

import { type IncidentStatus, type Severity, severities } from "@/db/vocabulary";

export type RiskFacts = {
  severity: Severity;
  status: IncidentStatus;
  escalationLevel: number;
  slaState: "pending" | "met" | "breached";
  /** Null: no run to verify. */
  isVerified: boolean | null;
  /** Other incidents of the same policy, or agent and category, in the 30 days before. */
  recurrences: number;
  /** The step was stopped before it ran. */
  wasPrevented: boolean;
};

/** So many in a month are a pattern. */
export const recurrenceThreshold = 3;

/** Its evidence does not verify: critical. Otherwise one step up for all that makes it worse, one down when nothing is left of it. */
export function riskOf(facts: RiskFacts): { level: Severity; reason: string } {
  const { severity, status } = facts;
  if (facts.isVerified === false) {
    return { level: "critical", reason: `severity ${severity}, and the run's evidence does not verify` };
  }
  const worse = whatMakesItWorse(facts);
  if (worse.length > 0) return { level: moved(severity, 1), reason: `severity ${severity}, and ${worse.join("; ")}` };
  if (status === "resolved" && facts.wasPrevented) {
    return {
      level: moved(severity, -1),
      reason: `severity ${severity}; the step never ran and the incident is resolved`,
    };
  }
  return { level: severity, reason: `severity ${severity}; the incident is ${status}` };
}

function whatMakesItWorse({ escalationLevel, slaState, recurrences }: RiskFacts): string[] {
  return [
    ...(slaState === "breached" ? ["its time target was missed"] : []),
    ...(escalationLevel > 0 ? [`it was escalated to level ${escalationLevel}`] : []),
    ...(recurrences >= recurrenceThreshold ? [`there were ${recurrences} like it in the 30 days before`] : []),
  ];
}

function moved(severity: Severity, by: 1 | -1): Severity {
  return severities[severities.indexOf(severity) + by] ?? severity;
}
