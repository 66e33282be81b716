// The key figures of an incident and its run.

import type { FigureAssurance, KeyFigure, RunEvidenceContent } from "@/server/exports/content/bundle-types";
import { claimed, counted, countedOr, unknownFigure } from "@/server/exports/content/figures";
import type { ResponseFacts } from "@/server/exports/content/response-facts";
import { timeFormulas } from "@/server/exports/content/response-times";
import type { Subject } from "@/server/exports/content/subject";
import { wireCents } from "@/server/policies/amounts";

export async function runFigures(
  subject: Subject,
  content: RunEvidenceContent,
  response: ResponseFacts,
): Promise<KeyFigure[]> {
  return [...ofRun(content), ...(await ofCosts(subject, content)), ...timeFigures(response), ...exposure(response)];
}

/** How long a step had run before anybody could judge it is known from the runner alone. */
function exposure({ claimedStepMs }: ResponseFacts): KeyFigure[] {
  const label = "Run time of the violating step before it was reported";
  if (claimedStepMs === null) return [];
  return [claimed("violating_step_duration_ms", label, claimedStepMs, "ms", "self_reported")];
}

function timeFigures({ times }: ResponseFacts): KeyFigure[] {
  const time = (id: keyof typeof timeFormulas, label: string): KeyFigure => {
    const { seconds, reason } = times[id];
    const of = { id: `time_to_${id}_seconds`, label, unit: "seconds", formula: timeFormulas[id] } as const;
    return countedOr(of, seconds, reason ?? "");
  };
  return [
    time("detect", "Time to detect"),
    time("contain", "Time to contain"),
    time("acknowledge", "Time to acknowledge"),
    time("resolve", "Time to resolve"),
  ];
}

const noRun = "the incident has no run";

function ofRun(content: RunEvidenceContent): KeyFigure[] {
  const { total_tokens, total_duration_ms, run_id, integrity } = content;
  const why = run_id === null ? noRun : "the run is live";
  return [
    countedOr({ id: "total_steps", label: "Steps, closing steps included", unit: "count" }, content.total_steps, why),
    countedOr({ id: "steps_completed", label: "Steps with a result", unit: "count" }, content.steps_completed, why),
    total_tokens === null
      ? unknownFigure("total_tokens", "Tokens", "tokens", why)
      : claimed("total_tokens", "Tokens", total_tokens, "tokens", "self_reported"),
    countedOr({ id: "total_duration_ms", label: "Duration", unit: "ms" }, total_duration_ms, why),
    run_id === null
      ? unknownFigure("records_checked", "Chain records verified", "count", noRun)
      : counted("records_checked", "Chain records verified", integrity.records_checked),
  ];
}

type CostRow = { kind: string; source: string; units: number | null; records: number };

/** Cost by what vouches for it: what runners reported, what the price table computed. */
async function ofCosts(subject: Subject, content: RunEvidenceContent): Promise<KeyFigure[]> {
  const { db, run, questions } = subject;
  if (run === null) return [unknownFigure("total_cost_cents", "Cost", "cents", noRun)];
  const rows = await db.sql<CostRow>`
    select c.kind, c.assurance as source, sum(c.cost_units)::bigint as units, count(*)::int as records from cost_records c
    where ${db.mine("c")} and c.run_id = ${run.runId} group by 1, 2 order by 1, 2`;
  const parameters = { run_id: run.runId };
  questions.note({ id: "costs", reads: ["cost_records"], condition: "run_id = run_id", parameters, rows: rows.length });
  const charged = rows.filter((row) => row.kind === "settled" || row.kind === "late");
  const ungoverned = rows.filter((row) => row.kind === "ungoverned");
  const cost = content.total_cost_cents;
  const lower = content.cost_is_complete === false ? ", at least" : "";
  return [
    cost === null
      ? unknownFigure("total_cost_cents", "Cost", "cents", "no usage of the run had a price")
      : claimed("total_cost_cents", `Cost${lower}`, cost, "cents", assuranceOf(charged)),
    ...ungoverned.map((row) =>
      row.units === null
        ? unknownFigure("ungoverned_cost_cents", "Cost of work after the end", "cents", "it had no price")
        : claimed(
            "ungoverned_cost_cents",
            "Cost of work after the end",
            wireCents(row.units),
            "cents",
            "self_reported",
          ),
    ),
  ];
}

function assuranceOf(rows: readonly CostRow[]): FigureAssurance {
  const sources = new Set(rows.filter((row) => row.units !== null).map((row) => row.source));
  const [only] = sources;
  if (sources.size > 1) return "mixed";
  if (only === "price_table" || only === "gateway_observed") return only;
  return "self_reported";
}
