import { canonicalBytes } from "@/server/evidence/canonical";
import { H, writeHash } from "@/server/evidence/hash";
import type { ExportRow, ReviewRow } from "@/server/exports/store";

/** What a review's leaf names: H(review, canonical(review)), with the hash of the bundle that was looked at. */
export function reviewHash(bundle: Pick<ExportRow, "bundleHash">, review: ReviewRow): Buffer {
  if (bundle.bundleHash === null) throw new Error("a review of a bundle without a hash");
  return H(
    "review",
    canonicalBytes({
      v: 1,
      tenant_id: review.tenantId,
      review_id: review.id,
      bundle_id: review.bundleId,
      bundle_hash: writeHash(bundle.bundleHash),
      verdict: review.verdict,
      notes: review.notes ?? undefined,
      reviewed_by: review.reviewedBy,
      reviewed_at: review.reviewedAt.toISOString(),
    }),
  );
}
