import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as apply } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

// Any number; the same for every process, so that two starting at once migrate one after the other.
const MIGRATION_LOCK = 704_011;

/**
 * Brings the database to this version: migrations, then roles, row security, grants and triggers (db/policies.sql).
 * `url` is the owner's; `login` is the role the app signs in as (default: the owner's own).
 */
export async function migrate(url: string, login?: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const db = join(process.cwd(), "db");
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await apply(drizzle(sql), { migrationsFolder: join(db, "migrations") });
    await sql.unsafe(await readFile(join(db, "policies.sql"), "utf8")).simple();
    const role = login ?? (await sql<{ role: string }[]>`select current_user as role`)[0]?.role ?? "";
    await sql.unsafe(`grant holdpoint_app, holdpoint_system to ${quoted(role)}${await withoutInheritance(sql)}`);
  } finally {
    await sql.end();
  }
}

// A statement that does not say in whose name it asks must see nothing. The system role looks across tenants, so a login
// that inherited from it would too; it may only become it. Before PostgreSQL 16 that is an attribute of the login itself
// (`alter role … noinherit`), which is not ours to change on a server we were given.
async function withoutInheritance(sql: postgres.Sql): Promise<string> {
  const [server] = await sql<{ version: number }[]>`select current_setting('server_version_num')::int as version`;
  return (server?.version ?? 0) >= 160_000 ? " with inherit false, set true" : "";
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
