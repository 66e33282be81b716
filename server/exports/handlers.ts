import * as commands from "@/server/exports/commands";
import * as contract from "@/server/exports/contract";
import { downloadExport } from "@/server/exports/download";
import { exportLogs } from "@/server/exports/log-file";
import * as queries from "@/server/exports/queries";
import { verifyFile } from "@/server/exports/verify-file";
import * as logs from "@/server/logs/contract";
import { handle } from "@/server/platform/http/handle";

export const exportHandlers = [
  handle(contract.exportEvidence, (cx, { params, body }) =>
    commands.createExport(cx, { contract: contract.exportEvidence, type: "evidence", ...params, body }),
  ),
  handle(contract.exportSoc2, (cx, { params, body }) =>
    commands.createExport(cx, { contract: contract.exportSoc2, type: "soc2", ...params, body }),
  ),
  handle(contract.exportDebrief, (cx, { params, body }) =>
    commands.createExport(cx, { contract: contract.exportDebrief, type: "executive_debrief", ...params, body }),
  ),
  handle(contract.listExports, (cx, { query }) => queries.listExports(cx.db, query)),
  handle(contract.getExport, (cx, { params }) => queries.getExport(cx.db, params.bundle_id)),
  handle(contract.downloadExport, (cx, { params }) => downloadExport(cx, params.bundle_id)),
  handle(contract.reviewExport, (cx, { params, body }) => commands.reviewExport(cx, params.bundle_id, body)),
  handle(logs.exportLogs, (cx, { body }) => exportLogs(cx, body)),
  handle(contract.verifyExport, ({ principal }, { body }) => verifyFile(principal.tenantId, body)),
];
