// What went otherwise than the control says, looked for kind by kind. "None" is only said where the look-up could have found
// some.

import { claimsOf } from "@/server/exports/content/exception-claims";
import { type Finding, findingsOf } from "@/server/exports/content/exception-rows";
import type { Period } from "@/server/exports/content/period";
import type { ExceptionEvidence, PolicyVersionEvidence, Population } from "@/server/exports/content/soc2-bundle-types";
import type { Subject } from "@/server/exports/content/subject";

export type ExceptionSources = { population: Population; versions: readonly PolicyVersionEvidence[] };

export async function exceptionsIn(
  subject: Subject,
  period: Period,
  sources: ExceptionSources,
): Promise<ExceptionEvidence[]> {
  const found = [...(await findingsOf(subject, period)), ...claimsOf(sources)];
  subject.questions.note({
    id: "exceptions",
    reads: [
      "audit_logs",
      "checkpoints",
      "log_states",
      "traces",
      "log_leaves",
      "runs",
      "policy_enforcements",
      "cost_records",
    ],
    condition: "one look-up for each kind of exception, in the period; each says what it looked for",
    parameters: { start: period.start.toISOString(), end: period.end.toISOString() },
    rows: found.reduce((sum, { items }) => sum + items.length, 0),
  });
  return found.map(exceptionOf);
}

function exceptionOf({ unknown_because = null, ...found }: Finding): ExceptionEvidence {
  const isUnknown = unknown_because !== null && found.items.length === 0;
  const result = isUnknown ? "unknown" : found.items.length > 0 ? "found" : "none";
  return { ...found, result, count: isUnknown ? null : found.items.length, unknown_because };
}
