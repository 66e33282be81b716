// What a log export holds: the entries that the same search finds, oldest first, in pages and from one state of the database.

import { fromColumns } from "@/server/activity/keyset";
import { auditRecord } from "@/server/logs/audit-view";
import { type AuditRecord, type LogExport, maxExportedRows, type RunRecord } from "@/server/logs/contract";
import type { AuditRow } from "@/server/logs/entry-check";
import { deedsSought, endsSought, type Sought } from "@/server/logs/log-search";
import { runRecordsAfter } from "@/server/logs/run-records";
import type { TenantDb } from "@/server/platform/db/tenant-db";

const PAGE = 500;

/** How many entries an export would have; counting stops at one more than an export may hold. */
export async function countExported(db: TenantDb, { scope, ...sought }: LogExport): Promise<number> {
  const most = maxExportedRows + 1;
  const [row] =
    scope === "audit"
      ? await db.sql<{ n: number }>`select count(*)::int as n from (
          select from audit_logs a where ${db.mine("a")} and ${deedsSought(db, sought)} limit ${most}) c`
      : await db.sql<{ n: number }>`select count(*)::int as n from (
          select from runs r where ${db.mine("r")} and ${endsSought(db, sought)} limit ${most}) c`;
  return row?.n ?? 0;
}

type Entry = RunRecord | AuditRecord;

/** In one transaction, begun as a snapshot, the pages show one state. */
export async function* exportedPages(db: TenantDb, { scope, ...sought }: LogExport): AsyncGenerator<readonly Entry[]> {
  let after: { time: string; id: string } | null = null;
  for (;;) {
    const page: Entry[] =
      scope === "audit"
        ? await deedsAfter(db, sought, after)
        : await runRecordsAfter(db, endsSought(db, sought), { after, limit: PAGE });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = { time: timeOf(last), id: last.log_id };
  }
}

function timeOf(entry: Entry): string {
  return entry.topic === "audit" ? entry.recorded_at : entry.completed_at;
}

async function deedsAfter(
  db: TenantDb,
  sought: Sought,
  after: { time: string; id: string } | null,
): Promise<AuditRecord[]> {
  const behind =
    after === null ? db.fragment`true` : db.fragment`(a.recorded_at, a.id) > (${new Date(after.time)}, ${after.id})`;
  const rows = await db.sql`
    select a.* from audit_logs a where ${db.mine("a")} and ${deedsSought(db, sought)} and ${behind}
    order by a.recorded_at, a.id limit ${PAGE}`;
  return rows.map((row) => auditRecord(fromColumns<AuditRow>(row)));
}
