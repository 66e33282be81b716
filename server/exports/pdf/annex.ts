// Long listings, drawn row by row with pdfkit: ten thousand rows in seconds and in little memory, where React-PDF would
// lay out for minutes. First the rows are divided into pages, so that the page numbers are known, then they are drawn.

import PDFDocument from "pdfkit";
import { columnFigures, type Face, fontFile, letterforms, type Weight } from "@/server/exports/pdf/fonts";
import { inert } from "@/server/exports/pdf/inert-text";
import { rememberLetters } from "@/server/exports/pdf/letter-shaping";
import type { Column, Listing, Row } from "@/server/exports/pdf/listing";
import type { Running } from "@/server/exports/pdf/running";
import { colour, contentWidth, page, size, toneColour } from "@/server/exports/pdf/theme";

const lineHeight = 9.6;
const rowPadding = 2.4;
const cellGap = 6;
const indent = 4;
const foot = page.height - page.margin + page.footSink - page.footHeight;
const top = page.margin + 34;
const bottom = foot - 6;
/** Gives the loop of its thread a turn after so many pages, for messages to get through. */
const PAGES_A_TURN = 16;

type SetRow = { lines: string[][]; tone: Row["tone"]; height: number };
export type AnnexPage = SetRow[];
export type AnnexLayout = { letter: string; listing: Listing; pages: AnnexPage[] };
type Pdf = InstanceType<typeof PDFDocument>;
const textFeatures = asFeatureList(letterforms);
const figureFeatures = asFeatureList(columnFigures);

/** Divides listings into pages; measures with the fonts that draw. */
export class Typesetter {
  readonly #pdf = newPdf(new Date(0));

  layOut(letter: string, listing: Listing): AnnexLayout {
    const pages: AnnexPage[] = [];
    let current: AnnexPage = [];
    let used = 0;
    for (const row of listing.rows) {
      for (const part of divided(this.#set(row, listing.columns))) {
        if (used + part.height > bottom - top && current.length > 0) {
          pages.push(current);
          current = [];
          used = 0;
        }
        current.push(part);
        used += part.height;
      }
    }
    pages.push(current);
    return { letter, listing, pages };
  }

  #set(row: Row, columns: readonly Column[]): SetRow {
    const weight = weightOf(row.tone);
    const lines = columns.map((column, at) => {
      const measure = (text: string) => this.#width(text, column, weight);
      return broken(inert(row.cells[at] ?? "", column.face), widthOf(column, columns), measure);
    });
    const deepest = Math.max(1, ...lines.map(({ length }) => length));
    return { lines, tone: row.tone, height: deepest * lineHeight + 2 * rowPadding };
  }

  #width(text: string, { face = "text", align }: Column, weight: Weight): number {
    const features = align === "right" ? figureFeatures : textFeatures;
    select(this.#pdf, face, weight, pointsOf(face));
    return this.#pdf.widthOfString(text, { features });
  }
}

/** Lines of at most that width. Words go to the next line whole where they fit on one. */
function broken(text: string, width: number, measure: (text: string) => number): string[] {
  const found: string[] = [];
  let line = "";
  const add = (piece: string) => {
    if (line !== "" && measure((line + piece).trimEnd()) > width) {
      found.push(line.trimEnd());
      line = "";
    }
    line += piece;
  };
  for (const word of text.split(/(?<= )/)) {
    if (measure(word.trimEnd()) <= width) add(word);
    else for (const character of word) add(character);
  }
  return line.trim() === "" && found.length > 0 ? found : [...found, line.trimEnd()];
}

/** A row taller than a page is continued on the next; every line of it is there. */
function divided(row: SetRow): SetRow[] {
  const most = Math.floor((bottom - top - 2 * rowPadding) / lineHeight);
  const deepest = Math.max(...row.lines.map(({ length }) => length));
  if (deepest <= most) return [row];
  const parts: SetRow[] = [];
  for (let at = 0; at < deepest; at += most) {
    const lines = row.lines.map((cell) => cell.slice(at, at + most));
    const depth = Math.min(most, deepest - at);
    parts.push({ lines, tone: row.tone, height: depth * lineHeight + 2 * rowPadding });
  }
  return parts;
}

/** One document of all annexes. Pages count on from `bodyPages`. */
export async function drawAnnexes(
  layouts: readonly AnnexLayout[],
  running: Running,
  bodyPages: number,
  createdAt: Date,
): Promise<Uint8Array> {
  const pdf = newPdf(createdAt);
  const chunks: Uint8Array[] = [];
  pdf.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => pdf.once("end", resolve).once("error", reject));
  const total = bodyPages + layouts.reduce((sum, { pages }) => sum + pages.length, 0);
  let number = bodyPages;
  for (const layout of layouts) {
    for (const [at, rows] of layout.pages.entries()) {
      number++;
      drawPage(pdf, layout, at, rows);
      drawFrame(pdf, running, number, total);
      if (number % PAGES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}

function drawPage(pdf: Pdf, { letter, listing, pages }: AnnexLayout, at: number, rows: AnnexPage): void {
  pdf.addPage({ size: "LETTER", margin: 0 });
  const part = pages.length === 1 ? "" : ` (part ${at + 1} of ${pages.length})`;
  write(pdf, `Annex ${letter} · ${inert(listing.title)}${part}`, page.margin, page.margin - 4, {
    weight: 600,
    points: size.block,
  });
  const heads: SetRow = {
    lines: listing.columns.map(({ head }) => [head]),
    tone: undefined,
    height: 0,
  };
  drawCells(pdf, listing.columns, heads, page.margin + 18, { weight: 600, ink: colour.soft });
  rule(pdf, top - 2, colour.ink, 0.75);
  let y = top;
  for (const row of rows) {
    drawRow(pdf, listing.columns, row, y);
    y += row.height;
  }
}

function drawRow(pdf: Pdf, columns: readonly Column[], row: SetRow, y: number): void {
  const tone = row.tone === undefined ? null : toneColour[row.tone];
  if (tone !== null) {
    pdf.rect(page.margin, y, contentWidth, row.height).fill(tone.wash);
    pdf.rect(page.margin, y, 2, row.height).fill(tone.ink);
  }
  drawCells(pdf, columns, row, y + rowPadding, {
    weight: weightOf(row.tone),
    ink: tone?.ink ?? colour.ink,
  });
  rule(pdf, y + row.height, colour.hair, 0.5);
}

function drawCells(
  pdf: Pdf,
  columns: readonly Column[],
  row: SetRow,
  y: number,
  style: { weight: Weight; ink: string },
): void {
  let x = page.margin + indent;
  for (const [at, column] of columns.entries()) {
    const width = widthOf(column, columns);
    const { face = "text" } = column;
    const isRight = column.align === "right";
    const features = isRight ? figureFeatures : textFeatures;
    select(pdf, face, style.weight, pointsOf(face));
    for (const [depth, line] of (row.lines[at] ?? []).entries()) {
      if (line === "") continue;
      const shift = isRight ? width - pdf.widthOfString(line, { features }) : 0;
      write(pdf, line, x + shift, y + depth * lineHeight, { ...style, face, points: pointsOf(face), features });
    }
    x += width + cellGap;
  }
}

function drawFrame(pdf: Pdf, running: Running, number: number, total: number): void {
  write(pdf, inert(`${running.kind}  ·  ${running.bundleId}`), page.margin, 30, {
    points: size.foot,
    ink: colour.soft,
  });
  rule(pdf, foot, colour.line, 0.5);
  write(pdf, `bundle_hash ${running.bundleHash}`, page.margin, foot + 6, {
    face: "mono",
    points: size.foot,
    ink: colour.soft,
  });
  const numbered = `Page ${number} of ${total}`;
  select(pdf, "text", 400, size.foot);
  const width = pdf.widthOfString(numbered, { features: textFeatures });
  write(pdf, numbered, page.width - page.margin - width, foot + 6, { points: size.foot, ink: colour.soft });
  write(pdf, inert(running.line), page.margin, foot + 16, { points: size.foot, ink: colour.faint });
}

type Features = ReturnType<typeof asFeatureList>;
type Written = { face?: Face; weight?: Weight; points: number; ink?: string; features?: Features };

function write(
  pdf: Pdf,
  text: string,
  x: number,
  y: number,
  { face = "text", weight = 400, points, ink = colour.ink, features = textFeatures }: Written,
): void {
  select(pdf, face, weight, points);
  pdf.fillColor(ink).text(text, x, y, { lineBreak: false, features });
}

function select(pdf: Pdf, face: Face, weight: Weight, points: number): void {
  pdf.font(`${face}${weight}`).fontSize(points);
}

function rule(pdf: Pdf, y: number, ink: string, width: number): void {
  pdf
    .moveTo(page.margin, y)
    .lineTo(page.width - page.margin, y)
    .lineWidth(width)
    .stroke(ink);
}

function widthOf(column: Column, columns: readonly Column[]): number {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  return ((contentWidth - indent) * column.share) / shares - cellGap;
}

function weightOf(tone: Row["tone"]): Weight {
  return tone === "bad" ? 600 : 400;
}

function pointsOf(face: Face): number {
  return face === "mono" ? size.foot : size.table;
}

function newPdf(createdAt: Date): Pdf {
  const pdf = new PDFDocument({ autoFirstPage: false, info: { CreationDate: createdAt, ModDate: createdAt } });
  for (const face of ["text", "mono"] as const) {
    for (const weight of [400, 600] as const) {
      pdf.registerFont(`${face}${weight}`, fontFile(face, weight)).font(`${face}${weight}`);
      rememberLetters(pdf);
    }
  }
  return pdf;
}

/** The types of pdfkit know a list of features to turn on; fontkit behind it also takes an object that turns them off. */
function asFeatureList(features: object): PDFKit.Mixins.OpenTypeFeatures[] {
  return features as unknown as PDFKit.Mixins.OpenTypeFeatures[];
}
