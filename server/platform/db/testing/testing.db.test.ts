import postgres from "postgres";
import { expect, it } from "vitest";
import { pool } from "@/server/platform/db/client";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect, startOwnPostgres, testDatabase } from "@/server/platform/db/testing/test-database";

it("points the pool at this file's own clone, under a login that owns nothing and bypasses nothing", async () => {
  const connection = await pool().take();
  const [row] = await connection.sql<{ database: string; super: boolean; bypass: boolean; owned: number }[]>`
    select current_database() as database, rolsuper as super, rolbypassrls as bypass,
      (select count(*)::int from pg_class where relowner = pg_roles.oid) as owned
    from pg_roles where rolname = current_user`;
  pool().give(connection);
  expect(row).toEqual({ database: testDatabase().name, super: false, bypass: false, owned: 0 });
});

it("gives tests a superuser's look at the rows", async () => {
  const [row] = await inspect()`select rolsuper from pg_roles where rolname = current_user`;
  expect(row?.rolsuper).toBe(true);
});

it("mints tenants that do not share anything", async () => {
  const [one, other] = [await mintTenant(), await mintTenant({ role: "viewer" })];
  expect(one.tenantId).not.toBe(other.tenantId);
  expect(other.principal).toMatchObject({ kind: "user", role: "viewer", tenantId: other.tenantId });
  expect(other.principal.permissions.has("policies:manage")).toBe(false);
  const rows = await inspect()`select tenant_id from api_keys where tenant_id in (${one.tenantId}, ${other.tenantId})`;
  expect(rows).toHaveLength(2);
});

it.each(["immediate", "kill"] as const)("loses no acknowledged row in a crash (%s)", async (how) => {
  const own = await startOwnPostgres();
  try {
    const before = postgres(own.database.superuserUrl, { max: 1 });
    await before`create table kept (n int)`;
    await before`insert into kept select generate_series(1, 100)`;
    await own.crash(how);
    await before.end({ timeout: 0 });
    await own.start();
    const after = postgres(own.database.superuserUrl, { max: 1 });
    expect((await after`select count(*)::int as n from kept`)[0]?.n).toBe(100);
    await after.end();
  } finally {
    await own.stop();
  }
});
