// How figures become a verdict. What is not known never makes it better: nothing bad known and something unread is no
// health. Pure.

import type { Severity } from "@/db/vocabulary";
import { severities } from "@/db/vocabulary";
import type { Pulse, PulseReason, PulseStatus } from "@/server/overview/contract";

/** The filter of Activity's lists that leaves the runs that count. */
export const thatCount = { synthetic: "false", refused: "false" };

/** What the pulse is made of; null: not known. */
export type PulseFacts = {
  grave_incidents: number | null;
  incidents_unacknowledged: number | null;
  runs_paused: number | null;
  recent_breaches: number | null;
  is_log_halted: boolean | null;
  /** Violations are recent after then. */
  recent_after: string;
};

export function pulseOf(facts: PulseFacts): Pick<Pulse, "status" | "reasons"> {
  const reasons = reasonsOf(facts);
  return { status: statusOf(reasons, facts), reasons };
}

function statusOf(reasons: readonly PulseReason[], facts: PulseFacts): PulseStatus | null {
  const [gravest] = reasons;
  if (gravest !== undefined) return gravest.status;
  return Object.values(facts).some((value) => value === null) ? null : "HEALTHY";
}

function reasonsOf(facts: PulseFacts): PulseReason[] {
  const reasons: PulseReason[] = [
    {
      ...{ code: "grave_incidents", status: "CRITICAL", count: facts.grave_incidents ?? 0 },
      text: counted(
        facts.grave_incidents,
        "high or critical incident is",
        "high or critical incidents are",
        "not resolved",
      ),
      link: { domain: "incidents", topic: "active", filter: { severity: "high,critical", synthetic: "false" } },
    },
    {
      ...{ code: "log_halted", status: "CRITICAL", count: facts.is_log_halted ? 1 : 0 },
      text: "The evidence log is not signed until its break is acknowledged",
      link: { domain: "logs", topic: "audit-logs", filter: {} },
    },
    {
      ...{ code: "incidents_unacknowledged", status: "ATTENTION_NEEDED", count: facts.incidents_unacknowledged ?? 0 },
      text: counted(facts.incidents_unacknowledged, "incident waits", "incidents wait", "to be acknowledged"),
      link: { domain: "incidents", topic: "active", filter: { synthetic: "false" } },
    },
    {
      ...{ code: "runs_paused", status: "ATTENTION_NEEDED", count: facts.runs_paused ?? 0 },
      text: counted(facts.runs_paused, "run is paused and waits", "runs are paused and wait", "for a decision"),
      link: { domain: "activity", topic: "live", filter: { status: "paused", ...thatCount } },
    },
    {
      ...{ code: "recent_breaches", status: "ATTENTION_NEEDED", count: facts.recent_breaches ?? 0 },
      text: counted(facts.recent_breaches, "violation", "violations", "in the last 24 hours"),
      link: { domain: "policies", topic: "violations", filter: { recorded_after: facts.recent_after } },
    },
  ];
  return reasons.filter(({ count }) => count > 0);
}

function counted(count: number | null, one: string, many: string, rest: string): string {
  return `${count ?? 0} ${count === 1 ? one : many} ${rest}`;
}

/** The highest that has any; `none` where none has. */
export function highestSeverity(counts: Readonly<Record<Severity, number>>): Severity | "none" {
  return severities.toReversed().find((severity) => counts[severity] > 0) ?? "none";
}

/** The sum; null where a part is not known. */
export function sumOf(...parts: (number | null | undefined)[]): number | null {
  return parts.reduce<number | null>((sum, part) => (sum === null || part == null ? null : sum + part), 0);
}
