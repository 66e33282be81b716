"use client";

import { Fragment, type MouseEvent, memo, type ReactNode, useEffect, useId } from "react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { Menu } from "@/components/ui/menu";
import type { DataTableProps } from "./data-table";
import { cellClass } from "./data-table-head";
import { type BodyItem, toggled } from "./data-table-rows";
import type { RowWindow } from "./use-row-window";

/** The next page is asked for when this many rows are left below. */
const rowsAhead = 15;

interface BodyProps<R> extends DataTableProps<R> {
  items: readonly BodyItem<R>[];
  view: RowWindow;
  activeKey: string | null;
  onFocusRow: (key: string) => void;
}

export function TableBody<R>(props: BodyProps<R>) {
  const { items, view, more } = props;
  const last = view.indices.at(-1) ?? 0;
  const isNearEnd = more?.hasMore === true && !more.loading && items.length > 0 && last >= items.length - rowsAhead;
  const load = more?.load;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each length; `load` is new with every render.
  useEffect(() => {
    if (isNearEnd) load?.();
  }, [isNearEnd, items.length]);
  let next = 0;
  return (
    <tbody>
      {view.indices.map((index) => {
        const item = items[index];
        if (!item) return null;
        const gap = index - next;
        next = index + 1;
        return (
          <Fragment key={item.key}>
            <Gap rows={gap} height={view.rowHeight} />
            {item.kind === "group" ? <GroupRow label={item.label} /> : <Row {...props} item={item} />}
          </Fragment>
        );
      })}
      <Gap rows={items.length - next} height={view.rowHeight} />
    </tbody>
  );
}

// One cell wide, like a heading: a cell over all columns would bring back those that are left out of a narrow table.
function Gap({ rows, height }: { rows: number; height: number }) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden>
      <td className="p-0" style={{ height: rows * height }} />
    </tr>
  );
}

const GroupRow = memo(function GroupRow({ label }: { label: string }) {
  return (
    <tr className="bg-sunken">
      <th
        scope="rowgroup"
        className="h-(--row) overflow-visible whitespace-nowrap px-4 text-left font-medium text-muted text-xs"
      >
        {label}
      </th>
    </tr>
  );
});

type RowProps<R> = BodyProps<R> & { item: Extract<BodyItem<R>, { kind: "row" }> };

const cell = "h-(--row) border-b";

function Row<R>(props: RowProps<R>) {
  const { item, columns, openId, onOpen, rowHref, selected, rowMenu, activeKey, onFocusRow } = props;
  const isOpen = openId === item.key;
  const isSelected = selected?.has(item.key) === true;
  const href = rowHref?.(item.row);
  return (
    <tr
      data-row={item.key}
      aria-rowindex={item.index + 2}
      aria-current={isOpen || undefined}
      tabIndex={item.key === activeKey ? 0 : -1}
      onFocus={() => onFocusRow(item.key)}
      onClick={(event) => clicked(event, props, href)}
      className={classes(
        "outline-offset-[-2px]",
        isOpen || isSelected ? "bg-selected" : "hover:bg-hover",
        (onOpen || href) && "cursor-pointer",
      )}
    >
      {selected ? <SelectCell {...props} isSelected={isSelected} /> : null}
      {columns.map((column, at) => (
        <td
          key={column.id}
          className={classes(cell, cellClass(column, columns), at === 0 && href !== undefined && "relative")}
        >
          {at === 0 && href !== undefined ? (
            <RowLink href={href}>{column.cell(item.row)}</RowLink>
          ) : (
            column.cell(item.row)
          )}
        </td>
      ))}
      {rowMenu ? (
        <td className={classes(cell, "pr-2 text-right")}>
          <Menu label="Actions" items={rowMenu(item.row)} />
        </td>
      ) : null}
    </tr>
  );
}

// A link below the cell's content and not around it: the content may have buttons, and a link can be opened elsewhere.
function RowLink({ href, children }: { href: string; children: ReactNode }) {
  const name = useId();
  return (
    <>
      <Link href={href} prefetch={false} tabIndex={-1} aria-labelledby={name} className="absolute inset-0" />
      <span
        id={name}
        className="pointer-events-none relative block truncate [&_a]:pointer-events-auto [&_button]:pointer-events-auto [&_time]:pointer-events-auto"
      >
        {children}
      </span>
    </>
  );
}

function SelectCell<R>({ item, isSelected, selected, onSelect }: RowProps<R> & { isSelected: boolean }) {
  return (
    <td className={classes(cell, "pl-3")}>
      <input
        type="checkbox"
        aria-label="Select this row"
        tabIndex={-1}
        checked={isSelected}
        onChange={() => selected && onSelect?.(toggled(selected, item.key))}
        className="accent-accent"
      />
    </td>
  );
}

/** A click on the row itself opens it; one on what stands in it, or one that wants a new tab, is left alone. */
function clicked<R>(
  event: MouseEvent<HTMLTableRowElement>,
  { item, onOpen }: RowProps<R>,
  href: string | undefined,
): void {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (event.defaultPrevented || !isPlain || window.getSelection()?.type === "Range") return;
  const control = (event.target as Element).closest("a, button, input, label, [role=menuitem]");
  const link = event.currentTarget.querySelector<HTMLAnchorElement>("a[aria-labelledby]");
  if (control !== null && control !== link) return;
  if (onOpen) {
    event.preventDefault();
    onOpen(item.row);
  } else if (href !== undefined && control === null) link?.click();
}
