/** A set of code points as sorted or unsorted inclusive ranges. */
export type Ranges = readonly (readonly [number, number])[];

export type PatternTree =
  | { readonly kind: "empty" }
  | { readonly kind: "set"; readonly ranges: Ranges }
  | { readonly kind: "edge"; readonly edge: "start" | "end" }
  | { readonly kind: "sequence"; readonly parts: readonly PatternTree[] }
  | { readonly kind: "either"; readonly parts: readonly PatternTree[] }
  | { readonly kind: "repeat"; readonly of: PatternTree; readonly min: number; readonly max: number };

export const lastCodePoint = 0x10ffff;

export const digits: Ranges = [[48, 57]];
export const wordCharacters: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
export const spaces: Ranges = [
  [9, 10],
  [12, 13],
  [32, 32],
];
export const lineFeed: Ranges = [[10, 10]];

export function complement(ranges: Ranges): Ranges {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > next) rest.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= lastCodePoint) rest.push([next, lastCodePoint]);
  return rest;
}

/** Adds the other case: of ASCII letters in ranges, and of any single letter. */
export function ignoreCase(ranges: Ranges): Ranges {
  return ranges.flatMap(([low, high]) => [[low, high] as const, ...otherCase(low, high)]);
}

function otherCase(low: number, high: number): Ranges {
  if (low === high && low > 127) {
    const letter = String.fromCodePoint(low);
    return [letter.toLowerCase(), letter.toUpperCase()]
      .map((folded) => folded.codePointAt(0) ?? low)
      .map((folded) => [folded, folded] as const);
  }
  const upper = overlap(low, high, [65, 90], 32);
  return [...upper, ...overlap(low, high, [97, 122], -32)];
}

function overlap(low: number, high: number, [first, last]: readonly [number, number], shift: number): Ranges {
  const from = Math.max(low, first);
  const to = Math.min(high, last);
  return from <= to ? [[from + shift, to + shift]] : [];
}
