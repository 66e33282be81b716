import type { PageResults } from "@/bench/pages-bench";
import { atMost, lineTable, table } from "@/bench/report/lines";

const MOST_KB = 180;
/** What rounding to device pixels makes of nothing. */
const MOST_SHIFT = 0.001;

export function pagesSection({ rows }: PageResults): string[] {
  const heaviest = rows.reduce((most, row) => (row.scriptBytes > most.scriptBytes ? row : most));
  const restless = rows.reduce((most, row) => (row.shift > most.shift ? row : most));
  return [
    ...lineTable([
      atMost(`scripts of the heaviest page (${heaviest.path}), kB`, heaviest.scriptBytes / 1_000, MOST_KB),
      atMost(`layout shift of the most restless page (${restless.path})`, restless.shift, MOST_SHIFT),
    ]),
    "",
    "Scripts that the document names, each compressed by gzip: all that runs before somebody can use the page. What opens",
    "on demand (menus, dialogs, the palette, the editor of conditions) is loaded then and does not count.",
    "",
    ...table(
      ["page", "scripts, kB", "layout shift"],
      rows.map(({ path, scriptBytes, shift }) => [path, (scriptBytes / 1_000).toFixed(1), shift.toFixed(4)]),
    ),
  ];
}
