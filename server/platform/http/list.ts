// Pages of lists (O2). By page number for people, by cursor for programs: a cursor is the sort value and the id of the
// last row, so rows that arrive meanwhile neither repeat nor skip any. The sort value alone repeats.

import { and, asc, desc, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { TenantDb, TenantTable } from "@/server/platform/db/tenant-db";
import type { Pagination } from "@/server/platform/http/contract";
import { encodeCursor, readCursor } from "@/server/platform/http/cursor";
import { invalid } from "@/server/platform/http/problem";

export const maxCounted = 10_000;

/** The parsed query of a `listEndpoint`. */
export interface ListQuery {
  page?: number | undefined;
  page_size: number;
  cursor?: string | undefined;
  /** A sort field, with a leading minus for descending. */
  sort: string;
}

export interface Sort {
  field: string;
  direction: "asc" | "desc";
}

export interface ListAnswer<I> {
  items: I[];
  pagination: Pagination;
  filters_applied: Record<string, unknown>;
  sort: Sort;
}

export interface ListSource<T extends TenantTable, I> {
  table: T;
  where?: SQL | undefined;
  /** The column behind each name that the contract sorts by. */
  sorts: Readonly<Record<string, PgColumn>>;
  /** Breaks ties; unique per tenant. */
  id: PgColumn;
  item: (row: T["$inferSelect"]) => I;
}

/** One page of one table. Throws 422 for a cursor that is not ours, of another sort, or given beside `page`. */
export async function listPage<T extends TenantTable, I>(
  db: TenantDb,
  query: ListQuery,
  source: ListSource<T, I>,
): Promise<ListAnswer<I>> {
  const sort = sortOf(query);
  const column = source.sorts[sort.field];
  if (!column) throw new Error(`no column is given for the sort "${sort.field}" of the contract`);
  const keys = { column, id: source.id, sort };
  const after = query.cursor === undefined ? undefined : afterCursor(query, keys);
  const rows = await db.rows(source.table, {
    where: and(source.where, after),
    orderBy: orderOf(keys),
    limit: query.page_size + 1,
    offset: after ? 0 : offsetOf(query),
  });
  const counted = await countedUnlessSeen(query, rows, () => db.count(source.table, source.where, maxCounted + 1));
  const shown = rows.slice(0, query.page_size);
  const last = rows.length > query.page_size ? shown.at(-1) : undefined;
  const next = last === undefined ? null : cursorAfter(last, source, keys);
  return listAnswer({ items: shown.map(source.item), query, counted, next });
}

/** How many match. A page that is the last one says so by itself, and nothing is looked for twice. */
export async function countedUnlessSeen(
  query: ListQuery,
  rows: readonly unknown[],
  count: () => Promise<number>,
): Promise<number> {
  const before = offsetOf(query);
  const isLast = rows.length <= query.page_size && (rows.length > 0 || before === 0);
  return isLast && query.cursor === undefined ? before + rows.length : count();
}

/** O2 around items that a store fetched itself. `counted` may stop at `maxCounted + 1`. */
export function listAnswer<I>(page: {
  items: I[];
  query: ListQuery;
  counted: number;
  next: string | null;
}): ListAnswer<I> {
  const { query, counted } = page;
  const isBound = counted > maxCounted;
  return {
    items: page.items,
    pagination: {
      total: isBound ? maxCounted : counted,
      ...(isBound ? { total_is_lower_bound: true as const } : {}),
      page: query.cursor === undefined ? (query.page ?? 1) : null,
      page_size: query.page_size,
      next_cursor: page.next,
    },
    filters_applied: filtersOf(query),
    sort: sortOf(query),
  };
}

/** `-created_at` → created_at, desc. */
export function sortOf(query: ListQuery): Sort {
  const isDescending = query.sort.startsWith("-");
  return { field: query.sort.replace(/^-/, ""), direction: isDescending ? "desc" : "asc" };
}

/** Rows before the wanted page; 0 when reading by cursor. */
export function offsetOf(query: ListQuery): number {
  return query.cursor === undefined ? ((query.page ?? 1) - 1) * query.page_size : 0;
}

function filtersOf(query: ListQuery): Record<string, unknown> {
  const { page: _page, page_size: _size, cursor: _cursor, sort: _sort, ...filters } = query;
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

interface Keys {
  column: PgColumn;
  id: PgColumn;
  sort: Sort;
}

function orderOf({ column, id, sort }: Keys): SQL[] {
  const direction = sort.direction === "asc" ? asc : desc;
  // Without "nulls last" a plain index on a column that is never null serves both directions.
  const first = column.notNull ? direction(column) : sql`${direction(column)} nulls last`;
  return column === id ? [first] : [first, direction(id)];
}

function afterCursor(query: ListQuery, { column, id, sort }: Keys): SQL {
  if (query.page !== undefined) {
    throw invalid({ pointer: "?cursor", code: "contradiction", detail: "Give either page or cursor" });
  }
  const cursor = readCursor(query.cursor ?? "", { sort: query.sort, column, id });
  const beyond = sql.raw(sort.direction === "asc" ? ">" : "<");
  const lastId = sql.param(cursor.id, id);
  if (cursor.value === null) return sql`(${column} is null and ${id} ${beyond} ${lastId})`;
  const value = sql.param(cursor.value, column);
  const later = sql`(${column}, ${id}) ${beyond} (${value}, ${lastId})`;
  return column.notNull ? later : sql`(${later} or ${column} is null)`;
}

function cursorAfter<T extends TenantTable, I>(row: T["$inferSelect"], source: ListSource<T, I>, keys: Keys): string {
  const value = valueIn(source.table, row, keys.column);
  const sort = keys.sort.direction === "asc" ? keys.sort.field : `-${keys.sort.field}`;
  return encodeCursor({ sort, value, id: String(valueIn(source.table, row, keys.id)) });
}

// A row's keys are the table object's property names, which a column does not know.
function valueIn(table: TenantTable, row: Record<string, unknown>, column: PgColumn): unknown {
  const name = Object.keys(table).find((key) => Reflect.get(table, key) === column);
  if (name === undefined) throw new Error(`the column ${column.name} is not of this table`);
  return row[name];
}
