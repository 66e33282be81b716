// From a model to the bytes of its document: annexes are measured first, because the body's foot counts their pages.

import { Font, renderToBuffer } from "@react-pdf/renderer";
import { type AnnexLayout, drawAnnexes, Typesetter } from "@/server/exports/pdf/annex";
import { type AnnexPlace, annexPlace } from "@/server/exports/pdf/annex-places";
import { bodyOf } from "@/server/exports/pdf/body";
import { fontFile } from "@/server/exports/pdf/fonts";
import { appendAnnexes, finish, openDocument } from "@/server/exports/pdf/join";
import { annexLetter, isLong, type Listing } from "@/server/exports/pdf/listing";
import { listingsOf } from "@/server/exports/pdf/listings/listings-of";
import type { PdfModel } from "@/server/exports/pdf/pdf-model";
import { runningOf } from "@/server/exports/pdf/running";

/** Works for seconds without giving way: for a thread of its own. */
export async function drawDocument(model: PdfModel): Promise<Uint8Array> {
  const listings = listingsOf(model.bundle);
  const layouts = layOut(listings.filter(isLong));
  const annexPages = layouts.reduce((sum, { pages }) => sum + pages.length, 0);
  const running = runningOf(model);
  registerFonts();
  const body = await renderToBuffer(bodyOf({ model, running, listings, places: placesOf(layouts), annexPages }));
  const document = await openDocument(body);
  if (layouts.length > 0) {
    const annexes = await drawAnnexes(layouts, running, document.getPageCount(), new Date(model.bundle.created_at));
    await appendAnnexes(document, annexes, layouts);
  }
  return finish(document, model);
}

function layOut(listings: readonly Listing[]): AnnexLayout[] {
  const typesetter = new Typesetter();
  return listings.map((listing, at) => typesetter.layOut(annexLetter(at), listing));
}

function placesOf(layouts: readonly AnnexLayout[]): AnnexPlace[] {
  let before = 0;
  return layouts.map(({ letter, listing, pages }) => {
    const place = annexPlace(listing.id, letter, before, pages.length);
    before += pages.length;
    return place;
  });
}

function registerFonts(): void {
  for (const [family, face] of [
    ["Inter", "text"],
    ["JetBrains Mono", "mono"],
  ] as const) {
    const fonts = ([400, 600] as const).map((fontWeight) => ({ src: fontFile(face, fontWeight), fontWeight }));
    Font.register({ family, fonts });
  }
}
