import { and, eq, gte, inArray, lt } from "drizzle-orm";
import { exportBundles } from "@/db/schema/exports";
import type { ExportDetail, ExportSummary, listExports as listContract } from "@/server/exports/contract";
import { reviewHash } from "@/server/exports/review-hash";
import { reviewStateOf } from "@/server/exports/rules";
import { type ExportRow, findExport, isExporter, listReviews, newestVerdicts } from "@/server/exports/store";
import { verdictOf, wireReview, wireSummary } from "@/server/exports/wire";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Action, InputOf } from "@/server/platform/http/contract";
import { type ListAnswer, listPage } from "@/server/platform/http/list";
import { NotFound } from "@/server/platform/http/problem";

type Query = InputOf<typeof listContract>["query"];

export async function listExports(db: TenantDb, query: Query): Promise<ListAnswer<ExportSummary>> {
  const page = await listPage(db, query, {
    table: exportBundles,
    where: and(
      query.bundle_type && inArray(exportBundles.bundleType, query.bundle_type),
      query.format && inArray(exportBundles.format, query.format),
      query.status && inArray(exportBundles.status, query.status),
      query.incident_id === undefined ? undefined : eq(exportBundles.incidentId, query.incident_id),
      query.run_id === undefined ? undefined : eq(exportBundles.runId, query.run_id),
      query.created_after === undefined ? undefined : gte(exportBundles.createdAt, new Date(query.created_after)),
      query.created_before === undefined ? undefined : lt(exportBundles.createdAt, new Date(query.created_before)),
    ),
    sorts: { created_at: exportBundles.createdAt },
    id: exportBundles.bundleId,
    item: (row) => row,
  });
  const verdicts = await newestVerdicts(
    db,
    page.items.map(({ bundleId }) => bundleId),
  );
  return { ...page, items: page.items.map((row) => wireSummary(row, stateIn(verdicts.get(row.bundleId)))) };
}

function stateIn(verdict: string | undefined): ExportSummary["review_status"] {
  return reviewStateOf(verdict === undefined ? null : verdictOf(verdict));
}

/** @throws NotFound */
export async function getExport(db: TenantDb, bundleId: string): Promise<{ entity: ExportDetail; actions: Action[] }> {
  const row = await findExport(db, bundleId);
  if (row === null) throw NotFound.with();
  const reviews = await listReviews(db, bundleId);
  const entity = {
    ...wireSummary(row, stateIn(reviews.at(-1)?.verdict)),
    include_raw_steps: row.includeRawSteps,
    preparer_notes: row.preparerNotes,
    attempts: row.attempts,
    reviews: reviews.map((review) => wireReview(review, reviewHash(row, review))),
  };
  return { entity, actions: await actionsOn(db, row) };
}

/** What the viewer may do with it now; what is disabled says why. */
async function actionsOn(db: TenantDb, row: ExportRow): Promise<Action[]> {
  const notThere =
    row.status === "ready" ? null : row.status === "failed" ? "It could not be made" : "It is being made";
  const review = notThere ?? (await whyNoReview(db, row));
  return [
    { action: "download", label: "Download", enabled: notThere === null, reason: notThere },
    { action: "review", label: "Review", enabled: review === null, reason: review },
  ];
}

async function whyNoReview(db: TenantDb, row: ExportRow): Promise<string | null> {
  if (!db.principal.permissions.has("exports:review")) return "This needs the permission exports:review";
  return (await isExporter(db, row)) ? "Who exported it may not review it" : null;
}
