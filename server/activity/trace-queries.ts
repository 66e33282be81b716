import { and, eq, inArray, type SQL } from "drizzle-orm";
import type { z } from "zod";
import { runs, steps } from "@/db/schema/activity";
import { traces } from "@/db/schema/traces";
import type { getTrace, listTraceSteps, TraceStep } from "@/server/activity/contract";
import { fromColumns } from "@/server/activity/keyset";
import { listPauses } from "@/server/activity/releases";
import { endOf } from "@/server/activity/run-view";
import { shownHash } from "@/server/activity/shown-hash";
import { type RecordColumns, type StepRow, stepView } from "@/server/activity/step-view";
import { type StepSums, sealOf, totalsOf, traceSummary } from "@/server/activity/trace-view";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { OutputOf } from "@/server/platform/http/contract";
import { type ListAnswer, listPage } from "@/server/platform/http/list";
import { NotFound } from "@/server/platform/http/problem";

/** A trace with its run. Throws NotFound. */
async function traceWithRun(db: TenantDb, traceId: string) {
  const trace = await db.first(traces, eq(traces.traceId, traceId));
  const run = trace && (await db.first(runs, eq(runs.runId, trace.runId)));
  if (!trace || !run) throw NotFound.with();
  return { trace, run };
}

/** One trace with its seal and totals. Throws NotFound. */
export async function traceDetail(db: TenantDb, traceId: string): Promise<OutputOf<typeof getTrace>> {
  const { trace, run } = await traceWithRun(db, traceId);
  const { status, termination_reason } = endOf(run);
  const mayReplay = db.principal.permissions.has("activity:replay");
  return {
    entity: {
      ...traceSummary(trace, run),
      run_status: status,
      termination_reason,
      genesis_hash: shownHash(trace.genesisHash),
      snapshot_id: run.snapshotId,
      head_hash: shownHash(run.headHash),
      seal: sealOf(trace),
      totals: totalsOf(trace.seal, await stepSums(db, run.runId)),
    },
    actions: [
      {
        action: "replay",
        label: "Replay",
        enabled: mayReplay,
        reason: mayReplay ? null : "This needs the permission activity:replay.",
      },
    ],
  };
}

async function stepSums(db: TenantDb, runId: string): Promise<StepSums> {
  const [sums] = await db.sql<StepSums>`
    select count(*) filter (where s.state = 'late')::int as late_steps,
      coalesce(sum(s.input_tokens) filter (where s.state = 'late'), 0)::bigint as late_input_tokens,
      coalesce(sum(s.output_tokens) filter (where s.state = 'late'), 0)::bigint as late_output_tokens,
      coalesce(sum(s.cost_units) filter (where s.state = 'late'), 0)::bigint as late_cost_units,
      coalesce(sum(s.estimate_input_tokens + s.estimate_output_tokens) filter (where s.state = 'presumed'), 0)::bigint
        as presumed_tokens,
      coalesce(sum(s.estimate_cost_units) filter (where s.state = 'presumed'), 0)::bigint as presumed_cost_units,
      count(*) filter (where s.cost_source = 'unpriced' and s.state = 'settled')::int as unpriced_settled,
      count(*) filter (where s.cost_source = 'unpriced' and s.state = 'late')::int as unpriced_late
    from steps s where ${db.mine("s")} and s.run_id = ${runId}`;
  if (sums === undefined) throw new Error("an aggregate gave no row");
  return sums;
}

type StepListQuery = z.output<typeof listTraceSteps.query>;

/** A page of a trace's steps, each with its records. Throws NotFound, and 422 for a bad cursor. */
export async function stepPage(db: TenantDb, traceId: string, query: StepListQuery): Promise<ListAnswer<TraceStep>> {
  const trace = await db.first(traces, eq(traces.traceId, traceId));
  if (trace === null) throw NotFound.with();
  const page = await listPage(db, query, {
    table: steps,
    where: and(eq(steps.runId, trace.runId), ...stepFilters(query)),
    sorts: { step_index: steps.stepIndex },
    id: steps.stepIndex,
    item: (row): StepRow => row,
  });
  const records = await recordsOfSteps(db, trace.runId, page.items);
  return { ...page, items: page.items.map((row) => stepView(row, records.get(row.stepIndex) ?? [])) };
}

function stepFilters(query: StepListQuery): SQL[] {
  return [
    ...(query.type === undefined ? [] : [inArray(steps.stepType, query.type)]),
    ...(query.state === undefined ? [] : [inArray(steps.state, query.state)]),
    ...(query.is_inflection === undefined ? [] : [eq(steps.isInflection, query.is_inflection)]),
  ];
}

async function recordsOfSteps(db: TenantDb, runId: string, rows: readonly StepRow[]) {
  const indexes = rows.map((row) => row.stepIndex);
  const pausedAt = await stepsOfPauses(db, runId);
  const seqs = [...pausedAt].flatMap(([seq, index]) => (indexes.includes(index) ? [seq] : []));
  const columns = db.fragment`r.seq, r.kind, r.step_index, r.recorded_at, r.canonical, r.hash`;
  const found = await db.sql`
    select ${columns} from trace_records r
    where ${db.mine("r")} and r.run_id = ${runId} and r.step_index = any(${indexes})
    union all
    select ${columns} from trace_records r
    where ${db.mine("r")} and r.run_id = ${runId} and r.seq = any(${seqs}) and r.step_index is null
    order by seq`;
  const byStep = new Map<number, RecordColumns[]>();
  for (const record of found.map((row) => fromColumns<RecordColumns>(row))) {
    const index = record.stepIndex ?? pausedAt.get(record.seq) ?? 0;
    const known = byStep.get(index);
    if (known) known.push(record);
    else byStep.set(index, [record]);
  }
  return byStep;
}

// Pauses and releases are records of no step; each is told with the step that it held back or came after.
async function stepsOfPauses(db: TenantDb, runId: string): Promise<ReadonlyMap<number, number>> {
  const pauses = await listPauses(db, runId);
  return new Map(
    pauses.flatMap(({ seq, release_seq, step_index }): [number, number][] => {
      const index = Math.max(1, step_index);
      return release_seq === null
        ? [[seq, index]]
        : [
            [seq, index],
            [release_seq, index],
          ];
    }),
  );
}
