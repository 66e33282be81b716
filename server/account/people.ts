// Members and invitations as one list. Names and addresses are global rows that the tenant's own role cannot see, so the
// statements here run under the system role and name the tenant themselves.

import { users } from "@/db/schema/account";
import type { Role } from "@/db/vocabulary";
import type { memberStates } from "@/server/account/wire";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import { encodeCursor, readCursor } from "@/server/platform/http/cursor";
import { type ListAnswer, type ListQuery, listAnswer, maxCounted, offsetOf, sortOf } from "@/server/platform/http/list";
import { invalid } from "@/server/platform/http/problem";

export interface Person {
  id: string;
  kind: "member" | "invitation";
  name: string | null;
  email: string;
  role: Role;
  status: (typeof memberStates)[number];
  expires_at: Date | null;
  invitation_expires_at: Date | null;
  two_factor: boolean | null;
  last_seen_at: Date | null;
  created_at: Date;
  created_by: string | null;
}

export interface PeopleQuery extends ListQuery {
  status?: Person["status"] | undefined;
  role?: Role | undefined;
  q?: string | undefined;
}

/** One member or open invitation of the tenant. */
export async function findPerson(sql: SystemSql, tenantId: string, id: string): Promise<Person | null> {
  const [row] = await sql<Person[]>`select * from (${everybody(sql, tenantId)}) people where id = ${id}`;
  return row ?? null;
}

/** A page of them. Throws 422 for a cursor that is not ours. */
export async function listPeople<I>(
  tenantId: string,
  query: PeopleQuery,
  item: (person: Person) => I,
): Promise<ListAnswer<I>> {
  const { direction, field } = sortOf(query);
  const after = query.cursor === undefined ? null : positionIn(query);
  const page = await asSystem("account: the people of a tenant", async (sql) => {
    const [beyond, order] = direction === "asc" ? [sql`>`, sql`asc`] : [sql`<`, sql`desc`];
    const matching = sql`
      select *, ${keyOf(sql, field)} collate "C" as key from (${everybody(sql, tenantId)}) people
      where (${query.status ?? null}::text is null or status = ${query.status ?? null})
        and (${query.role ?? null}::text is null or role = ${query.role ?? null})
        and strpos(lower(coalesce(name, '') || ' ' || email), ${query.q?.toLowerCase() ?? ""}) > 0`;
    const behind = after === null ? sql`true` : sql`(key, id) ${beyond} (${after.key}, ${after.id}::uuid)`;
    const rows = await sql<(Person & { key: string })[]>`
      select * from (${matching}) found where ${behind} order by key ${order}, id ${order}
      limit ${query.page_size + 1} offset ${offsetOf(query)}`;
    const [counted] = await sql<{ n: number }[]>`
      select count(*)::int as n from (select from (${matching}) found limit ${maxCounted + 1}) capped`;
    return { rows, counted: counted?.n ?? 0 };
  });
  const shown = page.rows.slice(0, query.page_size);
  const last = page.rows.length > query.page_size ? shown.at(-1) : undefined;
  const next = last === undefined ? null : encodeCursor({ sort: query.sort, value: last.key, id: last.id });
  const items = shown.map(({ key: _key, ...person }) => item(person));
  return listAnswer({ items, query, counted: page.counted, next });
}

function everybody(sql: SystemSql, tenantId: string) {
  return sql`
    select m.user_id as id, 'member' as kind, u.name, u.email, m.role,
      case when m.status = 'suspended' then 'suspended' when m.expires_at <= clock_timestamp() then 'expired'
        else 'active' end as status,
      m.expires_at, null::timestamptz as invitation_expires_at, u.two_factor_enabled as two_factor, (
        select max(s.updated_at) from sessions s where s.user_id = m.user_id and s.active_tenant_id = m.tenant_id
      ) as last_seen_at, m.created_at, m.created_by
    from memberships m join users u on u.id = m.user_id where m.tenant_id = ${tenantId}
    union all
    select i.id, 'invitation', null, i.email, i.role,
      case when i.expires_at <= clock_timestamp() then 'expired' else 'invited' end, i.seat_expires_at, i.expires_at,
      null, null, i.created_at, i.created_by
    from invitations i where i.tenant_id = ${tenantId} and i.accepted_at is null and i.revoked_at is null`;
}

// The sort value as text, never null; the order of roles is their rank.
function keyOf(sql: SystemSql, field: string) {
  switch (field) {
    case "name":
      return sql`lower(coalesce(name, email))`;
    case "email":
      return sql`email`;
    case "role":
      return sql`array_position(array['owner', 'admin', 'member', 'viewer', 'auditor'], role)::text`;
    default:
      return sql`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')`;
  }
}

function positionIn(query: PeopleQuery): { key: string; id: string } {
  if (query.page !== undefined) {
    throw invalid({ pointer: "?cursor", code: "contradiction", detail: "Give either page or cursor" });
  }
  const { value, id } = readCursor(query.cursor ?? "", { sort: query.sort, column: users.email, id: users.id });
  return { key: String(value ?? ""), id: String(id) };
}
