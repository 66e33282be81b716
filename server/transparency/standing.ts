import { asSystem } from "@/server/platform/db/system-db";

export type Thing = { kind: string; id: string };

/**
 * Which of these are neither in the tenant's log nor waiting for it. Asked under the system role, because the application's
 * own cannot see what waits; one statement, so that nothing slips from one table to the other meanwhile.
 */
export async function missingFromLog(tenantId: string, things: readonly Thing[]): Promise<Thing[]> {
  if (things.length === 0) return [];
  const kinds = things.map(({ kind }) => kind);
  const ids = things.map(({ id }) => id);
  return asSystem(
    "transparency: what waits for the log",
    (sql) => sql<Thing[]>`
      select w.kind, w.id from unnest(${kinds}::text[], ${ids}::text[]) as w (kind, id)
      left join lateral (select true as there from log_leaves
        where tenant_id = ${tenantId} and kind = w.kind and source_id = w.id limit 1) l on true
      where l.there is null and not exists (select from leaf_sources s
        where s.tenant_id = ${tenantId} and s.kind = w.kind and s.source_id = w.id)`,
  );
}
