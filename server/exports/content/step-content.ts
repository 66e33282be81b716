// A run's steps as a bundle shows them, in pages, so that a run of many thousand steps never stands in memory twice.

import type { steps } from "@/db/schema/activity";
import { fromColumns } from "@/server/activity/keyset";
import { stepVerdictOf } from "@/server/activity/rules";
import { shownHash } from "@/server/activity/shown-hash";
import type { FigureAssurance, TraceStepEvidence } from "@/server/exports/content/bundle-types";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { wireCents } from "@/server/policies/amounts";

const PAGE = 200;

type StepRow = typeof steps.$inferSelect;
type StepRecords = {
  step_index: number;
  seqs: number[];
  newest: Buffer;
  input_commit: string | null;
  output_commit: string | null;
  stored_commit: string | null;
};

/** Every step of the run by index, closing steps included. */
export async function* stepPages(
  db: TenantDb,
  run: { runId: string; startedAt: Date },
): AsyncGenerator<readonly TraceStepEvidence[]> {
  for (let after = -2_147_483_648; ; ) {
    const page: readonly object[] = await db.sql`
      select s.* from steps s where ${db.mine("s")} and s.run_id = ${run.runId} and s.step_index > ${after}
      order by s.step_index limit ${PAGE}`;
    const rows = page.map((row) => fromColumns<StepRow>(row));
    if (rows.length > 0) yield evidenceOf(db, run, rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.stepIndex;
  }
}

/** The steps of these indexes, by index. */
export async function stepsAt(
  db: TenantDb,
  run: { runId: string; startedAt: Date },
  indexes: readonly number[],
): Promise<ReadonlyMap<number, TraceStepEvidence>> {
  const page: readonly object[] = await db.sql`
    select s.* from steps s where ${db.mine("s")} and s.run_id = ${run.runId} and s.step_index = any(${[...indexes]})`;
  const steps = await evidenceOf(
    db,
    run,
    page.map((row) => fromColumns<StepRow>(row)),
  );
  return new Map(steps.map((step) => [step.step_index, step]));
}

async function evidenceOf(
  db: TenantDb,
  run: { runId: string; startedAt: Date },
  rows: readonly StepRow[],
): Promise<TraceStepEvidence[]> {
  const records = await recordsOf(db, run.runId, rows);
  return rows.map((row) => stepEvidence(row, run.startedAt, records.get(row.stepIndex)));
}

// What the newest record says of a commitment stands; a record without one takes nothing back.
async function recordsOf(db: TenantDb, runId: string, rows: readonly StepRow[]): Promise<Map<number, StepRecords>> {
  const indexes = rows.map((row) => row.stepIndex);
  const found = await db.sql<StepRecords>`
    select r.step_index, array_agg(r.seq order by r.seq) as seqs, (array_agg(r.hash order by r.seq desc))[1] as newest,
      (array_agg(r.body #>> '{commitments,input_commit}' order by r.seq desc)
        filter (where r.body #>> '{commitments,input_commit}' is not null))[1] as input_commit,
      (array_agg(r.body #>> '{commitments,output_commit}' order by r.seq desc)
        filter (where r.body #>> '{commitments,output_commit}' is not null))[1] as output_commit,
      (array_agg(r.body #>> '{commitments,stored_commit}' order by r.seq desc)
        filter (where r.body #>> '{commitments,stored_commit}' is not null))[1] as stored_commit
    from trace_records r
    where ${db.mine("r")} and r.run_id = ${runId} and r.step_index = any(${indexes}) group by r.step_index`;
  return new Map(found.map((row) => [row.step_index, row]));
}

function stepEvidence(row: StepRow, startedAt: Date, records: StepRecords | undefined): TraceStepEvidence {
  const { inputTokens, outputTokens } = row;
  return {
    step_index: row.stepIndex,
    timestamp: row.recordedAt.toISOString(),
    step_type: row.stepType,
    tokens: inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens,
    cost_cents: row.costUnits === null ? null : wireCents(row.costUnits),
    duration_ms: row.durationMs,
    status: stepVerdictOf(row),
    is_inflection: row.isInflection,
    content_hash: records === undefined ? null : shownHash(records.newest),
    state: row.state,
    action: actionOf(row),
    skill: row.skill,
    model: row.model,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    estimated_tokens: row.estimateInputTokens + row.estimateOutputTokens,
    estimated_cost_cents: wireCents(row.estimateCostUnits),
    offset_ms: row.recordedAt.getTime() - startedAt.getTime(),
    settled_at: row.settledAt?.toISOString() ?? null,
    claimed_started_at: row.claimedStartedAt,
    cost_source: row.costSource,
    cost_assurance: costAssurance(row.costSource),
    records: records?.seqs ?? [],
    input_commit: records?.input_commit ?? null,
    output_commit: records?.output_commit ?? null,
    stored_commit: records?.stored_commit ?? null,
  };
}

/** Of a step's cost; null where there is none. */
function costAssurance(source: string | null): FigureAssurance | null {
  if (source === null || source === "unpriced") return null;
  return source === "computed" ? "price_table" : "self_reported";
}

// Written by the gate from the vocabulary; verification finds a row that says anything else.
function actionOf(row: StepRow): TraceStepEvidence["action"] {
  return row.action as TraceStepEvidence["action"];
}
