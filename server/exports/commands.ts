// Asking for a bundle and countersigning one. The request, its audit entry, its event and its job are one transaction.

import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { incidents } from "@/db/schema/incidents";
import type { BundleType } from "@/db/vocabulary";
import { type Period, type PeriodFault, periodOf } from "@/server/exports/content/period";
import { type Export, type ExportRequest, type NewReview, OwnExport, type Review } from "@/server/exports/contract";
import { requireReady } from "@/server/exports/download";
import { makeAtOnce } from "@/server/exports/make-at-once";
import { makeBundleJob } from "@/server/exports/make-bundle-job";
import { reviewHash } from "@/server/exports/review-hash";
import { bundleIdOf, isMadeAtOnce, MOST_RECORDS_AT_ONCE, needsNotes } from "@/server/exports/rules";
import {
  countIncidentsIn,
  findExport,
  findSubject,
  hasGenerating,
  insertExport,
  insertReview,
  isExporter,
  lockExport,
  timeZoneOf,
} from "@/server/exports/store";
import { announcement, wireExport, wireReview } from "@/server/exports/wire";
import { exportImage } from "@/server/logs/export-image";
import { writeOutbox } from "@/server/platform/audit/audit";
import { writeLeafSources } from "@/server/platform/audit/leaf-sources";
import { actorKey } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import type { Endpoint } from "@/server/platform/http/contract";
import { type Context, type OwnContext, type Reply, reply } from "@/server/platform/http/handle";
import { answerOnce, requestHash } from "@/server/platform/http/idempotency";
import { type FieldError, invalid, NotFound, RateLimited } from "@/server/platform/http/problem";
import { enqueue } from "@/server/platform/jobs/enqueue";

type Asked = { contract: Pick<Endpoint, "id">; type: BundleType; incident_id: string; body: ExportRequest };

type Begun = { bundleId: string; isSmall: boolean; isReplayed: boolean };

/**
 * Asks for a bundle. A small one is made before the answer; should that fail, the job that was asked for with it makes it.
 * The same Idempotency-Key gives the same bundle, shown as it is now.
 * @throws NotFound, ValidationFailed, IdempotencyKeyReused, RateLimited
 */
export async function createExport(cx: OwnContext, asked: Asked): Promise<Reply<Export>> {
  const { bundleId, isSmall, isReplayed } = await asTenant(cx.principal, (db) => askOnce(cx, db, asked));
  if (isSmall) await makeAtOnce(cx.principal, bundleId);
  const row = await asTenant(cx.principal, (db) => findExport(db, bundleId));
  if (row === null) throw new Error("an export that was just asked for is not there");
  const headers = isReplayed ? { "Idempotent-Replayed": "true" } : undefined;
  return reply(wireExport(row), { status: row.status === "generating" ? 202 : 201, ...(headers && { headers }) });
}

// What is stored under the key is the bundle's id alone: its state moves on while the key is kept.
async function askOnce(cx: OwnContext, db: TenantDb, asked: Asked): Promise<Begun> {
  if (cx.idempotencyKey === null) return ask(cx, db, asked);
  const key = { principal: actorKey(cx.principal), endpoint: asked.contract.id, key: cx.idempotencyKey };
  const hash = requestHash([{ incident_id: asked.incident_id }, asked.body]);
  let begun: Begun | null = null;
  const answer = await answerOnce(db, { ...key, requestHash: hash }, async () => {
    begun = await ask(cx, db, asked);
    return { status: 201, headers: {}, contentType: "text/plain", bytes: begun.bundleId };
  });
  const bundleId = Buffer.from(answer.bytes ?? "").toString("utf8");
  return begun ?? { bundleId, isSmall: false, isReplayed: true };
}

async function ask(cx: OwnContext, db: TenantDb, { type, incident_id, body }: Asked): Promise<Begun> {
  const subject = await findSubject(db, incident_id);
  if (subject === null) throw NotFound.with();
  const period = type === "soc2" ? await requestedPeriod(db, subject.incident, body) : null;
  await requireRoom(db);
  const listed = period === null ? 0 : await countIncidentsIn(db, period, MOST_RECORDS_AT_ONCE + 1);
  const isSmall = isMadeAtOnce(subject.records + listed);
  const at = await db.now();
  const row = await insertExport(db, {
    bundleId: bundleIdOf(type, randomBytes(6)),
    bundleType: type,
    format: body.format ?? "pdf",
    status: "generating",
    incidentId: incident_id,
    runId: subject.incident.sourceRunId,
    exportReason: body.export_reason ?? null,
    preparedFor: body.prepared_for ?? null,
    preparerNotes: body.preparer_notes ?? null,
    includeRawSteps: body.include_raw_steps ?? true,
    periodStart: period?.start ?? null,
    periodEnd: period?.end ?? null,
    requestedBy: actorKey(cx.principal),
    createdAt: at,
  });
  await enqueue(db, makeBundleJob, { tenant_id: db.tenantId, bundle_id: row.bundleId });
  await cx.auditIn(db, {
    entity_type: "export",
    entity_id: row.bundleId,
    ...(row.runId === null ? {} : { run_id: row.runId }),
    after: exportImage(row),
    detail: { records: subject.records, made_at_once: isSmall },
  });
  await writeOutbox(db, [{ topic: "export.created", entity_id: row.bundleId, payload: announcement(row) }], at);
  return { bundleId: row.bundleId, isSmall, isReplayed: false };
}

/** So many bundles of one tenant are made or wait at a time: everybody's jobs stand in one line. */
const MOST_IN_THE_MAKING = 20;

// Those that ask in the same moment do not see each other: as many more as there are connections may get in.
async function requireRoom(db: TenantDb): Promise<void> {
  if (!(await hasGenerating(db, MOST_IN_THE_MAKING))) return;
  const detail = `${MOST_IN_THE_MAKING} bundles are being made already. Ask again when one of them is ready.`;
  throw RateLimited.with({ detail, retry_after: 5 });
}

/** Null: the quarter of the incident, which the bundle works out and names. */
async function requestedPeriod(
  db: TenantDb,
  incident: typeof incidents.$inferSelect,
  body: ExportRequest,
): Promise<Period> {
  const wish = { start: instantIn(body.compliance_period_start), end: instantIn(body.compliance_period_end) };
  const period = periodOf(wish, incident.createdAt, await timeZoneOf(db));
  if (typeof period === "string") throw invalid(faultOf(period, wish));
  return period;
}

function instantIn(text: string | null | undefined): Date | null {
  return text === undefined || text === null ? null : new Date(text);
}

function faultOf(fault: PeriodFault, wish: { start: Date | null }): FieldError {
  const pointer = wish.start === null ? "#/compliance_period_end" : "#/compliance_period_start";
  if (fault === "empty") return { pointer, code: "empty_period", detail: "The period must end after it starts" };
  return { pointer, code: "misses_incident", detail: "The incident must lie within the period" };
}

/**
 * Countersigns a bundle that is there. Never by the one who exported it, nor by the one who made the key that did.
 * @throws NotFound, ExportNotReady, ExportFailed, OwnExport, ValidationFailed
 */
export async function reviewExport(cx: Context, bundleId: string, body: NewReview): Promise<Review> {
  const notes = body.notes ?? null;
  if (notes === null && needsNotes(body.verdict)) {
    throw invalid({ pointer: "#/notes", code: "required", detail: "An exception needs notes that say what it is" });
  }
  const row = await lockExport(cx.db, bundleId);
  if (row === null) throw NotFound.with();
  requireReady(row);
  if (await isExporter(cx.db, row)) throw OwnExport.with({ bundle_id: bundleId });
  const at = await cx.db.now();
  const made = await insertReview(cx.db, {
    ...{ id: uuidv7(), bundleId, verdict: body.verdict, notes },
    ...{ reviewedBy: actorKey(cx.principal), reviewedAt: at },
  });
  const hash = reviewHash(row, made);
  const wire = wireReview(made, hash);
  await writeLeafSources(cx.db, [{ kind: "approval", id: made.id, hash, at }]);
  await cx.audit({
    entity_type: "export_review",
    entity_id: made.id,
    ...(row.runId === null ? {} : { run_id: row.runId }),
    after: wire,
    detail: { bundle_id: bundleId },
  });
  const payload = { ...announcement(row), review_id: made.id, verdict: body.verdict };
  await writeOutbox(cx.db, [{ topic: "export.reviewed", entity_id: bundleId, payload }], at);
  return wire;
}
