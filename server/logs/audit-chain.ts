// The audit chain's own rows: a number without an entry, and times that contradict the numbers.

import type { AuditIntegrity } from "@/server/logs/contract";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/** A transaction may be that much older than one that was numbered before it. */
const TOLERANCE_S = 60;

type Bad = NonNullable<AuditIntegrity["first_bad"]>;
type ChainFindings = {
  lastSeq: number | null;
  /** Numbers whose entry is gone, and numbers that are gone themselves. */
  missing: number;
  first: Bad | null;
  rollbacks: number;
};

export async function chainFindings(db: TenantDb): Promise<ChainFindings> {
  const [gone] = await db.sql<{ n: number; seq: number | null; id: string | null }>`
    select count(*)::int as n, min(c.seq) as seq, (array_agg(c.audit_id::text order by c.seq))[1] as id
    from audit_chain c where ${db.mine("c")}
      and not exists (select from audit_logs a where ${db.mine("a")} and a.id = c.audit_id)`;
  const [numbers] = await db.sql<{ last: number | null; n: number; gap: number | null }>`
    select max(seq) as last, count(*)::int as n, min(place) filter (where seq <> place) as gap
    from (select c.seq, row_number() over (order by c.seq) as place from audit_chain c where ${db.mine("c")}) numbered`;
  const [clock] = await db.sql<{ n: number }>`
    select count(*)::int as n from (
      select a.recorded_at, max(a.recorded_at) filter (where isfinite(a.recorded_at)) over (order by c.seq) as latest
      from audit_chain c join audit_logs a on ${db.mine("a")} and a.id = c.audit_id where ${db.mine("c")}) timed
    where case when isfinite(recorded_at) then latest - recorded_at > make_interval(secs => ${TOLERANCE_S}) end`;
  const lost = (numbers?.last ?? 0) - (numbers?.n ?? 0);
  const shown = { log_id: gone?.id ?? null, entity_type: "audit_log", entity_id: gone?.id ?? "" };
  const missing = gone && gone.n > 0 ? ({ ...shown, seq: gone.seq, fault: "missing" } as const) : null;
  const gapSeq = numbers?.gap ?? null;
  const gap = gapSeq === null ? null : ({ ...shown, seq: gapSeq, fault: "gap" } as const);
  return {
    lastSeq: numbers?.last ?? null,
    missing: (gone?.n ?? 0) + lost,
    first: missing ?? gap,
    rollbacks: clock?.n ?? 0,
  };
}
