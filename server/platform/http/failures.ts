// What was thrown below a handler, as a Problem. The database's own refusals are mapped by constraint name, so that a
// lost race gives the same answer as a failed pre-check. Nothing of an unknown error reaches the client.

import { z } from "zod";
import { fieldErrors } from "@/server/platform/http/field-errors";
import {
  Conflict,
  DatabaseUnavailable,
  Internal,
  invalid,
  Problem,
  type ProblemDefinition,
  ValidationFailed,
} from "@/server/platform/http/problem";

const byConstraint = new Map<string, ProblemDefinition>();

/** A domain says once what a broken constraint of its tables means: `{ policies_active_name_key: NameTaken }`. */
export function constraintProblems(table: Readonly<Record<string, ProblemDefinition>>): void {
  for (const [constraint, definition] of Object.entries(table)) byConstraint.set(constraint, definition);
}

interface DatabaseError {
  code: string;
  constraint: string | null;
}

/**
 * Serialization failure, deadlock, lock time-out, a prepared statement that the server has dropped or whose table has
 * changed: the same work may succeed when done again from the start.
 */
export function isWorthRetrying(error: unknown): boolean {
  const found = databaseError(error);
  return found !== null && /^(?:40001|40P01|55P03|26000|0A000)$/.test(found.code);
}

/** A unique key was taken, by somebody who was faster. */
export function isTaken(error: unknown): boolean {
  return databaseError(error)?.code === "23505";
}

/** The database is away, has no room, or stopped the statement: nothing is wrong with what was asked. */
export function isAway(error: unknown): boolean {
  return away.test(databaseError(error)?.code ?? "");
}

// Classes 08 (connection), 53 (resources: disk full, too many connections) and 58 (input/output), 57P01–57P05 (shutdown,
// terminated), 57014 (statement time-out), 25006 (a standby answered), and the driver's, the socket's and our own codes.
const away =
  /^(?:08...|53...|58...|57P0\d|57014|25006|COMMIT_UNKNOWN|CONNECTION_\w+|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH)$/;

/** The Problem to answer with. One that is not a client's doing carries its cause, for the log. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof z.core.$ZodError) return invalid(...fieldErrors(error, undefined, "body"));
  const found = databaseError(error);
  if (found === null) return Internal.with({ detail: "It was recorded under this request's id." }, { cause: error });
  if (away.test(found.code) || isWorthRetrying(error)) {
    const detail =
      found.code === "COMMIT_UNKNOWN"
        ? "The connection broke during the commit: look whether the change was made, then try again."
        : away.test(found.code)
          ? "Nothing was changed; try again."
          : "The rows are busy; try again.";
    return DatabaseUnavailable.with({ detail, retry_after: 1 }, { cause: error });
  }
  return refusedBySchema(found, error);
}

function refusedBySchema(found: DatabaseError, cause: unknown): Problem {
  const known = found.constraint === null ? undefined : byConstraint.get(found.constraint);
  if (known) return known.with();
  if (found.code === "23505" || found.code === "23503" || found.code === "23P01") return Conflict.with({}, { cause });
  // Class 22 and check constraints: a value that the contract should have refused.
  if (found.code === "23514" || found.code.startsWith("22")) {
    return ValidationFailed.with({ detail: "A value is outside of what can be stored." }, { cause });
  }
  return Internal.with({ detail: "It was recorded under this request's id." }, { cause });
}

// The query layer wraps the driver's error, sometimes twice.
function databaseError(error: unknown, depth = 0): DatabaseError | null {
  if (typeof error !== "object" || error === null || depth > 4) return null;
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  if (code !== null && (/^[0-9A-Z]{5}$/.test(code) || away.test(code))) {
    const named = "constraint_name" in error ? error.constraint_name : undefined;
    return { code, constraint: typeof named === "string" ? named : null };
  }
  return "cause" in error ? databaseError(error.cause, depth + 1) : null;
}
