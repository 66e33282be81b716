// Where a word may be broken. React-PDF sets a hyphen at each part it is given, which would change a hash or a path; an
// empty part between two others is a place to break without one.

import type { Face } from "@/server/exports/pdf/fonts";

/** In ems of the bold weight, at the wide end: a word taken for too wide is broken where it need not be, the other way round it is cut. */
const widest = /[WMm@%—…œæ]/u;
const wide = /[\p{Lu}w&]/u;
const slim = /[ijl.,:;'|!()[\]\s]/;

/**
 * A word stays whole where it fits in `room` points. Where it does not, it breaks behind its punctuation, and a piece
 * that does not fit either at any character.
 */
export function wordBreaker(room: number, points: number, face: Face): (word: string) => string[] {
  const fits = (text: string) => estimatedWidth(text, points, face) <= room;
  return (word) => {
    if (fits(word)) return [word];
    const pieces = word
      .split(/(?<=[-._/:;,=&?)\]])(?=[^-._/:;,=&?)\]])/)
      .flatMap((piece) => (fits(piece) ? [piece] : [...piece]));
    return pieces.flatMap((piece, at) => (at === 0 ? [piece] : ["", piece]));
  };
}

/** In points, rather too many than too few. */
export function estimatedWidth(word: string, points: number, face: Face): number {
  if (face === "mono") return 0.6 * points * word.length;
  let ems = 0;
  for (const character of word) {
    ems += widest.test(character) ? 1 : wide.test(character) ? 0.8 : slim.test(character) ? 0.36 : 0.64;
  }
  return ems * points;
}
