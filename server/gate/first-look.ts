// What a batch reads first: its runs under their locks, what is known of their steps, and the tenant's head.

import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { RunRow } from "./rows";
import { type HeadRow, type KnownRow, lockRuns, lookAtRuns, readHead, readSteps, type StepKey } from "./store";

export type Look = { runs: RunRow[]; known: KnownRow[]; head: HeadRow };
type Wanted = { runIds: readonly string[]; keys: readonly StepKey[]; keyIds: readonly string[] };

/** Waits for the runs' locks. Sent together: each statement starts after the one before it, and so sees what the lock waited for. */
export async function lookUnderLocks(db: TenantDb, { runIds, keys, keyIds }: Wanted): Promise<Look> {
  const [runs, known, [head]] = await Promise.all([
    lockRuns(db, runIds),
    readSteps(db, runIds, keys),
    readHead(db, runIds, keyIds),
  ]);
  return { runs, known, head: headOr(head) };
}

/**
 * The same in one statement, without the runs that are busy elsewhere. A statement sees the state in which it began, and
 * locks rows as they are by then: where a run was written in between, everything else is read again.
 */
export async function lookWithoutWaiting(db: TenantDb, wanted: Wanted): Promise<Look> {
  const { runs, isStale, known, head } = await lookAtRuns(db, wanted);
  if (!isStale) return { runs, known, head: headOr(head) };
  const [fresh, [newer]] = await Promise.all([
    readSteps(db, wanted.runIds, wanted.keys),
    readHead(db, wanted.runIds, wanted.keyIds),
  ]);
  return { runs, known: fresh, head: headOr(newer) };
}

function headOr(head: HeadRow | undefined): HeadRow {
  if (head === undefined) throw new Error("the tenant has no control row");
  return head;
}
