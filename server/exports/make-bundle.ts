// Making a bundle, from the request's row to the file: draft, leaf and checkpoint, proof, bytes. Each half may be done again
// by somebody else after a failure; the file becomes visible in one transaction, whole.

import { createHash, type Hash } from "node:crypto";
import type { BundleProof } from "@/server/evidence/bundle-file";
import { writeHash } from "@/server/evidence/hash";
import type { NoteSigner } from "@/server/evidence/signed-note";
import { assembleProof } from "@/server/exports/assemble-proof";
import { PART_BYTES } from "@/server/exports/draft-sink";
import type { Unmakable } from "@/server/exports/failure";
import { documentBytes, draftBytes, textBehindDraft } from "@/server/exports/file-bytes";
import { type Maker, underLease } from "@/server/exports/maker";
import { type DraftPlan, findDraftPlan, writeDraft } from "@/server/exports/read-draft";
import { fileOf } from "@/server/exports/rules";
import {
  changeExport,
  dropDraft,
  type ExportRow,
  findExport,
  insertPart,
  lockExport,
  moveDraft,
} from "@/server/exports/store";
import { announcement } from "@/server/exports/wire";
import { exportImage } from "@/server/logs/export-image";
import { writeAudit, writeOutbox } from "@/server/platform/audit/audit";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { signers } from "@/server/transparency/keys";
import { signCheckpoint } from "@/server/transparency/sequencer";

/** Makes the file of a bundle whose lease the caller has. Throws what went wrong; what is done by then need not be done again. */
export async function makeBundle(maker: Maker, row: ExportRow): Promise<void> {
  await underLease(maker, row, async () => {
    const drafted = row.bundleHash === null ? await writeDraft(maker, row) : null;
    await maker.say(65, "Signing the log");
    const checkpoint = await signCheckpoint(maker.principal.tenantId);
    // Before the history of keys is read: drawing takes time, and by then the key may be one that the bundle does not name.
    const by = await signers(maker.principal.tenantId);
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
    await writeFile(maker, read, { plan, proof, drafted, by });
  });
}

type Read = { plan: DraftPlan; proof: BundleProof; drafted: Hash | null; by: readonly NoteSigner[] };

async function writeFile(maker: Maker, row: ExportRow, { plan, proof, drafted, by }: Read): Promise<void> {
  const put = await fileWriter(maker, row, { plan, proof, drafted, by });
  await asTenant(maker.principal, async (db) => {
    // Somebody else may have been faster: what is there stays. Who is at it in the same moment meets the other's parts, and fails.
    if ((await findExport(db, row.bundleId))?.status !== "generating") return;
    // Before the row is locked: a long file takes a while, and the lease is renewed meanwhile.
    const { hash, size } = await put(db);
    const before = await lockExport(db, row.bundleId);
    if (before?.status !== "generating") throw new Error("the bundle was given up meanwhile");
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

type Written = { hash: Buffer; size: number };

/** Does what takes time before the transaction. Text stays in the database: its draft becomes the file's parts there. */
async function fileWriter(
  maker: Maker,
  row: ExportRow,
  { plan, proof, drafted, by }: Read,
): Promise<(db: TenantDb) => Promise<Written>> {
  const { bundleId } = row;
  if (plan.form === "pdf") {
    const sealed = await documentBytes(maker, row, { proof, by });
    return async (db) => {
      await insertParts(db, bundleId, { bytes: sealed, first: 0 });
      return { hash: createHash("sha256").update(sealed).digest(), size: sealed.length };
    };
  }
  const hash = drafted ?? (await asTenant(maker.principal, (db) => hashOf(draftBytes(db, bundleId))));
  const rest = Buffer.from(textBehindDraft(plan.form, proof));
  const fileHash = hash.update(rest).digest();
  return async (db) => {
    const { parts, size } = await moveDraft(db, bundleId);
    await insertParts(db, bundleId, { bytes: rest, first: parts });
    return { hash: fileHash, size: size + rest.length };
  };
}

async function insertParts(
  db: TenantDb,
  bundleId: string,
  { bytes, first }: { bytes: Uint8Array; first: number },
): Promise<void> {
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    await insertPart(db, bundleId, first + at / PART_BYTES, Buffer.from(bytes.subarray(at, at + PART_BYTES)));
  }
}

async function hashOf(pieces: AsyncIterable<Uint8Array>): Promise<Hash> {
  const hash = createHash("sha256");
  for await (const piece of pieces) hash.update(piece);
  return hash;
}

const CERTAIN = "It would fail the same way again: ask for it anew when that is mended.";

/** Every attempt would end like this one: whoever waits is told now. */
export function giveUpAtOnce(maker: Maker, bundleId: string, why: Unmakable): Promise<void> {
  return giveUp(maker, bundleId, `${why.message} ${CERTAIN}`);
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
