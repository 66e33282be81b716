"use client";
// Which rows of one height are in sight of what scrolls around them, and how far to scroll for one that is not.

import { useCallback, useSyncExternalStore } from "react";

export type Scroller = Element | Window;

export interface Rows {
  count: number;
  /** In pixels. */
  rowHeight: number;
  /** From the top of what scrolls to the first row, in pixels. */
  margin: number;
}

export interface View {
  /** How far it is scrolled, and how much of it is seen, in pixels. */
  top: number;
  height: number;
}

/** The page is drawn anew each time this many rows have gone by. */
const step = 4;
const overscan = 10;

/** Indices from `first` up to, not including, `end`. Before `scroller` is known, the first `unmeasured` rows. */
export function useRowsInSight(scroller: Scroller | null, rows: Rows, unmeasured: number) {
  const watch = useCallback((changed: () => void) => watchView(scroller, changed), [scroller]);
  const { rowHeight, margin } = rows;
  const top = useSyncExternalStore(
    watch,
    () => (scroller === null ? 0 : stepAt(viewOf(scroller).top - margin, rowHeight)),
    () => 0,
  );
  const height = useSyncExternalStore(
    watch,
    () => (scroller === null ? 0 : viewOf(scroller).height),
    () => 0,
  );
  if (scroller === null) return { first: 0, end: Math.min(rows.count, unmeasured) };
  return rowsInSight({ top, height }, rows);
}

/** The row at a distance from the first one, down to a whole step. */
function stepAt(distance: number, rowHeight: number): number {
  return Math.floor(distance / rowHeight / step) * step * rowHeight;
}

/** `top` counts from the first row. */
export function rowsInSight({ top, height }: View, { count, rowHeight }: Omit<Rows, "margin">) {
  const first = Math.floor(top / rowHeight) - overscan;
  const end = Math.ceil((top + height) / rowHeight) + step + overscan;
  return { first: Math.min(Math.max(0, first), count), end: Math.min(Math.max(0, end), count) };
}

/** `pinned`: an index that is drawn although it is out of sight. */
export function indicesOf({ first, end }: { first: number; end: number }, pinned: number, count: number): number[] {
  const indices = Array.from({ length: end - first }, (_none, at) => first + at);
  if (pinned < 0 || pinned >= count || (pinned >= first && pinned < end)) return indices;
  return pinned < first ? [pinned, ...indices] : [...indices, pinned];
}

interface Padding {
  /** In pixels: what stands over the rows at the edges of the view. */
  start: number;
  end: number;
}

/** Where to scroll to, so that the row is in sight; as little as possible. Null: it is. */
export function offsetFor(index: number, view: View, { rowHeight, margin }: Rows, padding: Padding): number | null {
  const above = margin + index * rowHeight;
  const below = above + rowHeight;
  if (above < view.top + padding.start) return Math.max(0, above - padding.start);
  return below > view.top + view.height - padding.end ? below + padding.end - view.height : null;
}

export function scrollToRow(scroller: Scroller, index: number, rows: Rows, padding: Padding): void {
  const top = offsetFor(index, viewOf(scroller), rows, padding);
  if (top !== null) scroller.scrollTo({ top, behavior: "instant" });
}

export function viewOf(scroller: Scroller): View {
  return scroller instanceof Element
    ? { top: scroller.scrollTop, height: scroller.clientHeight }
    : { top: scroller.scrollY, height: scroller.innerHeight };
}

function watchView(scroller: Scroller | null, changed: () => void): () => void {
  if (scroller === null) return () => undefined;
  const sizes = new ResizeObserver(changed);
  sizes.observe(scroller instanceof Element ? scroller : document.documentElement);
  scroller.addEventListener("scroll", changed, { passive: true });
  window.addEventListener("resize", changed);
  return () => {
    sizes.disconnect();
    scroller.removeEventListener("scroll", changed);
    window.removeEventListener("resize", changed);
  };
}
