// Under which incident run and trace are listed. The incidents' own rows are no part of the run: their audit entries hold them.
import { demand } from "./finding";
import type { RunFold } from "./fold";
import type { IncidentRow, RunEvidence } from "./run-evidence";

/** Throws a Finding unless run and trace name the incident of the run's end or, where it had none, the run its newest. */
export function verifyIncident({ run, trace, incidents }: RunEvidence, fold: RunFold): void {
  const ender = enderOf(run.runId, fold);
  const wanted = ender === null ? newest(incidents) : incidents.filter((one) => isBy(ender, one));
  const isNamed =
    run.incidentId === null ? ender === null && wanted.length === 0 : wanted.some((one) => one.id === run.incidentId);
  demand(isNamed, "run_changed");
  const isOfEnd = ender !== null || fold.end?.cause === "freeze";
  demand(trace.incidentId === (isOfEnd ? run.incidentId : null), "trace_changed");
}

type Ender = { readonly source: unknown; readonly sourceId: unknown };

/** What opened the incident of the run's end; null on a live run, and for an end that opens none. */
function enderOf(runId: string, { violation, end }: RunFold): Ender | null {
  if (violation !== null) {
    return { source: violation.source, sourceId: violation.policy_id ?? violation.limit_id ?? null };
  }
  return end?.status === "failed" ? { source: "run", sourceId: runId } : null;
}

// The type is left out: one source opens several only where it has no id, and the run may then name any of them.
function isBy(ender: Ender, { source, sourceId }: IncidentRow): boolean {
  return source === ender.source && sourceId === ender.sourceId;
}

/** All of the newest instant: one batch of posts may open two. */
function newest(incidents: readonly IncidentRow[]): readonly IncidentRow[] {
  const latest = Math.max(...incidents.map((one) => one.createdAt.getTime()));
  return incidents.filter((one) => one.createdAt.getTime() === latest);
}
