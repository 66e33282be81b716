// That nothing was taken out of the tenant's log or slipped into its past between the ends of the period: the consistency of
// the checkpoints there, proved and checked while the bundle is made.

import { desc, lt } from "drizzle-orm";
import { checkpoints } from "@/db/schema/transparency";
import { shownHash } from "@/server/activity/shown-hash";
import { EMPTY_ROOT, verifyConsistency } from "@/server/evidence/merkle";
import type { Period } from "@/server/exports/content/period";
import type { CheckpointRef, LogCompleteness } from "@/server/exports/content/soc2-bundle-types";
import type { Subject } from "@/server/exports/content/subject";
import { MissingNode } from "@/server/transparency/log-store";
import { type CheckpointRow, consistencyOf, rootOfFirst } from "@/server/transparency/proofs";

export async function logCompletenessOf(subject: Subject, period: Period): Promise<LogCompleteness> {
  const { db, questions } = subject;
  const [from, to] = [await newestBefore(subject, period.start), await newestBefore(subject, period.end)];
  questions.note({
    id: "log_completeness",
    reads: ["checkpoints", "log_leaves", "log_nodes"],
    condition: "the newest checkpoints before the period's start and before its end, and the leaves between them",
    parameters: { start: period.start.toISOString(), end: period.end.toISOString() },
    rows: [from, to].filter((row) => row !== null).length,
  });
  if (to === null) return nothingSigned;
  const first = from?.size ?? 0;
  const byKind = await leavesByKind(subject, first, to.size);
  const [signed] = await db.sql<{ n: number }>`
    select count(*)::int as n from checkpoints c
    where ${db.mine("c")} and c.signed_at >= ${period.start} and c.signed_at < ${period.end}`;
  const counted = byKind.reduce((sum, one) => sum + one.count, 0);
  const proof = await proofBetween(subject, from, to);
  return {
    from: from && refOf(from),
    to: refOf(to),
    leaves: to.size - first,
    leaves_by_kind: byKind,
    checkpoints: signed?.n ?? null,
    ...(counted === to.size - first ? proof : missingLeaves(to.size - first - counted)),
  };
}

const nothingSigned: LogCompleteness = {
  ...{ from: null, to: null, leaves: null, leaves_by_kind: [], checkpoints: 0, consistent: null, consistency_path: [] },
  unknown_because: "no checkpoint was signed before the period's end",
};

// What a checkpoint counts and is not there any more is a gap, whatever the nodes say.
function missingLeaves(count: number): Proof {
  return { consistent: false, consistency_path: [], unknown_because: `${count} leaves of the range are missing` };
}

/** The one with the most leaves among those signed before `at`. */
async function newestBefore({ db }: Subject, at: Date): Promise<CheckpointRow | null> {
  const orderBy = [desc(checkpoints.signedAt), desc(checkpoints.size)];
  const [row] = await db.rows(checkpoints, { where: lt(checkpoints.signedAt, at), orderBy, limit: 1 });
  return row ?? null;
}

async function leavesByKind({ db }: Subject, from: number, to: number): Promise<{ kind: string; count: number }[]> {
  const rows = await db.sql<{ kind: string; count: number }>`
    select l.kind, count(*)::int as count from log_leaves l
    where ${db.mine("l")} and l.leaf_index >= ${from} and l.leaf_index < ${to} group by 1 order by 1`;
  return [...rows];
}

type Proof = Pick<LogCompleteness, "consistent" | "consistency_path" | "unknown_because">;

/** Without an earlier checkpoint the log is taken from its beginning: the empty log is the beginning of every other. */
async function proofBetween({ db }: Subject, from: CheckpointRow | null, to: CheckpointRow): Promise<Proof> {
  const first = from?.size ?? 0;
  try {
    const path = await consistencyOf(db, first, to.size);
    const roots = { fromRoot: from?.rootHash ?? EMPTY_ROOT, toRoot: to.rootHash };
    const isBeginning = verifyConsistency({ from: first, to: to.size, ...roots, path });
    const consistent = isBeginning && (await rootOfFirst(db, to.size)).equals(to.rootHash);
    const unknown_because = consistent ? null : "the log's nodes do not lead to the signed roots";
    return { consistent, consistency_path: path.map((node) => node.toString("hex")), unknown_because };
  } catch (error) {
    // A node is missing, or the later checkpoint is the shorter one: there is no such proof.
    if (!(error instanceof MissingNode) && !(error instanceof RangeError)) throw error;
    return { consistent: false, consistency_path: [], unknown_because: `no proof can be made: ${error.message}` };
  }
}

function refOf(row: CheckpointRow): CheckpointRef {
  return { size: row.size, root: shownHash(row.rootHash), signed_at: row.signedAt.toISOString() };
}
