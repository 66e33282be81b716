// From a draft and its proof to the bytes that are handed out.

import type { BundleProof } from "@/server/evidence/bundle-file";
import { jcs } from "@/server/evidence/canonical";
import { sealPdf } from "@/server/evidence/pdf-seal";
import type { NoteSigner } from "@/server/evidence/signed-note";
import type { Maker } from "@/server/exports/maker";
import type { AnyBundle } from "@/server/exports/pdf/pdf-model";
import { renderPdf } from "@/server/exports/pdf/render";
import type { FileForm } from "@/server/exports/rules";
import { type ExportRow, findDraftPart } from "@/server/exports/store";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";

/** What follows the draft of a file that is text. */
export function textBehindDraft(form: FileForm, proof: BundleProof): string {
  if (form === "csv") return "";
  return form === "jsonl" ? `{"proof":${jcs(proof)}}\n` : `,"proof":${jcs(proof)}}`;
}

/** The text of a draft in its parts. */
export async function* draftBytes(db: TenantDb, bundleId: string): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part += 1) {
    const bytes = await findDraftPart(db, bundleId, part);
    if (bytes === null) return;
    yield bytes;
  }
}

/** The document with the JSON inside and its seal line. `by`: who seals it, named by the proof's history of keys. */
export async function documentBytes(
  maker: Maker,
  row: ExportRow,
  { proof, by }: { proof: BundleProof; by: readonly NoteSigner[] },
): Promise<Uint8Array> {
  const { principal } = maker;
  const draft = await asTenant(principal, (db) => whole(draftBytes(db, row.bundleId)));
  const json = Buffer.concat([draft, Buffer.from(textBehindDraft("json", proof))]);
  await maker.say(80, "Drawing the document");
  const attachment = { name: `${row.bundleId}.json`, bytes: json };
  const drawn = await renderPdf({ bundle: bundleIn(json), bundleHash: proof.bundle_hash, attachment });
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
