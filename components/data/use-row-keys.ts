"use client";
// The keyboard of a table: one row is in the tab order, j/k and the arrows walk, x selects, enter opens.

import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { DataTableProps } from "./data-table";
import { type BodyItem, rowAway, toggled } from "./data-table-rows";

const steps: Readonly<Record<string, number>> = {
  j: 1,
  ArrowDown: 1,
  k: -1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

interface RowKeys {
  activeKey: string | null;
  activeIndex: number;
  scrollTo: RefObject<(index: number) => void>;
  onFocusRow: (key: string) => void;
  onKeyDown: (event: KeyboardEvent<HTMLTableElement>) => void;
}

export function useRowKeys<R>(
  table: RefObject<HTMLTableElement | null>,
  items: readonly BodyItem<R>[],
  { openId, onOpen, selected, onSelect }: DataTableProps<R>,
): RowKeys {
  const [focused, setFocused] = useState<string | null>(null);
  const scrollTo = useRef<(index: number) => void>(() => undefined);
  const first = items.find((item) => item.kind === "row")?.key ?? null;
  const wanted = focused ?? openId ?? first;
  const activeKey = items.some((item) => item.key === wanted) ? wanted : first;
  const activeIndex = items.findIndex((item) => item.key === activeKey);

  function goTo(index: number): void {
    const item = items[index];
    if (item?.kind !== "row") return;
    setFocused(item.key);
    scrollTo.current(index);
    // The row may come into the page only with the scrolling.
    requestAnimationFrame(() => rowElement(table.current, item.key)?.focus({ preventScroll: true }));
    if (openId != null && openId !== item.key) onOpen?.(item.row);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTableElement>): void {
    const item = items[activeIndex];
    const isOnRow = event.target instanceof HTMLTableRowElement;
    if (!isOnRow || item?.kind !== "row" || event.metaKey || event.ctrlKey || event.altKey) return;
    const step = steps[event.key];
    if (step !== undefined) goTo(rowAway(items, activeIndex, step));
    else if (event.key === "Enter") openRow(table.current, item, onOpen);
    else if (event.key === "x" && selected) onSelect?.(toggled(selected, item.key));
    else return;
    event.preventDefault();
  }

  useKeysFromNowhere(table, (by) =>
    goTo(focused === null && openId == null ? activeIndex : rowAway(items, activeIndex, by)),
  );
  return { activeKey, activeIndex, scrollTo, onFocusRow: setFocused, onKeyDown };
}

/** j and k reach the page's first table also while nothing has the focus. */
function useKeysFromNowhere(table: RefObject<HTMLTableElement | null>, walk: (by: number) => void): void {
  const latest = useRef(walk);
  useEffect(() => {
    latest.current = walk;
  });
  useEffect(() => {
    function listen(event: globalThis.KeyboardEvent): void {
      const isForUs = event.target === document.body && document.querySelector("table[data-table]") === table.current;
      if (!isForUs || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key !== "j" && event.key !== "k") return;
      event.preventDefault();
      latest.current(event.key === "j" ? 1 : -1);
    }
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [table]);
}

function openRow<R>(
  table: HTMLTableElement | null,
  item: Extract<BodyItem<R>, { kind: "row" }>,
  onOpen: ((row: R) => void) | undefined,
): void {
  if (onOpen) onOpen(item.row);
  else rowElement(table, item.key)?.querySelector<HTMLAnchorElement>("a[aria-labelledby]")?.click();
}

function rowElement(table: HTMLTableElement | null, key: string): HTMLElement | null {
  return table?.querySelector(`tr[data-row="${CSS.escape(key)}"]`) ?? null;
}
