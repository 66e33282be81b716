import { auditLogs } from "@/db/schema/audit";
import { costRecords, policyEnforcements } from "@/db/schema/enforcement";
import { auditSourceRow, insertLeafSources } from "@/server/platform/audit/leaf-sources";
import { bulkInsert } from "@/server/platform/db/bulk";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Effects, Refusal } from "./effects";

const COUNT = `insert into refusals (tenant_id, run_id, dedupe_key, count, first_at, last_at)
  select r.tenant_id, x.run_id, x.dedupe_key, x.count, x.at, x.at
  from json_to_recordset($2::json) x(run_id uuid, dedupe_key text, count int, at timestamptz(3))
  join runs r on r.tenant_id = $1 and r.run_id = x.run_id
  order by x.run_id, x.dedupe_key
  on conflict (tenant_id, run_id, dedupe_key) do update set count = refusals.count + excluded.count, last_at = excluded.last_at
  returning run_id as "runId", dedupe_key as "dedupeKey", (xmax = 0) as "isFirst"`;

/** Counts refusals; what is said of one (enforcement, claimed cost) is written the first time only. */
export async function flushRefusals(db: TenantDb, effects: Effects): Promise<void> {
  if (effects.refusals.length === 0) return;
  const groups = new Map<string, { first: Refusal; count: number }>();
  for (const one of effects.refusals) {
    const key = `${one.runId}|${one.dedupeKey}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: one, count: 1 });
    else group.count += 1;
  }
  const rows = [...groups.values()].map(({ first, count }) => ({
    run_id: first.runId,
    dedupe_key: first.dedupeKey,
    count,
    at: first.at.toISOString(),
  }));
  const counted = await db.prepared<{ runId: string; dedupeKey: string; isFirst: boolean }>(COUNT, [
    JSON.stringify(rows),
  ]);
  const fresh = counted.flatMap((row) =>
    row.isFirst ? (groups.get(`${row.runId}|${row.dedupeKey}`)?.first ?? []) : [],
  );
  const enforcements = fresh.flatMap((one) => one.enforcement ?? []);
  if (enforcements.length > 0) await bulkInsert(db, policyEnforcements, enforcements);
  const costs = fresh.flatMap((one) => one.cost ?? []);
  if (costs.length > 0) await bulkInsert(db, costRecords, costs);
  const audits = fresh.flatMap((one) => one.audit ?? []);
  if (audits.length > 0) await bulkInsert(db, auditLogs, audits);
  const sources = audits.map((row) => auditSourceRow(db.tenantId, row));
  await insertLeafSources(db, sources);
}
