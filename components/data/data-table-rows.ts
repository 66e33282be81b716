// What stands in a table's body, in order: group headings and rows; and where a list moves when rows come in above.

export type BodyItem<R> =
  | { kind: "group"; key: string; label: string }
  | { kind: "row"; key: string; row: R /** From 0, groups not counted. */; index: number };

/** The rows with a heading before each run of rows of one group. */
export function bodyItems<R>(
  rows: readonly R[],
  rowId: (row: R) => string,
  groupBy?: (row: R) => string,
): BodyItem<R>[] {
  const items: BodyItem<R>[] = [];
  let group: string | null = null;
  for (const [index, row] of rows.entries()) {
    const label = groupBy?.(row) ?? null;
    if (label !== null && label !== group) items.push({ kind: "group", key: `group:${label}:${index}`, label });
    group = label;
    items.push({ kind: "row", key: rowId(row), row, index });
  }
  return items;
}

/** By how many places the item with this key moved down; 0 when it is gone. */
export function shiftOf<R>(items: readonly BodyItem<R>[], anchor: { key: string; at: number }): number {
  const now = items.findIndex((item) => item.key === anchor.key);
  return now < 0 ? 0 : now - anchor.at;
}

/** The sort that a click on a column asks for: descending first, then ascending. */
export function nextSort(current: string | undefined, field: string): string {
  return current === `-${field}` ? field : `-${field}`;
}

/** For `aria-sort`. */
export function sortDirection(current: string | undefined, field: string): "ascending" | "descending" | "none" {
  if (current === field) return "ascending";
  return current === `-${field}` ? "descending" : "none";
}

/** The set with the key put in, or taken out if it was in. */
export function toggled(selected: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** The row that is `by` rows away from the item at `from`, headings not counted; the nearest there is. */
export function rowAway<R>(items: readonly BodyItem<R>[], from: number, by: number): number {
  const rows = items.flatMap((item, index) => (item.kind === "row" ? [index] : []));
  if (rows.length === 0) return -1;
  const at = Math.max(0, rows.indexOf(from));
  return rows[Math.min(rows.length - 1, Math.max(0, at + by))] ?? -1;
}
