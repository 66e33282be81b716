// Restoring trusts nothing: the files are held against the manifest before the database is touched, and the restored
// rows are copied out again and held against it before anything is committed.

import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import postgres, { type TransactionSql } from "postgres";
import {
  type CopiedTable,
  type DumpedTable,
  fixSpelling,
  listMigrations,
  listTables,
  Manifest,
  requirePastRowSecurity,
} from "@/server/platform/db/dump/catalogue";
import { digestTable, lineCounter, nowhere } from "@/server/platform/db/dump/write-dump";

/** Reads a dump's manifest and checks every file against it. Throws with the first file that differs. */
export async function checkDump(folder: string): Promise<Manifest> {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")));
  for (const table of manifest.tables) {
    const counter = lineCounter();
    await pipeline(createReadStream(join(folder, table.file)), counter.stream, nowhere());
    requireSame(table, counter.digest(), join(folder, table.file));
  }
  return manifest;
}

/**
 * Puts a checked dump into a migrated database that has no tenant, in one transaction. Throws, and leaves the database
 * as it was, when the versions differ, when there is a tenant, or when what was restored differs from the dump.
 */
export async function restoreDump(url: string, folder: string): Promise<Manifest> {
  const manifest = await checkDump(folder);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.begin(async (tx) => {
      await requirePastRowSecurity(tx);
      await requireSameVersion(tx, manifest);
      await requireNoTenant(tx);
      const tables = await matchTables(tx, manifest);
      await fixSpelling(tx);
      // Triggers that refuse changes of append-only rows, and foreign keys between tables filled one by one, rest
      // meanwhile: the dump is one consistent moment of a database in which all of them held.
      await tx`set local session_replication_role = replica`;
      await tx.unsafe(`truncate ${tables.map(({ table }) => table.name).join(", ")}`);
      for (const { table, dumped } of tables) await fill(tx, table, join(folder, dumped.file));
      for (const { name, value } of manifest.sequences) await tx`select setval(${name}::regclass, ${value}::bigint)`;
      for (const { table, dumped } of tables) {
        requireSame(dumped, await digestTable(tx, table, nowhere()), `the restored table ${table.name}`);
      }
    });
    return manifest;
  } finally {
    await sql.end();
  }
}

// Names and columns go into statements as the database spells them, never as a file does.
async function matchTables(sql: TransactionSql, manifest: Manifest) {
  const here = new Map((await listTables(sql)).map((table) => [table.name, table]));
  return manifest.tables.map((dumped) => {
    const table = here.get(dumped.name);
    if (table?.columns !== dumped.columns)
      throw new Error(`The database has no table ${dumped.name} with these columns`);
    return { table, dumped };
  });
}

async function fill(sql: TransactionSql, table: CopiedTable, file: string): Promise<void> {
  const target = await sql.unsafe(`copy ${table.name} (${table.columns}) from stdin`).writable();
  await pipeline(createReadStream(file), target);
}

async function requireSameVersion(sql: TransactionSql, manifest: Manifest): Promise<void> {
  const here = await listMigrations(sql);
  if (here.join() === manifest.migrations.join()) return;
  throw new Error(
    `The dump has ${manifest.migrations.length} migrations, this version of Holdpoint has ${here.length} or others: ` +
      "restore it with the version that wrote it, then start this one, which migrates.",
  );
}

async function requireNoTenant(sql: TransactionSql): Promise<void> {
  const [row] = await sql`select 1 from tenants limit 1`;
  if (row !== undefined)
    throw new Error("The database has tenants already; a dump is restored into an empty one only.");
}

function requireSame(expected: DumpedTable, found: { rows: number; sha256: string }, what: string): void {
  if (found.rows === expected.rows && found.sha256 === expected.sha256) return;
  throw new Error(
    `${what} is not what was dumped: ${found.rows} rows of SHA-256 ${found.sha256} instead of ${expected.rows} rows of ` +
      `${expected.sha256}`,
  );
}
