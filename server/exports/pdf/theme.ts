// Measures and colours of the documents, in points. The colours are the console's.

/** US Letter with margins of 0.75 in. */
export const page = {
  width: 612,
  height: 792,
  margin: 54,
  headHeight: 24,
  footHeight: 32,
  /** How far the foot reaches into the lower margin. */
  footSink: 18,
} as const;
export const contentWidth = page.width - 2 * page.margin;

export const colour = {
  ink: "#171717",
  soft: "#525252",
  faint: "#737373",
  line: "#d4d4d4",
  hair: "#e5e5e5",
  wash: "#f5f5f5",
  white: "#ffffff",
  brand: "#1e3a8a",
  red: "#b91c1c",
  redWash: "#fef2f2",
  amber: "#b45309",
  amberWash: "#fffbeb",
  green: "#15803d",
  greenWash: "#f0fdf4",
  grey: "#525252",
  bar: "#93a8d6",
} as const;

/** How something is to be taken; each has a word beside its colour wherever it is used. */
export type Tone = "bad" | "warn" | "good" | "plain";

export const toneColour: Record<Tone, { ink: string; wash: string }> = {
  bad: { ink: colour.red, wash: colour.redWash },
  warn: { ink: colour.amber, wash: colour.amberWash },
  good: { ink: colour.green, wash: colour.greenWash },
  plain: { ink: colour.grey, wash: colour.wash },
};

export const size = { title: 21, section: 13, block: 10, body: 9, table: 7.5, small: 7.5, foot: 7 } as const;
