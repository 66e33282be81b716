// The record of a run exists once the run is over, and does not change any more.

import type { z } from "zod";
import { runs } from "@/db/schema/activity";
import {
  allOf,
  countCap,
  countedWith,
  type Fragment,
  fromColumns,
  type Key,
  type Keyed,
  keysetAnswer,
  keysetOf,
  when,
} from "@/server/activity/keyset";
import { endOf, usageOf } from "@/server/activity/run-view";
import { shownHash } from "@/server/activity/shown-hash";
import { isPlainObject } from "@/server/evidence/canonical";
import { bodyIn } from "@/server/evidence/record";
import type { ExecutionStatus, listRunRecords, RunRecord } from "@/server/logs/contract";
import { executionStatusOf, originOf } from "@/server/logs/rules";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { type ListAnswer, sortOf } from "@/server/platform/http/list";

type RunRecordQuery = z.output<typeof listRunRecords.query>;

type Row = typeof runs.$inferSelect;
/** A run that is over with what its trace and incidents add. */
type RunRecordRow = Omit<Row, "memory" | "completedAt" | "terminationReason"> & {
  completedAt: Date;
  terminationReason: string;
  unpriced: boolean;
  rootHash: Buffer | null;
  sealHash: Buffer | null;
  firstRecord: Buffer | null;
  /** Newest first. */
  lastRecordsHex: string[] | null;
  incidentIds: string[];
};

export async function runRecordPage(db: TenantDb, query: RunRecordQuery): Promise<ListAnswer<RunRecord>> {
  const where = allOf(db, filtersOf(db, query));
  const key = keyOf(db, sortOf(query).field);
  const keyset = keysetOf(db, query, key);
  const ids = db.fragment`
    select ${key.value} as sort_value, r.run_id as sort_id from runs r
    where ${db.mine("r")} and r.completed_at is not null and ${where} and ${keyset.after}
    order by ${keyset.order} limit ${keyset.limit} offset ${keyset.offset}`;
  const rows = await recordsOf(db, ids, keyset.orderOfPage);
  const counted = await countedWith(query, rows, (rest) =>
    countRecords(db, db.fragment`${where} and ${keysetOf(db, rest, key).after}`),
  );
  const item = (row: Keyed) => runRecord(fromColumns<RunRecordRow>(row));
  return keysetAnswer({ rows, query, counted, item });
}

async function countRecords(db: TenantDb, where: Fragment): Promise<number> {
  const [count] = await db.sql<{ n: number }>`
    select count(*)::int as n from (select 1 from runs r
      where ${db.mine("r")} and r.completed_at is not null and ${where} limit ${countCap}) counted`;
  return count?.n ?? 0;
}

/** The record of one run; null while it is live and where there is none. */
export async function findRunRecord(db: TenantDb, runId: string): Promise<RunRecord | null> {
  const ids = db.fragment`
    select r.started_at as sort_value, r.run_id as sort_id from runs r
    where ${db.mine("r")} and r.completed_at is not null and r.run_id = ${runId}`;
  const [row] = await recordsOf(db, ids, db.fragment`page.sort_id`);
  return row === undefined ? null : runRecord(fromColumns<RunRecordRow>(row));
}

/** Records of runs `r` that meet `where`, oldest end first, behind the given place. */
export async function runRecordsAfter(
  db: TenantDb,
  where: Fragment,
  { after, limit }: { after: { time: string; id: string } | null; limit: number },
): Promise<RunRecord[]> {
  const behind =
    after === null
      ? db.fragment`true`
      : db.fragment`(r.completed_at, r.run_id) > (${new Date(after.time)}, ${after.id})`;
  const ids = db.fragment`
    select r.completed_at as sort_value, r.run_id as sort_id from runs r
    where ${db.mine("r")} and r.completed_at is not null and ${where} and ${behind}
    order by r.completed_at, r.run_id limit ${limit}`;
  const rows = await recordsOf(db, ids, db.fragment`page.sort_value, page.sort_id`);
  return rows.map((row) => runRecord(fromColumns<RunRecordRow>(row)));
}

// `ids` come from an index; the wide rows are read for them alone. The first input is committed to in the first record if at
// all; the last output in one of the last few of the chain.
function recordsOf(db: TenantDb, ids: Fragment, order: Fragment) {
  return db.sql<Keyed>`
    with ids as (${ids}), page as (
      select r.*, ids.sort_value, ids.sort_id from ids
      cross join lateral (select r.* from runs r where ${db.mine("r")} and r.run_id = ids.sort_id limit 1) r)
    select page.tenant_id, page.run_id, page.trace_id, page.agent_id, page.project, page.provider, page.model, page.source,
      page.parent_run_id, page.synthetic, page.status, page.termination_reason, page.end_note, page.stopped_at_step, page.refusal_reason,
      page.actor_type, page.actor_id, page.input_tokens, page.output_tokens, page.cost_units, page.steps_completed,
      page.started_at, page.completed_at, page.violation_policy_id, page.sort_value, page.sort_id,
      coalesce((page.memory ->> 'unpriced')::boolean, false) as unpriced, t.root_hash, t.seal_hash,
      first.canonical as first_record, last.records as last_records_hex, i.incident_ids
    from page
    left join traces t on t.tenant_id = page.tenant_id and t.run_id = page.run_id
    left join trace_records first on first.tenant_id = page.tenant_id and first.run_id = page.run_id and first.seq = 1
    left join lateral (
      select array_agg(encode(tail.canonical, 'hex') order by tail.seq desc) as records from (
        select c.seq, c.canonical from trace_records c where ${db.mine("c")} and c.run_id = page.run_id and c.kind <> 'late'
        order by c.seq desc limit 5) tail
    ) last on true
    cross join lateral (
      select coalesce(array_agg(n.id::text order by n.created_at, n.id), '{}') as incident_ids from (
        select n.id, n.created_at from incidents n where ${db.mine("n")} and n.source_run_id = page.run_id limit 20) n
    ) i
    where ${db.mine("page")}
    order by ${order}`;
}

function filtersOf(db: TenantDb, query: RunRecordQuery): (Fragment | null)[] {
  return [
    when(query.run_id, (id) => db.fragment`r.run_id = ${id}`),
    when(query.agent, (agent) => db.fragment`r.agent_id = ${agent}`),
    when(query.provider, (provider) => db.fragment`r.provider = ${provider}`),
    when(query.model, (model) => db.fragment`r.model = ${model}`),
    when(query.execution_status, (statuses) => hasExecutionStatus(db, statuses)),
    when(query.synthetic, (synthetic) => db.fragment`r.synthetic = ${synthetic}`),
    when(query.created_after, (at) => db.fragment`r.started_at > ${new Date(at)}`),
    when(query.created_before, (at) => db.fragment`r.started_at < ${new Date(at)}`),
  ];
}

/** The same cases as executionStatusOf, as a condition on runs `r`. */
export function hasExecutionStatus(db: TenantDb, statuses: readonly ExecutionStatus[]): Fragment {
  return db.fragment`(case r.status when 'succeeded' then 'SUCCEEDED' when 'cancelled' then 'ABORTED'
    else case r.termination_reason when 'timeout' then 'TIMEOUT' else 'FAILED' end end) = any(${[...statuses]})`;
}

function keyOf(db: TenantDb, field: string): Key {
  const id = { id: db.fragment`r.run_id`, idLike: runs.runId, isNullable: false };
  return field === "completed_at"
    ? { ...id, value: db.fragment`r.completed_at`, valueLike: runs.completedAt }
    : { ...id, value: db.fragment`r.started_at`, valueLike: runs.startedAt };
}

function commitmentIn(canonical: Buffer, name: "input_commit" | "output_commit"): string | null {
  const commitments = bodyIn(canonical)?.commitments;
  const said = isPlainObject(commitments) ? commitments[name] : null;
  return typeof said === "string" ? said : null;
}

function responseCommit(newestFirst: readonly string[]): string | null {
  for (const hex of newestFirst) {
    const said = commitmentIn(Buffer.from(hex, "hex"), "output_commit");
    if (said !== null) return said;
  }
  return null;
}

function runRecord(row: RunRecordRow): RunRecord {
  const { status } = endOf(row);
  const { input_tokens, output_tokens, cost_cents, steps_completed } = usageOf(row);
  return {
    log_id: row.runId,
    topic: "llm_runs",
    run_id: row.runId,
    trace_id: row.traceId,
    agent_id: row.agentId,
    project: row.project,
    provider: row.provider,
    model: row.model,
    source: row.source,
    synthetic: row.synthetic,
    execution_status: executionStatusOf(row),
    status,
    termination_reason: endOf(row).termination_reason ?? "system_failure",
    refusal_reason: row.refusalReason,
    prompt_commit: row.firstRecord && commitmentIn(row.firstRecord, "input_commit"),
    response_commit: responseCommit(row.lastRecordsHex ?? []),
    input_tokens,
    output_tokens,
    cost_cents,
    cost_is_complete: !row.unpriced,
    steps: steps_completed,
    started_at: row.startedAt.toISOString(),
    completed_at: row.completedAt.toISOString(),
    duration_ms: row.completedAt.getTime() - row.startedAt.getTime(),
    root_hash: row.rootHash === null ? null : shownHash(row.rootHash),
    seal_hash: row.sealHash === null ? null : shownHash(row.sealHash),
    evidence: metadataOf(row),
  };
}

function metadataOf(row: RunRecordRow): RunRecord["evidence"] {
  return {
    tenant_id: row.tenantId,
    human_actor_id: row.actorType === "human" ? row.actorId : null,
    agent_id: row.agentId,
    system_id: row.actorType === "system" || row.actorType === "service" ? row.actorId : null,
    occurred_at: row.startedAt.toISOString(),
    recorded_at: row.completedAt.toISOString(),
    timezone: "UTC",
    trace_id: row.traceId,
    policy_ids: row.violationPolicyId === null ? [] : [row.violationPolicyId],
    incident_ids: row.incidentIds,
    export_id: null,
    correlation_id: row.parentRunId ?? null,
    source_domain: "ACTIVITY",
    source_component: "gate",
    origin: originOf(row.actorType),
    checksum: row.sealHash === null ? null : shownHash(row.sealHash),
    immutable: true,
  };
}
