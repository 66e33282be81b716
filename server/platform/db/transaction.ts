// One transaction on one connection. Its opening statements go out together with the first statements of the work; it is
// over when COMMIT has come back as COMMIT, and not before.

import postgres from "postgres";
import type { Connection, Sql } from "./connection";
import type { Connections } from "./connections";

const ROLLBACK_MS = 2_000;
const BEGIN_SNAPSHOT = "begin isolation level repeatable read read only";

/** The outcome of a COMMIT is not known: its connection was lost. Only asking again by key tells. */
export class LostCommit extends Error {
  override readonly name = "LostCommit";
  readonly code = "COMMIT_UNKNOWN";
}

export type Opening = {
  /** What must stand before any other statement: role, tenant, time-outs. */
  text: string;
  parameters: string[];
  /** After so long the connection is given up, wherever the transaction stands; null: never. */
  deadlineMs: number | null;
  /** One state of the database for all its statements, and nothing can be written (REPEATABLE READ, READ ONLY). */
  isSnapshot?: boolean;
};

/** Takes statements that are on their way and that COMMIT, which comes behind them, need not wait for. */
export type Trailing = (sent: readonly Promise<unknown>[]) => void;

/**
 * Commits what `work` returns from, rolls back what it throws from. A trailing statement that fails takes the whole
 * transaction with it: the server then answers COMMIT with ROLLBACK. Throws LostCommit when nobody can say which of the
 * two happened, ConnectionLost or the driver's error when the connection broke before, and otherwise what `work` threw.
 */
export async function inTransaction<T>(
  pool: Connections,
  { text, parameters, deadlineMs, isSnapshot = false }: Opening,
  work: (sql: Sql, trailing: Trailing) => Promise<T>,
): Promise<T> {
  const connection = await pool.take();
  const handle = connection.handle();
  const at: Progress = { stage: "open" };
  try {
    return await connection.during(deadlineMs, async () => {
      // `execute` queues now: whatever the work sends comes behind.
      const begun = connection.sql.unsafe(isSnapshot ? BEGIN_SNAPSHOT : "begin").execute();
      const opened = connection.sql.unsafe(text, parameters, { prepare: true }).execute();
      const last: Promise<unknown>[] = [];
      const trailing: Trailing = (sent) => {
        last.push(...sent);
        // Where the work fails after this, nobody else looks at them.
        for (const one of sent) one.catch(() => undefined);
      };
      const [value] = await Promise.all([work(handle.sql, trailing), begun, opened]);
      handle.revoke();
      await commit(connection, at, last);
      return value;
    });
  } catch (error) {
    handle.revoke();
    if (isOutdated(connection.failure)) pool.renew();
    throw await cleanUp(connection, at, error);
  } finally {
    pool.give(connection);
  }
}

type Progress = { stage: "open" | "committing" | "over" };

async function commit(connection: Connection, at: Progress, last: readonly Promise<unknown>[]): Promise<void> {
  at.stage = "committing";
  const [{ command }] = await Promise.all([connection.sql.unsafe("commit"), ...last]);
  at.stage = "over";
  // COMMIT of a transaction that has failed answers ROLLBACK and no error.
  if (command !== "COMMIT") throw connection.failure ?? new Error(`the transaction ended with ${command}`);
}

/** Leaves the connection outside of any transaction, or closed; returns what is to be thrown. */
async function cleanUp(connection: Connection, at: Progress, error: unknown): Promise<unknown> {
  if (breaksConnection(error) || breaksConnection(connection.failure)) connection.close("a statement broke it");
  if (connection.isLost && at.stage === "committing") {
    return new LostCommit("the connection was lost during COMMIT", { cause: error });
  }
  const cause = isAborted(error) ? connection.failure : error;
  if (!connection.isLost && at.stage !== "over") await rollBack(connection);
  return cause;
}

async function rollBack(connection: Connection): Promise<void> {
  try {
    await connection.during(ROLLBACK_MS, async () => connection.sql.unsafe("rollback"));
  } catch {
    connection.close("it could not roll back");
  }
}

// The server's own refusals leave the connection as it was, unless they are FATAL; an error with a code that is not the
// server's comes from the socket or the driver.
function breaksConnection(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return error.severity !== "ERROR";
  return /^(?:CONN|E[A-Z]{3})/.test(codeOf(error));
}

// A prepared statement that the server has dropped, or whose table has changed since: so it is with every connection.
function isOutdated(error: unknown): boolean {
  return /^(?:26000|0A000)$/.test(codeOf(error));
}

// "Current transaction is aborted": what aborted it says more.
function isAborted(error: unknown): boolean {
  return codeOf(error) === "25P02" || (error instanceof Error && codeOf(error.cause) === "25P02");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
