// How an incident stands against its due time. Pure; the clock is the caller's.

import type { Incident } from "@/server/incidents/contract";

/** `kept`, `missed`: it is over either way. `late`: it is past due and still open. */
export type SlaState = "running" | "at_risk" | "late" | "kept" | "missed";

export interface SlaClock {
  state: SlaState;
  /** Until the due time for an open incident, to spare for a resolved one; negative is how much too late. */
  leftMs: number;
}

type Timed = Pick<Incident, "status" | "created_at" | "sla_due_at" | "resolved_at">;

/** At risk: less than a quarter of its time is left. */
const AT_RISK_PART = 0.25;

/** `now` in milliseconds; null (before the browser's clock is known) gives null for what is still open. */
export function slaClock(incident: Timed, now: number | null): SlaClock | null {
  const due = Date.parse(incident.sla_due_at);
  if (incident.status === "resolved") return closedClock(incident, due);
  if (now === null) return null;
  const leftMs = due - now;
  if (leftMs < 0) return { state: "late", leftMs };
  const wholeMs = due - Date.parse(incident.created_at);
  return { state: leftMs < wholeMs * AT_RISK_PART ? "at_risk" : "running", leftMs };
}

function closedClock({ resolved_at }: Timed, due: number): SlaClock | null {
  if (resolved_at === null) return null;
  const leftMs = due - Date.parse(resolved_at);
  return { state: leftMs < 0 ? "missed" : "kept", leftMs };
}

/** From opening to resolution, in milliseconds; null while it is open. */
export function timeToResolve({
  created_at,
  resolved_at,
}: Pick<Incident, "created_at" | "resolved_at">): number | null {
  return resolved_at === null ? null : Date.parse(resolved_at) - Date.parse(created_at);
}
