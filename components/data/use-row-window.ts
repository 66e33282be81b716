"use client";
// Which rows of a long table are in the page: the scroller is whatever scrolls around the table, the window or an element.

import { defaultRangeExtractor, type Range, useVirtualizer, useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { type BodyItem, shiftOf } from "./data-table-rows";

/** Rows rendered before anything has been measured, so that the server's page is already full. */
const firstRows = 40;
const overscan = 10;
const defaultRowHeight = 32;

type Scroller = { kind: "window" } | { kind: "element"; element: Element };

export interface RowWindow {
  /** Indices to render, ascending; between some there may be gaps. */
  indices: readonly number[];
  rowHeight: number;
  scrollTo: (index: number) => void;
}

/** `pinned`: an index that stays in the page although it is out of sight, for it has the focus. */
export function useRowWindow<R>(
  table: RefObject<HTMLTableElement | null>,
  items: readonly BodyItem<R>[],
  pinned: number,
): RowWindow {
  const { scroller, margin, rowHeight } = usePlace(table);
  const options = {
    count: items.length,
    estimateSize: () => rowHeight,
    getItemKey: (index: number) => items[index]?.key ?? index,
    overscan,
    scrollMargin: margin,
    // The sticky head and the console's top bar stand above the rows.
    scrollPaddingStart: 3 * rowHeight,
    scrollPaddingEnd: rowHeight,
    rangeExtractor: (range: Range) => withPinned(defaultRangeExtractor(range), pinned, items.length),
  };
  const element = scroller?.kind === "element" ? scroller.element : null;
  const within = useVirtualizer({ ...options, getScrollElement: () => element, enabled: element !== null });
  const page = useWindowVirtualizer({ ...options, enabled: scroller?.kind === "window" });
  const virtualizer = element ? within : page;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was measured is of no use once rows have another height.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  useKeptPlace(table, items, { scroller, margin, rowHeight });

  const indices =
    scroller === null ? items.slice(0, firstRows).map((_item, index) => index) : virtualizer.getVirtualIndexes();
  return { indices, rowHeight, scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "auto" }) };
}

function withPinned(range: readonly number[], pinned: number, length: number): number[] {
  if (pinned < 0 || pinned >= length || range.includes(pinned)) return [...range];
  return [...range, pinned].sort((a, b) => a - b);
}

interface Place {
  scroller: Scroller | null;
  /** From the top of what scrolls to the first row, in pixels. */
  margin: number;
  rowHeight: number;
}

function usePlace(table: RefObject<HTMLTableElement | null>): Place {
  const [place, setPlace] = useState<Place>({ scroller: null, margin: 0, rowHeight: defaultRowHeight });
  // What stands above the table may have grown with any render.
  useLayoutEffect(() => {
    const body = table.current?.tBodies[0];
    if (!body) return;
    const scroller = place.scroller ?? scrollerOf(body);
    const margin = Math.round(body.getBoundingClientRect().top + offsetOf(scroller));
    const rowHeight = body.querySelector<HTMLElement>("tr[data-row]")?.offsetHeight || defaultRowHeight;
    if (scroller === place.scroller && Math.abs(margin - place.margin) < 1 && rowHeight === place.rowHeight) return;
    setPlace({ scroller, margin, rowHeight });
  });
  return place;
}

function scrollerOf(element: Element): Scroller {
  for (let above = element.parentElement; above && above !== document.body; above = above.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(above).overflowY)) return { kind: "element", element: above };
  }
  return { kind: "window" };
}

function offsetOf(scroller: Scroller): number {
  if (scroller.kind === "window") return window.scrollY;
  return scroller.element.scrollTop - scroller.element.getBoundingClientRect().top;
}

/** Rows that come in above do not move what is being read. */
function useKeptPlace<R>(table: RefObject<HTMLTableElement | null>, items: readonly BodyItem<R>[], place: Place): void {
  const previous = useRef(items);
  useLayoutEffect(() => {
    const before = previous.current;
    previous.current = items;
    const body = table.current?.tBodies[0];
    if (before === items || place.scroller === null || !body) return;
    const top = place.scroller.kind === "element" ? place.scroller.element.getBoundingClientRect().top : 0;
    const at = Math.floor((top - body.getBoundingClientRect().top) / place.rowHeight) + 1;
    const anchor = before[at];
    if (at < 1 || !anchor) return;
    const shift = shiftOf(items, { key: anchor.key, at }) * place.rowHeight;
    const target = place.scroller.kind === "element" ? place.scroller.element : window;
    if (shift !== 0) target.scrollBy({ top: shift, behavior: "instant" });
  }, [table, items, place]);
}
