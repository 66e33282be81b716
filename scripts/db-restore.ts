// npm run db:restore -- <folder> [--replace]
// Puts a dump into an empty database and checks every restored row against it. With --replace the embedded database that
// is there is moved aside first, never deleted.

import { resolve } from "node:path";
import { checkDump, restoreDump } from "@/server/platform/db/dump/restore-dump";
import { setDataAside, startEmbeddedDatabase } from "@/server/platform/db/embedded/embedded-database";
import { migrate } from "@/server/platform/db/migrate";
import { env } from "@/server/platform/env/env";

async function restoreIntoEmbedded(folder: string, replace: boolean): Promise<void> {
  await checkDump(folder);
  const aside = replace ? await setDataAside(env.HOLDPOINT_DATA_DIR) : null;
  if (aside !== null) console.info(`The data that was there is now in ${aside}`);
  const database = await startEmbeddedDatabase(env.HOLDPOINT_DATA_DIR);
  try {
    await migrate(database.migrationUrl, new URL(database.url).username);
    await report(folder, database.superuserUrl);
  } finally {
    await database.stop();
  }
}

async function restoreIntoServer(folder: string, url: string): Promise<void> {
  await migrate(url, new URL(env.DATABASE_URL ?? url).username);
  await report(folder, url);
}

async function report(folder: string, url: string): Promise<void> {
  const { tables } = await restoreDump(url, folder);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  console.info(`Restored and verified ${rows} rows of ${tables.length} tables`);
}

const [source] = process.argv.slice(2).filter((argument) => argument !== "--replace");
if (source === undefined) {
  console.error("usage: npm run db:restore -- <folder> [--replace]");
  process.exit(2);
}
const server = env.DATABASE_MIGRATION_URL ?? env.DATABASE_URL;
if (server !== undefined) await restoreIntoServer(resolve(source), server);
else await restoreIntoEmbedded(resolve(source), process.argv.includes("--replace"));
