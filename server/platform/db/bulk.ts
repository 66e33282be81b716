// Many rows in one statement, as one JSON parameter that PostgreSQL reads into the table's own row type. Rows name every
// column that is written: defaults do not apply here.

import { isUtf8 } from "node:buffer";
import { getTableColumns, getTableName } from "drizzle-orm";
import type { TenantDb, TenantTable } from "./tenant-db";

type RowOf<T extends TenantTable> = T["$inferSelect"];
type ColumnOf<T extends TenantTable> = keyof RowOf<T> & string;

/** A column's key in the schema, and its name as a JSON member: `"run_id":`. */
type Member = readonly [key: string, label: string];

/** A constant text and the columns that its JSON holds. */
export type BulkStatement<T extends TenantTable> = {
  readonly text: string;
  readonly members: readonly Member[];
  /** The column whose values go along once more, as `$3`. */
  readonly key: string | null;
  /** Only a type: which rows it takes. */
  readonly table?: T;
};

/** The columns of a table as a select list whose names are the schema's: `r.run_id as "runId"`. */
export function selectList(table: TenantTable, alias: string, without: readonly string[] = []): string {
  return columnsOf(table)
    .filter((key) => !without.includes(key))
    .map((key) => `${alias}.${snake(key)} as "${key}"`)
    .join(", ");
}

const inserts = new WeakMap<TenantTable, BulkStatement<TenantTable>>();

export function bulkInsert<T extends TenantTable>(db: TenantDb, table: T, rows: readonly RowOf<T>[]) {
  let statement = inserts.get(table);
  if (statement === undefined) {
    statement = inserting<TenantTable>(table);
    inserts.set(table, statement);
  }
  return sendBulk<TenantTable>(db, statement, rows);
}

export function inserting<T extends TenantTable>(table: T): BulkStatement<T> {
  return { text: `${insertText(table)} where x.tenant_id = $1`, members: membersOf(columnsOf(table)), key: null };
}

/** Inserts rows, or where the key is taken sets these columns from them. */
export function upserting<T extends TenantTable>(
  table: T,
  key: readonly ColumnOf<T>[],
  set: readonly ColumnOf<T>[],
): BulkStatement<T> {
  const changes = set.map((column) => `${snake(column)} = excluded.${snake(column)}`).join(", ");
  const conflict = `on conflict (${key.map(snake).join(", ")}) do update set ${changes}`;
  return {
    text: `${insertText(table)} where x.tenant_id = $1 ${conflict}`,
    members: membersOf(columnsOf(table)),
    key: null,
  };
}

/**
 * Sets these columns of the rows with that key. The keys go along as an array too, so that every plan, also one made while
 * the table was empty, finds the rows by key.
 */
export function updating<T extends TenantTable>(
  table: T,
  key: ColumnOf<T>,
  set: readonly ColumnOf<T>[],
): BulkStatement<T> {
  const name = getTableName(table);
  const changes = set.map((column) => `${snake(column)} = x.${snake(column)}`).join(", ");
  // Reading JSON into the table's own row type would prepare all its columns anew at every statement.
  const types = getTableColumns(table);
  const read = [key, ...set].map((column) => `${snake(column)} ${types[column]?.getSQLType()}`).join(", ");
  return {
    text: `update ${name} t set ${changes} from json_to_recordset($2::json) x(${read})
      where t.tenant_id = $1 and t.${snake(key)} = any($3::uuid[]) and t.${snake(key)} = x.${snake(key)}`,
    members: membersOf([key, ...set]),
    key,
  };
}

export function sendBulk<T extends TenantTable>(
  db: TenantDb,
  statement: BulkStatement<T>,
  rows: readonly Partial<RowOf<T>>[],
) {
  return db.prepared(statement.text, parametersOf(statement, rows));
}

function parametersOf({ members, key }: BulkStatement<TenantTable>, rows: readonly object[]): unknown[] {
  const json = rowsAsJson(members, rows);
  return key === null ? [json] : [json, rows.map((row) => Reflect.get(row, key))];
}

/** Several statements as one: they see the same rows, and foreign keys between them are checked at its end. */
export type Together<P> = { readonly text: string; readonly parts: P };
type Parts = { readonly [name: string]: BulkStatement<TenantTable> };
type RowsOf<P> = {
  readonly [Name in keyof P]: P[Name] extends BulkStatement<infer T> ? readonly Partial<RowOf<T>>[] : never;
};

export function together<const P extends Parts>(parts: P): Together<P> {
  let used = 1;
  const texts = Object.values(parts).map(({ text, key }) => {
    const renumbered = text.replace(/\$([23])/g, (_, at: string) => `$${used + Number(at) - 1}`);
    used += key === null ? 1 : 2;
    return renumbered;
  });
  const last = texts.pop() ?? "";
  return { text: `with ${texts.map((text, at) => `part_${at} as (${text})`).join(", ")} ${last}`, parts };
}

export function sendTogether<P extends Parts>(db: TenantDb, { text, parts }: Together<P>, rows: RowsOf<P>) {
  const parameters = Object.entries(parts).flatMap(([name, statement]) => parametersOf(statement, rows[name] ?? []));
  return db.prepared(text, parameters);
}

function insertText(table: TenantTable): string {
  const name = getTableName(table);
  const columns = columnsOf(table).map(snake).join(", ");
  return `insert into ${name} (${columns}) select ${columns} from json_populate_recordset(null::${name}, $2::json) x`;
}

// By hand: objects with other names made only to be written cost several times as much.
function rowsAsJson(members: readonly Member[], rows: readonly object[]): string {
  let text = "[";
  for (const row of rows) {
    text += text === "[" ? "{" : ",{";
    let separator = "";
    for (const [key, label] of members) {
      const value: unknown = Reflect.get(row, key);
      if (value === undefined || value === null) continue;
      text += separator + label + valueText(value);
      separator = ",";
    }
    text += "}";
  }
  return `${text}]`;
}

function valueText(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return JSON.stringify(value instanceof Uint8Array ? bytesText(value) : value);
}

const SHORT_BYTES = 64;

// Bytes that are text go as text, in PostgreSQL's escape format: half as long as hexadecimal.
function bytesText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isText = buffer.length > SHORT_BYTES && isUtf8(buffer) && !buffer.includes(0);
  return isText ? buffer.toString("utf8").replaceAll("\\", "\\\\") : `\\x${buffer.toString("hex")}`;
}

function membersOf(keys: readonly string[]): Member[] {
  return keys.map((key) => [key, `"${snake(key)}":`]);
}

function columnsOf(table: TenantTable): string[] {
  return Object.keys(getTableColumns(table));
}

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
