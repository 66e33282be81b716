// Making a bundle, from the request's row to the file: draft, leaf and checkpoint, proof, bytes. Each half may be done again
// by somebody else after a failure; the file becomes visible in one transaction, whole.

import { createHash } from "node:crypto";
import type { BundleProof } from "@/server/evidence/bundle-file";
import { writeHash } from "@/server/evidence/hash";
import { assembleProof } from "@/server/exports/assemble-proof";
import { PART_BYTES } from "@/server/exports/draft-sink";
import { fileBytes } from "@/server/exports/file-bytes";
import { type Maker, underLease } from "@/server/exports/maker";
import { type DraftPlan, findDraftPlan, writeDraft } from "@/server/exports/read-draft";
import { fileOf } from "@/server/exports/rules";
import { changeExport, dropDraft, type ExportRow, findExport, insertPart, lockExport } from "@/server/exports/store";
import { announcement } from "@/server/exports/wire";
import { exportImage } from "@/server/logs/export-image";
import { writeAudit, writeOutbox } from "@/server/platform/audit/audit";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { signCheckpoint } from "@/server/transparency/sequencer";

/** Makes the file of a bundle whose lease the caller has. Throws what went wrong; what is done by then need not be done again. */
export async function makeBundle(maker: Maker, row: ExportRow): Promise<void> {
  await underLease(maker, row, async () => {
    if (row.bundleHash === null) await writeDraft(maker, row);
    await maker.say(65, "Signing the log");
    const checkpoint = await signCheckpoint(maker.principal.tenantId);
    const { plan, proof, read } = await asTenant(
      maker.principal,
      async (db) => {
        const [now, plan] = [await findExport(db, row.bundleId), await findDraftPlan(db, row.bundleId)];
        if (now?.bundleHash == null) throw new Error("a bundle with a draft has no hash");
        const of = { bundleId: row.bundleId, bundleHash: now.bundleHash, checkpoint };
        return { plan, proof: await assembleProof(db, plan.proof, of), read: now };
      },
      { isSnapshot: true },
    );
    maker.signal.throwIfAborted();
    await maker.say(75, "Writing the file");
    await writeFile(maker, read, { plan, proof });
  });
}

async function writeFile(
  maker: Maker,
  row: ExportRow,
  { plan, proof }: { plan: DraftPlan; proof: BundleProof },
): Promise<void> {
  const bytes = await fileBytes(maker, row, { form: plan.form, proof });
  await asTenant(maker.principal, async (db) => {
    // Somebody else may have been faster: what is there stays.
    const before = await lockExport(db, row.bundleId);
    if (before?.status !== "generating") return;
    const { hash, size } = await insertParts(db, row.bundleId, bytes(db));
    const at = await db.now();
    const after = await changeExport(db, row.bundleId, {
      ...{ status: "ready", progress: 100, stage: null, failure: null, leaseUntil: null, readyAt: at },
      ...{ fileHash: hash, size, ...fileOf(row.bundleId, plan.form) },
    });
    if (after === null) throw new Error("a locked bundle changed");
    await dropDraft(db, row.bundleId);
    const detail = { bundle_hash: proof.bundle_hash, file_hash: writeHash(hash), size };
    await writeAudit(db, [auditOf("export.completed", before, { after, detail })], { at });
    await writeOutbox(db, [{ topic: "export.ready", entity_id: row.bundleId, payload: announcement(after) }], at);
  });
}

async function insertParts(
  db: TenantDb,
  bundleId: string,
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ hash: Buffer; size: number }> {
  const hash = createHash("sha256");
  let [size, part] = [0, 0];
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PART_BYTES) {
      const bytes = Buffer.from(piece.subarray(at, at + PART_BYTES));
      hash.update(bytes);
      await insertPart(db, bundleId, part, bytes);
      size += bytes.length;
      part += 1;
    }
  }
  return { hash: hash.digest(), size };
}

/** Says that a bundle will not come, for good. */
export async function giveUp(maker: Maker, bundleId: string, failure: string): Promise<void> {
  await asTenant(maker.principal, async (db) => {
    const before = await lockExport(db, bundleId);
    if (before?.status !== "generating") return;
    const after = await changeExport(db, bundleId, { status: "failed", stage: null, leaseUntil: null, failure });
    if (after === null) throw new Error("a locked bundle changed");
    const at = await db.now();
    await dropDraft(db, bundleId);
    await writeAudit(db, [auditOf("export.failed", before, { after, detail: { failure } })], { at });
    await writeOutbox(db, [{ topic: "export.failed", entity_id: bundleId, payload: announcement(after) }], at);
  });
}

function auditOf(action: string, before: ExportRow, { after, detail }: { after: ExportRow; detail: object }) {
  return {
    action,
    entity_type: "export",
    entity_id: after.bundleId,
    ...(after.runId === null ? {} : { run_id: after.runId }),
    before: exportImage(before),
    after: exportImage(after),
    detail,
  };
}
