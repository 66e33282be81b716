// Keyset paging for statements by hand (joins, computed sort values): the twin of the O2 helper, which pages one table.
// Rows without a sort value come last in both directions.

import type { PgColumn } from "drizzle-orm/pg-core";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { encodeCursor, readCursor } from "@/server/platform/http/cursor";
import {
  countedUnlessSeen,
  type ListAnswer,
  type ListQuery,
  listAnswer,
  maxCounted,
  offsetOf,
  sortOf,
} from "@/server/platform/http/list";
import { invalid } from "@/server/platform/http/problem";

export type Fragment = ReturnType<TenantDb["fragment"]>;

export type Key = {
  /** The sort value of a row, in the page's own statement. */
  value: Fragment;
  id: Fragment;
  /** Tells a sort value's type; any column of that type will do. */
  valueLike: PgColumn;
  idLike: PgColumn;
  /** False lets the planner walk a plain index in either direction. */
  isNullable: boolean;
};

type Keyset = {
  /** The condition on rows behind the cursor; true without one. */
  after: Fragment;
  order: Fragment;
  /** The same order over a page read as `page`, whose columns are `sort_value` and `sort_id`. */
  orderOfPage: Fragment;
  /** One more than a page, to know whether there is another. */
  limit: number;
  offset: number;
};

/** @throws 422 for a cursor that is not ours, of another sort, or given beside `page`. */
export function keysetOf(db: TenantDb, query: ListQuery, key: Key): Keyset {
  const isAscending = sortOf(query).direction === "asc";
  const direction = isAscending ? db.fragment`asc` : db.fragment`desc`;
  const nulls = key.isNullable ? db.fragment`nulls last` : db.fragment``;
  return {
    after: query.cursor === undefined ? db.fragment`true` : afterOf(db, query, key),
    order: db.fragment`${key.value} ${direction} ${nulls}, ${key.id} ${direction}`,
    orderOfPage: db.fragment`page.sort_value ${direction} ${nulls}, page.sort_id ${direction}`,
    limit: query.page_size + 1,
    offset: offsetOf(query),
  };
}

function afterOf(db: TenantDb, query: ListQuery, key: Key): Fragment {
  if (query.page !== undefined) {
    throw invalid({ pointer: "?cursor", code: "contradiction", detail: "Give either page or cursor" });
  }
  const cursor = readCursor(query.cursor ?? "", { sort: query.sort, column: key.valueLike, id: key.idLike });
  const beyond = sortOf(query).direction === "asc" ? db.fragment`>` : db.fragment`<`;
  if (cursor.value === null) return db.fragment`(${key.value} is null and ${key.id} ${beyond} ${cursor.id})`;
  const later = db.fragment`(${key.value}, ${key.id}) ${beyond} (${cursor.value}, ${cursor.id})`;
  return key.isNullable ? db.fragment`(${later} or ${key.value} is null)` : later;
}

/** What every page's statement gives beside its columns. */
export type Keyed = { sort_value: string | number | Date | null; sort_id: string };

/** O2 of a page read with `limit` rows; `counted` may stop at `countCap`. */
export function keysetAnswer<R extends Keyed, I>(page: {
  rows: readonly R[];
  query: ListQuery;
  counted: number;
  item: (row: R) => I;
}): ListAnswer<I> {
  const { rows, query, counted } = page;
  const shown = rows.slice(0, query.page_size);
  const last = rows.length > query.page_size ? shown.at(-1) : undefined;
  const next = last && encodeCursor({ sort: query.sort, value: last.sort_value, id: last.sort_id });
  return listAnswer({ items: shown.map(page.item), query, counted, next: next ?? null });
}

/** Where counting stops: one beyond what is said exactly. */
export const countCap = maxCounted + 1;

/** Joins conditions by `and`; true where there are none. */
export function allOf(db: TenantDb, conditions: readonly (Fragment | null)[]): Fragment {
  const given = conditions.filter((condition) => condition !== null);
  return given.reduce((all, condition) => db.fragment`${all} and ${condition}`, db.fragment`true`);
}

/** The rows of all these selects. */
export function oneAfterAnother(db: TenantDb, selects: readonly Fragment[]): Fragment {
  return selects.reduce((all, select) => db.fragment`${all} union all ${select}`);
}

/**
 * How many there are in all. What stands before a page and what it shows is known, so that `countBehind` is asked for the
 * rest: it counts the rows after the place of its query's cursor. Behind a cursor all are counted anew.
 */
export function countedWith<Q extends ListQuery>(
  query: Q,
  rows: readonly Keyed[],
  countBehind: (query: Q) => Promise<number>,
): Promise<number> {
  return countedUnlessSeen(query, rows, async () => {
    const last = query.cursor === undefined ? rows[query.page_size - 1] : undefined;
    if (last === undefined) return countBehind({ ...query, cursor: undefined });
    const cursor = encodeCursor({ sort: query.sort, value: last.sort_value, id: last.sort_id });
    return offsetOf(query) + query.page_size + (await countBehind({ ...query, page: undefined, cursor }));
  });
}

/** `make(value)` where a filter was given, else null. */
export function when<V>(value: V | undefined, make: (value: V) => Fragment): Fragment | null {
  return value === undefined ? null : make(value);
}

/** A pattern for `like` that finds `text` anywhere, its wildcards taken as letters. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id that `text` is, or null: ids are compared as such, and only with what can be one. */
export function wholeId(text: string): string | null {
  const id = text.toLowerCase();
  return uuid.test(id) ? id : null;
}

// postgres.js gives columns as SQL names them; views read rows by the names of the schema.
export function fromColumns<T>(row: object): T {
  const named: Record<string, unknown> = {};
  for (const name of Object.keys(row)) named[nameInSchema(name)] = Reflect.get(row, name);
  return named as T;
}

// There are as many as the statements have columns.
const namesInSchema = new Map<string, string>();

function nameInSchema(column: string): string {
  const known = namesInSchema.get(column);
  if (known !== undefined) return known;
  const name = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  namesInSchema.set(column, name);
  return name;
}
