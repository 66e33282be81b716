// From a draft and its proof to the bytes that are handed out.

import type { BundleProof } from "@/server/evidence/bundle-file";
import { jcs } from "@/server/evidence/canonical";
import { sealPdf } from "@/server/evidence/pdf-seal";
import type { Maker } from "@/server/exports/maker";
import type { AnyBundle } from "@/server/exports/pdf/pdf-model";
import { renderPdf } from "@/server/exports/pdf/render";
import type { FileForm } from "@/server/exports/rules";
import { type ExportRow, findDraftPart } from "@/server/exports/store";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { signers } from "@/server/transparency/keys";

type Made = { form: FileForm; proof: BundleProof };
type Bytes = (db: TenantDb) => AsyncIterable<Uint8Array>;

/** The bytes in pieces, read from the draft as they are asked for; only a document is made before. */
export async function fileBytes(maker: Maker, row: ExportRow, made: Made): Promise<Bytes> {
  if (made.form !== "pdf") return (db) => textBytes(db, row.bundleId, made);
  const sealed = await documentBytes(maker, row, made.proof);
  return () => inOne(sealed);
}

async function* textBytes(db: TenantDb, bundleId: string, { form, proof }: Made): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part += 1) {
    const bytes = await findDraftPart(db, bundleId, part);
    if (bytes === null) break;
    yield bytes;
  }
  if (form === "json" || form === "pdf") yield Buffer.from(`,"proof":${jcs(proof)}}`);
  if (form === "jsonl") yield Buffer.from(`{"proof":${jcs(proof)}}\n`);
}

async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The document with the JSON inside and its seal line. */
async function documentBytes(maker: Maker, row: ExportRow, proof: BundleProof): Promise<Uint8Array> {
  const { principal } = maker;
  const json = await asTenant(principal, (db) => whole(textBytes(db, row.bundleId, { form: "json", proof })));
  await maker.say(80, "Drawing the document");
  const attachment = { name: `${row.bundleId}.json`, bytes: json };
  const drawn = await renderPdf({ bundle: bundleIn(json), bundleHash: proof.bundle_hash, attachment });
  const by = await signers(principal.tenantId);
  const [origin] = by.map(({ name }) => name);
  if (origin === undefined) throw new Error("nobody signs");
  return sealPdf(drawn, { origin, bundle_id: row.bundleId, bundle_hash: proof.bundle_hash, signers: by });
}

// The draft that `writeCore` made of this very bundle.
function bundleIn(json: Buffer): AnyBundle {
  return JSON.parse(json.toString("utf8")).bundle;
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of pieces) found.push(piece);
  return Buffer.concat(found);
}
