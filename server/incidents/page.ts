// Pages of lists whose order is no column of one table: severities by weight, a timeline of two sources, relations by
// rank. As in platform/http/list.ts, a cursor is the last row's (sort value, id).

import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";
import { encodeCursor } from "@/server/platform/http/cursor";
import { type ListAnswer, type ListQuery, listAnswer, maxCounted, offsetOf, sortOf } from "@/server/platform/http/list";
import { invalid } from "@/server/platform/http/problem";

/** The sort value as text, and the id. */
type Position = { key: string; id: string };

/** What a store reads: `limit` is one more than the page, to know whether there is a next one. */
export type PageRequest = {
  field: string;
  direction: "asc" | "desc";
  limit: number;
  offset: number;
  after: Position | null;
};

export const countCap = maxCounted + 1;

const Cursor = z.tuple([z.string(), z.string(), z.string()]);

/** Throws 422 for a cursor that a list in this order did not give. */
export function pageRequest(query: ListQuery): PageRequest {
  if (query.cursor !== undefined && query.page !== undefined) {
    throw invalid({ pointer: "?cursor", code: "contradiction", detail: "Give either page or cursor" });
  }
  const after = query.cursor === undefined ? null : positionIn(query.cursor, query.sort);
  return { ...sortOf(query), limit: query.page_size + 1, offset: offsetOf(query), after };
}

function positionIn(cursor: string, sort: string): Position {
  const parsed = Cursor.safeParse(jsonOf(Buffer.from(cursor, "base64url").toString("utf8")));
  if (!parsed.success || parsed.data[0] !== sort) {
    throw invalid({
      pointer: "?cursor",
      code: "invalid_cursor",
      detail: "It is not a cursor of this list in this order",
    });
  }
  const [, key, id] = parsed.data;
  return { key, id };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The O2 answer. `rows` may hold one more than the page; `counted` stops at `countCap`. */
export function pageOf<Row, Item>(parts: {
  query: ListQuery;
  rows: readonly Row[];
  counted: number;
  positionOf(row: Row): Position;
  item(row: Row): Item;
  /** Filters that the address fixes. */
  fixed?: Readonly<Record<string, unknown>>;
}): ListAnswer<Item> {
  const { query, rows, counted } = parts;
  const shown = rows.slice(0, query.page_size);
  const last = rows.length > shown.length ? shown.at(-1) : undefined;
  return listAnswer({
    items: shown.map(parts.item),
    query: { ...query, ...parts.fixed },
    counted,
    next: last === undefined ? null : cursorAfter(query.sort, parts.positionOf(last)),
  });
}

function cursorAfter(sort: string, { key, id }: Position): string {
  return encodeCursor({ sort, value: key, id });
}

/** The rows behind a cursor: `key` is the sort expression (never null), `type` the SQL type its text is read as. */
export function behind(request: PageRequest, key: SQL, id: PgColumn, type: "timestamptz" | "int"): SQL | undefined {
  if (request.after === null) return undefined;
  // By way of text, so that a forged cursor is the database's refusal (422) and not a failure of the driver.
  const value = sql`${request.after.key}::text::${sql.raw(type)}`;
  const beyond = sql.raw(request.direction === "asc" ? ">" : "<");
  return sql`(${key}, ${id}) ${beyond} (${value}, ${request.after.id}::text::uuid)`;
}

export function inOrder(request: PageRequest, key: SQL, id: PgColumn): SQL[] {
  const direction = sql.raw(request.direction);
  return [sql`${key} ${direction}`, sql`${id} ${direction}`];
}
