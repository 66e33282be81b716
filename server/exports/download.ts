// Handing out a file: part by part, each read on its own, so that a slow reader holds no connection. Parts never change.

import { ExportFailed, ExportNotReady } from "@/server/exports/contract";
import { type ExportRow, findExport, findPart } from "@/server/exports/store";
import { writeAudit } from "@/server/platform/audit/audit";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import type { OwnContext } from "@/server/platform/http/handle";
import { NotFound } from "@/server/platform/http/problem";

/** @throws NotFound, ExportNotReady, ExportFailed */
export async function downloadExport(cx: OwnContext, bundleId: string): Promise<Response> {
  const { principal, requestId } = cx;
  // A look at the headers takes nothing away.
  const isTaken = cx.request.method !== "HEAD";
  const headers = await asTenant(principal, async (db) => {
    const row = await findExport(db, bundleId);
    if (row === null) throw NotFound.with();
    requireReady(row);
    const found = headersOf(row);
    const run = row.runId === null ? {} : { run_id: row.runId };
    const deed = { action: "export.downloaded", entity_type: "export", entity_id: bundleId, ...run };
    if (isTaken) await writeAudit(db, [{ ...deed, detail: { size: row.size } }], { requestId });
    return found;
  });
  return new Response(isTaken ? partsOf(principal, bundleId) : null, { headers });
}

/** @throws ExportNotReady, ExportFailed */
export function requireReady(row: ExportRow): void {
  const { bundleId: bundle_id, progress, stage, failure } = row;
  if (row.status === "failed") {
    throw ExportFailed.with({ bundle_id, detail: failure ?? "The bundle could not be made." });
  }
  if (row.status === "generating") throw ExportNotReady.with({ bundle_id, progress, stage, retry_after: 2 });
}

function headersOf({ bundleId, fileHash, fileName, mediaType, size }: ExportRow): Record<string, string> {
  if (fileHash === null || fileName === null || mediaType === null || size === null) {
    throw new Error(`the bundle ${bundleId} is ready and has no file`);
  }
  return {
    "Content-Type": mediaType,
    "Content-Length": String(size),
    "Content-Disposition": `attachment; filename="${fileName}"`,
    "Repr-Digest": `sha-256=:${fileHash.toString("base64")}:`,
    ETag: `"${fileHash.toString("hex")}"`,
  };
}

function partsOf(principal: Principal, bundleId: string): ReadableStream<Uint8Array> {
  let part = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const bytes = await asTenant(principal, (db) => findPart(db, bundleId, part));
        part += 1;
        if (bytes === null) controller.close();
        else controller.enqueue(bytes);
      },
    },
    { highWaterMark: 1 },
  );
}
