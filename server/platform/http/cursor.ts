// Cursors are opaque to clients and hold nothing that their owner did not just see. They come back from outside, so
// they are read as strictly as any input: a forged one selects among the owner's own rows, or is a 422.

import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";
import { invalid } from "@/server/platform/http/problem";

const Cursor = z.tuple([z.string(), z.union([z.string(), z.number(), z.null()]), z.string()]);

/** `value` is the row's sort value: text, number, Date or null. */
export function encodeCursor(at: { sort: string; value: unknown; id: string }): string {
  const value = at.value instanceof Date ? at.value.toISOString() : (at.value ?? null);
  return Buffer.from(JSON.stringify([at.sort, value, at.id])).toString("base64url");
}

/** The sort value (as its column's type) and the id. Throws 422 when the cursor does not belong to this sort. */
export function readCursor(
  text: string,
  of: { sort: string; column: PgColumn; id: PgColumn },
): { value: unknown; id: unknown } {
  const cursor = Cursor.safeParse(decode(text));
  if (!cursor.success) throw refused("It is not a cursor of this list");
  const [sort, value, id] = cursor.data;
  if (sort !== of.sort) throw refused("It belongs to another sort order");
  return { value: value === null ? null : typed(value, of.column), id: typed(id, of.id) };
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function typed(value: string | number, column: PgColumn): unknown {
  if (column.dataType === "number" && typeof value === "number") return value;
  // Ids are written as text, numbers too.
  if (column.dataType === "number" && /^-?\d{1,16}$/.test(value.toString())) return Number(value);
  if (typeof value !== "string" || value.includes("\0")) throw refused("It is not a cursor of this list");
  if (column.dataType === "date") {
    const date = new Date(value);
    if (!Number.isNaN(date.getTime())) return date;
  } else if (column.columnType !== "PgUUID" || z.guid().safeParse(value).success) {
    if (column.dataType !== "number") return value;
  }
  throw refused("It is not a cursor of this list");
}

function refused(detail: string) {
  return invalid({ pointer: "?cursor", code: "invalid_cursor", detail });
}
