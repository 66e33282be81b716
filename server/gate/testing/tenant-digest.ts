// Everything a tenant has, in a form that two instants can be compared by.

import { inspect } from "@/server/platform/db/testing/test-database";

/** By table: how many rows the tenant has in it, and a hash over all of them. */
export type Digest = Record<string, { rows: number; hash: string }>;

let statement: string | null = null;

export async function digestOf(tenantId: string): Promise<Digest> {
  statement ??= await statementOverAll();
  const rows = await inspect().unsafe<{ name: string; rows: number; hash: string }[]>(statement, [tenantId]);
  return Object.fromEntries(rows.map(({ name, rows: count, hash }) => [name, { rows: count, hash }]));
}

/** How many rows each table gained, without the tables that gained none. */
export function gained(before: Digest, after: Digest): Record<string, number> {
  const gains = Object.entries(after).map(([name, { rows }]): [string, number] => [
    name,
    rows - (before[name]?.rows ?? 0),
  ]);
  return Object.fromEntries(gains.filter(([, rows]) => rows !== 0));
}

// When a key was last used is noted behind the request's back, and says nothing about what was decided.
async function statementOverAll(): Promise<string> {
  const tables = await inspect()<{ name: string }[]>`
    select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and c.column_name = 'tenant_id' and t.table_type = 'BASE TABLE' order by 1`;
  const parts = tables.map(({ name }) => {
    const text = name === "api_keys" ? "(to_jsonb(x) - 'last_used_at')::text" : "x::text";
    return `select '${name}' as name, count(*)::int as rows, md5(coalesce(string_agg(${text}, '|' order by ${text}), '')) as hash
      from ${name} x where x.tenant_id = $1`;
  });
  return parts.join(" union all ");
}
