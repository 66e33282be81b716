// A log export is written to a file without a name, hashed on the way, put on the audit log, and only then sent: what the
// entry says is what the reader gets, and memory holds one page of it.

import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { logText } from "@/server/exports/log-text";
import { type LogExport, LogExportTooLarge, maxExportedRows } from "@/server/logs/contract";
import { countExported, exportedPages } from "@/server/logs/exported-entries";
import { actorKey } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { once } from "@/server/platform/env/once";
import type { OwnContext } from "@/server/platform/http/handle";
import { missingPermission, RateLimited } from "@/server/platform/http/problem";

/** Each holds a connection for as long as it reads; the pool is the gate's as well. */
const MOST_AT_ONCE = 2;

/** @throws 403 without the permission for the scope, LogExportTooLarge, RateLimited */
export async function exportLogs(cx: OwnContext, asked: LogExport): Promise<Response> {
  const needed = asked.scope === "audit" ? "audit:read" : "logs:read";
  if (!cx.principal.permissions.has(needed)) throw missingPermission(needed);
  const exportId = `LOG-${randomBytes(6).toString("hex")}`;
  const made = await inTurn(() => asTenant(cx.principal, (db) => make(db, exportId, asked), { isSnapshot: true }));
  try {
    await asTenant(cx.principal, (db) => putOnRecord(cx, db, { exportId, asked, made }));
  } catch (error) {
    await made.file.close();
    throw error;
  }
  return new Response(bytesOf(made.file), { headers: headersOf(exportId, asked, made) });
}

type Made = { file: FileHandle; sha256: Buffer; size: number; rows: number };

async function make(db: TenantDb, exportId: string, asked: LogExport): Promise<Made> {
  const rows = await countExported(db, asked);
  if (rows > maxExportedRows) {
    const detail = `An export holds at most ${maxExportedRows} entries. Narrow the range or the filters.`;
    throw LogExportTooLarge.with({ detail, most: maxExportedRows });
  }
  const created = (await db.now()).toISOString();
  const head = {
    export_id: exportId,
    tenant_id: db.tenantId,
    requested_by: actorKey(db.principal),
    created_at: created,
  };
  const text = logText({ ...head, rows, asked });
  const file = await namelessFile();
  try {
    return { file, ...(await write(file, textsOf(db, asked, text))), rows };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* textsOf(db: TenantDb, asked: LogExport, text: ReturnType<typeof logText>): AsyncGenerator<string> {
  yield text.head;
  let place = 0;
  for await (const page of exportedPages(db, asked)) {
    yield page.map((entry, i) => text.entry(entry, place + i)).join("");
    place += page.length;
  }
  yield text.tail;
}

async function write(file: FileHandle, texts: AsyncIterable<string>): Promise<{ sha256: Buffer; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const text of texts) {
    const bytes = Buffer.from(text, "utf8");
    hash.update(bytes);
    size += bytes.length;
    await file.appendFile(bytes);
  }
  return { sha256: hash.digest(), size };
}

// Without a name from the start, so that nothing is left of it whatever happens to this process.
async function namelessFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `holdpoint-${randomBytes(12).toString("hex")}`);
  const file = await open(path, "wx+", 0o600);
  await unlink(path);
  return file;
}

function bytesOf(file: FileHandle): ReadableStream<Uint8Array> {
  return webStream(Readable.toWeb(file.createReadStream({ start: 0 })));
}

// Node's own type of the same stream.
function webStream(stream: NodeStream): ReadableStream<Uint8Array> {
  return stream as ReadableStream<Uint8Array>;
}

type Exported = { exportId: string; asked: LogExport; made: Made };

async function putOnRecord(cx: OwnContext, db: TenantDb, { exportId, asked, made }: Exported): Promise<void> {
  const { scope, format, q, filters, range } = asked;
  await cx.auditIn(db, {
    entity_type: "log_export",
    entity_id: exportId,
    detail: {
      ...{ scope, format, q: q ?? null, filters: filters ?? {}, range: range ?? {} },
      ...{ rows: made.rows, size: made.size, checksum: `sha256:${made.sha256.toString("hex")}` },
    },
  });
}

const mediaTypes = { json: "application/json", csv: "text/csv; charset=utf-8; header=present" } as const;

function headersOf(exportId: string, { format }: LogExport, { sha256, size }: Made): Record<string, string> {
  return {
    "Content-Type": mediaTypes[format],
    "Content-Length": String(size),
    "Content-Disposition": `attachment; filename="${exportId}.${format}"`,
    "Repr-Digest": `sha-256=:${sha256.toString("base64")}:`,
  };
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turns = once("log-exports", () => ({ taken: 0 }));
  if (turns.taken >= MOST_AT_ONCE) {
    throw RateLimited.with({ detail: "Other logs are being exported. Ask again in a moment.", retry_after: 5 });
  }
  turns.taken += 1;
  try {
    return await work();
  } finally {
    turns.taken -= 1;
  }
}
