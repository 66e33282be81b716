// pg-boss, the queue behind jobs, over our own connections. Only its statements are used: its own loops leave rejected
// promises behind, which would end the process when the database is away.

import PgBoss from "pg-boss";
import type { SystemSql } from "@/server/platform/db/system-db";
import { asSystem } from "@/server/platform/db/system-db";

export const QUEUE_SCHEMA = "pgboss";

type Execute = (text: string, values?: readonly unknown[]) => Promise<{ rows: unknown[] }>;
type Executor = { executeSql: Execute };

/** A client of the queue that never starts anything by itself. `migrate`: whether its `start` may make the schema. */
export function bossOver(db: Executor, { migrate = false } = {}): PgBoss {
  return new PgBoss({ db, schema: QUEUE_SCHEMA, migrate, supervise: false, schedule: false });
}

/** Each statement in a transaction of its own, under the system role. */
export function systemBoss(): PgBoss {
  return bossOver({
    executeSql: (text, values) => asSystem("jobs: work the queue", (sql) => executorOn(sql).executeSql(text, values)),
  });
}

/** Statements within the caller's transaction. */
export function executorOn(sql: SystemSql): Executor {
  return {
    async executeSql(text, values = []) {
      const rows =
        values.length === 0
          ? await sql.unsafe(withoutTransaction(text)).simple()
          : await sql.unsafe(text, values.map((value) => value ?? null) as never[]);
      return { rows: [...rows] };
    },
  };
}

// Some of its texts bring their own transaction; here there is one already, which says in whose name they run.
function withoutTransaction(text: string): string {
  return text.replace(/^\s*BEGIN;/, "").replace(/COMMIT;\s*$/, "");
}
