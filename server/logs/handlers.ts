import { checkIntegrity } from "@/server/logs/audit-integrity";
import {
  checkAuditIntegrity,
  getLog,
  listAuditLog,
  listLogs,
  listRunRecords,
  searchLogs,
} from "@/server/logs/contract";
import { logPage, searchPage } from "@/server/logs/log-search";
import { auditPage, logById } from "@/server/logs/queries";
import { runRecordPage } from "@/server/logs/run-records";
import { handle } from "@/server/platform/http/handle";

export const logHandlers = [
  handle(listLogs, (cx, { query }) => logPage(cx.db, query)),
  handle(searchLogs, (cx, { body }) => searchPage(cx.db, body)),
  handle(listRunRecords, (cx, { query }) => runRecordPage(cx.db, query)),
  handle(listAuditLog, (cx, { query }) => auditPage(cx.db, query)),
  handle(checkAuditIntegrity, (cx, { query }) => checkIntegrity(cx.principal, query)),
  handle(getLog, (cx, { params }) => logById(cx.db, params.log_id)),
];
