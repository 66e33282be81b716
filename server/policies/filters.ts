// Filters of lists; one that was not asked for is undefined and filters nothing.

import { eq, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

export function isExactly(column: PgColumn, wanted: string | boolean | undefined): SQL | undefined {
  return wanted === undefined ? undefined : eq(column, wanted);
}

/** Name or description contains the text, without case; `strpos` takes it literally, so `%` and `_` mean themselves. */
export function contains(
  { name, description }: { name: PgColumn; description: PgColumn },
  text: string | undefined,
): SQL | undefined {
  if (text === undefined) return undefined;
  return sql`strpos(lower(${name} || ' ' || coalesce(${description}, '')), lower(${text})) > 0`;
}
