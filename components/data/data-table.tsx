"use client";

import { type ReactNode, useId, useMemo, useRef } from "react";
import type { MenuItem } from "@/components/ui/menu";
import { TableBody } from "./data-table-body";
import { TableHead } from "./data-table-head";
import { bodyItems } from "./data-table-rows";
import { count } from "./format";
import { useRowKeys } from "./use-row-keys";
import { useRowWindow } from "./use-row-window";

export interface Column<R> {
  id: string;
  header: string;
  cell: (row: R) => ReactNode;
  /** Numbers stand at the end. */
  align?: "end";
  /** In pixels. */
  width?: number;
  /** Takes what the others leave. */
  grow?: boolean;
  /** The field in the list's `sort`. */
  sort?: string;
  /** Left out of tables narrower than 672, 896 or 1152 pixels. */
  hideBelow?: "sm" | "md" | "lg" | "xl" | "2xl";
}

export interface More {
  hasMore: boolean;
  loading: boolean;
  load: () => void;
}

export interface Total {
  count: number;
  isLowerBound: boolean;
}

export interface DataTableProps<R> {
  /** What the table is of, for screen readers. */
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowId: (row: R) => string;
  onOpen?: (row: R) => void;
  openId?: string | null;
  rowHref?: (row: R) => string;
  /** `field` or `-field`. */
  sort?: string;
  onSort?: (sort: string) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  more?: More;
  total?: Total;
  rowMenu?: (row: R) => MenuItem[];
  groupBy?: (row: R) => string;
}

/** A long list as a real table: only the rows in sight are in the page, and the keyboard walks all of them. */
export function DataTable<R>(props: DataTableProps<R>) {
  const { label, columns, rows, rowId, groupBy, more, total } = props;
  const table = useRef<HTMLTableElement>(null);
  const caption = useId();
  const items = useMemo(() => bodyItems(rows, rowId, groupBy), [rows, rowId, groupBy]);
  const keys = useRowKeys(table, items, props);
  const view = useRowWindow(table, items, keys.activeIndex);
  keys.scrollTo.current = view.scrollTo;
  return (
    <div className="@container min-w-0">
      <table
        ref={table}
        data-table=""
        aria-labelledby={caption}
        aria-rowcount={total && !total.isLowerBound ? total.count + 1 : -1}
        className="w-full table-fixed border-separate border-spacing-0 text-sm [overflow-anchor:none]"
        onKeyDown={keys.onKeyDown}
      >
        <caption id={caption} className="sr-only">
          {label}
        </caption>
        <TableHead {...props} />
        <TableBody {...props} items={items} view={view} activeKey={keys.activeKey} onFocusRow={keys.onFocusRow} />
      </table>
      <TableFoot shown={rows.length} columns={columns.length} total={total} more={more} />
    </div>
  );
}

interface FootProps {
  shown: number;
  columns: number;
  total: Total | undefined;
  more: More | undefined;
}

function TableFoot({ shown, total, more }: FootProps) {
  if (!total && !more?.hasMore) return null;
  const all = total ? `${count(Math.max(total.count, shown))}${total.isLowerBound ? "+" : ""}` : null;
  return (
    <div className="flex h-9 items-center gap-3 px-4 text-muted text-xs tabular-nums" aria-live="polite">
      <span>
        {all === null ? count(shown) : shown === total?.count ? `${all} in all` : `${count(shown)} of ${all}`}
      </span>
      {more?.hasMore ? (
        <button
          type="button"
          className="rounded px-1.5 py-1 hover:bg-hover"
          onClick={more.load}
          disabled={more.loading}
        >
          {more.loading ? "Loading…" : "Load more"}
        </button>
      ) : null}
    </div>
  );
}
