// Figures, tables and pass lines as they stand in bench/RESULTS.md.

/** A figure beside its pass line; without a line it is only shown. */
export type Line = { what: string; figure: number; line: string; holds: boolean | null };

export function atMost(what: string, figure: number, most: number): Line {
  return { what, figure, line: `≤ ${most}`, holds: figure <= most };
}

export function atLeast(what: string, figure: number, least: number): Line {
  return { what, figure, line: `≥ ${least}`, holds: figure >= least };
}

export function shown(what: string, figure: number): Line {
  return { what, figure, line: "", holds: null };
}

/** Ratios first, because only they can be compared between machines; absolute numbers come behind them. */
export function lineTable(lines: readonly Line[]): string[] {
  return table(["what", "figure", "pass line", ""], lines.map(lineCells));
}

function lineCells({ what, figure, line, holds }: Line): string[] {
  const verdict = holds ? "holds" : "**missed**";
  return [what, figure.toFixed(2), line, holds === null ? "" : verdict];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

export function whole(value: number): string {
  return String(Math.round(value));
}

export function ms(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

export function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 2 : 0);
}
