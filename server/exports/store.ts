import { and, asc, eq, isNull, type SQL, sql } from "drizzle-orm";
import { apiKeys } from "@/db/schema/connectivity";
import { exportBundles, exportDrafts, exportParts, exportReviews } from "@/db/schema/exports";
import { incidents } from "@/db/schema/incidents";
import { tenantControls } from "@/db/schema/tenancy";
import { actorKey } from "@/server/platform/auth/principal";
import type { Changes, NewRow, TenantDb } from "@/server/platform/db/tenant-db";
import { rest } from "@/server/platform/workers/pace";
import { GateSettings } from "@/server/policies/settings";

export type ExportRow = typeof exportBundles.$inferSelect;
export type ReviewRow = typeof exportReviews.$inferSelect;

/** How long whoever makes a bundle has before somebody else may take over, unless it says that it still works. */
const LEASE_S = 30;

export function findExport(db: TenantDb, bundleId: string): Promise<ExportRow | null> {
  return db.first(exportBundles, eq(exportBundles.bundleId, bundleId));
}

/** The row, locked to the end of the transaction. */
export function lockExport(db: TenantDb, bundleId: string): Promise<ExportRow | null> {
  return db.lock(exportBundles, eq(exportBundles.bundleId, bundleId));
}

export async function insertExport(db: TenantDb, row: NewRow<typeof exportBundles>): Promise<ExportRow> {
  const [made] = await db.insert(exportBundles, row);
  if (made === undefined) throw new Error("an insert that returns nothing");
  return made;
}

/** Null when the bundle is no longer being made. */
export async function changeExport(
  db: TenantDb,
  bundleId: string,
  changes: Changes<typeof exportBundles>,
): Promise<ExportRow | null> {
  const generating = both(eq(exportBundles.bundleId, bundleId), eq(exportBundles.status, "generating"));
  const [row] = await db.update(exportBundles, changes, generating);
  return row ?? null;
}

/** Takes the making of a bundle that nobody is at; null when somebody is, or it is over. */
export async function takeLease(db: TenantDb, bundleId: string): Promise<ExportRow | null> {
  const rows = await db.sql<{ bundle_id: string }>`
    update export_bundles set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_S}), attempts = attempts + 1
    where ${db.mine()} and bundle_id = ${bundleId} and status = 'generating'
      and (lease_until is null or lease_until < clock_timestamp())
    returning bundle_id`;
  return rows.length === 0 ? null : findExport(db, bundleId);
}

export async function renewLease(db: TenantDb, bundleId: string): Promise<void> {
  await db.sql`
    update export_bundles set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_S})
    where ${db.mine()} and bundle_id = ${bundleId} and status = 'generating'`;
}

/** Records of the incident's run so far; null when the tenant has no such incident. */
export async function findSubject(
  db: TenantDb,
  incidentId: string,
): Promise<{ incident: typeof incidents.$inferSelect; records: number } | null> {
  const incident = await db.first(incidents, eq(incidents.id, incidentId));
  if (incident === null || incident.sourceRunId === null) return incident && { incident, records: 0 };
  const [run] = await db.sql<{ seq: number }>`
    select seq from runs where ${db.mine()} and run_id = ${incident.sourceRunId}`;
  return { incident, records: run?.seq ?? 0 };
}

/** Incidents opened in [start, end), counted no further than `most`. */
export async function countIncidentsIn(
  db: TenantDb,
  period: { start: Date; end: Date },
  most: number,
): Promise<number> {
  const [row] = await db.sql<{ count: number }>`
    select count(*)::int as count from (
      select from incidents where ${db.mine()} and created_at >= ${period.start} and created_at < ${period.end} limit ${most}
    ) found`;
  return row?.count ?? 0;
}

/** Whether `most` bundles of the tenant are being made, or wait to be. */
export async function hasGenerating(db: TenantDb, most: number): Promise<boolean> {
  const rows = await db.sql`
    select from export_bundles where ${db.mine()} and status = 'generating' limit ${most}`;
  return rows.length >= most;
}

export async function insertDraft(db: TenantDb, bundleId: string, part: number, bytes: Buffer): Promise<void> {
  await db.sql`
    insert into export_drafts (tenant_id, bundle_id, part, bytes)
    select own.tenant_id, ${bundleId}, ${part}, ${bytes}::bytea from (select ${db.tenantId}::uuid as tenant_id) own
    where ${db.mine("own")}`;
}

export async function dropDraft(db: TenantDb, bundleId: string): Promise<void> {
  await db.sql`delete from export_drafts where ${db.mine()} and bundle_id = ${bundleId}`;
}

/** One part of the draft; null behind the last. */
export async function findDraftPart(db: TenantDb, bundleId: string, part: number): Promise<Buffer | null> {
  const row = await db.first(exportDrafts, both(eq(exportDrafts.bundleId, bundleId), eq(exportDrafts.part, part)));
  return row?.bytes ?? null;
}

/** No statement moves more parts than these: each ends soon, and whoever writes besides is not kept from the disk. */
const MOVED_AT_ONCE = 8;

/** Makes the parts of the draft the first parts of the file, within the database; says how many, and their bytes. */
export async function moveDraft(db: TenantDb, bundleId: string): Promise<{ parts: number; size: number }> {
  for (let first = 0; ; first += MOVED_AT_ONCE) {
    const behind = first + MOVED_AT_ONCE;
    const moved = await db.sql`
      insert into export_parts (tenant_id, bundle_id, part, bytes)
      select d.tenant_id, d.bundle_id, d.part, d.bytes from export_drafts d
      where ${db.mine("d")} and d.bundle_id = ${bundleId} and d.part >= ${first} and d.part < ${behind}
      returning part`;
    if (moved.length === 0) break;
    await db.sql`
      delete from export_drafts where ${db.mine()} and bundle_id = ${bundleId} and part >= ${first} and part < ${behind}`;
    await rest();
  }
  const [row] = await db.sql<{ parts: number; size: number }>`
    select count(*)::int as parts, coalesce(sum(octet_length(p.bytes)), 0)::float8 as size from export_parts p
    where ${db.mine("p")} and p.bundle_id = ${bundleId}`;
  if (row === undefined) throw new Error("an aggregate gave no row");
  return row;
}

/** Once: a bundle says one thing. */
export async function setBundleHash(db: TenantDb, bundleId: string, hash: Buffer): Promise<void> {
  const unread = both(
    both(eq(exportBundles.bundleId, bundleId), eq(exportBundles.status, "generating")),
    isNull(exportBundles.bundleHash),
  );
  const [row] = await db.update(exportBundles, { bundleHash: hash }, unread);
  if (row === undefined) throw new Error("the bundle was read by somebody else meanwhile");
}

/** One part of the file; null behind the last. */
export async function findPart(db: TenantDb, bundleId: string, part: number): Promise<Buffer | null> {
  const row = await db.first(exportParts, both(eq(exportParts.bundleId, bundleId), eq(exportParts.part, part)));
  return row?.bytes ?? null;
}

export async function insertPart(db: TenantDb, bundleId: string, part: number, bytes: Buffer): Promise<void> {
  await db.sql`
    insert into export_parts (tenant_id, bundle_id, part, bytes)
    select own.tenant_id, ${bundleId}, ${part}, ${bytes}::bytea from (select ${db.tenantId}::uuid as tenant_id) own
    where ${db.mine("own")}`;
}

export async function insertReview(db: TenantDb, review: NewRow<typeof exportReviews>): Promise<ReviewRow> {
  const [row] = await db.insert(exportReviews, review);
  if (row === undefined) throw new Error("an insert that returns nothing");
  return row;
}

/** Oldest first. */
export function listReviews(db: TenantDb, bundleId: string): Promise<ReviewRow[]> {
  return db.rows(exportReviews, {
    where: eq(exportReviews.bundleId, bundleId),
    orderBy: [asc(exportReviews.reviewedAt), asc(exportReviews.id)],
  });
}

/** The newest verdict of each bundle that has one. */
export async function newestVerdicts(db: TenantDb, bundleIds: readonly string[]): Promise<Map<string, string>> {
  if (bundleIds.length === 0) return new Map();
  const rows = await db.sql<{ bundle_id: string; verdict: string }>`
    select distinct on (bundle_id) bundle_id, verdict from export_reviews
    where ${db.mine()} and bundle_id = any(${[...bundleIds]}::text[])
    order by bundle_id, reviewed_at desc, id desc`;
  return new Map(rows.map((row) => [row.bundle_id, row.verdict]));
}

/** The zone that the tenant counts its periods in. */
export async function timeZoneOf(db: TenantDb): Promise<string> {
  const [controls] = await db.rows(tenantControls, { limit: 1 });
  return GateSettings.parse(controls?.settings ?? {}).timezone;
}

/** True for the one who exported it, and for the one who made the key that did. */
export async function isExporter(db: TenantDb, { requestedBy }: ExportRow): Promise<boolean> {
  const viewer = actorKey(db.principal);
  if (viewer === requestedBy) return true;
  const [kind, id = ""] = requestedBy.split(":");
  const key = kind === "key" ? await db.first(apiKeys, eq(apiKeys.id, id)) : null;
  return key?.createdBy === viewer;
}

// drizzle's `and` is undefined only for no condition at all.
function both(first: SQL, second: SQL): SQL {
  return and(first, second) ?? sql`false`;
}
