"use client";

import { ArrowDown, ArrowUp } from "lucide-react";
import { classes } from "@/components/ui/classes";
import type { Column, DataTableProps } from "./data-table";
import { nextSort, sortDirection } from "./data-table-rows";

// By the table's own width and not the window's: a panel beside it takes from it.
const hidden = {
  sm: "@max-md:hidden",
  md: "@max-2xl:hidden",
  lg: "@max-4xl:hidden",
  xl: "@max-6xl:hidden",
  "2xl": "@max-[88rem]:hidden",
} as const;

// Where the first column is hidden, the second stands at the edge.
const atEdge = {
  sm: "@max-md:nth-2:pl-4",
  md: "@max-2xl:nth-2:pl-4",
  lg: "@max-4xl:nth-2:pl-4",
  xl: "@max-6xl:nth-2:pl-4",
  "2xl": "@max-[88rem]:nth-2:pl-4",
} as const;

export function cellClass<R>(column: Column<R>, columns: readonly Column<R>[]): string {
  const first = columns[0]?.hideBelow;
  return classes(
    "truncate px-2 *:align-middle first:pl-4 last:pr-4",
    first && column === columns[1] && atEdge[first],
    column.align === "end" && "text-right tabular-nums",
    column.hideBelow && hidden[column.hideBelow],
  );
}

const headCell = "sticky top-(--table-top,0px) z-10 h-7 border-b bg-page text-left font-normal text-muted text-xs";

export function TableHead<R>({ columns, rows, rowId, sort, onSort, selected, onSelect, rowMenu }: DataTableProps<R>) {
  const areAll = rows.length > 0 && rows.every((row) => selected?.has(rowId(row)));
  return (
    <thead>
      <tr aria-rowindex={1}>
        {selected ? (
          <th scope="col" className={classes(headCell, "w-8 pl-3")}>
            <input
              type="checkbox"
              aria-label="Select all loaded rows"
              checked={areAll}
              onChange={() => onSelect?.(areAll ? new Set() : new Set(rows.map(rowId)))}
              className="accent-accent"
            />
          </th>
        ) : null}
        {columns.map((column) => (
          <th
            key={column.id}
            scope="col"
            aria-sort={column.sort ? sortDirection(sort, column.sort) : undefined}
            style={column.width === undefined || column.grow ? undefined : { width: column.width }}
            className={classes(headCell, cellClass(column, columns))}
          >
            {column.sort && onSort ? (
              <SortButton column={column} field={column.sort} sort={sort} onSort={onSort} />
            ) : (
              column.header
            )}
          </th>
        ))}
        {rowMenu ? (
          <th scope="col" className={classes(headCell, "w-10")}>
            <span className="sr-only">Actions</span>
          </th>
        ) : null}
      </tr>
    </thead>
  );
}

interface SortButtonProps<R> {
  column: Column<R>;
  field: string;
  sort: string | undefined;
  onSort: (sort: string) => void;
}

function SortButton<R>({ column, field, sort, onSort }: SortButtonProps<R>) {
  const direction = sortDirection(sort, field);
  const Arrow = direction === "ascending" ? ArrowUp : ArrowDown;
  return (
    <button
      type="button"
      onClick={() => onSort(nextSort(sort, field))}
      className={classes(
        "group/sort inline-flex h-6 max-w-full items-center gap-1 rounded hover:text-ink",
        direction !== "none" && "text-ink",
        column.align === "end" && "flex-row-reverse",
      )}
    >
      <span className="truncate">{column.header}</span>
      <Arrow
        aria-hidden
        className={classes("size-3 shrink-0", direction === "none" && "opacity-0 group-hover/sort:opacity-60")}
      />
    </button>
  );
}
