"use client";

import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { indicesOf, scrollToRow, useRowsInSight } from "@/components/data/rows-in-sight";
import { moveInTree, type TreeRow } from "./trace-rows";
import { TraceTreeRow, traceGrid } from "./trace-tree-row";

const ROW_PX = 30;
/** What the server draws, which knows no window. */
const firstRows = 27;

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
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const at = rows.findIndex((row) => row.id === selected);
  const shown = useShownRows(scroller, rows, at);
  useCall(onEnd, (shown.at(-1)?.index ?? 0) >= rows.length - 5 ? rows.length : null);

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
        ref={setScroller}
        role="tree"
        aria-label="Trace"
        tabIndex={0}
        aria-activedescendant={at < 0 ? undefined : `${id}-${selected}`}
        onKeyDown={onKeyDown}
        className="max-h-[28rem] overflow-y-auto border-b"
      >
        <div role="presentation" className="relative" style={{ height: rows.length * ROW_PX }}>
          {shown.map(({ row, top }) => {
            const place = { id: `${id}-${row.id}`, top, height: ROW_PX };
            const isSelected = row.id === selected;
            return <TraceTreeRow key={row.id} {...{ row, place, onSelect, onToggle, isSelected }} />;
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
function useShownRows(scroller: Element | null, all: readonly TreeRow[], selected: number) {
  const rows = { count: all.length, rowHeight: ROW_PX, margin: 0 };
  const sight = useRowsInSight(scroller, rows, firstRows);
  const isMeasured = scroller !== null;
  useCall(
    () => scroller && scrollToRow(scroller, selected, rows, { start: 0, end: 0 }),
    isMeasured && selected >= 0 ? selected : null,
  );
  return indicesOf(sight, selected, all.length).flatMap((index) => {
    const row = all[index];
    return row === undefined ? [] : [{ row, index, top: index * ROW_PX }];
  });
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
