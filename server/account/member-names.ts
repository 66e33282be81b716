import { asSystem } from "@/server/platform/db/system-db";

/** What the tenant's members call themselves, by user id. Names are global rows that the tenant's own role cannot see. */
export function memberNames(tenantId: string): Promise<ReadonlyMap<string, string>> {
  return asSystem("auth: the auth library's own tables", async (sql) => {
    const rows = await sql<{ id: string; name: string }[]>`
      select u.id, u.name from users u join memberships m on m.user_id = u.id where m.tenant_id = ${tenantId}`;
    return new Map(rows.map((row) => [row.id, row.name]));
  });
}
