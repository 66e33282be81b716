// What a dump holds and how it is copied. The statements are put together by the server, which quotes its own names.

import type { TransactionSql } from "postgres";
import { z } from "zod";

const DumpedTable = z.object({
  name: z.string(),
  columns: z.string(),
  file: z.string().regex(/^[\w.-]+$/),
  rows: z.number().int(),
  sha256: z.string(),
});
export type DumpedTable = z.output<typeof DumpedTable>;

export const Manifest = z.object({
  format: z.literal("holdpoint-dump/1"),
  written_at: z.string(),
  server_version: z.string(),
  migrations: z.array(z.string()),
  sequences: z.array(z.object({ name: z.string(), value: z.string() })),
  tables: z.array(DumpedTable),
});
export type Manifest = z.output<typeof Manifest>;

/** A table as quoted `schema.name`, its stored columns, and an order that no locale changes. */
export type CopiedTable = { name: string; columns: string; order: string };

/**
 * Every table of the app and of its libraries, by name. Partitions are copied through their parents; the job queue is
 * left out, because it is made again from what is requested of it.
 */
export async function listTables(sql: TransactionSql): Promise<CopiedTable[]> {
  return await sql<CopiedTable[]>`
    select format('%I.%I', n.nspname, c.relname) as name,
      string_agg(format('%I', a.attname), ', ' order by a.attnum) filter (where a.attgenerated = '') as columns,
      string_agg(format('%I::text collate "C"', a.attname), ', ' order by array_position(k.key, a.attnum), a.attnum)
        filter (where k.key is null or a.attnum = any(k.key)) as "order"
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join lateral (
      select i.indkey::int2[] as key from pg_index i where i.indrelid = c.oid and i.indisprimary) k on true
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname not in ('information_schema', 'pgboss') and n.nspname not like 'pg\\_%'
    group by n.nspname, c.relname, k.key
    order by n.nspname, c.relname`;
}

export async function listSequences(sql: TransactionSql): Promise<Manifest["sequences"]> {
  return await sql<Manifest["sequences"]>`
    select format('%I.%I', schemaname, sequencename) as name, last_value::text as value
    from pg_sequences where last_value is not null order by 1`;
}

/** The migrations this database has, by content hash, oldest first. */
export async function listMigrations(sql: TransactionSql): Promise<string[]> {
  const rows = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations order by created_at, id`;
  return rows.map(({ hash }) => hash);
}

/** One way to write a value, whatever the server's settings and version. */
export async function fixSpelling(sql: TransactionSql): Promise<void> {
  await sql`
    select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
      set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '3', true),
      set_config('bytea_output', 'hex', true), set_config('row_security', 'off', true)`;
}

export function copyOut({ name, columns, order }: CopiedTable): string {
  return `copy (select ${columns} from ${name} order by ${order}) to stdout`;
}

/** Row security would silently leave rows out, so only a role that is past it may dump or restore. */
export async function requirePastRowSecurity(sql: TransactionSql): Promise<void> {
  const [role] = await sql<{ past: boolean }[]>`select rolsuper as past from pg_roles where rolname = current_user`;
  if (role?.past === true) return;
  throw new Error(
    "A dump needs a superuser: set DATABASE_MIGRATION_URL to one for this command, or use the server's own pg_dump.",
  );
}
