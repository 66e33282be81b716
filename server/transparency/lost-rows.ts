// What the log names and the rows have no more. What is left of a run or a timeline then agrees with itself: only the log tells.

import { eq } from "drizzle-orm";
import { runs } from "@/db/schema/activity";
import { traces } from "@/db/schema/traces";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { findLeaf } from "./proofs";

/** True when the log has the run's end, or a result after its last record, and the rows have not. `db` must read one state throughout. */
export async function hasLostRows(db: TenantDb, runId: string): Promise<boolean> {
  const run = await db.first(runs, eq(runs.runId, runId));
  const trace = await db.first(traces, eq(traces.runId, runId));
  if (!trace?.sealHash && (await findLeaf(db, "seal", runId)) !== null) return true;
  return run !== null && (await findLeaf(db, "addendum", `${runId}/${run.seq + 1}`)) !== null;
}

/** The oldest leaf from `from` on whose seal, late result, snapshot or event of an incident is gone; null when all are there. */
export async function leafWithoutRow(db: TenantDb, from: number): Promise<number | null> {
  // Ids are compared as they are written, so that the look-ups go by the keys; the application writes no others.
  const [row] = await db.sql<{ leaf_index: number }>`
    select w.leaf_index from (
      select l.leaf_index, l.kind, split_part(l.source_id, '/', 1)::uuid as id,
        nullif(split_part(l.source_id, '/', 2), '')::int8 as seq
      from log_leaves l
      where ${db.mine("l")} and l.leaf_index >= ${from} and l.kind in ('seal', 'addendum', 'snapshot', 'incident_event')
        and l.source_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/[0-9]{1,9})?$' offset 0) w
    where not case w.kind
      when 'seal' then exists (select from traces t where ${db.mine("t")} and t.run_id = w.id and t.seal_hash is not null)
      when 'addendum' then exists (select from trace_records r where ${db.mine("r")} and r.run_id = w.id and r.seq = w.seq)
      when 'snapshot' then exists (select from policy_snapshots s where ${db.mine("s")} and s.id = w.id)
      else exists (select from incident_events e where ${db.mine("e")} and e.id = w.id) end
    order by w.leaf_index limit 1`;
  return row?.leaf_index ?? null;
}
