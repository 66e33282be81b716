// Bundles of evidence: asking for one, watching it being made, taking it, countersigning it, and checking any file that
// claims to be one. Who exports and who reviews always comes from the principal.

import { z } from "zod";
import { bundleTypes, exportFormats, exportStatuses, reviewVerdicts } from "@/db/vocabulary";
import { When } from "@/server/activity/contract";
import { detailOf, endpoint, Instant, listEndpoint, RawAnswer, RawBody, Uuid } from "@/server/platform/http/contract";
import { NotFound, problem, RateLimited, ValidationFailed } from "@/server/platform/http/problem";

export const ExportNotReady = problem("export-not-ready", 409, "The bundle is not there yet");
export const ExportFailed = problem("export-failed", 409, "The bundle could not be made");
export const OwnExport = problem("review-by-exporter", 409, "Who exported the bundle may not review it");
export const NotVerifiableHere = problem(
  "not-verifiable-here",
  422,
  "The file takes more than verification may use here",
);

export const maxVerifyBytes = 32 * 1024 * 1024;

const Hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const BundleId = z.string().regex(/^(?:EVD|SOC2|EXEC)-[0-9a-f]{12}$/);

/** What asking for a bundle answers. `content_hash` is the hash of what the bundle says, null until it has been read. */
export const Export = z
  .object({
    bundle_id: BundleId,
    bundle_type: z.enum(bundleTypes),
    format: z.enum(exportFormats),
    created_at: Instant,
    incident_id: Uuid,
    run_id: Uuid.nullable(),
    content_hash: Hash.nullable(),
    status: z.enum(exportStatuses),
    /** An address and no capability: it asks for the same permission as everything else. Null until the file is there. */
    download_url: z.string().nullable(),
  })
  .meta({ id: "Export" });
export type Export = z.output<typeof Export>;

const reviewStates = ["PENDING", "REVIEWED", "APPROVED", "EXCEPTION"] as const;

/** A row of the list: what was asked for, how far it is, and what came out. */
export const ExportSummary = Export.extend({
  requested_by: z.string(),
  export_reason: z.string().nullable(),
  prepared_for: z.string().nullable(),
  compliance_period_start: Instant.nullable(),
  /** Exclusive. */
  compliance_period_end: Instant.nullable(),
  /** 0 to 100. */
  progress: z.int(),
  /** What is being done; null when nothing is. */
  stage: z.string().nullable(),
  /** Why it failed, or why the last attempt did while another is to come. */
  failure: z.string().nullable(),
  ready_at: Instant.nullable(),
  /** SHA-256 of the file's bytes. */
  file_hash: Hash.nullable(),
  size_bytes: z.int().nullable(),
  media_type: z.string().nullable(),
  file_name: z.string().nullable(),
  /** Of the newest review. */
  review_status: z.enum(reviewStates),
}).meta({ id: "ExportSummary" });
export type ExportSummary = z.output<typeof ExportSummary>;

const Review = z
  .object({
    review_id: Uuid,
    bundle_id: BundleId,
    verdict: z.enum(reviewVerdicts),
    notes: z.string().nullable(),
    reviewed_by: z.string(),
    reviewed_at: Instant,
    /** What its leaf in the log names. */
    content_hash: Hash,
  })
  .meta({ id: "ExportReview" });
export type Review = z.output<typeof Review>;

const ExportDetail = ExportSummary.extend({
  include_raw_steps: z.boolean(),
  preparer_notes: z.string().nullable(),
  attempts: z.int(),
  /** Oldest first. */
  reviews: z.array(Review),
}).meta({ id: "ExportDetail" });
export type ExportDetail = z.output<typeof ExportDetail>;

/** Kept verbatim; what shows it must escape it. */
function words(max: number) {
  return z.string().max(max).regex(/\S/, "It must not be blank").nullable().optional();
}

const request = {
  export_reason: words(500),
  prepared_for: words(200),
  preparer_notes: words(4_000),
  include_raw_steps: z.boolean().optional(),
};
/** Only a SOC2 document is about a period. */
const noPeriod = { compliance_period_start: z.null().optional(), compliance_period_end: z.null().optional() };
const period = {
  compliance_period_start: When.nullable().optional(),
  compliance_period_end: When.nullable().optional(),
};
const document = { ...request, format: z.enum(["pdf", "json"]).optional() };

const byIncident = { params: z.object({ incident_id: Uuid }) };
const byBundle = { params: z.object({ bundle_id: BundleId }) };
const making = {
  method: "POST",
  ...byIncident,
  audit: "export.created",
  returns: Export,
  status: 201,
  rate: "export",
  transaction: "own",
} as const;

/** 201 when it is ready at once or can never be made, 202 when a job makes it: `status` says which. An incident without a run gives a bundle that says so. */
export const exportEvidence = endpoint({
  ...making,
  id: "exports.evidence",
  summary: "An incident's evidence bundle: 201 when it is ready, 202 while a job makes it",
  path: "/api/v1/incidents/{incident_id}/export/evidence",
  permission: "exports:create",
  body: z.strictObject({ ...request, ...noPeriod, format: z.enum(exportFormats).optional() }),
  problems: [NotFound, ValidationFailed, RateLimited],
});

/** The period defaults to the calendar quarter of the incident in the tenant's zone, and must contain the incident. */
export const exportSoc2 = endpoint({
  ...making,
  id: "exports.soc2",
  summary: "The SOC2 bundle of an incident over a period: 201 when it is ready, 202 while a job makes it",
  path: "/api/v1/incidents/{incident_id}/export/soc2",
  permission: "exports:certify",
  body: z.strictObject({ ...document, ...period }),
  problems: [NotFound, ValidationFailed, RateLimited],
});

export const exportDebrief = endpoint({
  ...making,
  id: "exports.debrief",
  summary: "The executive debrief of an incident: 201 when it is ready, 202 while a job makes it",
  path: "/api/v1/incidents/{incident_id}/export/executive-debrief",
  permission: "exports:certify",
  body: z.strictObject({ ...document, ...noPeriod }),
  problems: [NotFound, ValidationFailed, RateLimited],
});
export type ExportRequest = z.output<(typeof exportSoc2)["body"]> | z.output<(typeof exportEvidence)["body"]>;

export const listExports = listEndpoint({
  id: "exports.list",
  path: "/api/v1/exports",
  permission: "exports:read",
  item: ExportSummary,
  filters: {
    bundle_type: z.array(z.enum(bundleTypes)),
    format: z.array(z.enum(exportFormats)),
    status: z.array(z.enum(exportStatuses)),
    incident_id: Uuid,
    run_id: Uuid,
    created_after: When,
    created_before: When,
  },
  sort: ["created_at"],
  defaultSort: "-created_at",
});

export const getExport = endpoint({
  id: "exports.get",
  method: "GET",
  path: "/api/v1/exports/{bundle_id}",
  permission: "exports:read",
  ...byBundle,
  returns: detailOf(ExportDetail),
  problems: [NotFound],
});

/** The file's bytes, always the same for one bundle. `Repr-Digest` and `ETag` are SHA-256 over them. */
export const downloadExport = endpoint({
  id: "exports.download",
  method: "GET",
  path: "/api/v1/exports/{bundle_id}/download",
  permission: "exports:read",
  ...byBundle,
  returns: RawAnswer,
  media: "application/octet-stream",
  transaction: "own",
  problems: [NotFound, ExportNotReady, ExportFailed],
});

/** A countersignature: a leaf of the tenant's log that names the bundle, its hash and the verdict. */
export const reviewExport = endpoint({
  id: "exports.review",
  method: "POST",
  path: "/api/v1/exports/{bundle_id}/review",
  permission: "exports:review",
  ...byBundle,
  audit: "export.reviewed",
  body: z.strictObject({ verdict: z.enum(reviewVerdicts), notes: words(4_000) }),
  returns: Review,
  status: 201,
  problems: [NotFound, ExportNotReady, ExportFailed, OwnExport, ValidationFailed],
});
export type NewReview = z.output<(typeof reviewExport)["body"]>;

const Check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() });

/** `signer` is trusted when a key that this server publishes signed the file's checkpoint. */
export const FileVerdict = z
  .object({
    verified: z.boolean(),
    signer: z.enum(["trusted", "unknown"]),
    checks: z.array(Check),
    first_failure: z.string().nullable(),
  })
  .meta({ id: "FileVerdict" });
export type FileVerdict = z.output<typeof FileVerdict>;

/** Takes the file itself as body, JSON, JSON Lines or PDF. Looks at nothing but the file and the published keys. */
export const verifyExport = endpoint({
  id: "exports.verify",
  summary: "Checks a file that claims to be a bundle, JSON, JSON Lines or PDF, against the published keys alone",
  method: "POST",
  path: "/api/v1/exports/verify",
  permission: "exports:read",
  audit: { none: "it reads the file that was sent, and changes nothing" },
  body: RawBody,
  bodyLimit: maxVerifyBytes,
  returns: FileVerdict,
  rate: "export",
  transaction: "own",
  problems: [NotVerifiableHere, RateLimited],
});
