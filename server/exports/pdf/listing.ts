// A table as data: the same listing is set in a page when it is short and drawn as an annex when it is long.

import type { Face } from "@/server/exports/pdf/fonts";
import type { Tone } from "@/server/exports/pdf/theme";

export type Column = {
  head: string;
  /** Share of the width. */
  share: number;
  align?: "left" | "right";
  face?: Face;
};

export type Row = {
  /** As many as there are columns. */
  cells: readonly string[];
  /** Colours the row; its cells say the same in words. */
  tone?: Tone;
};

export type Listing = {
  /** Unique in a document. */
  id: string;
  title: string;
  columns: readonly Column[];
  rows: readonly Row[];
  /** Said where there are no rows. */
  empty: string;
  /** Up to how many rows the page takes; more go to an annex. */
  rowsInPage: number;
};

/** `A`, `B`, … `Z`, `AA`: how annexes are called. */
export function annexLetter(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest === 0 ? "" : annexLetter(rest - 1)}${String.fromCharCode(65 + (index % 26))}`;
}

export function isLong(listing: Listing): boolean {
  return listing.rows.length > listing.rowsInPage;
}
