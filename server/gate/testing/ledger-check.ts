// Holds the database to a ledger: nothing acknowledged is missing, nothing is there twice, every sum agrees with its parts,
// and every chain verifies. Returns what is wrong, in words; nothing wrong is an empty list.

import type postgres from "postgres";
import { verifyRunById } from "@/server/activity/verify-run";
import { digest, type Ledger } from "@/server/gate/testing/ledger";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";

export type Checked = { sql: postgres.Sql; tenantId: string; ledger: Ledger };

export async function faultsOf(checked: Checked): Promise<string[]> {
  const faults = [...checked.ledger.contradictions];
  for (const look of [acknowledged, stepsOnce, chainsWithoutGaps, totals, counters, costs, blocks]) {
    faults.push(...(await look(checked)));
  }
  faults.push(...(await unverified(checked)));
  return faults;
}

type StoredStep = { run_id: string; step_id: string; phase: string; seq: number; answer: Buffer | null };

async function acknowledged({ sql, tenantId, ledger }: Checked): Promise<string[]> {
  const rows = await sql<StoredStep[]>`
    select s.run_id, s.step_id, case when a.seq = s.result_seq then 'result' else 'admission' end as phase, a.seq, a.answer
    from steps s join trace_records a on a.tenant_id = s.tenant_id and a.run_id = s.run_id
      and a.seq in (s.admitted_seq, s.result_seq)
    where s.tenant_id = ${tenantId} and s.step_id is not null`;
  const stored = new Map(rows.map((row) => [`${row.run_id}/${row.step_id}/${row.phase}`, row]));
  return [...ledger.told].flatMap(([key, told]) => {
    const row = stored.get(key);
    if (row === undefined) return [`${key}: acknowledged and lost`];
    if (row.seq !== told.seq) return [`${key}: acknowledged as seq ${told.seq}, stored as ${row.seq}`];
    return digest(row.answer?.toString("utf8") ?? "") === told.answer ? [] : [`${key}: another answer is stored`];
  });
}

// Every client finished what it began, so each step row of theirs is in the ledger: one that is not was written twice.
async function stepsOnce({ sql, tenantId, ledger }: Checked): Promise<string[]> {
  const rows = await sql<{ run_id: string; step_id: string; state: string }[]>`
    select run_id, step_id, state from steps where tenant_id = ${tenantId} and step_id is not null`;
  const known = new Set([...ledger.told.values()].map((told) => `${told.run}/${told.stepId}`));
  return rows.flatMap((row) => [
    ...(known.has(`${row.run_id}/${row.step_id}`) ? [] : [`${row.run_id}/${row.step_id}: stored, never acknowledged`]),
    ...(row.state === "settled" || row.state === "late" ? [] : [`${row.run_id}/${row.step_id}: left ${row.state}`]),
  ]);
}

async function chainsWithoutGaps({ sql, tenantId, ledger }: Checked): Promise<string[]> {
  const rows = await sql<{ run_id: string; seq: number; records: number; highest: number; ended: boolean }[]>`
    select r.run_id, r.seq, count(a.seq)::int as records, coalesce(max(a.seq), 0) as highest, r.completed_at is not null as ended
    from runs r left join trace_records a on a.tenant_id = r.tenant_id and a.run_id = r.run_id
    where r.tenant_id = ${tenantId} group by r.run_id, r.seq, r.completed_at`;
  const found = new Set(rows.map((row) => row.run_id));
  return [
    ...[...ledger.runs.keys()].filter((run) => !found.has(run)).map((run) => `${run}: the run is lost`),
    ...rows.filter((row) => !ledger.runs.has(row.run_id)).map((row) => `${row.run_id}: a run nobody started`),
    ...rows
      .filter((row) => row.records !== row.seq || row.highest !== row.seq)
      .map((row) => `${row.run_id}: a gap in seq`),
    ...rows.filter((row) => !row.ended).map((row) => `${row.run_id}: not over`),
  ];
}

type Totals = { run_id: string; n: number; tokens: number; units: number };

async function totals({ sql, tenantId, ledger }: Checked): Promise<string[]> {
  const rows = await sql<(Totals & { sn: number; stokens: number; sunits: number })[]>`
    select r.run_id, r.steps_completed as n, (r.input_tokens + r.output_tokens)::float8 as tokens, r.cost_units::float8 as units,
      count(s.step_id)::int as sn, coalesce(sum(s.input_tokens + s.output_tokens), 0)::float8 as stokens,
      coalesce(sum(s.cost_units), 0)::float8 as sunits
    from runs r left join steps s on s.tenant_id = r.tenant_id and s.run_id = r.run_id and s.input_tokens is not null
    where r.tenant_id = ${tenantId} group by r.run_id, r.steps_completed, r.input_tokens, r.output_tokens, r.cost_units`;
  const claimed = new Map<string, Totals>();
  for (const told of ledger.told.values()) {
    if (told.phase !== "result") continue;
    const sum = claimed.get(told.run) ?? { run_id: told.run, n: 0, tokens: 0, units: 0 };
    claimed.set(told.run, {
      ...sum,
      n: sum.n + 1,
      tokens: sum.tokens + told.tokens,
      units: sum.units + told.costUnits,
    });
  }
  return rows.flatMap((row) => {
    const own = claimed.get(row.run_id) ?? { n: 0, tokens: 0, units: 0 };
    const isSum = row.n === row.sn && row.tokens === row.stokens && row.units === row.sunits;
    const isClaimed = row.n === own.n && row.tokens === own.tokens && row.units === own.units;
    return [
      ...(isSum ? [] : [`${row.run_id}: its totals are not the sum of its steps`]),
      ...(isClaimed
        ? []
        : [`${row.run_id}: its totals are not what was acknowledged (${row.n} steps, ${own.n} acknowledged)`]),
    ];
  });
}

async function counters({ sql, tenantId }: Checked): Promise<string[]> {
  const rows = await sql<{ name: string; used: number; held: number; real: number }[]>`
    select l.name, sum(c.used)::float8 as used, sum(c.reserved + c.presumed)::float8 as held,
      (select coalesce(sum(case l.limit_type when 'STEPS' then 1 when 'COST_CENTS' then s.cost_units
          else s.input_tokens + s.output_tokens end), 0)::float8
        from steps s join runs r on r.tenant_id = s.tenant_id and r.run_id = s.run_id
        where s.tenant_id = l.tenant_id and s.input_tokens is not null
          and (l.scope_type = 'tenant' or r.agent_id = any(l.scope_ids))) as real
    from limits l left join limit_counters c on c.tenant_id = l.tenant_id and c.limit_id = l.id
    where l.tenant_id = ${tenantId} group by l.tenant_id, l.name, l.limit_type, l.scope_type, l.scope_ids`;
  return rows.flatMap((row) => [
    ...((row.used ?? 0) === row.real ? [] : [`${row.name}: counted ${row.used}, its steps come to ${row.real}`]),
    ...((row.held ?? 0) === 0 ? [] : [`${row.name}: ${row.held} still held`]),
  ]);
}

async function costs({ sql, tenantId }: Checked): Promise<string[]> {
  const rows = await sql<{ run_id: string; step_index: number; n: number }[]>`
    select s.run_id, s.step_index, count(c.id)::int as n
    from steps s left join cost_records c on c.tenant_id = s.tenant_id and c.run_id = s.run_id
      and c.step_index = s.step_index and c.kind in ('settled', 'late')
      and c.cost_units = s.cost_units and c.input_tokens = s.input_tokens and c.output_tokens = s.output_tokens
    where s.tenant_id = ${tenantId} and s.input_tokens is not null group by s.run_id, s.step_index having count(c.id) <> 1`;
  return rows.map((row) => `${row.run_id}/${row.step_index}: ${row.n} cost records`);
}

/** A block has its incident, its enforcement, its prevention and its mark in the trace, each exactly once. */
async function blocks({ sql, tenantId }: Checked): Promise<string[]> {
  const rows = await sql<{ run_id: string; stopped: boolean; parts: number[] }[]>`
    select r.run_id, r.status = 'failed_policy' as stopped, array[
      (select count(*)::int from incidents i where i.tenant_id = r.tenant_id and i.source_run_id = r.run_id),
      (select count(*)::int from policy_enforcements e
        where e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.incident_id is not null and e.dedupe_key is null),
      (select count(*)::int from prevention_records p where p.tenant_id = r.tenant_id and p.run_id = r.run_id),
      (select count(*)::int from traces t
        where t.tenant_id = r.tenant_id and t.run_id = r.run_id and t.violation_step_index is not null)] as parts
    from runs r where r.tenant_id = ${tenantId}`;
  return rows.flatMap((row) => {
    const wanted = row.stopped ? 1 : 0;
    return row.parts.every((n) => n === wanted) ? [] : [`${row.run_id}: a block in parts (${row.parts.join(", ")})`];
  });
}

async function unverified({ tenantId, ledger }: Checked): Promise<string[]> {
  const faults: string[] = [];
  for (const run of ledger.runs.keys()) {
    const answer = await asTenant(systemPrincipal(tenantId, "test"), (db) => verifyRunById(db, run));
    if (answer?.verified !== true || !answer.sealed)
      faults.push(`${run}: does not verify (${answer?.reason ?? "no run"})`);
  }
  return faults;
}
