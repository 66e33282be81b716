// Rows as the wire shows them. A stored word that the vocabulary does not know is a broken invariant and throws.

import type { exportBundles, exportReviews } from "@/db/schema/exports";
import { bundleTypes, exportFormats, exportStatuses, type ReviewVerdict, reviewVerdicts } from "@/db/vocabulary";
import type { Export, ExportSummary, Review } from "@/server/exports/contract";

type ExportRow = typeof exportBundles.$inferSelect;
type ReviewRow = typeof exportReviews.$inferSelect;

export function wireExport(row: ExportRow): Export {
  const isReady = row.status === "ready";
  return {
    bundle_id: row.bundleId,
    bundle_type: known(bundleTypes, row.bundleType),
    format: known(exportFormats, row.format),
    created_at: row.createdAt.toISOString(),
    incident_id: row.incidentId,
    run_id: row.runId,
    content_hash: written(row.bundleHash),
    status: known(exportStatuses, row.status),
    download_url: isReady ? `/api/v1/exports/${row.bundleId}/download` : null,
  };
}

export function wireSummary(row: ExportRow, review: ExportSummary["review_status"]): ExportSummary {
  return {
    ...wireExport(row),
    requested_by: row.requestedBy,
    export_reason: row.exportReason,
    prepared_for: row.preparedFor,
    compliance_period_start: row.periodStart?.toISOString() ?? null,
    compliance_period_end: row.periodEnd?.toISOString() ?? null,
    progress: row.progress,
    stage: row.stage,
    failure: row.failure,
    ready_at: row.readyAt?.toISOString() ?? null,
    file_hash: written(row.fileHash),
    size_bytes: row.size,
    media_type: row.mediaType,
    file_name: row.fileName,
    review_status: review,
  };
}

/** `hash` is what the review's leaf names. */
export function wireReview(row: ReviewRow, hash: Uint8Array): Review {
  return {
    review_id: row.id,
    bundle_id: row.bundleId,
    verdict: verdictOf(row.verdict),
    notes: row.notes,
    reviewed_by: row.reviewedBy,
    reviewed_at: row.reviewedAt.toISOString(),
    content_hash: written(hash) ?? "",
  };
}

export function verdictOf(stored: string): ReviewVerdict {
  return known(reviewVerdicts, stored);
}

/** What live streams are told of a bundle: enough to show its row, nothing that needs a permission more. */
export function announcement(row: ExportRow) {
  return {
    bundle_id: row.bundleId,
    bundle_type: row.bundleType,
    format: row.format,
    status: row.status,
    progress: row.progress,
    stage: row.stage,
    incident_id: row.incidentId,
    run_id: row.runId,
  };
}

// As `writeHash`, which the browser's part may not import.
function written(hash: Uint8Array | null): string | null {
  if (hash === null) return null;
  return `sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function known<T extends string>(words: readonly T[], stored: string): T {
  const word = words.find((candidate) => candidate === stored);
  if (word === undefined) throw new Error(`stored word "${stored}" is none of ${words.join(", ")}`);
  return word;
}
