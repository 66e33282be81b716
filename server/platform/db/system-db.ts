import type { TransactionSql } from "postgres";
import { log } from "@/server/platform/log/log";
import { pool } from "./client";
import type { Sql } from "./connection";
import { inTransaction, type Opening } from "./transaction";

/** Why code may look across tenants. A new reason is a decision, not a convenience. */
export type SystemReason =
  | "auth: find the session"
  | "auth: find the api key"
  | "auth: the auth library's own tables"
  | "account: make a tenant"
  | "account: is there any tenant"
  | "account: the people of a tenant"
  | "account: find the invitation"
  | "gate: find runs that are due"
  | "gate: find freezes to finish"
  | "events: number what happened"
  | "events: look for new ones"
  | "jobs: fill the queue"
  | "jobs: work the queue"
  | "transparency: put into the log and sign"
  | "transparency: the deployment and its keys"
  | "transparency: what waits for the log"
  | "platform: forget old idempotency keys"
  | "platform: health";

/** Statements by hand, inside one transaction. */
export type SystemSql = TransactionSql | Sql;

const opening: Opening = {
  text: "select set_config('role', 'holdpoint_system', true), set_config('app.tenant_id', '', true)",
  parameters: [],
  deadlineMs: null,
};

/** Runs `work` across tenants under the system role, which sees a short list of tables and columns only. */
export function asSystem<T>(reason: SystemReason, work: (sql: SystemSql) => Promise<T>): Promise<T> {
  log.trace({ reason }, "as system");
  return inTransaction(pool(), opening, work);
}
