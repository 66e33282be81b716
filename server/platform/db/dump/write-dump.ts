import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres, { type TransactionSql } from "postgres";
import {
  type CopiedTable,
  copyOut,
  type DumpedTable,
  fixSpelling,
  listMigrations,
  listSequences,
  listTables,
  type Manifest,
  requirePastRowSecurity,
} from "@/server/platform/db/dump/catalogue";

/**
 * Writes every row of the database at `url` into a new folder: one file a table and a manifest with row counts and
 * SHA-256. All of it is one moment of the database. The folder has its name only when it is complete.
 */
export async function writeDump(url: string, folder: string): Promise<Manifest> {
  if (existsSync(folder)) throw new Error(`${folder} is there already`);
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const manifest = await sql.begin("isolation level repeatable read read only", (tx) => dumpAll(tx, draft));
    writeFileSync(join(draft, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, folder);
    return manifest;
  } finally {
    await sql.end();
  }
}

async function dumpAll(sql: TransactionSql, folder: string): Promise<Manifest> {
  await requirePastRowSecurity(sql);
  await fixSpelling(sql);
  const [now] = await sql<{ at: string; version: string }[]>`
    select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, current_setting('server_version') as version`;
  const tables: DumpedTable[] = [];
  for (const table of await listTables(sql)) {
    const file = `${table.name.replace(/[^\w.-]/g, "_")}.copy`;
    const digest = await digestTable(sql, table, createWriteStream(join(folder, file), { mode: 0o600, flush: true }));
    tables.push({ name: table.name, columns: table.columns, file, ...digest });
  }
  return {
    format: "holdpoint-dump/1",
    written_at: now?.at ?? "",
    server_version: now?.version ?? "",
    migrations: await listMigrations(sql),
    sequences: await listSequences(sql),
    tables,
  };
}

/** Copies a table out into `target` and tells what went by. Every row of COPY's text format is one line. */
export async function digestTable(sql: TransactionSql, table: CopiedTable, target: Writable) {
  const counter = lineCounter();
  await pipeline(await sql.unsafe(copyOut(table)).readable(), counter.stream, target);
  return counter.digest();
}

export function lineCounter() {
  const hash = createHash("sha256");
  let rows = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) rows += 1;
      done(null, chunk);
    },
  });
  return { stream, digest: () => ({ rows, sha256: hash.digest("hex") }) };
}

/** A target for what is only to be counted. */
export function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
