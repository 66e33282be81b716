// A run's steps as a bundle shows them, in pages, so that a run of many thousand steps never stands in memory twice.

import type { steps } from "@/db/schema/activity";
import { fromColumns } from "@/server/activity/keyset";
import { stepVerdictOf } from "@/server/activity/rules";
import { shownHash } from "@/server/activity/shown-hash";
import { isPlainObject } from "@/server/evidence/canonical";
import { bodyIn } from "@/server/evidence/record";
import type { FigureAssurance, TraceStepEvidence } from "@/server/exports/content/bundle-types";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { wireCents } from "@/server/policies/amounts";

const PAGE = 100;

type StepRow = typeof steps.$inferSelect;
type Commitments = { readonly [name: string]: unknown };
/** Of a record of a step: all that the step shows of it. */
type RecordOfStep = { step_index: number; seq: number; hash: Buffer; commitments: Commitments | null };
type StoredOfStep = Omit<RecordOfStep, "commitments"> & { canonical: Buffer };
/** Of one run, in the order of seq and without a gap. */
export type RecordPage = readonly RecordOfRun[];
type RecordOfRun = Omit<RecordOfStep, "step_index"> & { step_index: number | null };

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
    if (rows.length > 0) yield evidenceOf(run, rows, await recordsOf(db, run.runId, rows));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.stepIndex;
  }
}

/** The steps of these indexes, by index. `page`: records that are read already, those that the steps begin with among them. */
export async function stepsAt(
  db: TenantDb,
  run: { runId: string; startedAt: Date },
  { indexes, page }: { indexes: readonly number[]; page: RecordPage },
): Promise<ReadonlyMap<number, TraceStepEvidence>> {
  if (indexes.length === 0) return new Map();
  const [found, outside]: [readonly object[], RecordOfStep[]] = await Promise.all([
    db.sql`
      select s.* from steps s where ${db.mine("s")} and s.run_id = ${run.runId} and s.step_index = any(${[...indexes]})`,
    recordsOutside(db, run.runId, { indexes, page }),
  ]);
  const rows = found.map((row) => fromColumns<StepRow>(row));
  const records = [...page.flatMap(ofStep), ...outside];
  const steps = evidenceOf(run, rows, records);
  return new Map(steps.map((step) => [step.step_index, step]));
}

function ofStep({ step_index, ...record }: RecordOfRun): RecordOfStep[] {
  return step_index === null ? [] : [{ step_index, ...record }];
}

async function recordsOf(db: TenantDb, runId: string, rows: readonly StepRow[]): Promise<RecordOfStep[]> {
  const indexes = rows.map((row) => row.stepIndex);
  const found = await db.sql<StoredOfStep>`
    select r.step_index, r.seq, r.hash, r.canonical from trace_records r
    where ${db.mine("r")} and r.run_id = ${runId} and r.step_index = any(${indexes})`;
  return found.map(recordOfStep);
}

// Most steps have all their records in one page. Asking for these bodies again would cost as much as all other reading.
async function recordsOutside(
  db: TenantDb,
  runId: string,
  { indexes, page }: { indexes: readonly number[]; page: RecordPage },
): Promise<RecordOfStep[]> {
  const [first, last] = [page[0]?.seq ?? 0, page.at(-1)?.seq ?? 0];
  const found = await db.sql<StoredOfStep>`
    select r.step_index, r.seq, r.hash, r.canonical from trace_records r
    where ${db.mine("r")} and r.run_id = ${runId} and r.step_index = any(${[...indexes]})
      and (r.seq < ${first} or r.seq > ${last})`;
  return found.map(recordOfStep);
}

function recordOfStep({ canonical, ...record }: StoredOfStep): RecordOfStep {
  const commitments = bodyIn(canonical)?.commitments;
  return { ...record, commitments: isPlainObject(commitments) ? commitments : null };
}

function evidenceOf(
  run: { startedAt: Date },
  rows: readonly StepRow[],
  records: readonly RecordOfStep[],
): TraceStepEvidence[] {
  const byStep = new Map<number, RecordOfStep[]>();
  for (const record of [...records].sort((one, other) => one.seq - other.seq)) {
    const own = byStep.get(record.step_index);
    if (own === undefined) byStep.set(record.step_index, [record]);
    else own.push(record);
  }
  return rows.map((row) => stepEvidence(row, run.startedAt, byStep.get(row.stepIndex) ?? []));
}

// What the newest record says of a commitment stands; a record without one takes nothing back.
function newestCommitment(records: readonly RecordOfStep[], name: string): string | null {
  const said = records.findLast(({ commitments }) => (commitments?.[name] ?? null) !== null)?.commitments?.[name];
  return said === undefined ? null : String(said);
}

function stepEvidence(row: StepRow, startedAt: Date, records: readonly RecordOfStep[]): TraceStepEvidence {
  const { inputTokens, outputTokens } = row;
  const newest = records.at(-1);
  return {
    step_index: row.stepIndex,
    timestamp: row.recordedAt.toISOString(),
    step_type: row.stepType,
    tokens: inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens,
    cost_cents: row.costUnits === null ? null : wireCents(row.costUnits),
    duration_ms: row.durationMs,
    status: stepVerdictOf(row),
    is_inflection: row.isInflection,
    content_hash: newest === undefined ? null : shownHash(newest.hash),
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
    records: records.map(({ seq }) => seq),
    input_commit: newestCommitment(records, "input_commit"),
    output_commit: newestCommitment(records, "output_commit"),
    stored_commit: newestCommitment(records, "stored_commit"),
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
