"use client";
// Which rows of a long table are in the page: the scroller is whatever scrolls around the table, the window or an element.

import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { type BodyItem, shiftOf } from "./data-table-rows";
import { indicesOf, type Scroller, scrollToRow, useRowsInSight, viewOf } from "./rows-in-sight";

/** Rows rendered before anything has been measured, so that the server's page is already full. */
const firstRows = 40;
const defaultRowHeight = 32;

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
  const rows = { count: items.length, rowHeight, margin };
  const sight = useRowsInSight(scroller, rows, firstRows);
  useKeptPlace(table, items, { scroller, margin, rowHeight });
  // The sticky head and the console's top bar stand above the rows.
  const padding = { start: 3 * rowHeight, end: rowHeight };
  return {
    indices: indicesOf(sight, pinned, items.length),
    rowHeight,
    scrollTo: (index) => scroller && scrollToRow(scroller, index, rows, padding),
  };
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
    const margin = Math.round(body.getBoundingClientRect().top - edgeOf(scroller) + viewOf(scroller).top);
    const rowHeight = body.querySelector<HTMLElement>("tr[data-row]")?.offsetHeight || defaultRowHeight;
    if (scroller === place.scroller && Math.abs(margin - place.margin) < 1 && rowHeight === place.rowHeight) return;
    setPlace({ scroller, margin, rowHeight });
  });
  return place;
}

function scrollerOf(element: Element): Scroller {
  for (let above = element.parentElement; above && above !== document.body; above = above.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(above).overflowY)) return above;
  }
  return window;
}

/** Where what is seen begins, from the top of the window, in pixels. */
function edgeOf(scroller: Scroller): number {
  return scroller instanceof Element ? scroller.getBoundingClientRect().top : 0;
}

/** Rows that come in above do not move what is being read. */
function useKeptPlace<R>(table: RefObject<HTMLTableElement | null>, items: readonly BodyItem<R>[], place: Place): void {
  const previous = useRef(items);
  useLayoutEffect(() => {
    const before = previous.current;
    previous.current = items;
    const body = table.current?.tBodies[0];
    if (before === items || place.scroller === null || !body) return;
    const at = Math.floor((edgeOf(place.scroller) - body.getBoundingClientRect().top) / place.rowHeight) + 1;
    const anchor = before[at];
    if (at < 1 || !anchor) return;
    const shift = shiftOf(items, { key: anchor.key, at }) * place.rowHeight;
    if (shift !== 0) place.scroller.scrollBy({ top: shift, behavior: "instant" });
  }, [table, items, place]);
}
