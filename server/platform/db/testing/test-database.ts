import postgres from "postgres";
import { addressesOf, makeTemplate, type TestDatabase } from "@/server/platform/db/testing/template";
import { startTestServer, type TestServer } from "@/server/platform/db/testing/test-server";

let current: TestDatabase | null = null;
const inspections: postgres.Sql[] = [];

/** The database of this test file: a fresh clone of the migrated template, dropped when the file is done. */
export function testDatabase(): TestDatabase {
  if (current === null) throw new Error("only *.db.test.ts files have a database");
  return current;
}

/** A superuser's client on this file's database, to look at rows past row security; closed by itself. */
export function inspect(): postgres.Sql {
  const known = inspections[0];
  if (known !== undefined) return known;
  const made = postgres(testDatabase().superuserUrl, { max: 2, onnotice: () => {} });
  inspections.push(made);
  return made;
}

/** A migrated PostgreSQL for this file alone, to be crashed and started again without hurting others. The caller stops it. */
export async function startOwnPostgres(): Promise<TestServer & { database: TestDatabase }> {
  const server = await startTestServer();
  try {
    const template = await makeTemplate(server.superuserUrl);
    return { ...server, database: addressesOf(template, template.name) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export function adoptTestDatabase(database: TestDatabase): void {
  current = database;
}

export async function closeInspections(): Promise<void> {
  await Promise.all(inspections.splice(0).map((sql) => sql.end({ timeout: 1 })));
}
