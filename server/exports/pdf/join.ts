// Body and annexes as one document that carries the JSON. Nothing in it comes from a clock or from chance.

import { createHash } from "node:crypto";
import {
  AFRelationship,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  type PDFObject,
  type PDFPage,
  type PDFRef,
} from "pdf-lib";
import type { AnnexLayout } from "@/server/exports/pdf/annex";
import { inert } from "@/server/exports/pdf/inert-text";
import type { PdfModel } from "@/server/exports/pdf/pdf-model";

type Chapter = { title: string; page: PDFPage };

export async function openDocument(bytes: Uint8Array): Promise<PDFDocument> {
  return PDFDocument.load(bytes, { updateMetadata: false });
}

/** `annexes` are all pages of `layouts`, in order. */
export async function appendAnnexes(
  body: PDFDocument,
  annexes: Uint8Array,
  layouts: readonly AnnexLayout[],
): Promise<void> {
  const drawn = await openDocument(annexes);
  const pages = await body.copyPages(drawn, drawn.getPageIndices());
  for (const page of pages) body.addPage(page);
  const chapters: Chapter[] = [];
  let at = 0;
  for (const { letter, listing, pages: own } of layouts) {
    const page = pages[at];
    if (page !== undefined) chapters.push({ title: `Annex ${letter}  ${inert(listing.title)}`, page });
    at += own.length;
  }
  addToOutline(body, chapters);
}

/** The finished file: plain objects and a plain table of them, so that a small reader finds the attachment. */
export async function finish(document: PDFDocument, { bundle, bundleHash, attachment }: PdfModel): Promise<Uint8Array> {
  const madeAt = new Date(bundle.created_at);
  await document.attach(attachment.bytes, attachment.name, {
    mimeType: "application/json",
    description: `The bundle ${bundle.bundle_id} as JSON, with its proof`,
    creationDate: madeAt,
    modificationDate: madeAt,
    afRelationship: AFRelationship.Source,
  });
  const id = PDFHexString.of(
    createHash("sha256").update(`${bundle.bundle_id} ${bundleHash}`).digest("hex").slice(0, 32),
  );
  const ids = PDFArray.withContext(document.context);
  ids.push(id);
  ids.push(id);
  document.context.trailerInfo.ID = ids;
  return document.save({ useObjectStreams: false, addDefaultPage: false, updateFieldAppearances: false });
}

/** pdf-lib has no words for bookmarks: these are hung behind those that the body brought. */
function addToOutline(document: PDFDocument, chapters: readonly Chapter[]): void {
  const { context, catalog } = document;
  const outlines = catalog.lookupMaybe(PDFName.of("Outlines"), PDFDict);
  const parent = catalog.get(PDFName.of("Outlines"));
  if (outlines === undefined || parent === undefined) return;
  let previous = outlines.get(PDFName.of("Last"));
  for (const { title, page } of chapters) {
    const item = context.obj({ Dest: [page.ref, "XYZ", null, null, null] });
    item.set(PDFName.of("Title"), PDFHexString.fromText(title));
    item.set(PDFName.of("Parent"), parent);
    const ref = context.register(item);
    link(document, outlines, previous, item, ref);
    previous = ref;
  }
}

function link(
  document: PDFDocument,
  outlines: PDFDict,
  previous: PDFObject | undefined,
  item: PDFDict,
  ref: PDFRef,
): void {
  if (previous === undefined) outlines.set(PDFName.of("First"), ref);
  else {
    item.set(PDFName.of("Prev"), previous);
    document.context.lookup(previous, PDFDict).set(PDFName.of("Next"), ref);
  }
  outlines.set(PDFName.of("Last"), ref);
  const shown = outlines.lookupMaybe(PDFName.of("Count"), PDFNumber)?.asNumber() ?? 0;
  outlines.set(PDFName.of("Count"), PDFNumber.of(shown + 1));
}
