// npm run db:dump -- <folder>
// Writes the whole database into a new folder, beside a running app or without one. Data of an older PostgreSQL is opened
// with the programs that wrote it and brought to this version's schema first.

import { resolve } from "node:path";
import { writeDump } from "@/server/platform/db/dump/write-dump";
import { findRunningDatabase, startEmbeddedDatabase } from "@/server/platform/db/embedded/embedded-database";
import { migrate } from "@/server/platform/db/migrate";
import { env } from "@/server/platform/env/env";

async function main(folder: string): Promise<void> {
  const external = env.DATABASE_MIGRATION_URL ?? env.DATABASE_URL;
  const running = external ?? (await findRunningDatabase(env.HOLDPOINT_DATA_DIR));
  if (running !== null) return report(await writeDump(running, folder), folder);
  const database = await startEmbeddedDatabase(env.HOLDPOINT_DATA_DIR, true);
  try {
    await migrate(database.migrationUrl, new URL(database.url).username);
    report(await writeDump(database.superuserUrl, folder), folder);
  } finally {
    await database.stop();
  }
}

function report({ tables }: Awaited<ReturnType<typeof writeDump>>, folder: string): void {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  console.info(`Dumped ${rows} rows of ${tables.length} tables into ${folder}`);
}

const [target] = process.argv.slice(2);
if (target === undefined) {
  console.error("usage: npm run db:dump -- <folder>");
  process.exit(2);
}
await main(resolve(target));
