"use client";

import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef } from "react";
import { moveInTree, type TreeRow } from "./trace-rows";
import { TraceTreeRow, traceGrid } from "./trace-tree-row";

const ROW_PX = 30;
/** What the server draws, which knows no window. */
const firstRect = { width: 700, height: 448 };

interface TraceTreeProps {
  rows: readonly TreeRow[];
  selected: string | null;
  onSelect: (id: string) => void;
  onToggle: (id: string) => void;
  /** Called when the last rows come into sight. */
  onEnd: () => void;
}

/** A trace as a tree: one stop for the tab key, arrows inside; what is selected has the focus. */
export function TraceTree({ rows, selected, onSelect, onToggle, onEnd }: TraceTreeProps) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const at = rows.findIndex((row) => row.id === selected);
  const view = useRowsInSight(scroller, rows, at);
  useCall(onEnd, (view.shown.at(-1)?.index ?? 0) >= rows.length - 5 ? rows.length : null);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const move = moveInTree(rows, selected, event.key);
    if (move === null) return;
    event.preventDefault();
    if ("focus" in move) onSelect(move.focus);
    else onToggle(move.toggle);
  }

  return (
    <div className="@container min-w-0">
      <TreeHead />
      <div
        ref={scroller}
        role="tree"
        aria-label="Trace"
        tabIndex={0}
        aria-activedescendant={at < 0 ? undefined : `${id}-${selected}`}
        onKeyDown={onKeyDown}
        className="max-h-[28rem] overflow-y-auto border-b"
      >
        <div role="presentation" className="relative" style={{ height: view.height }}>
          {view.shown.map(({ index, start, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const place = { id: `${id}-${row.id}`, top: start, height: ROW_PX };
            return <TraceTreeRow key={key} {...{ row, place, onSelect, onToggle }} isSelected={row.id === selected} />;
          })}
        </div>
      </div>
    </div>
  );
}

function TreeHead() {
  return (
    <div className={traceGrid} aria-hidden>
      <span className="pl-7">Step</span>
      <span>Decision</span>
      <span>Duration</span>
      <span className="hidden @2xl:block">Cost</span>
      <span className="hidden text-right @2xl:block">Tokens so far</span>
    </div>
  );
}

// The selected row is what the tree points at, so it stays in the page when it is scrolled away.
function useRowsInSight(scroller: RefObject<HTMLDivElement | null>, rows: readonly TreeRow[], selected: number) {
  const pinned = selected < 0 ? [] : [selected];
  const view = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialRect: firstRect,
    getItemKey: (index) => rows[index]?.id ?? index,
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), ...pinned])].sort((a, b) => a - b),
  });
  useCall(() => view.scrollToIndex(selected, { align: "auto" }), selected < 0 ? null : selected);
  return { shown: view.getVirtualItems(), height: view.getTotalSize() };
}

/** Calls once for each new value that is not null. */
function useCall(call: () => void, value: number | null): void {
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => {
    if (value !== null) latest.current();
  }, [value]);
}
